"""The rehearsal page without a browser: what is sent is looked at, answered, and forgotten."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests.apps.photos.day import at, text_of

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.imaging.models import missing_models
from xueji.journal.models import Event
from xueji.photos.day.models import Capture
from xueji.records.commands import change_record

pytestmark = pytest.mark.django_db
needs_models = pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")


def jpeg(colour=(100, 197, 255)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (480, 640), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@needs_models
def test_a_photo_is_judged_without_script_and_nothing_of_it_is_kept(world):
    before = Event.objects.count()
    answer = world.client("李明").post(reverse("capture:rehearsal"), {"photo": SimpleUploadedFile("a.jpg", jpeg())})
    page = answer.content.decode()
    assert "PHOTO.030" in page and "<svg" in page and "耳环" in page
    assert Event.objects.count() == before


def test_a_hostile_file_is_a_sentence_on_the_page(world):
    answer = world.client("李明").post(reverse("capture:rehearsal"), {"photo": SimpleUploadedFile("a.jpg", b"%PDF-1.7")})
    assert "PHOTO.011" in answer.content.decode()


def test_sending_nothing_asks_for_a_photo(world):
    assert "请先选一张照片" in world.client("李明").post(reverse("capture:rehearsal")).content.decode()


@needs_models
def test_a_still_is_answered_with_one_short_word_in_the_language_of_the_page(world):
    student = world.client("李明")
    assert student.post(reverse("capture:still"), jpeg(), content_type="image/jpeg").json()["say"] == "入镜"
    student.cookies["language"] = "en"
    assert student.post(reverse("capture:still"), jpeg(), content_type="image/jpeg").json() == {
        "code": "nobody", "say": "Come in", "hold": False, "face": None,
    }  # fmt: skip


def test_a_still_that_is_no_picture_is_not_checked(world):
    assert world.client("李明").post(reverse("capture:still"), b"no", content_type="image/jpeg").json()["code"] == "unchecked"


def test_stills_that_are_too_large_or_too_many_are_turned_away(world):
    student = world.client("李明")
    large = student.post(reverse("capture:still"), b"\xff" * 1_600_000, content_type="image/jpeg")
    assert large.status_code == 413
    answers = [student.post(reverse("capture:still"), b"", content_type="image/jpeg").status_code for _ in range(45)]
    assert answers[0] == 200 and answers[-1] == 429
    assert world.client("王芳").post(reverse("capture:still"), b"", content_type="image/jpeg").status_code == 200


def test_the_policy_lets_the_page_talk_to_its_own_server_only(world):
    policy = world.client("李明").get(reverse("capture:rehearsal")).headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy and "unsafe" not in policy


@needs_models
def test_a_look_before_sending_in_is_for_the_own_case_of_a_round_that_takes_photos_online(world):
    change_record(world.system(), world.record("李明"), values={"expected_on": "2020-06-30", "enrolled_on": "2017-09-01"}, reason="2020届")
    n3 = open_campaign(world.act("刘老师", at=at(6, 3, year=2020)), text=text_of("2020-bit-photo")).result[0]
    n4 = open_campaign(world.act("刘老师", at=at(9, 25)), text=text_of("2025-cufe-photo")).result[0]
    allowed = reverse("capture:look", args=[Case.objects.get(campaign=n3, record=world.record("李明")).pk])
    forbidden = reverse("capture:look", args=[Case.objects.get(campaign=n4, record=world.record("欧阳静")).pk])

    def looked(who: str, where: str):
        return world.client(who).post(where, {"photo": SimpleUploadedFile("a.jpg", jpeg())})

    assert "PHOTO.030" in looked("李明", allowed).content.decode()
    assert looked("欧阳静", forbidden).status_code == looked("王芳", allowed).status_code == looked("王秘书", allowed).status_code == 404
    assert not Capture.objects.exists()
