"""What was found, drawn over the photo (叠加图): allowed bands, the regions of the findings, as SVG without any style.

The SVG scales with the photo below it and carries only presentation attributes and classes, so a strict
Content-Security-Policy lets it pass. It is drawn beside the photo, never into it.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from xueji.rules.photo_profile import Profile, Weight

COLOURS = {"reject": "#a11b16", "warn": "#8a4300", "info": "#1b4f80"}
BANDS = (("hair_top", "头顶", "hair top"), ("eyes_line", "眼睛", "eyes"))
WIDTH, HEIGHT = 480, 640


def overlay_svg(verdict: dict[str, Any], profile: Profile, *, lang: str = "zh", weights: tuple[str, ...] = ()) -> str:
    """The overlay for one verdict (``PhotoVerdict.as_json()``); ``weights`` limits which findings are drawn.

    The view box is 480 × 640 whatever the photo's size: regions are shares of the picture.
    """
    shown = set(weights or (Weight.REJECT, Weight.WARN))
    parts = [_band(profile, *band, lang=lang) for band in BANDS]
    parts.append(
        f'<line class="middle" x1="{WIDTH / 2:g}" y1="0" x2="{WIDTH / 2:g}" y2="{HEIGHT}" stroke="#1b4f80" '
        'stroke-width="1" stroke-dasharray="6 8" opacity="0.5"/>'
    )
    number = 0
    for finding in verdict["findings"]:
        if finding["level"] not in shown or "region" not in finding:
            continue
        number += 1
        if finding["part"] == "whole":  # said in words beside the picture; a frame around everything shows nothing
            continue
        parts.append(_mark(finding, number, "en" if lang.startswith("en") else "zh"))
    label = "Where the findings are" if lang.startswith("en") else "问题所在位置"
    return (
        f'<svg class="photo-overlay" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _band(profile: Profile, name: str, zh: str, en: str, *, lang: str) -> str:
    band = profile[name]
    top, bottom = band.warn_below or 0, band.warn_above or HEIGHT
    words = en if lang.startswith("en") else zh
    return (
        f'<rect class="band" x="0" y="{top:g}" width="{WIDTH}" height="{bottom - top:g}" fill="#1d5c38" opacity="0.10"/>'
        f'<text class="band" x="{WIDTH - 6}" y="{bottom - 6:g}" font-size="15" text-anchor="end" fill="#1d5c38">'
        f"{escape(words)}</text>"
    )


def _mark(finding: dict[str, Any], number: int, lang: str) -> str:
    x, y, w, h = (v * s for v, s in zip(finding["region"], (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True))
    colour = COLOURS[finding["level"]]
    x, y = min(max(x, 2), WIDTH - 6), min(max(y, 2), HEIGHT - 6)
    w, h = min(max(w, 6), WIDTH - x - 2), min(max(h, 6), HEIGHT - y - 2)
    flag_y = y - 20 if y > 24 else y + 2
    return (
        f'<g class="found {finding["level"]}" data-rule="{finding["rule"]}"><title>{escape(finding["message"][lang])}</title>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="none" stroke="{colour}" stroke-width="3"/>'
        f'<rect x="{x:.1f}" y="{flag_y:.1f}" width="22" height="20" fill="{colour}"/>'
        f'<text x="{x + 11:.1f}" y="{flag_y + 15:.1f}" font-size="15" text-anchor="middle" fill="#ffffff">{number}</text></g>'
    )
