"""One student at the college desk: masked, revealed with a reason, helped with a one-time code."""

import io
import re

import pytest
from openpyxl import load_workbook

from xueji.accounts.models import Account
from xueji.accounts.sign_in import recognise
from xueji.campaigns.models import Extension
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.records.commands import reveal_values
from xueji.records.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


def test_identity_numbers_are_masked_until_somebody_says_why(today):
    client = today.client("王秘书")
    page = client.get("/college/students/S202401001/").content.decode()
    assert "3206**********001X" in page and "32060020020506001X" not in page
    refused = client.post("/college/students/S202401001/reveal/", {"reason": " "})
    assert refused.status_code == 422 and "请写明为什么要看" in refused.content.decode()
    assert not Event.objects.filter(kind="record.revealed").exists()
    shown = client.post("/college/students/S202401001/reveal/", {"reason": "当面核对证件"})
    assert "32060020020506001X" in shown.content.decode() and "no-store" in shown.headers["Cache-Control"]
    event = Event.objects.get(kind="record.revealed")
    assert event.detail["reason"] == "当面核对证件" and "001X" not in str(event.detail)


def test_a_counsellor_sees_the_student_but_may_neither_reveal_nor_reset(today):
    client = today.client("高辅导员")
    page = client.get("/college/students/S202401001/").content.decode()
    assert "查看完整内容" not in page and "重置密码" not in page
    assert client.post("/college/students/S202401001/reveal/", {"reason": "x"}).status_code == 404
    assert client.post("/college/students/S202401001/password/", {"seen": "on"}).status_code == 404
    assert client.get("/college/students/S202401003/").status_code == 404


def test_a_reset_needs_the_document_seen_and_gives_a_code_that_opens_the_account(today):
    client = today.client("王秘书")
    refused = client.post("/college/students/S202401001/password/", {})
    assert refused.status_code == 422 and "请先当面核对证件" in refused.content.decode()
    slip = client.post("/college/students/S202401001/password/", {"seen": "on"})
    code = re.search(r'id="code">([A-Z0-9-]{9})<', slip.content.decode())[1]
    assert "no-store" in slip.headers["Cache-Control"]
    account = recognise("s202401001", code, today.now)
    assert account == Account.objects.get(username="S202401001") and account.first_password_digest
    event = Event.objects.get(kind="account.password_reset")
    assert event.actor_label == "王秘书" and code not in str(event.detail)
    assert code not in client.get("/college/students/S202401001/").content.decode()


def test_a_student_is_found_by_part_of_the_name_by_number_and_by_the_whole_identity_number(today):
    client = today.client("王秘书")
    for words in ("李", "李 明", "s202401001", "S2024010", "32060020020506001x"):
        assert "李明" in client.get("/college/students/", {"q": words}).content.decode(), words
    for words in ("320600", "01001", "赵强", "S202402001"):
        assert "没有找到" in client.get("/college/students/", {"q": words}).content.decode(), words


def test_an_extension_needs_a_reason_and_a_later_end_and_keeps_what_was_typed(today):
    case = today.case_of("李明")
    client, address = today.client("王秘书"), f"/college/{today.campaign.code}/extend/"
    assert "给 1 人延期" in client.post(address, {"case": str(case.pk)}).content.decode()
    answer = client.post(address, {"case": str(case.pk), "day": "2024-09-09", "clock": "17:00", "reason": "住院"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "CAMP.023" in page and "住院" in page and 'value="2024-09-09"' in page
    assert not Extension.objects.exists()
    answer = client.post(address, {"case": str(case.pk), "day": "2024-09-12", "clock": "17:00", "reason": "住院"}, follow=True)
    assert "已给 1 人延期" in answer.content.decode()
    assert Extension.objects.get().case == case
    assert "住院" in client.get(f"/college/{today.campaign.code}/students/S202401001/").content.decode()


def test_an_extension_for_somebody_elses_student_is_not_granted(today):
    case = today.case_of("赵强")
    today.client("王秘书").post(
        f"/college/{today.campaign.code}/extend/", {"case": str(case.pk), "day": "2024-09-12", "clock": "17:00", "reason": "x"}
    )
    assert not Extension.objects.exists()


def test_everybody_who_matches_is_extended_together(today):
    answer = today.client("王秘书").post(
        f"/college/{today.campaign.code}/extend/?number=S240101",
        {"everybody": "yes", "day": "2024-09-12", "clock": "17:00", "reason": "停电"},
    )
    assert answer.status_code == 302
    assert sorted(Extension.objects.values_list("case__record__person__name", flat=True)) == ["李明", "王芳"]


def test_nobody_ticked_is_said_and_not_an_error(today):
    code = today.campaign.code
    answer = today.client("王秘书").post(f"/college/{code}/extend/", {"case": "not-a-case"}, follow=True)
    assert "没有勾选任何人" in answer.content.decode()


def test_an_export_holds_the_list_and_no_formula(today):
    Person.objects.filter(name="王芳").update(name='=HYPERLINK("http://evil","王芳")')
    answer = today.client("王秘书").get(f"/college/{today.campaign.code}/export/?stage=all")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("学号", "姓名", "班级") and len(rows) == 4
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None} == {"s"}


def test_a_case_says_what_was_done_by_whom_and_when(today):
    from xueji.campaigns.commands import mark_own_step

    mark_own_step(today.act("李明"), today.case_of("李明"), step="semester", mark="done")
    page = today.client("王秘书").get(f"/college/{today.campaign.code}/students/S202401001/").content.decode()
    assert "2024年9月5日（周四）10:00" in page or "9月5日（周四）10:00" in page
    assert "学期注册" in page and "已完成" in page


def test_values_are_revealed_only_with_a_reason_and_only_to_who_may(today):
    li = today.record("李明")
    with pytest.raises(Stopped):
        reveal_values(today.act("王秘书"), li, fields=("id_number",), reason="  ")
    for who in ("赵秘书", "高辅导员", "陈院长"):
        with pytest.raises(Refused):
            reveal_values(today.act(who), li, fields=("id_number",), reason="核对")
    assert reveal_values(today.act("王秘书"), li, fields=("id_number",), reason="核对").result == {"id_number": "32060020020506001X"}
    assert Event.objects.filter(kind="record.revealed").count() == 1
