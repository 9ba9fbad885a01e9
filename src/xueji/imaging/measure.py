"""From the bytes of a photo to a ``Portrait`` (测量一张照片). Measures; judges nothing (``rules.photos`` judges)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from xueji.imaging import face_measures as on_face
from xueji.imaging import scene_measures as around
from xueji.imaging.models import ModelsMissing
from xueji.imaging.nets import FoundFace, Nets, nets
from xueji.imaging.opening import Opened, open_photo
from xueji.rules.portrait import Box, Head, Portrait, Worn

SURELY_NO_FACE, SURELY_A_FACE = 0.2, 0.9
"""The mesh net's own opinion: below the first a detection is a pattern, above the second a small find is somebody."""

LARGE = 0.25
"""A face wider than this share of the picture is the one that was meant; others are looked for beside it."""
STRIP = 0.3
"""A strip beside the head is at least so wide, over the picture's width."""


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
    face = on_face.face_frame(rgb, points)
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


def _beside(rgb: np.ndarray, face: on_face.FaceFrame, ready: Nets, sides: tuple[bool, bool]) -> list[FoundFace]:
    """Small faces left and right of the head, which both nets overlook in the whole picture: looked for in strips."""
    w = rgb.shape[1]
    left, right = float(face.flat[:, 0].min()), float(face.flat[:, 0].max())
    low = min(rgb.shape[0], int(face.flat[:, 1].max() + 0.4 * face.face_width))  # who stands behind looks over a shoulder
    strips = (0, int(max(left, STRIP * w))), (int(min(right, (1 - STRIP) * w)), w)
    found: list[FoundFace] = []
    for (x, end), wanted in zip(strips, sides, strict=True):
        if not wanted or not around.busy(rgb[:low, x:end]):
            continue
        for other in ready.all_faces(rgb[:low, x:end]):
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


def _boxes(shape: tuple[int, ...], outlines: dict[str, tuple[np.ndarray, float]]) -> dict[str, Box]:
    """The box around each outline (points and a margin, pixels), held inside the picture."""
    size, starts = np.array([shape[1], shape[0]]), np.cumsum([0, *(len(points) for points, _ in outlines.values())])[:-1]
    every, margins = np.concatenate([points for points, _ in outlines.values()]), np.array([[m] for _, m in outlines.values()])
    low = np.clip(np.minimum.reduceat(every, starts) - margins, 0, size) / size
    high = np.clip(np.maximum.reduceat(every, starts) + margins, 0, size) / size
    return {name: Box(*box) for name, box in zip(outlines, np.hstack([low, high - low]).tolist(), strict=True)}


def _regions(shape: tuple[int, ...], face: on_face.FaceFrame, head: Head, cloth: Box | None, found: list[FoundFace]) -> dict[str, Box]:
    """The regions a finding may point at, by name."""
    flat, r = face.flat, face.eye_distance
    brows, oval = flat[list(on_face.BROW_POINTS)], flat[list(on_face.OVAL)]
    crown = np.array([[flat[:, 0].min(), head.hair_top], [flat[:, 0].max(), flat[on_face.FOREHEAD_TOP, 1]]])
    ear = face.right * face.face_width * 0.06
    outlines = {
        "face": (oval, 0.0),
        "head": (np.vstack([crown, oval]), 0.0),
        "eye_left": (face.points.lids[0], r * 0.05),
        "eye_right": (face.points.lids[1], r * 0.05),
        "eyes": (np.vstack(face.points.lids), r * 0.08),
        "mouth": (flat[list(on_face.OUTER_LIPS)], r * 0.03),
        "brows": (np.vstack([brows, brows + face.up * r * 0.2]), 0.0),
        "bridge": (flat[[on_face.NOSE_BRIDGE]], r * 0.15),
        "crown": (crown, 0.0),
        "ear_left": (flat[[on_face.TEMPLES[0]]] - ear, face.face_width * 0.09),
        "ear_right": (flat[[on_face.TEMPLES[1]]] + ear, face.face_width * 0.09),
    }
    others = sorted(found, key=lambda f: -f.width)[1:]
    regions = _boxes(shape, outlines | {f"face_{n}": (other.box.reshape(2, 2), 0.0) for n, other in enumerate(others, start=2)})
    chin = float(np.clip(flat[on_face.CHIN, 1] / shape[0], 0, 1))
    regions["shoulders"] = Box(0.0, chin, 1.0, 1 - chin)
    if cloth is not None:
        regions["clothing"] = cloth
    return regions
