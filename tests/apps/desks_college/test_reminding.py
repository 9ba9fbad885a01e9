"""Reminders: shown before they go, once a day, to the chosen; and who was never reached."""

import io

import pytest
from openpyxl import load_workbook

from xueji.accounts.models import Account
from xueji.campaigns.letters import announce
from xueji.campaigns.models import Case
from xueji.notify.models import Delivery, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world, monkeypatch, settings):
    settings.EMAIL_HOST = "127.0.0.1"
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    monkeypatch.setattr("xueji.notify.commands.send_mail_by_job", lambda at: None)
    return world


def remind(world, who: str, *names: str, **more):
    cases = [str(world.case_of(name).pk) for name in names]
    return world.client(who).post(f"/college/{world.campaign.code}/remind/", {"case": cases} | more, follow=True)


def reminded() -> list[str]:
    return sorted(Delivery.objects.filter(message__kind="reminder", way="app").values_list("account__name", flat=True))


def test_a_reminder_is_shown_before_it_goes(today):
    page = remind(today, "王秘书", "李明", "王芳").content.decode()
    assert "提醒 2 人" in page and "研通知[2024]53号" in page
    assert reminded() == []


def test_a_confirmed_reminder_reaches_the_chosen_and_nobody_twice_a_day(today):
    assert "已提醒 2 人" in remind(today, "王秘书", "李明", "王芳", send="yes").content.decode()
    assert reminded() == ["李明", "王芳"]
    again = remind(today, "王秘书", "李明", "王芳", send="yes")
    assert again.status_code == 422 and "MSG.001" in again.content.decode()
    assert reminded() == ["李明", "王芳"]
    page = today.client("王秘书").get(f"/college/{today.campaign.code}/").content.decode()
    assert page.count("1 次，") == 2


def test_nobody_of_another_college_is_reminded(today):
    assert "没有勾选任何人" in remind(today, "王秘书", "赵强", send="yes").content.decode()
    assert reminded() == []


def test_a_counsellor_reminds_the_own_class(today):
    assert "已提醒 1 人" in remind(today, "高辅导员", "李明", "SCHMIDT ANNA", send="yes").content.decode()
    assert reminded() == ["李明"]


def test_the_finished_are_left_out(today):
    Case.objects.filter(record__person__name="李明", campaign=today.campaign).update(stage="done")
    assert "已提醒 1 人" in remind(today, "王秘书", "李明", "王芳", send="yes").content.decode()
    assert reminded() == ["王芳"]


def test_who_has_no_e_mail_address_is_named_before_and_never_reached_after(today):
    Account.objects.filter(name="李明").update(email="")
    announce(today.act("刘老师"), today.campaign)
    page = remind(today, "王秘书", "李明", "王芳").content.decode()
    assert "1 人没有登记邮箱" in page
    client = today.client("王秘书")
    listed = client.get(f"/college/{today.campaign.code}/").content.decode()
    assert listed.count("消息未送达") == 1
    proof = client.get(f"/college/{today.campaign.code}/reached/?reach=unreached").content.decode()
    assert "李明" in proof and "没有登记邮箱" in proof and "王芳" not in proof and "赵强" not in proof
    table = client.get(f"/college/{today.campaign.code}/reached/?reach=unreached&as=xlsx")
    rows = list(load_workbook(io.BytesIO(table.content)).active.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == ["李明"]


def test_a_return_a_receipt_and_an_extension_reach_the_student(today):
    from tests.apps.desks_college.test_receiving import printed, receive

    form = printed(today, "李明")
    receive(today, "王秘书", form.code)
    today.client("王秘书").post(f"/college/receive/{form.code}/return/", {"usual": ["unsigned"]})
    today.client("王秘书").post(
        f"/college/{today.campaign.code}/extend/",
        {"case": str(today.case_of("李明").pk), "day": "2024-09-12", "clock": "17:00", "reason": "住院三天"},
    )
    kinds = Message.objects.filter(deliveries__account__name="李明", deliveries__way="app").values_list("kind", flat=True)
    assert sorted(kinds) == ["extension", "receipt", "return"]
    assert not [body for body in Message.objects.values_list("body_zh", flat=True) if "住院" in body or "李明" in body or "签字" in body]


def test_the_list_of_the_reached_asks_no_more_often_when_it_grows(today):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        with CaptureQueriesContext(connection) as seen:
            today.client("王秘书").get(f"/college/{today.campaign.code}/reached/")
        return len(seen)

    remind(today, "王秘书", "李明", send="yes")
    once = asked()
    remind(today, "王秘书", "王芳", "SCHMIDT ANNA", send="yes")
    assert asked() == once
