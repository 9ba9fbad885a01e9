"""The counsellor's page: a class in the round, the confirmation of one student, and what is to be corrected, on the spot."""

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.collection.answers import portrait
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.confirmation.commands.spellings import choose_spelling
from xueji.confirmation.models import Confirmation
from xueji.corrections.models import Correction
from xueji.records.commands import change_record

NOTICE = Path(__file__).resolve().parents[3] / "campaigns" / "2025-bit-names.toml"
NOW = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)


@pytest.fixture
def round(world, monkeypatch, settings):
    """N2 part two with 李明 and 王芳 of the counsellor's class, and Anna of another class."""
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    for name in ("李明", "王芳", "SCHMIDT ANNA"):
        change_record(world.system(), world.record(name), values={"expected_on": "2025-06-30"}, reason="2025届")
    world.round = open_campaign(world.act("刘老师", at=NOW), text=NOTICE.read_text("utf-8")).result[0]
    world.list = f"/college/{world.round.code}/confirmations/"
    return world


def text(answer, code=200):
    assert answer.status_code == code, answer.content.decode()
    return answer.content.decode()


def test_the_own_class_is_listed_with_who_has_not_answered(round):
    page = text(round.client("高辅导员").get(round.list))
    assert "李明" in page and "没有回答" in page and "SCHMIDT" not in page


def test_the_list_asks_the_database_no_more_often_with_more_students(round, django_assert_max_num_queries, django_assert_num_queries):
    client = round.client("王秘书")
    text(client.get(round.list))
    with django_assert_max_num_queries(14) as one:
        assert text(client.get(round.list, {"q": "李明"})).count('<th scope="row">') == 1
    with django_assert_num_queries(len(one)):
        assert text(client.get(round.list)).count('<th scope="row">') == 3


def test_a_code_is_chosen_from_its_list_not_typed(round):
    client, address = round.client("高辅导员"), f"{round.list}S202401001/"
    assert 'href="?wrong=ethnic_group#wrong"' in text(client.get(address))
    page = text(client.get(address, {"wrong": "ethnic_group"}))
    assert '<select name="wrong.new"' in page and "回族" in page
    assert 'name="wrong.new"' not in text(client.get(address, {"wrong": "salary"}))


def test_what_is_missing_is_said_and_nothing_typed_or_chosen_is_lost(round):
    client, address = round.client("高辅导员"), f"{round.list}S202401001/"
    paper = SimpleUploadedFile("证明.jpg", portrait())
    sent = {"action": "correct", "field": "name", "wrong.new": "李明远", "wrong.reason": "短", "wrong.police_certificate": paper}
    page = text(client.post(address, sent), 422)
    assert "CORR.001" in page and "李明远" in page and "短</textarea>" in page and "不用再选" in page
    kept = page.split('name="wrong.police_certificate.kept" value="')[1].split('"')[0]
    again = {**sent, "wrong.reason": "公安机关已更正", "wrong.police_certificate.kept": kept}
    del again["wrong.police_certificate"]
    assert client.post(address, again).status_code == 302
    made = Correction.objects.get()
    assert made.new == "李明远" and made.requested_by == "高辅导员" and made.evidence.count() == 1


def test_a_correction_of_no_field_says_so(round):
    client = round.client("高辅导员")
    assert "CONF.016" in text(client.post(f"{round.list}S202401001/", {"action": "correct", "field": "salary"}), 422)


def test_a_confirmation_is_registered_on_behalf_and_its_note_survives_a_mistake(round):
    choose_spelling(round.act("李明", at=NOW), round.record("李明"), syllables=["li", "ming"], surname_length=1)
    client, address = round.client("高辅导员"), f"{round.list}S202401001/"
    page = text(client.post(address, {"action": "confirm", "note": "晚上打的电话"}), 422)
    assert "CONF.001" in page and "晚上打的电话" in page
    client.post(address, {"action": "confirm", "how": "telephone", "note": "晚上打的电话"})
    assert Confirmation.objects.get().how == "telephone"


def test_another_class_is_not_there(round):
    assert round.client("高辅导员").get(f"{round.list}S202401003/").status_code == 404
