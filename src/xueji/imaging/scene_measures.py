"""What is measured around the face (画面测量): head position, background, shoulders, clothing, what is on the head."""

from __future__ import annotations

import cv2
import numpy as np

from xueji.imaging.colour import length, median_colour, median_of, pack_lab, packed_lab, patches, spread_lab
from xueji.imaging.face_measures import CHIN, NOSE_TIP, OUTER_EYES, TEMPLES, FaceFrame
from xueji.rules.portrait import Background, Box, Head

SMALL_SIDE = 320
PERSON = 0.5
SURELY_BACKGROUND = 0.15
EDGE = 25.0
TILES = 8
BALD = 10.0  # a crown of the skin's own colour is a bald head, not a hat
WALL = 6.0  # standard deviation of a colour channel over an even part of the background
ODD = 35  # steps of packed L*a*b* to the background's colour that no light makes
SPECK = 120  # pixels of the small copy: the smallest head that the nets know is about 12 × 14
THIN = np.ones((5, 5), np.uint8)  # what does not hold this is a seam, a strand of hair or the rim of a shadow
HAIR_REACHES = 0.25  # beyond the box of a face, over its width: what reaches further may be somebody
SAMPLE = 3_000  # pixels: a median of more tells nothing new


def small_copy(rgb: np.ndarray) -> np.ndarray:
    """The picture with its longer side at 320 pixels: enough for the detectors, the mask and everything wide."""
    k = min(1.0, SMALL_SIDE / max(rgb.shape[:2]))
    size = (max(8, round(rgb.shape[1] * k)), max(8, round(rgb.shape[0] * k)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


class Scene:
    """The small copy of the picture with the person mask of the same size. ``scale`` leads from picture to copy."""

    def __init__(self, rgb: np.ndarray, small: np.ndarray, mask: np.ndarray) -> None:
        size = (small.shape[1], small.shape[0])
        self.rgb, self.packed = small, packed_lab(small)
        self.mask = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
        self.scale = np.array([size[0] / rgb.shape[1], size[1] / rgb.shape[0]])
        self.background = self._surely_background()

    @property
    def height(self) -> int:
        return int(self.packed.shape[0])

    @property
    def width(self) -> int:
        return int(self.packed.shape[1])

    def _surely_background(self) -> np.ndarray:
        """Background away from the seam of hair and cloth, where the mask is never exact."""
        free = (self.mask < SURELY_BACKGROUND).astype(np.uint8)
        times = max(2, int(0.012 * self.width))
        return cv2.erode(free, np.ones((3, 3), np.uint8), iterations=times, borderValue=1).view(bool)


def hair_top(scene: Scene, face: FaceFrame) -> float:
    """The highest row over the face that shows the person, pixels of the full picture."""
    x = face.flat[:, 0] * scene.scale[0]
    columns = slice(int(max(0, x.min())), int(min(scene.width, x.max() + 1)))
    rows = np.flatnonzero((scene.mask[:, columns] > PERSON).mean(1) > 0.12)
    return float(rows[0] / scene.scale[1]) if len(rows) else 0.0


def head(scene: Scene, face: FaceFrame) -> Head:
    """Hair top, eye line, chin, face width and centre, pixels of the measured picture."""
    flat = face.flat
    return Head(
        hair_top=hair_top(scene, face),
        eyes_y=float(flat[list(OUTER_EYES), 1].mean()),
        chin_y=float(flat[CHIN, 1]),
        face_width=face.face_width,
        centre_x=float(flat[list(TEMPLES), 0].mean()),
        eye_distance=face.eye_distance,
    )


def background(scene: Scene) -> Background | None:
    """Colour and evenness of what is surely background; None where fewer than 2 % of the picture are."""
    free = scene.background
    share = float(free.mean())
    if share < 0.02:
        return None
    soft = cv2.GaussianBlur(scene.packed, (3, 3), 0.8)
    places = np.flatnonzero(free)
    rows, columns = np.divmod(places[:: max(1, len(places) // SAMPLE)], scene.width)
    sample = soft[rows, columns]
    seen, median = spread_lab(sample), median_colour(sample)
    apart = length(seen - median)
    plane = np.column_stack([columns / scene.width, rows / scene.height, np.ones(len(rows))])
    lightness = seen[:, 0]
    slope = np.linalg.lstsq(plane.T @ plane, plane.T @ lightness, rcond=None)[0]
    across, down = cv2.spatialGradient(np.ascontiguousarray(scene.packed[..., 0]))
    gradient = np.hypot(across[rows, columns], down[rows, columns]) * (100 / 255)
    return Background(
        share=share,
        colour=tuple(float(v) for v in median),
        spread=float(np.partition(apart, int(0.95 * len(apart)))[int(0.95 * len(apart))]),
        residual=float(np.std(lightness - plane @ slope)),
        edges=float((gradient > EDGE).mean()),
        slope=float(np.hypot(slope[0], slope[1])),
        worst=_worst_tile(apart, rows * TILES // scene.height, columns * TILES // scene.width),
    )


def _quiet(behind: Background | None) -> bool:
    return behind is not None and behind.spread <= 9 and behind.residual <= 2 and behind.edges <= 0.01


def something_beside(scene: Scene, behind: Background | None) -> bool:
    """Is there anything in the background, or a second piece of "person", that might be somebody else?"""
    if not _quiet(behind):
        return True
    person = (scene.mask[::2, ::2] > PERSON).astype(np.uint8)
    pieces, _, found, _ = cv2.connectedComponentsWithStats(person)
    return pieces > 2 and int((found[1:, cv2.CC_STAT_AREA] > 0.004 * person.size).sum()) > 1


def busy(rgb: np.ndarray) -> bool:
    """Is there anything in this part of the picture at all? An even wall holds no face."""
    return float(cv2.meanStdDev(np.ascontiguousarray(rgb[::4, ::4]))[1].max()) > WALL


def sides_to_look_at(scene: Scene, behind: Background | None, box: np.ndarray) -> tuple[bool, bool]:
    """Left and right of a head (``box`` in pixels of the small copy): may somebody else be there?

    Not where the background is even and in one piece, no "person" reaches further out than short hair does, and nothing
    solid stands out against the background down to the chin.
    """
    if something_beside(scene, behind):
        return True, True
    x0, y0, x1, y1 = box
    wide = x1 - x0
    person = scene.mask[: max(1, int(y1))] > PERSON
    ground = pack_lab(behind.colour).astype(float)
    like = cv2.inRange(scene.packed[: len(person)], np.clip(ground - ODD, 0, 255), np.clip(ground + ODD, 0, 255))
    odd = (like == 0) & ~person
    beside_head = slice(max(0, int(y0 - 0.5 * wide)), max(1, int(y1 - 0.2 * wide)))
    left, right = max(0, int(x0 - HAIR_REACHES * wide)), min(scene.width, int(x1 + HAIR_REACHES * wide))
    sides = (slice(None, left), slice(0, max(0, int(x0)))), (slice(right, None), slice(int(x1), None))
    return tuple(_solid(person[beside_head, far]) + _solid(odd[:, near]) > SPECK for far, near in sides)


def _solid(places: np.ndarray) -> int:
    """How many places are left when everything thin is taken away."""
    if np.count_nonzero(places) <= SPECK:
        return 0
    solid = cv2.morphologyEx(
        np.ascontiguousarray(places).view(np.uint8), cv2.MORPH_OPEN, THIN, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    return int(np.count_nonzero(solid))


def _worst_tile(apart: np.ndarray, row: np.ndarray, column: np.ndarray) -> Box:
    """The tile of an 8 × 8 grid whose background differs most from the median; tiles with little of it do not count."""
    tile = row * TILES + column
    count = np.bincount(tile, minlength=TILES * TILES)
    total = np.bincount(tile, weights=apart, minlength=TILES * TILES)
    mean = np.where(count > 0.15 * count.max(), total / np.maximum(count, 1), -1)
    worst_row, worst_column = divmod(int(mean.argmax()), TILES)
    return Box(worst_column / TILES, worst_row / TILES, 1 / TILES, 1 / TILES)


def shoulders(scene: Scene, face: FaceFrame) -> float | None:
    """Slope of the silhouette left and right of the chin, degrees; None where the shoulders are not in the picture."""
    chin, nose = face.flat[CHIN] * scene.scale, face.flat[NOSE_TIP] * scene.scale
    wide = face.face_width * scene.scale[0]
    slopes = []
    for f in (0.75, 0.9, 1.05):
        tops = []
        for sign in (-1, 1):
            x = round(chin[0] + sign * f * wide)
            if not 1 <= x < scene.width - 1:
                break
            rows = np.flatnonzero(np.count_nonzero(scene.mask[:, x - 1 : x + 2] > PERSON, axis=1) > 1)
            rows = rows[rows > nose[1]]
            if not len(rows) or rows[0] >= scene.height - 3:
                break
            tops.append(float(rows[0]))
        if len(tops) == 2:
            slopes.append(float(np.degrees(np.arctan2(tops[1] - tops[0], 2 * f * wide))))
    return float(median_of(np.array(slopes))) if slopes else None


def clothing_box(scene: Scene, face: FaceFrame) -> Box | None:
    """Where the clothing is looked at: the person from a third of a face below the chin to the lower edge."""
    top = int((face.flat[CHIN, 1] + 0.35 * face.face_width) * scene.scale[1])
    if top > scene.height - 6:
        return None
    columns = np.flatnonzero((scene.mask[top:] > 0.8).any(0))
    if len(columns) < 8:
        return None
    return Box(
        float(columns[0] / scene.width), top / scene.height,
        float((columns[-1] - columns[0] + 1) / scene.width), 1 - top / scene.height,
    )  # fmt: skip


def clothing(scene: Scene, box: Box | None, background_colour: tuple[float, float, float] | None) -> tuple[float | None, float | None]:
    """Shares of the clothing that are blue (hue 235 to 300 degrees) and that nearly have the background's colour."""
    if box is None:
        return None, None
    top = int(box.y * scene.height)
    places = np.flatnonzero(scene.mask[top:] > 0.8)
    cloth = spread_lab(scene.packed[top:].reshape(-1, 3)[places[:: max(1, len(places) // SAMPLE)]])
    a, b = cloth[:, 1], cloth[:, 2]
    colourful = a * a + b * b > 12 * 12
    hue = np.degrees(np.arctan2(b[colourful], a[colourful])) % 360
    blue = int(np.count_nonzero((hue > 235) & (hue < 300))) / len(cloth)
    like = None
    if background_colour is not None:
        like = float((length(cloth - np.float32(background_colour)) < 20).mean())
    return blue, like


def crown_difference(scene: Scene, face: FaceFrame, top: float) -> float:
    """How colourful the crown is beyond what hair is (chroma outside black, brown, blond, red and grey), 0 and up."""
    forehead = face.flat[10]
    middle = np.array([forehead[0], (top + forehead[1]) / 2])
    span = max(forehead[1] - top, 4.0)
    places = np.array([
        middle + face.right * face.face_width * dx + np.array([0, span * dy]) for dx in (-0.25, 0, 0.25) for dy in (-0.2, 0.1)
    ])  # fmt: skip
    colours = patches(scene.rgb, places * scene.scale, 0.04 * face.face_width * scene.scale[0])
    lightness, a, b = median_of(colours)
    if np.hypot(a - face.cheek[1], b - face.cheek[2]) < BALD:
        return 0.0
    chroma, hue = float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)) % 360)
    hair_like = 30 <= hue <= 95
    allowed = 12.0 + (0.45 * float(lightness) if hair_like else 0.0)
    return max(0.0, chroma - allowed)
