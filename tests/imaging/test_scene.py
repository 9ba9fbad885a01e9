"""Around the head: where somebody else may be looked for, and where there is only a seam or hair."""

import numpy as np
import pytest

from xueji.imaging import scene_measures as around
from xueji.imaging.colour import median_of
from xueji.imaging.face_measures import CUBE_ROOT_FOOT
from xueji.imaging.nets import shrunk

BLUE = (100, 197, 255)
HEAD = np.array([80.0, 80.0, 160.0, 170.0])  # the detector's box in the copy of 240 × 320


def scene_with(*spots: tuple[slice, slice], as_person: bool = False) -> around.Scene:
    """A head on the blue ground with brown spots beside it; the mask takes them for somebody or overlooks them."""
    rgb, mask = np.full((640, 480, 3), BLUE, np.uint8), np.zeros((320, 240), np.float32)
    rgb[120:640, 160:320] = (120, 80, 60)
    mask[60:320, 80:160] = 1
    for rows, columns in spots:
        rgb[rows.start * 2 : rows.stop * 2, columns.start * 2 : columns.stop * 2] = (120, 80, 60)
        mask[rows, columns] = 1 if as_person else 0.3
    return around.Scene(rgb, around.small_copy(rgb), mask)


def asked(scene: around.Scene) -> tuple[bool, bool]:
    return around.sides_to_look_at(scene, around.background(scene), HEAD)


def test_beside_a_head_before_an_even_wall_nobody_is_looked_for():
    assert asked(scene_with()) == (False, False)


def test_a_seam_left_by_a_cutting_tool_is_nobody():
    assert asked(scene_with((slice(60, 180), slice(77, 80)))) == (False, False)


@pytest.mark.parametrize(("columns", "side"), [(slice(20, 36), (True, False)), (slice(200, 216), (False, True))])
def test_a_head_that_the_mask_overlooks_is_looked_for_on_its_side(columns, side):
    seen = scene_with((slice(90, 110), columns))
    behind = around.background(seen)
    assert around.something_beside(seen, behind) or asked(seen) == side


def test_somebody_whom_the_mask_joins_to_the_head_is_looked_for():
    assert asked(scene_with((slice(90, 150), slice(160, 200)), as_person=True)) == (False, True)


def test_a_picture_made_small_keeps_its_mean_colour():
    rng = np.random.default_rng(5)
    rgb = rng.integers(0, 255, (640, 480, 3), dtype=np.uint8)
    for width, height in ((96, 128), (144, 192), (256, 256), (300, 400), (480, 640)):
        small = shrunk(rgb, width, height)
        assert small.shape == (height, width, 3)
        assert np.abs(small.mean((0, 1)) - rgb.mean((0, 1))).max() < 1


@pytest.mark.parametrize("count", [1, 2, 7, 10])
def test_the_quick_median_is_the_median(count):
    values = np.random.default_rng(count).normal(size=(count, 3)).astype(np.float32)
    assert np.allclose(median_of(values), np.median(values, axis=0))


def test_light_that_halves_on_one_side_is_the_same_share_on_dark_and_light_skin():
    def lightness(luminance: float) -> float:
        return 116 * luminance ** (1 / 3) - 16

    shares = [1 - ((lightness(skin / 2) + CUBE_ROOT_FOOT) / (lightness(skin) + CUBE_ROOT_FOOT)) ** 3 for skin in (0.05, 0.2, 0.6)]
    assert shares == pytest.approx([0.5, 0.5, 0.5])
