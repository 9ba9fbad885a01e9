"""Signed forms come in by their code; they go back with a reason that the student sees."""

import pytest

from xueji.campaigns.commands import mark_own_step
from xueji.campaigns.queries import marks_of, steps_of
from xueji.collection.commands import print_form
from xueji.collection.models import PrintedForm
from xueji.journal.models import Event
from xueji.records.commands import change_record
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


def printed(world, name: str) -> PrintedForm:
    """The form of somebody who has done everything before it."""
    case = world.case_of(name)
    for step in ("semester", "personal", "enrolment"):
        if step not in marks_of(case):
            mark_own_step(world.act(name), case, step=step, mark=State.DONE)
    return print_form(world.act(name), case, step="print").result


def receive(world, who: str, code: str, language: str = "zh-hans"):
    return world.client(who, language).post("/college/receive/", {"code": code})


@pytest.mark.parametrize("written", ["{}", " {} ", "http://127.0.0.1:8000/f/{}", "{}\r\n"])
def test_a_form_is_received_by_scanning_or_typing_its_code(today, written):
    form = printed(today, "李明")
    page = receive(today, "王秘书", written.format(form.code)).content.decode()
    assert "李明" in page and "已收表" in page
    form.refresh_from_db()
    assert form.received_at == today.now and form.received_by == "王秘书"
    assert today.case_of("李明").stage == State.DONE


def test_scanning_twice_is_harmless_and_says_who_received_it(today):
    form = printed(today, "李明")
    receive(today, "王秘书", form.code)
    answer = receive(today, "王秘书", form.code.lower())
    assert answer.status_code == 200 and "已经收过了" in answer.content.decode()
    assert Event.objects.filter(kind="form.received").count() == 1


def test_an_old_print_is_recognised_and_named(today):
    old = printed(today, "李明")
    change_record(today.act("刘老师"), today.record("李明"), values={"department": "软件工程系"}, reason="院系调整")
    moved_on = receive(today, "王秘书", old.code)
    assert moved_on.status_code == 422 and "COLL.008" in moved_on.content.decode() and "李明" in moved_on.content.decode()
    new = printed(today, "李明")
    assert new.version == 2
    page = receive(today, "王秘书", old.code).content.decode()
    assert "COLL.007" in page and "李明" in page and "第 2 版" in page
    assert today.case_of("李明").stage != State.DONE


def test_another_colleges_form_does_not_exist_here(today):
    form = printed(today, "李明")
    page = receive(today, "赵秘书", form.code)
    assert page.status_code == 422 and "COLL.006" in page.content.decode() and "李明" not in page.content.decode()
    assert today.client("赵秘书").get(f"/college/receive/{form.code}/return/").status_code == 404
    form.refresh_from_db()
    assert form.received_at is None


@pytest.mark.parametrize("typed", ["", "   ", "没有这张表", "0" * 5000, "<script>alert(1)</script>", "K7QF2MXA99"])
def test_a_code_that_is_none_is_answered_and_kept_in_the_field(today, typed):
    answer = receive(today, "王秘书", typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "<script>alert" not in page
    assert "COLL.012" in page if not typed.strip() else "COLL.006" in page


def test_a_return_needs_a_reason_and_the_student_sees_it(today):
    form = printed(today, "李明")
    receive(today, "王秘书", form.code)
    client, address = today.client("王秘书"), f"/college/receive/{form.code}/return/"
    assert client.post(address, {"words": " "}).status_code == 422
    assert today.case_of("李明").stage == State.DONE
    answer = client.post(address, {"usual": ["unsigned"], "words": "第二页右下角"}, follow=True)
    assert "已退回李明的登记表" in answer.content.decode()
    case = today.case_of("李明")
    assert case.stage == State.BACK
    note = steps_of(case, today.now).standing("print").mark.note
    assert "本人没有签字。" in note and "第二页右下角" in note and "It is not signed." in note
    page = client.get(f"/college/{today.campaign.code}/").content.decode()
    assert "退回：" in page and "第二页右下角" in page
    again = printed(today, "李明")
    receive(today, "王秘书", again.code)
    assert today.case_of("李明").stage == State.DONE


def test_a_counsellor_may_not_receive(today):
    form = printed(today, "李明")
    assert receive(today, "高辅导员", form.code).status_code == 404
    assert today.client("高辅导员").get("/college/receive/").status_code == 404


def test_the_case_page_shows_the_versions_and_offers_the_newest_only(today):
    printed(today, "李明")
    change_record(today.act("刘老师"), today.record("李明"), values={"department": "软件工程系"}, reason="院系调整")
    printed(today, "李明")
    page = today.client("王秘书").get(f"/college/{today.campaign.code}/students/S202401001/").content.decode()
    assert "第 2 版" in page and "已作废" in page and page.count('name="code"') == 1


def test_the_list_of_lately_received_forms_asks_no_more_often_when_it_grows(today):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        with CaptureQueriesContext(connection) as seen:
            today.client("王秘书").get("/college/receive/")
        return len(seen)

    receive(today, "王秘书", printed(today, "李明").code)
    once = asked()
    for name in ("王芳", "SCHMIDT ANNA"):
        receive(today, "王秘书", printed(today, name).code)
    assert asked() == once
