"""From the bytes of a photo to a ``Portrait`` (测量一张照片). Measures; judges nothing (``rules.photos`` judges)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from xueji.imaging import face_measures as on_face
from xueji.imaging import scene_measures as around
from xueji.imaging.colour import packed_lab
from xueji.imaging.models import ModelsMissing
from xueji.imaging.nets import FacePoints, FoundFace, Nets, nets
from xueji.imaging.opening import Opened, open_photo
from xueji.rules.portrait import Box, Head, Portrait, Worn

SURELY_NO_FACE, SURELY_A_FACE = 0.2, 0.9
"""The mesh net's own opinion: below the first a detection is a pattern, above the second a small find is somebody."""

LARGE = 0.25
"""A face wider than this share of the picture is the one that was meant; others are looked for beside it."""
STRIP = 0.3
"""A strip beside the head is at least so wide, over the picture's width."""
FACE_MARGIN = 0.15
"""How far around the face colours are read (ears, the skin above the brows), over its longer side."""


def measure(content: bytes, models: Path | None = None) -> Portrait:
    """Everything the rules need about one photo, given as the bytes of its file. Never raises for bad content;
    where the nets are missing the portrait says so and only the file is known."""
    opened = open_photo(content)
    if opened.rgb is None:
        return Portrait(file=opened.facts)
    try:
        ready = nets(models)
    except ModelsMissing:
        width, height = opened.full_size
        return Portrait(file=opened.facts, width=width, height=height, unmeasured="models_missing")
    return measure_opened(opened, ready)


def measure_opened(opened: Opened, ready: Nets) -> Portrait:
    """As ``measure`` for a picture that is open already and nets that are loaded. ``opened.rgb`` must not be None."""
    rgb = opened.rgb
    width, height = opened.full_size
    small = around.small_copy(rgb)
    k = rgb.shape[1] / small.shape[1]
    near = [face.scaled(k) for face in ready.near_faces(small)]
    scene = around.Scene(rgb, small, ready.person(small))
    behind = around.background(scene)
    one_large = len(near) == 1 and near[0].width > LARGE * rgb.shape[1]
    every = [] if one_large else [face.scaled(k) for face in ready.all_faces(small)]
    found = near or every
    base = Portrait(file=opened.facts, faces=len(found), width=width, height=height, background=behind)
    if not found:
        return base
    chosen = max(found, key=lambda face: face.width)
    points = ready.points(rgb, chosen)
    if points.presence < SURELY_NO_FACE:
        return replace(base, faces=0)
    face = on_face.face_frame(rgb, _face_lab(rgb, points), points)
    head = around.head(scene, face)
    seen = every if len(every) >= len(near) else near
    if len(seen) == 1:
        seen = [chosen, *_beside(rgb, face, ready, around.sides_to_look_at(scene, behind, chosen.box / k))]
    cloth = around.clothing_box(scene, face)
    blue, like_background = around.clothing(scene, cloth, behind.colour if behind else None)
    return replace(
        base,
        faces=len(seen),
        head=_full_size(head, width / rgb.shape[1], height / rgb.shape[0]),
        eyes=on_face.eyes(face),
        mouth=on_face.mouth(face),
        pose=on_face.pose(face),
        light=on_face.light(face),
        worn=Worn(
            bridge_edge=on_face.bridge_edge(face),
            dark_lenses=on_face.dark_lenses(face),
            forehead_difference=on_face.forehead_difference(face),
            crown_difference=around.crown_difference(scene, face, head.hair_top),
            brow_difference=on_face.brow_difference(face),
            ears=on_face.ears(face),
            clothing_blue=blue,
            clothing_like_background=like_background,
            shoulders=around.shoulders(scene, face),
        ),
        regions=_regions(rgb.shape, face, head, cloth, seen),
    )


def _face_lab(rgb: np.ndarray, points: FacePoints) -> np.ndarray:
    """Packed L*a*b* of the face and what is measured right beside it; the rest of the picture is left at nought."""
    low, high = points.mesh[:, :2].min(0), points.mesh[:, :2].max(0)
    margin = FACE_MARGIN * (high - low).max()
    h, w = rgb.shape[:2]
    (x0, y0), (x1, y1) = np.clip(low - margin, 0, [w - 1, h - 1]).astype(int), np.clip(high + margin + 1, 1, [w, h]).astype(int)
    lab = np.zeros_like(rgb)
    lab[y0:y1, x0:x1] = packed_lab(np.ascontiguousarray(rgb[y0:y1, x0:x1]))
    return lab


def _beside(rgb: np.ndarray, face: on_face.FaceFrame, ready: Nets, sides: tuple[bool, bool]) -> list[FoundFace]:
    """Small faces left and right of the head, which both nets overlook in the whole picture: looked for in a strip each."""
    h, w = rgb.shape[:2]
    left, right = float(face.flat[:, 0].min()), float(face.flat[:, 0].max())
    low = min(h, int(face.flat[:, 1].max() + 0.4 * face.face_width))  # who stands behind looks over a shoulder
    found: list[FoundFace] = []
    strips = (0, int(max(left, STRIP * w))), (int(min(right, (1 - STRIP) * w)), w)
    for (x, end), wanted in zip(strips, sides, strict=True):
        strip = np.ascontiguousarray(rgb[:low, x:end])
        if not wanted or not around.busy(strip):
            continue
        for other in ready.all_faces(strip):
            there = FoundFace(other.score, other.box + [x, 0, x, 0], other.points + [x, 0])
            apart = there.box[2] < left + 0.1 * (right - left) or there.box[0] > right - 0.1 * (right - left)
            if apart and not any(_same(there, known) for known in found) and ready.points(rgb, there).presence > SURELY_A_FACE:
                found.append(there)
    return found


def _same(one: FoundFace, other: FoundFace) -> bool:
    centres = np.abs(one.box.reshape(2, 2).mean(0) - other.box.reshape(2, 2).mean(0))
    return bool((centres < 0.7 * max(one.width, other.width)).all())


def _full_size(head: Head, across: float, down: float) -> Head:
    """The head in pixels of the whole picture instead of the measured copy."""
    return Head(
        head.hair_top * down, head.eyes_y * down, head.chin_y * down,
        head.face_width * across, head.centre_x * across, head.eye_distance * across,
    )  # fmt: skip


def _box_around(shape: tuple[int, ...], points: np.ndarray, margin: float = 0.0) -> Box:
    h, w = shape[:2]
    low, high = points.min(0) - margin, points.max(0) + margin
    low, high = np.clip(low, 0, [w, h]), np.clip(high, 0, [w, h])
    return Box(*(float(v) for v in (*(low / [w, h]), *((high - low) / [w, h]))))


def _regions(shape: tuple[int, ...], face: on_face.FaceFrame, head: Head, cloth: Box | None, found: list[FoundFace]) -> dict[str, Box]:
    """The regions a finding may point at, by name."""
    flat, r = face.flat, face.eye_distance
    brows = flat[list(on_face.BROW_POINTS)]
    crown = np.array([[flat[:, 0].min(), head.hair_top], [flat[:, 0].max(), flat[on_face.FOREHEAD_TOP, 1]]])
    regions = {
        "face": _box_around(shape, flat[list(on_face.OVAL)]),
        "head": _box_around(shape, np.vstack([crown, flat[list(on_face.OVAL)]])),
        "eye_left": _box_around(shape, face.points.lids[0], r * 0.05),
        "eye_right": _box_around(shape, face.points.lids[1], r * 0.05),
        "eyes": _box_around(shape, np.vstack(face.points.lids), r * 0.08),
        "mouth": _box_around(shape, flat[list(on_face.OUTER_LIPS)], r * 0.03),
        "brows": _box_around(shape, np.vstack([brows, brows + face.up * r * 0.2])),
        "bridge": _box_around(shape, flat[[on_face.NOSE_BRIDGE]], r * 0.15),
        "crown": _box_around(shape, crown),
        "ear_left": _box_around(shape, flat[[234]] - face.right * face.face_width * 0.06, face.face_width * 0.09),
        "ear_right": _box_around(shape, flat[[454]] + face.right * face.face_width * 0.06, face.face_width * 0.09),
        "shoulders": Box(0.0, float(np.clip(flat[on_face.CHIN, 1] / shape[0], 0, 1)), 1.0,
                         float(np.clip(1 - flat[on_face.CHIN, 1] / shape[0], 0, 1))),
    }  # fmt: skip
    if cloth is not None:
        regions["clothing"] = cloth
    for n, other in enumerate(sorted(found, key=lambda f: -f.width)[1:], start=2):
        regions[f"face_{n}"] = _box_around(shape, other.box.reshape(2, 2))
    return regions
