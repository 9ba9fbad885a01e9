"""The frame and the ground of a certificate (花边、底纹), drawn from curves: a few lines of geometry, not a picture file.

The typesetter writes artwork anew on every page unless it is a pattern; so what is large is one small tile repeated:
two pairs of crossing waves along the frame, interlocking coins (球路纹) as a pale ground, a rose at each corner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin

WIDTH, HEIGHT = 297.0, 210.0
GOLD, RED, PALE, PAPER = "#a4864a", "#9b1c1f", "#f3ead6", "#fffdf7"
EDGE, BAND, CORNER = 10.5, 6.0, 11.0
"""In mm: from the edge of the paper to the frame, the width of the woven band, the side of a corner piece."""
COIN = 5.0

Curve = Callable[[float], tuple[float, float]]


@lru_cache(maxsize=1)
def certificate_art() -> dict[str, object]:
    """The tiles as SVG, and in mm where they go: what ``certificate.typ`` lays under every page."""
    reach = EDGE - 0.9 + CORNER
    across, down = WIDTH - 2 * reach, HEIGHT - 2 * reach
    step_x, step_y = across / round(across / 6), down / round(down / 6)
    return {
        "edge": EDGE, "band": BAND, "corner": CORNER, "reach": reach, "step_x": step_x, "step_y": step_y, "coin": COIN,
        "picture_across": _tile(step_x, BAND, _waves(step_x, upright=False)), "picture_upright": _tile(BAND, step_y, _waves(step_y, upright=True)),
        "picture_corner": _corner(), "picture_coin": _coin(),
    }  # fmt: skip


def _waves(length: float, *, upright: bool) -> str:
    def wave(swing: float, phase: float) -> Curve:
        def point(t: float) -> tuple[float, float]:
            aside = BAND / 2 + swing * sin(2 * pi * t + phase)
            return (aside, t * length) if upright else (t * length, aside)

        return point

    # They begin a little before the tile and end a little behind it, so that no joint shows.
    paths = [_path(wave(swing, phase), -0.25, 1.25, 12) for phase in (0.0, pi) for swing in (1.6, 0.8)]
    return _stroked(" ".join(paths), GOLD, 0.17)


def _coin() -> str:
    """Four quarter rings and one whole: repeated, every circle shares a leaf with each neighbour."""
    half = COIN / 2
    radius = half * 2**0.5
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{radius:.3f}"/>' for x, y in ((0, 0), (COIN, 0), (0, COIN), (COIN, COIN), (half, half)))
    return _tile(COIN, COIN, f'<g stroke="{PALE}" stroke-width="0.16">{rings}</g>')


def _corner() -> str:
    """A square with a rose of eight petals and a red heart."""

    def petals(radius: float, swing: float) -> Curve:
        def point(t: float) -> tuple[float, float]:
            r = radius + swing * cos(8 * 2 * pi * t)
            return CORNER / 2 + r * cos(2 * pi * t), CORNER / 2 + r * sin(2 * pi * t)

        return point

    squares = "".join(
        f'<rect x="{inset}" y="{inset}" width="{CORNER - 2 * inset}" height="{CORNER - 2 * inset}" fill="{PAPER}" stroke="{GOLD}" stroke-width="{wide}"/>'
        for inset, wide in ((0.25, 0.45), (1.15, 0.16))
    )
    roses = _stroked(_path(petals(2.6, 1.1), 0, 1, 32), GOLD, 0.2) + _stroked(_path(petals(2.2, -0.9), 0, 1, 32), RED, 0.14)
    return _tile(CORNER, CORNER, f'{squares}{roses}<circle cx="{CORNER / 2}" cy="{CORNER / 2}" r="0.75" fill="{RED}"/>')


def _path(curve: Curve, begins: float, ends: float, steps: int) -> str:
    """The curve as smooth cubic pieces whose tangents are those of the curve."""
    step = (ends - begins) / steps
    drawn, a, b = [], 0.0, 0.0
    for number in range(steps + 1):
        t = begins + number * step
        (x, y), (x0, y0), (x1, y1) = curve(t), curve(t - step / 50), curve(t + step / 50)
        u, v = (x1 - x0) * 25 / 3, (y1 - y0) * 25 / 3
        drawn.append(f"M{x:.3f} {y:.3f}" if not number else f"C{a:.3f} {b:.3f} {x - u:.3f} {y - v:.3f} {x:.3f} {y:.3f}")
        a, b = x + u, y + v
    return "".join(drawn)


def _stroked(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width}"/>'


def _tile(width: float, height: float, body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.4f} {height:.4f}" width="{width:.4f}" height="{height:.4f}"><g fill="none">{body}</g></svg>'
