"""Portraits set on the standard's blue, and faults planted into them, for measuring the photo rules.

A composite is a portrait cut out, put on RGB(100,197,255) and brought to the standard (480 × 640, eyes at 250, cheeks
235 px apart, 20 to 40 KB). Each fault returns the bytes of a file. None of this is used by the program.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from xueji.imaging.face_measures import INNER_LIPS, OUTER_LIPS, face_frame
from xueji.imaging.nets import FacePoints, Nets
from xueji.imaging.opening import open_photo
from xueji.imaging.preview import EYES_AT, FACE_WIDE, GROUND, HAIR_NOT_ABOVE, HEIGHT, WIDTH, cut_out
from xueji.imaging.scene_measures import Scene, head, small_copy

BLUE = (100, 197, 255)


@dataclass(frozen=True)
class Composite:
    """One portrait on the standard's blue: picture, how surely each pixel is the person, face points, cheek L*a*b*."""

    name: str
    rgb: np.ndarray
    person: np.ndarray
    points: FacePoints
    cheek: np.ndarray


def composite(name: str, content: bytes, nets: Nets) -> Composite | None:
    """The composite of one portrait; None where the hair is cut off or no single face is found."""
    rgb = open_photo(content).rgb
    found = nets.all_faces(rgb) or nets.near_faces(rgb)
    if len(found) != 1:
        return None
    face = face_frame(rgb, nets.points(rgb, found[0]))
    mask = nets.person(rgb)
    at = head(Scene(rgb, small_copy(rgb), mask), face)
    if at.hair_top < 0.01 * rgb.shape[0]:
        return None
    k = min(FACE_WIDE / at.face_width, (EYES_AT - HAIR_NOT_ABOVE) / max(at.eyes_y - at.hair_top, 1.0))
    place = np.array([[k, 0, WIDTH / 2 - k * at.centre_x], [0, k, EYES_AT - k * at.eyes_y]])
    h, w = rgb.shape[:2]
    cut = cut_out(rgb, mask)
    solid = cv2.resize(mask, (w, h))
    low = int(np.ceil((HEIGHT - place[1, 2]) / k)) - h
    if low > 0:  # the body goes on below the lower edge of a tight portrait: its last row is drawn out
        cut = cv2.copyMakeBorder(cut, 0, low, 0, 0, cv2.BORDER_REPLICATE)
        solid = cv2.copyMakeBorder(solid, 0, low, 0, 0, cv2.BORDER_REPLICATE)
    how = {"flags": cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC}
    card = cv2.warpAffine(cut, place, (WIDTH, HEIGHT), borderMode=cv2.BORDER_CONSTANT, borderValue=BLUE, **how)
    solid = cv2.warpAffine(solid, place, (WIDTH, HEIGHT), borderMode=cv2.BORDER_CONSTANT, borderValue=0, **how)
    picture = np.clip(card, 0, 255).astype(np.uint8)
    again = nets.all_faces(picture) or nets.near_faces(picture)
    if len(again) != 1:
        return None
    points = nets.points(picture, again[0])
    return Composite(name, picture, np.clip(solid, 0, 1), points, face.cheek)


def jpeg(rgb: np.ndarray, *, quality: int | None = None, exif: int | None = None) -> bytes:
    """A JPEG with 300 dpi; without ``quality`` the best one of 90 … 62 that stays within 40 KB."""
    picture = Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))
    tags = Image.Exif()
    if exif:
        tags[0x0112] = exif
    for q in (quality,) if quality else (95, 90, 86, 82, 78, 74, 70, 66, 62):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=q, dpi=(300, 300), exif=tags)
        if quality or out.tell() <= 40_000:
            break
    return out.getvalue()


def _scaled(rgb: np.ndarray, k: float, dx: float = 0, dy: float = 0) -> np.ndarray:
    place = np.array([[k, 0, WIDTH / 2 * (1 - k) + dx], [0, k, HEIGHT / 2 * (1 - k) + dy]])
    return cv2.warpAffine(rgb, place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=BLUE)


def _ground(c: Composite, ground: np.ndarray) -> np.ndarray:
    """The person on another ground: the blue that shines through hair goes with it."""
    alpha = c.person[..., None]
    return c.rgb + (1 - alpha) * (np.asarray(ground, np.float32) - GROUND)


def _turned(rgb: np.ndarray, degrees: float) -> np.ndarray:
    place = cv2.getRotationMatrix2D((WIDTH / 2, EYES_AT), degrees, 1)
    return cv2.warpAffine(rgb, place, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=BLUE)


def lids_closed(c: Composite, eyes: tuple[int, ...] = (0, 1)) -> np.ndarray:
    """The upper lids drawn down to the lower ones: skin above stretched, a lash line where they meet."""
    picture = c.rgb.astype(np.float32)
    down = np.tile(np.arange(HEIGHT, dtype=np.float32)[:, None], (1, WIDTH))
    across = np.tile(np.arange(WIDTH, dtype=np.float32)[None], (HEIGHT, 1))
    dark = np.ones((HEIGHT, WIDTH), np.float32)
    for eye in eyes:
        lids = c.points.lids[eye]
        lower = lids[:9][np.argsort(lids[:9, 0])]
        upper = np.vstack([lids[[0, 8]], lids[9:16]])
        upper = upper[np.argsort(upper[:, 0])]
        width = lower[-1, 0] - lower[0, 0]
        for x in range(int(lower[0, 0] - 0.08 * width), int(lower[-1, 0] + 0.08 * width) + 1):
            if not 0 <= x < WIDTH:
                continue
            y_low = np.interp(x, lower[:, 0], lower[:, 1]) + 0.05 * width
            y_up = np.interp(x, upper[:, 0], upper[:, 1]) - 0.07 * width
            inside = np.clip(min(x - lower[0, 0], lower[-1, 0] - x) / (0.15 * width), 0, 1)
            meet = y_low - 0.02 * width
            skin = y_up - 0.22 * width  # from here the skin is stretched down to the meeting line
            rows = np.arange(int(skin), int(y_low) + 2)
            rows = rows[(rows >= 0) & (rows < HEIGHT)]
            stretched = skin + (rows - skin) * (y_up - skin) / max(meet - skin, 1)
            eye_part = rows > meet
            stretched[eye_part] = y_low
            down[rows, x] = rows + inside * (stretched - rows)
            line = np.exp(-(((rows - meet) / max(0.035 * width, 1.0)) ** 2))
            dark[rows, x] = np.minimum(dark[rows, x], 1 - 0.65 * inside * line)
    warped = cv2.remap(picture, across, cv2.GaussianBlur(down, (0, 0), 0.7), cv2.INTER_LINEAR)
    return warped * cv2.GaussianBlur(dark, (0, 0), 0.6)[..., None]


def mouth_of(c: Composite, donor: Composite) -> np.ndarray:
    """The donor's laughing mouth on this face, corners on corners, seams hidden in the gradient domain."""
    here, there = c.points.mesh[:, :2], donor.points.mesh[:, :2]
    anchors = [61, 291, 2, 199]
    place, _ = cv2.estimateAffinePartial2D(there[anchors].astype(np.float32), here[anchors].astype(np.float32))
    moved = cv2.warpAffine(donor.rgb, place, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    lips = cv2.transform(there[None, list(OUTER_LIPS)].astype(np.float32), place)[0]
    outline = lips.mean(0) + (lips - lips.mean(0)) * [1.12, 1.35]
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 255)
    x, y, w, h = cv2.boundingRect(mask)
    return cv2.seamlessClone(moved, np.clip(c.rgb, 0, 255).astype(np.uint8), mask, (x + w // 2, y + h // 2), cv2.NORMAL_CLONE)


def face_turned(c: Composite, degrees: float) -> np.ndarray:
    """The face mesh turned about the vertical axis and painted again triangle by triangle, far ones first."""
    mesh = c.points.mesh.astype(float)
    centre = mesh.mean(0) + [0, 0, 0.25 * np.ptp(mesh[:, 0])]
    a = np.radians(degrees)
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    moved = (mesh - centre) @ turn.T + centre
    x, y, w, h = cv2.boundingRect(mesh[:, :2].astype(np.float32))
    plane = cv2.Subdiv2D((x - 5, y - 5, w + 10, h + 10))
    for point in mesh[:, :2]:
        plane.insert((float(point[0]), float(point[1])))
    corners = np.array(plane.getTriangleList()).reshape(-1, 3, 2)
    near = np.linalg.norm(corners[:, :, None] - mesh[None, None, :, :2], axis=3)
    triangles = near.argmin(2)[(near.min(2) < 1).all(1)]
    picture = c.rgb.astype(np.float32)
    out = picture.copy()
    for t in sorted(triangles.tolist(), key=lambda t: -moved[t, 2].mean()):
        before, after = mesh[t, :2].astype(np.float32), moved[t, :2].astype(np.float32)
        e1, e2 = after[1] - after[0], after[2] - after[0]
        f1, f2 = before[1] - before[0], before[2] - before[0]
        if (e1[0] * e2[1] - e1[1] * e2[0]) * (f1[0] * f2[1] - f1[1] * f2[0]) <= 0:
            continue  # turned away
        x, y, w, h = cv2.boundingRect(after)
        x, y = max(x - 1, 0), max(y - 1, 0)
        w, h = min(w + 3, WIDTH - x), min(h + 3, HEIGHT - y)
        place = cv2.getAffineTransform(before, after - np.array([x, y], np.float32))
        patch = cv2.warpAffine(picture, place, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        mask = np.zeros((h, w), np.uint8)
        cv2.fillConvexPoly(mask, np.rint((after - [x, y]) * 16).astype(np.int32), 1, shift=4)
        out[y : y + h, x : x + w][mask > 0] = patch[mask > 0]
    return out


def _lit(c: Composite, strength: float) -> np.ndarray:
    """A studio's own fall-off of light on the ground, a few per cent from the middle to the corners."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    far = ((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.35) ** 2)[..., None]
    return _ground(c, GROUND * (1 - strength * far))


def _shadow(c: Composite) -> np.ndarray:
    """The person's own shadow on the wall, to the right."""
    cast = cv2.GaussianBlur(np.roll(c.person, 45, axis=1), (0, 0), 8)[..., None]
    return _ground(c, GROUND * (1 - 0.45 * cast))


def _object(c: Composite) -> np.ndarray:
    ground = np.broadcast_to(GROUND, c.rgb.shape).copy()
    ground[40:200, 8:78] = (120, 80, 50)
    return _ground(c, ground)


def _gradient(c: Composite) -> np.ndarray:
    ramp = np.linspace(1.0, 0.45, HEIGHT, dtype=np.float32)[:, None, None]
    return _ground(c, GROUND * ramp)


def _motion(c: Composite, n: int) -> np.ndarray:
    return cv2.filter2D(c.rgb, -1, np.full((1, n), 1 / n, np.float32))


def _two(c: Composite, other: Composite) -> np.ndarray:
    """Two people side by side."""
    left = cv2.resize(c.rgb[60:, 60:420], (240, 387), interpolation=cv2.INTER_AREA)
    right = cv2.resize(other.rgb[60:, 60:420], (240, 387), interpolation=cv2.INTER_AREA)
    both = np.broadcast_to(np.array(BLUE, np.uint8), c.rgb.shape).copy()
    both[253:, :240], both[253:, 240:] = left, right
    return both


def _behind(c: Composite, other: Composite) -> np.ndarray:
    """Somebody small in the background, above a shoulder."""
    small = cv2.resize(other.rgb, (90, 120), interpolation=cv2.INTER_AREA)
    out = c.rgb.copy()
    out[40:160, 388:478] = small
    return out


def _grey(rgb: np.ndarray, mode: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).convert(mode).save(out, "JPEG", quality=90)
    return out.getvalue()


def _png(rgb: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "PNG")
    return out.getvalue()


GROUNDS = {"white": (255, 255, 255), "red": (200, 30, 40), "grey": (150, 150, 150), "green": (80, 180, 90),
           "cyan": (60, 210, 210), "deep blue": (20, 40, 140), "sky blue": (135, 206, 235)}  # fmt: skip

Fault = tuple[str, str, Callable[[Composite, Composite], bytes]]
FAULTS: list[Fault] = [
    ("face_count", "two people", lambda c, o: jpeg(_two(c, o))),
    ("face_count", "somebody behind", lambda c, o: jpeg(_behind(c, o))),
    ("face_count", "nobody", lambda c, o: jpeg(_scaled(c.rgb, 1.6, dy=560))),
    ("file", "600 × 800", lambda c, o: jpeg(cv2.resize(c.rgb, (600, 800)))),
    ("file", "640 × 480", lambda c, o: jpeg(cv2.resize(c.rgb, (640, 480)))),
    ("file", "PNG", lambda c, o: _png(c.rgb)),
    ("file", "grey", lambda c, o: _grey(c.rgb, "L")),
    ("file", "CMYK", lambda c, o: _grey(c.rgb, "CMYK")),
    ("file", "quality 35", lambda c, o: jpeg(c.rgb, quality=35)),
    ("file", "quality 50", lambda c, o: jpeg(c.rgb, quality=50)),
    ("file", "quality 100", lambda c, o: jpeg(c.rgb, quality=100)),
    ("file", "EXIF turned", lambda c, o: jpeg(c.rgb, exif=6)),
    ("file", "EXIF mirrored", lambda c, o: jpeg(c.rgb, exif=2)),
    *[("position", f"scale {k}", lambda c, o, k=k: jpeg(_scaled(c.rgb, k))) for k in (0.6, 0.75, 1.15, 1.3)],
    *[("position", f"shift {dx},{dy}", lambda c, o, dx=dx, dy=dy: jpeg(_scaled(c.rgb, 1, dx, dy)))
      for dx, dy in ((-70, 0), (70, 0), (0, -80), (0, 80))],
    *[("background_colour", name, lambda c, o, g=g: jpeg(_ground(c, np.array(g, np.float32)))) for name, g in GROUNDS.items()],
    ("background_even", "shadow", lambda c, o: jpeg(_shadow(c))),
    ("background_even", "object", lambda c, o: jpeg(_object(c))),
    ("background_even", "gradient", lambda c, o: jpeg(_gradient(c))),
    ("eyes", "closed", lambda c, o: jpeg(lids_closed(c))),
    ("eyes", "one closed", lambda c, o: jpeg(lids_closed(c, (0,)))),
    ("roll", "12 degrees", lambda c, o: jpeg(_turned(c.rgb, 12))),
    ("roll", "-12 degrees", lambda c, o: jpeg(_turned(c.rgb, -12))),
    ("yaw", "25 degrees", lambda c, o: jpeg(face_turned(c, 25))),
    ("yaw", "-25 degrees", lambda c, o: jpeg(face_turned(c, -25))),
    ("sharpness", "blur 2 px", lambda c, o: jpeg(cv2.GaussianBlur(c.rgb, (0, 0), 2))),
    ("sharpness", "motion 13 px", lambda c, o: jpeg(_motion(c, 13))),
    ("sharpness", "enlarged 4 times", lambda c, o: jpeg(cv2.resize(cv2.resize(c.rgb, (120, 160), interpolation=cv2.INTER_AREA),
                                                          (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))),
    ("exposure", "0.35 times the light", lambda c, o: jpeg(c.rgb * 0.35)),
    ("exposure", "2.2 times the light", lambda c, o: jpeg(c.rgb * 2.2)),
]  # fmt: skip
SOUND: list[tuple[str, Callable[[Composite], bytes]]] = [
    ("flat", lambda c: jpeg(c.rgb)),
    ("light fall-off", lambda c: jpeg(_lit(c, 0.25))),
]
TEETH = ("teeth", "another's laugh", lambda c, donor: jpeg(mouth_of(c, donor)))

__all__ = ["FAULTS", "INNER_LIPS", "SOUND", "TEETH", "Composite", "composite", "jpeg"]
