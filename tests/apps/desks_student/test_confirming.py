"""The confirming page: what is wrong is corrected on the spot, nothing typed is lost, the rest is confirmed in the same go."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.collection.answers import portrait
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.confirmation.models import Confirmation
from xueji.confirmation.queries.confirmations import spelling_of, written
from xueji.corrections.models import Correction, Evidence
from xueji.exchange.chsi import import_source
from xueji.exchange.layouts import as_dbf, layout
from xueji.records.commands import change_record
from xueji.records.queries import value_of
from xueji.vault.models import VaultFile

NOTICE = Path(__file__).resolve().parents[3] / "campaigns" / "2025-bit-names.toml"
NOW = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)
SPELLED = {"action": "spelling", "reading_0": "li", "reading_1": "ming", "surname_length": "1"}


@pytest.fixture
def desk(world, clock):
    """N2 part two for 李明; CHSI says 回族 where the school says 汉族. Returns a way to open and send the page."""
    clock(NOW)
    for name in ("李明", "王芳"):
        change_record(world.system(), world.record(name), values={"expected_on": "2025-06-30"}, reason="2025届")
    campaign = open_campaign(world.act("刘老师", at=NOW), text=NOTICE.read_text("utf-8")).result[0]
    codes = [column.field for column in layout("chsi_students").columns]
    row = {code: str(value_of(world.record("李明"), code)) for code in codes} | {"ethnic_group": "03"}
    content = as_dbf("chsi_students", [row], on=date(2024, 11, 20))
    import_source(world.act("刘老师", at=NOW), source="chsi", taken_on=date(2024, 11, 20), content=content, title="zxs.dbf")
    case = Case.objects.get(campaign=campaign, record__person__name="李明")
    address, client = f"/student/cases/{case.pk}/confirm/verify/", world.client("李明")

    def sent(**typed):
        return client.post(address, typed) if typed else client.get(address)

    sent.address, sent.client = address, client
    return sent


def text(answer):
    return answer.content.decode()


def paper(name="证明.jpg", content=None):
    return SimpleUploadedFile(name, portrait() if content is None else content)


def wrong_name(**more):
    return {"name.new": "李明远", "name.reason": "公安机关已更正", "name.police_certificate": paper(), **more}


def test_wrong_is_asked_for_on_the_spot_with_value_reason_and_evidence(desk):
    answer = desk(action="correct:name", **wrong_name())
    assert answer.headers["Location"] == f"{desk.address}#line_name"
    made = Correction.objects.get()
    assert (made.field, made.new, made.reason, made.evidence.count()) == ("name", "李明远", "公安机关已更正", 1)
    after = text(desk())
    assert "更正申请已提出" in after and "你已提出更正" in after and 'name="name.new"' not in after


def test_everything_missing_is_said_at_its_control_and_nothing_typed_is_lost(desk):
    answer = desk(**{"action": "correct:name", "name.new": "李明", "name.reason": "错", "reading_0": "li", "looked": "yes",
                     "sex.reason": "写了一半"})  # fmt: skip
    body = text(answer)
    assert answer.status_code == 422 and not Correction.objects.exists()
    for id_ in ("CORR.001", "CORR.002", "CORR.003"):
        assert id_ in body
    assert 'href="#id_name.new"' in body and 'value="李明"' in body and "错</textarea>" in body
    assert "写了一半</textarea>" in body, "another box, half filled in"
    assert 'name="looked" value="yes" checked' in body


def test_a_good_file_need_not_be_chosen_again(desk):
    body = text(desk(**{"action": "correct:name", "name.new": "李明远", "name.reason": "错", "name.police_certificate": paper()}))
    kept = VaultFile.objects.get()
    assert f'value="{kept.pk}"' in body and "不用再选" in body and kept.purge_on == date(2024, 11, 27)
    desk(**{"action": "correct:name", "name.new": "李明远", "name.reason": "公安机关已更正", "name.police_certificate.kept": str(kept.pk)})
    kept.refresh_from_db()
    assert Evidence.objects.get().file == kept and kept.purge_on is None


def test_a_file_that_is_no_evidence_is_refused_at_its_control(desk):
    answer = desk(action="correct:name", **wrong_name(**{"name.police_certificate": paper("a.exe", b"MZ")}))
    body = text(answer)
    assert answer.status_code == 422 and body.count("FILE.003") == 2, "once in the list, once beside the file"
    assert 'href="#id_name.police_certificate"' in body and "李明远" in body and not Correction.objects.exists()


@pytest.mark.parametrize("named", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_kept_file_that_is_not_there_is_asked_for_again(desk, named):
    body = text(desk(**{"action": "correct:name", "name.new": "李明远", "name.reason": "公安机关已更正", "name.police_certificate.kept": named}))
    assert "CORR.002" in body


def test_a_file_of_somebody_else_or_of_another_request_is_not_taken(desk, world):
    desk(action="correct:name", **wrong_name())
    used = VaultFile.objects.get()
    sent = {"action": "correct:sex", "sex.new": "2", "sex.reason": "公安机关已更正", "sex.police_certificate.kept": str(used.pk)}
    assert "CORR.002" in text(desk(**sent))
    other = world.client("王芳").post("/student/corrections/new/name/", {"new": "王方", "reason": "短", "police_certificate": paper()})
    assert other.status_code == 422
    foreign = VaultFile.objects.exclude(pk=used.pk).get()
    assert "CORR.002" in text(desk(**{**sent, "sex.police_certificate.kept": str(foreign.pk)}))


def test_the_value_of_chsi_is_taken_with_one_tick(desk):
    body = text(desk())
    assert "学信网的对，改成：" in body
    answer = desk(**{"action": "correct:ethnic_group", "ethnic_group.take": "yes", "ethnic_group.reason": "以学信网为准", "ethnic_group.household_register": paper()})
    assert answer.status_code == 302, text(answer)
    assert Correction.objects.get().new == "03"


def test_what_is_wrong_is_asked_for_and_the_rest_confirmed_in_one_go(desk):
    desk(**SPELLED)
    answer = desk(action="confirm", looked="yes", **wrong_name())
    assert answer.status_code == 302, text(answer)
    made = Confirmation.objects.get()
    assert Correction.objects.get().field == "name" and made.left_out == ["name"] and "name" not in made.values


def test_neither_is_done_when_one_of_them_is_not_possible(desk):
    desk(**SPELLED)
    answer = desk(action="confirm", **wrong_name(**{"name.reason": "短"}))
    body = text(answer)
    assert answer.status_code == 422 and "CONF.014" in body and "CORR.001" in body
    assert not Correction.objects.exists() and not Confirmation.objects.exists()
    assert "不用再选" in body, "the file is kept although nothing was done"


def test_spelling_the_name_leaves_half_a_correction_as_it_is(desk, world):
    answer = desk(**SPELLED, **wrong_name())
    body = text(answer)
    assert answer.status_code == 200 and written(spelling_of(world.record("李明"))) == "Li Ming"
    assert "李明远" in body and "不用再选" in body and not Correction.objects.exists()


def test_enter_in_a_field_writes_nothing_and_loses_nothing(desk):
    body = text(desk(**{"action": "look", "name.new": "李明远", "other_1": "ming"}))
    assert "李明远" in body and 'value="ming"' in body and not Correction.objects.exists()


@pytest.mark.parametrize("field", ["student_number", "mobile", "salary", "name_pinyin", ""])
def test_a_field_that_is_not_asked_for_here_does_not_exist(desk, field):
    assert desk(action=f"correct:{field}", new="x").status_code == 404


def test_the_page_reads_the_database_no_more_often_with_more_typed(desk, django_assert_max_num_queries):
    desk()
    with django_assert_max_num_queries(45) as one:
        desk()
    with django_assert_max_num_queries(len(one) + 1):
        desk(**{"action": "look", "name.new": "李明远", "sex.new": "2", "born_on.reason": "有误有误"})
