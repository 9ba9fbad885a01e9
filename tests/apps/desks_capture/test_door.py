"""At the door: a code on paper for who has no phone."""

import pytest
from tests.apps.photos.day import at, opened
from tests.documents.reading import codes, pages

from xueji.photos.day.models import Code, Turn

pytestmark = pytest.mark.django_db
EAST = "东湖校区"


@pytest.fixture
def day(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 60 * 86400
    it = opened(world)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(11, 26))
    return it


def test_a_student_without_a_phone_is_given_a_slip_and_takes_a_number(day):
    client, base = day.world.client("周操作员"), f"/capture/{day.campaign.code}/{EAST}/"
    shown = client.post(f"{base}slip/", {"number": "S202401001", "as": "page"}).content.decode()
    assert "李明" not in shown and "<svg" in shown and "报告厅" in shown
    pdf = client.post(f"{base}slip/", {"number": "S202401001", "as": "pdf"}).content
    assert Code.objects.count() == 1 and "S202401001" in pages(pdf)[0] and "李明" not in pages(pdf)[0]
    token = codes(pdf, 0)[0]
    assert client.post(base, {"token": token}).status_code == 302 and Turn.objects.get().case == day.case("李明")


def test_a_number_that_is_wrong_or_not_on_the_lists_is_said_and_kept(day):
    client, where = day.world.client("周操作员"), f"/capture/{day.campaign.code}/{EAST}/slip/"
    for number, why in (("S202401003", "STAT.008"), ("S2024O1001", "STAT.036"), ("<b>", "STAT.036")):
        answer = client.post(where, {"number": number})
        assert answer.status_code == 422 and why in answer.content.decode()
    assert 'value="S2024O1001"' in client.post(where, {"number": "S2024O1001"}).content.decode()
    assert not Code.objects.exists()
    assert day.world.client("王秘书").post(where, {"number": "S202401001"}).status_code == 404
