"""What is measured on the face (面部测量): pose, eyes, mouth, light, what covers it. Numbers only, no judgement.

Indices are those of the 468-point face mesh, lengths are pixels of the picture. Only what is read is turned into L*a*b*.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from xueji.imaging.colour import inside, length, median_of, packed_lab, patches, spread_lab
from xueji.imaging.nets import FacePoints
from xueji.rules.portrait import Eyes, FaceLight, Mouth, Pose

OUTER_EYES = (33, 263)
CHEEKS = (50, 280, 101, 330)
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
UPPER_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER = (324, 318, 402, 317, 14, 87, 178, 88, 95)
LOWER_OUTER = (375, 321, 405, 314, 17, 84, 181, 91, 146)
OUTER_LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
LIP_SKIN = (0, 17, 37, 267, 84, 314, 39, 269, 181, 405)
LIP_PAIRS = ((13, 14), (82, 87), (312, 317))
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
        136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)  # fmt: skip
TEMPLES = (234, 454)
FOREHEAD_TOP, CHIN, NOSE_BRIDGE, NOSE_TIP = 10, 152, 168, 1
BROW_POINTS = (105, 334, 66, 296, 63, 293)
FOREHEAD = (151, 9, 108, 337, 69, 299)
SKIN_WEIGHTS = np.array([0.5, 1.0, 1.0])  # lightness counts half: shadow is not another thing
EAR_WEIGHTS = np.array([0.4, 1.0, 1.0])
BESIDE_EARS = np.array([(out, up) for out in (0.03, 0.055, 0.08) for up in (-0.10, -0.02, 0.06)])  # over the face's width
SHARPNESS_EYE_DISTANCE = 120
IRIS_COLUMNS = np.array([-0.08, -0.04, 0.0, 0.04, 0.08])  # beside the iris centre, over the eye's width
IRIS_NEAR = slice(27, 64)  # hundredths of the eye's width from 0.45 above: where an iris may be darkest
LEAST_DARK = 3.0  # L*
CUBE_ROOT_FOOT = 16  # L* + 16 is the cube root of the light: its ratio says how the light differs, whatever skin it falls on
BEND, ALONE = np.array([1, -2, 1], np.float32), np.array([1], np.float32)


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """A face with its own directions: what every measure below needs, computed once."""

    rgb: np.ndarray
    points: FacePoints
    flat: np.ndarray
    eye_distance: float
    up: np.ndarray
    right: np.ndarray
    cheek: np.ndarray
    face_width: float


def face_frame(rgb: np.ndarray, points: FacePoints) -> FaceFrame:
    """The face's own scale, directions and cheek colour."""
    flat = points.mesh[:, :2]
    eye_distance = max(float(np.linalg.norm(flat[OUTER_EYES[0]] - flat[OUTER_EYES[1]])), 1.0)
    up = flat[FOREHEAD_TOP] - flat[CHIN]
    up = up / max(float(np.linalg.norm(up)), 1e-6)
    right = np.array([-up[1], up[0]])
    if right @ (flat[OUTER_EYES[1]] - flat[OUTER_EYES[0]]) < 0:
        right = -right
    cheek = median_of(patches(rgb, flat[list(CHEEKS)], eye_distance * 0.07))
    wide = float(np.linalg.norm(flat[TEMPLES[0]] - flat[TEMPLES[1]]))
    return FaceFrame(rgb, points, flat, eye_distance, up, right, cheek, wide)


def pose(face: FaceFrame) -> Pose:
    """Yaw and pitch from the depth of the mesh (temple to temple, forehead to chin), roll from the eye line."""
    mesh = face.points.mesh
    across = mesh[TEMPLES[1]] - mesh[TEMPLES[0]]
    down = mesh[CHIN] - mesh[FOREHEAD_TOP]
    line = face.flat[OUTER_EYES[1]] - face.flat[OUTER_EYES[0]]
    return Pose(
        yaw=float(np.degrees(np.arctan2(across[2], np.linalg.norm(across[:2])))),
        roll=float(np.degrees(np.arctan2(line[1], line[0]))),
        pitch=float(np.degrees(np.arctan2(down[2], np.linalg.norm(down[:2])))),
    )


def _opening(lids: np.ndarray) -> float:
    """Mean lid distance over the corner distance; the iris net separates closed from narrow eyes (AUC 0.998),
    the mesh does not (0.984)."""
    width = max(float(np.linalg.norm(lids[0] - lids[8])), 1e-6)
    return float(np.linalg.norm(lids[9:16] - lids[1:8], axis=1).mean() / width)


def _iris_contrast(rgb: np.ndarray, lids: np.ndarray, iris: np.ndarray) -> float:
    """How much darker the iris is than the whites beside it along the middle of the opening, L*."""
    between = (lids[9:16] + lids[1:8]) / 2
    width = max(float(np.linalg.norm(lids[0] - lids[8])), 1e-6)
    light = patches(rgb, between, max(1.0, 0.03 * width))[:, 0]
    near = np.linalg.norm(between - iris[0], axis=1) < 0.22 * width
    if not near.any() or near.all():
        return 0.0
    beside = np.sort(light[~near])[-2:]
    return float(beside.mean() - light[near].min())


def _iris_height(rgb: np.ndarray, lids: np.ndarray, iris: np.ndarray) -> float:
    """Height of the dark place around the iris centre over the eye's width, read across the lids: from its darkest point
    as far as it stays darker than halfway to the skin below the eye."""
    axis = lids[8] - lids[0]
    down = np.array([-axis[1], axis[0]])
    if down[1] < 0:
        down = -down
    steps = np.arange(-45, 46)
    places = iris[0] + axis * IRIS_COLUMNS[:, None, None] + down * (steps[:, None] / 100)
    h, w = rgb.shape[:2]
    x = np.clip(np.rint(places[..., 0]), 0, w - 1).astype(np.intp)
    y = np.clip(np.rint(places[..., 1]), 0, h - 1).astype(np.intp)
    light = np.sort(packed_lab(rgb[y, x])[..., 0], axis=0)[len(IRIS_COLUMNS) // 2] * np.float32(100 / 255)
    light = cv2.GaussianBlur(light[None], (5, 1), 0)[0]
    darkest = IRIS_NEAR.start + int(light[IRIS_NEAR].argmin())
    skin = float(median_of(light[70:]))
    if skin - light[darkest] < LEAST_DARK:
        return 0.0
    lighter = np.flatnonzero(light >= (light[darkest] + skin) / 2)
    above, below = lighter[lighter < darkest], lighter[lighter > darkest]
    top, bottom = above[-1] if len(above) else -1, below[0] if len(below) else len(light)
    return float(bottom - top - 1) / 100


def eyes(face: FaceFrame) -> Eyes:
    """Lid openings, what is seen of the irises and where they stand in the eyes."""
    openings, contrasts, heights, across, along = [], [], [], [], []
    for lids, iris in zip(face.points.lids, face.points.irises, strict=True):
        axis = lids[8] - lids[0]
        length = max(float(np.linalg.norm(axis)), 1e-6)
        normal = np.array([-axis[1], axis[0]]) / length
        openings.append(_opening(lids))
        contrasts.append(_iris_contrast(face.rgb, lids, iris))
        heights.append(_iris_height(face.rgb, lids, iris))
        across.append(float((iris[0] - lids[0]) @ axis / length**2))
        along.append(float((iris[0] - (lids[0] + lids[8]) / 2) @ normal / length))
    return Eyes(
        openings=tuple(openings),
        contrast=tuple(contrasts),
        iris_height=tuple(heights),
        gaze_x=((across[0] - 0.5) - (across[1] - 0.5)) / 2,
        gaze_y=(along[0] - along[1]) / 2,
    )


def mouth(face: FaceFrame) -> Mouth:
    """Lip gap and the bright, unsaturated pixels between the inner lips."""
    flat = face.flat
    width = max(float(np.linalg.norm(flat[78] - flat[308])), 1e-6)
    gap = float(np.mean([np.linalg.norm(flat[a] - flat[b]) for a, b in LIP_PAIRS]) / width)
    within, box = inside(face.rgb.shape, flat[list(INNER_LIPS)])
    between = spread_lab(packed_lab(face.rgb[box])[within])
    lips = median_of(patches(face.rgb, flat[list(LIP_SKIN)], 1.0))
    strip, strip_width = _teeth_strip(face, lips, width)
    if not len(between):
        return Mouth(gap, 0.0, strip, strip_width, 0.0)
    chroma = np.hypot(between[:, 1], between[:, 2])
    white = (between[:, 0] > lips[0] + 12) & (chroma < float(np.hypot(lips[1], lips[2])) * 0.8 + 2) & (between[:, 1] < lips[1] - 4)
    pale = (between[:, 0] > lips[0] - 10) & (between[:, 1] < 0.6 * lips[1]) & (chroma < 0.7 * float(np.hypot(lips[1], lips[2])))
    area = 100 / face.eye_distance**2
    return Mouth(gap, float(white.sum() * area), strip, strip_width, float(pale.sum() * area))


def _teeth_strip(face: FaceFrame, lips: np.ndarray, mouth_width: float) -> tuple[float, float]:
    """Area (per cent of eye distance squared) and width (over the mouth's) of the largest tooth-like patch between the
    upper lip and the middle of the lower lip. A glint on a lip is small; a row of teeth is wide."""
    flat = face.flat
    lower = (flat[list(LOWER_INNER)] + flat[list(LOWER_OUTER)]) / 2
    within, box = inside(face.rgb.shape, np.vstack([flat[list(UPPER_INNER)], lower]))
    lab = spread_lab(packed_lab(face.rgb[box]))
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    lip_chroma = float(np.hypot(lips[1], lips[2]))
    white = within & (lab[..., 0] > lips[0] + 10) & (chroma < 0.75 * lip_chroma + 2) & (lab[..., 1] < lips[1] - 5)
    closed = cv2.morphologyEx(white.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, _, found, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        return 0.0, 0.0
    largest = found[1:][found[1:, cv2.CC_STAT_AREA].argmax()]
    area, across = float(largest[cv2.CC_STAT_AREA]), float(largest[cv2.CC_STAT_WIDTH])
    return area / face.eye_distance**2 * 100, across / mouth_width


def _variance(values: np.ndarray) -> float:
    """Of many floats around nought; a tenth of the time of the general one."""
    return max(0.0, cv2.norm(values) ** 2 / values.size - cv2.mean(values)[0] ** 2)


def light(face: FaceFrame) -> FaceLight:
    """Lightness, clipping, left against right, and sharpness with the eyes brought to 120 pixels apart."""
    outline = face.flat[list(OVAL)]
    within, box = inside(face.rgb.shape, outline)
    part, dots = face.rgb[box], within[::2, ::2]  # every other pixel tells as much about light
    sampled = np.ascontiguousarray(part[::2, ::2])
    red, green, blue = cv2.split(sampled)
    least, most = cv2.min(cv2.min(red, green), blue)[dots], cv2.max(cv2.max(red, green), blue)[dots]
    sides = patches(face.rgb, face.flat[[50, 101, 205, 280, 330, 425]], face.eye_distance * 0.08)[:, 0]
    left, right = float(median_of(sides[:3])), float(median_of(sides[3:]))
    grey = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)
    k = SHARPNESS_EYE_DISTANCE / face.eye_distance
    size = (max(3, round(grey.shape[1] * k)), max(3, round(grey.shape[0] * k)))
    grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC).astype(np.float32)
    bent_across, bent_along = cv2.sepFilter2D(grey, cv2.CV_32F, BEND, ALONE), cv2.sepFilter2D(grey, cv2.CV_32F, ALONE, BEND)
    fine = _variance(cv2.add(bent_across, bent_along))  # their sum is the Laplacian
    coarse = _variance(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.5), cv2.CV_32F))
    across, along = _variance(bent_across), _variance(bent_along)
    return FaceLight(
        face_l=float(packed_lab(sampled)[..., 0][dots].mean()) * 100 / 255 if dots.any() else 0.0,
        too_bright=float((least >= 250).mean()) if dots.any() else 0.0,
        too_dark=float((most <= 12).mean()) if dots.any() else 0.0,
        left_right=1 - ((min(left, right) + CUBE_ROOT_FOOT) / (max(left, right) + CUBE_ROOT_FOOT)) ** 3,
        sharpness=fine,
        detail=fine / max(coarse, 1e-6),
        direction=min(across, along) / max(across, along, 1e-6),
    )


def skin_difference(face: FaceFrame, places: np.ndarray, radius: float) -> np.ndarray:
    """Difference of each place's colour to the cheeks; lightness counts half."""
    return length((patches(face.rgb, places, radius) - face.cheek) * SKIN_WEIGHTS)


def brow_difference(face: FaceFrame) -> float:
    """How unlike skin the strip just above the brows is (upper quartile)."""
    brows = face.flat[list(BROW_POINTS)]
    strip = np.concatenate([brows + face.up * face.eye_distance * o for o in (0.10, 0.16)])
    return float(np.percentile(skin_difference(face, strip, face.eye_distance * 0.03), 75))


def forehead_difference(face: FaceFrame) -> float:
    """How unlike skin the forehead is (median): a fringe, a brim, a scarf."""
    return float(median_of(skin_difference(face, face.flat[list(FOREHEAD)], face.eye_distance * 0.05)))


def ears(face: FaceFrame) -> tuple[float, float]:
    """Share of skin-like places just outside each side of the face at the height of the nose."""
    out, up = BESIDE_EARS[:, :1] * face.right * face.face_width, BESIDE_EARS[:, 1:] * face.up * face.face_width
    places = np.concatenate([face.flat[TEMPLES[0]] - out + up, face.flat[TEMPLES[1]] + out + up])
    alike = length((patches(face.rgb, places, face.face_width * 0.015) - face.cheek) * EAR_WEIGHTS) < 16
    return float(alike[: len(BESIDE_EARS)].mean()), float(alike[len(BESIDE_EARS) :].mean())


def bridge_edge(face: FaceFrame) -> float:
    """Strength of horizontal edges on the nose bridge over the lightness of the skin: a frame crosses it."""
    x, y = face.flat[NOSE_BRIDGE]
    half_w, half_h = face.eye_distance * 0.10, face.eye_distance * 0.22
    h, w = face.rgb.shape[:2]
    rows = slice(int(max(0, y - half_h)), int(min(h, y + half_h)))
    columns = slice(int(max(0, x - half_w)), int(min(w, x + half_w)))
    strip = face.rgb[rows, columns]
    if min(strip.shape[:2]) < 3:
        return 0.0
    strip = packed_lab(strip)[..., 0] * np.float32(100 / 255)
    edges = np.abs(cv2.Sobel(strip, cv2.CV_32F, 0, 1, ksize=3))
    return float(median_of(edges.max(0)) / max(float(face.cheek[0]), 1.0))


def dark_lenses(face: FaceFrame) -> float:
    """How much darker the surroundings of both eyes are than the cheeks, 0 (alike) to 1 (black): dark glass covers
    lids and lower lids alike, a shadow seldom both and never evenly."""
    below = face.flat[[119, 348, 118, 347]] - face.up * face.eye_distance * 0.02
    lids = face.flat[[159, 386, 27, 257, 56, 286]]
    r = face.eye_distance
    lower = float(median_of(patches(face.rgb, below, r * 0.045)[:, 0]))
    upper = float(median_of(patches(face.rgb, lids, r * 0.03)[:, 0]))
    return float(np.clip(1 - max(lower, upper) / max(float(face.cheek[0]), 1.0), 0, 1))
