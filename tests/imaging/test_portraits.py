"""The rules on real and synthetic faces, where the portraits for development lie beside the project."""

import csv
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from xueji.imaging import judge_photo
from xueji.imaging.measure import measure
from xueji.imaging.models import missing_models
from xueji.imaging.opening import open_photo
from xueji.imaging.overlay import overlay_svg
from xueji.imaging.preview import STAMP, PreviewRefused, card_preview
from xueji.rules.photo_profile import load_profile

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
pytestmark = [
    pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"{PHOTOS} is not there: the portraits are not part of the project"),
    pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py"),
]
CHSI = load_profile("chsi-graduation")


def labels() -> dict[str, dict[str, str]]:
    if not PHOTOS.is_dir():
        return {}
    with (PHOTOS / "labels.csv").open(encoding="utf-8") as table:
        return {row["file"]: row for row in csv.DictReader(table)}


def rejected(content: bytes) -> set[str]:
    return {f.rule for f in judge_photo(content, CHSI).findings if f.weight == "reject"}


def jpeg(rgb: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=85, dpi=(300, 300))
    return out.getvalue()


@pytest.fixture(scope="module")
def neutral() -> np.ndarray:
    return open_photo((PHOTOS / "london_005_neutral.jpg").read_bytes()).rgb


@pytest.mark.parametrize("name", sorted(labels()))
def test_no_portrait_as_it_is_is_wrongly_rejected_for_eyes_teeth_or_number_of_faces(name):
    truth, against = labels()[name], rejected((PHOTOS / name).read_bytes())
    assert "face_count" not in against
    assert "eyes" not in against
    if truth["teeth_visible"] == "0":
        assert "teeth" not in against


def test_most_visible_teeth_are_found():
    showing = [name for name, truth in labels().items() if truth["teeth_visible"] == "1"]
    found = [name for name in showing if "teeth" in rejected((PHOTOS / name).read_bytes())]
    assert len(found) / len(showing) >= 0.8


def test_faces_turned_away_are_rejected_and_facing_ones_are_not():
    for name in ("faker_female_42.jpg", "faker_female_58.jpg", "faker_female_66.jpg", "faker_female_87.jpg"):
        assert "yaw" in rejected((PHOTOS / name).read_bytes()), name
    for name, truth in labels().items():
        if truth["frontal"] == "1":
            assert "yaw" not in rejected((PHOTOS / name).read_bytes()), name


@pytest.mark.parametrize("degrees", [-12, 12])
def test_a_turned_copy_is_measured_within_half_a_degree(neutral, degrees):
    straight = measure(jpeg(neutral)).pose.roll
    h, w = neutral.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), -degrees, 1)
    turned = cv2.warpAffine(neutral, turn, (w, h), borderMode=cv2.BORDER_REPLICATE)
    assert measure(jpeg(turned)).pose.roll - straight == pytest.approx(degrees, abs=0.6)


def turned(rgb: np.ndarray, degrees: float) -> np.ndarray:
    h, w = rgb.shape[:2]
    place = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    return cv2.warpAffine(rgb, place, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


SLIGHT = {
    "saved once more": lambda rgb: cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 65])[1], cv2.IMREAD_UNCHANGED),
    "a little darker": lambda rgb: (rgb * 0.85).astype(np.uint8),
    "a little brighter": lambda rgb: np.clip(rgb * 1.1, 0, 255).astype(np.uint8),
    "slightly soft": lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 0.7),
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "turned by 2 degrees": lambda rgb: turned(rgb, 2),
    "turned back by 2 degrees": lambda rgb: turned(rgb, -2),
    "three quarters of the size": lambda rgb: cv2.resize(rgb, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA),
}


@pytest.mark.parametrize("change", SLIGHT)
@pytest.mark.parametrize("name", ["london_005_neutral.jpg", "faker_male_83.jpg", "faker_male_19.jpg"])
def test_a_slight_change_turns_no_good_face_into_a_rejected_one(name, change):
    """Narrow eyes, a dark skin, full lips: what is right about the face stays right."""
    whole = SLIGHT[change](open_photo((PHOTOS / name).read_bytes()).rgb)
    assert rejected(jpeg(whole)) & {"face_count", "eyes", "teeth", "yaw", "roll", "pitch", "sharpness", "exposure"} == set()


def test_somebody_small_beside_the_head_is_counted(neutral):
    other = open_photo((PHOTOS / "faker_male_12.jpg").read_bytes()).rgb
    small = cv2.resize(other, (120, 120), interpolation=cv2.INTER_AREA)
    picture = neutral.copy()
    picture[200:320, 20:140] = small
    assert measure(jpeg(neutral)).faces == 1 and measure(jpeg(picture)).faces == 2


def test_two_people_are_counted(neutral):
    both = np.hstack([neutral[:, 150:750], neutral[:, 150:750][:, ::-1]])
    assert measure(jpeg(both)).faces == 2


def test_blur_motion_and_enlarging_are_rejected(neutral):
    soft = cv2.GaussianBlur(neutral, (0, 0), 3)
    moved = cv2.filter2D(neutral, -1, np.full((1, 19), 1 / 19, np.float32))
    small = cv2.resize(cv2.resize(neutral, (150, 150), interpolation=cv2.INTER_AREA), (900, 900), interpolation=cv2.INTER_CUBIC)
    assert "sharpness" not in rejected(jpeg(neutral))
    for spoilt in (soft, moved, small):
        assert "sharpness" in rejected(jpeg(spoilt))


def test_regions_lie_in_the_picture_and_the_overlay_draws_them():
    verdict = judge_photo((PHOTOS / "faker_female_42.jpg").read_bytes(), CHSI)
    for finding in verdict.findings:
        box = finding.region
        assert 0 <= box.x <= 1 and 0 <= box.y <= 1 and box.x + box.w <= 1.001 and box.y + box.h <= 1.001
    drawn = overlay_svg(verdict.as_json(), CHSI, lang="en")
    assert 'data-rule="teeth"' in drawn and 'data-rule="yaw"' in drawn
    assert "style" not in drawn and "<script" not in drawn
    assert drawn.count('class="band"') == 4


def test_the_preview_is_stamped_blue_and_of_the_right_size():
    made = card_preview((PHOTOS / "london_005_neutral.jpg").read_bytes())
    picture = Image.open(io.BytesIO(made))
    assert picture.size == (480, 640) and picture.info["dpi"] == (300, 300)
    rgb = np.asarray(picture)
    assert np.abs(rgb[5:40, 5:60].reshape(-1, 3).mean(0) - [110, 200, 255]).max() < 12
    assert (np.abs(rgb[500:545, 200:280].astype(int) - 255).sum(2) < 60).any(), STAMP


@pytest.mark.parametrize(("name", "reason"), [("london_030_smile.jpg", "too close"), ("faker_female_84.jpg", "busy")])
def test_the_preview_is_refused_rather_than_filled_up(name, reason):
    with pytest.raises(PreviewRefused, match=reason):
        card_preview((PHOTOS / name).read_bytes())


def test_the_preview_needs_one_person_and_a_photo():
    with pytest.raises(PreviewRefused, match="exactly one"):
        card_preview(jpeg(np.full((640, 480, 3), 200, np.uint8)))
    with pytest.raises(PreviewRefused, match="opened"):
        card_preview(b"")
