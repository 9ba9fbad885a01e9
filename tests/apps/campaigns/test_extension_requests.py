"""A counsellor asks for a later end for a student of the own class; secretary or registry decide; everybody concerned sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from xueji.accounts.models import Account
from xueji.campaigns.commands import decide_extension, request_extension
from xueji.campaigns.extension_requests import requests_of, requests_waiting
from xueji.campaigns.models import ExtensionRequest
from xueji.campaigns.queries import steps_of
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.notify.models import Delivery
from xueji.notify.terms import Kind

pytestmark = pytest.mark.django_db
WHY = "住院到九月十二日"


@pytest.fixture
def later(world):
    return world.campaign.closes + timedelta(days=2)


def asked(world, until, who="高辅导员", name="李明"):
    return request_extension(world.act(who), world.case_of(name), until=until, reason=WHY).result


def ids(stopped):
    return [one.id for one in stopped.value.findings]


def end(world, name="李明"):
    return steps_of(world.case_of(name), world.now).standings[0].step.window.closes


def test_until_it_is_granted_nothing_changes_and_then_the_end_is_later(world, later):
    before = end(world)
    made = asked(world, later)
    assert end(world) == before
    decide_extension(world.act("王秘书"), made, grant=True)
    assert end(world) == later and requests_of(world.case_of("李明"))[0].granted.granted_by == "王秘书"
    assert end(world, "王芳") == before


def test_who_decides_may_choose_another_day(world, later):
    made = asked(world, later)
    decide_extension(world.act("刘老师"), made, grant=True, until=later - timedelta(days=1))
    assert end(world) == later - timedelta(days=1)


def test_a_refusal_needs_its_reason_and_changes_nothing(world, later):
    made, before = asked(world, later), end(world)
    with pytest.raises(Stopped) as stopped:
        decide_extension(world.act("王秘书"), made, grant=False, note=" ")
    assert ids(stopped) == ["CAMP.022"]
    decide_extension(world.act("王秘书"), made, grant=False, note="请先交表，缺的材料可以后补")
    assert end(world) == before and not requests_of(world.case_of("李明"))[0].open


def test_everything_wrong_with_a_request_is_said_at_once(world, later):
    asked(world, later)
    with pytest.raises(Stopped) as stopped:
        request_extension(world.act("高辅导员"), world.case_of("李明"), until=world.now, reason=" ")
    assert ids(stopped) == ["CAMP.022", "CAMP.023", "CAMP.040"]


def test_after_a_decision_another_request_is_possible(world, later):
    decide_extension(world.act("王秘书"), asked(world, later), grant=True)
    asked(world, later + timedelta(days=1))
    assert [one.open for one in requests_of(world.case_of("李明"))] == [True, False]


def test_a_request_is_decided_once(world, later):
    made = asked(world, later)
    decide_extension(world.act("王秘书"), made, grant=True)
    with pytest.raises(Stopped) as stopped:
        decide_extension(world.act("刘老师"), ExtensionRequest.objects.get(), grant=False, note="不同意")
    assert ids(stopped) == ["CAMP.041"] and "王秘书" in stopped.value.findings[0].message.zh


def test_who_asked_does_not_decide(world, later):
    Account.objects.get(name="高辅导员").grants.create(role="secretary", college="A")
    with pytest.raises(Stopped) as stopped:
        decide_extension(world.act("高辅导员"), asked(world, later), grant=True)
    assert ids(stopped) == ["CAMP.042"]


@pytest.mark.parametrize(("who", "name"), [("高辅导员", "SCHMIDT ANNA"), ("高辅导员", "赵强"), ("李明", "李明"), ("赵秘书", "李明")])
def test_nobody_asks_for_somebody_elses_student(world, later, who, name):
    with pytest.raises(Refused):
        asked(world, later, who, name)


def test_another_college_neither_sees_nor_decides(world, later):
    made = asked(world, later)
    assert not requests_waiting(world.actor("赵秘书")) and requests_waiting(world.actor("王秘书")).get() == made
    with pytest.raises(Refused):
        decide_extension(world.act("赵秘书"), made, grant=True)


def test_the_reason_is_in_no_plain_place(world, later):
    made = asked(world, later)
    decide_extension(world.act("王秘书"), made, grant=False, note="病假条没有写日期")
    told = " ".join(str(one.detail) for one in Event.objects.all())
    assert WHY not in told and "病假条" not in told
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reason, note FROM campaigns_extensionrequest")
        assert all(WHY.encode() not in bytes(cell) and "病假条".encode() not in bytes(cell) for cell in cursor.fetchone())


# --- the pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr(timezone, "now", lambda: world.now)
    return world


def text(answer, code=200):
    assert answer.status_code == code, answer.content.decode()
    return answer.content.decode()


def test_from_the_counsellors_page_to_the_students(desk, later):
    counsellor, address = desk.client("高辅导员"), f"/college/{desk.campaign.code}/students/S202401001/"
    assert f'href="{address}extension/"' in text(counsellor.get(address))
    sent = {"day": f"{later:%Y-%m-%d}", "clock": "17:00", "reason": WHY}
    assert counsellor.post(f"{address}extension/", sent).headers["Location"] == address
    page = text(counsellor.get(address))
    assert "待审批" in page and WHY in page and f'href="{address}extension/"' not in page, "while one waits there is no second"
    student = f"/student/cases/{desk.case_of('李明').pk}/"
    assert "辅导员为你申请延期到" in text(desk.client("李明").get(student))

    secretary = desk.client("王秘书")
    assert "1 份延期申请待审批" in text(secretary.get(f"/college/{desk.campaign.code}/"))
    assert "1 份延期申请待审批" in text(desk.client("刘老师").get(f"/registry/notices/{desk.campaign.code}/"))
    page = text(secretary.get("/college/extensions/"))
    assert WHY in page and f'value="{later:%Y-%m-%d}"' in page and "高辅导员" in page
    decide = f"/college/extensions/{ExtensionRequest.objects.get().pk}/"
    sent = {"day": f"{later:%Y-%m-%d}", "clock": "17:00", "verdict": "grant"}
    assert secretary.post(decide, sent).headers["Location"] == "/college/extensions/"
    assert "没有待审批的延期申请" in text(secretary.get("/college/extensions/"))
    assert "你的延期已批准" in text(desk.client("李明").get(student)) and "已批准" in text(counsellor.get(address))
    assert Delivery.objects.filter(message__kind=Kind.EXTENSION, account__name="李明", way="app").exists()


def test_what_was_typed_survives_every_mistake(desk, later):
    counsellor, address = desk.client("高辅导员"), f"/college/{desk.campaign.code}/students/S202401001/extension/"
    page = text(counsellor.post(address, {"day": "2024-13-01", "clock": "17:00", "reason": WHY}), 422)
    assert WHY in page and "2024-13-01" in page
    page = text(counsellor.post(address, {"day": "2024-09-01", "clock": "17:00", "reason": WHY}), 422)
    assert "CAMP.023" in page and WHY in page
    made = asked(desk, later)
    sent = {"day": f"{later:%Y-%m-%d}", "clock": "18:30", "verdict": "refuse"}
    page = text(desk.client("王秘书").post(f"/college/extensions/{made.pk}/", sent), 422)
    assert "CAMP.022" in page and "18:30" in page


def test_a_refusal_reaches_the_student_with_its_reason(desk, later):
    decide_extension(desk.act("王秘书"), asked(desk, later), grant=False, note="材料齐了再申请")
    assert "延期没有批准：材料齐了再申请" in text(desk.client("李明").get(f"/student/cases/{desk.case_of('李明').pk}/"))


def test_the_registry_decides_within_its_own_frame_in_english(desk, later):
    asked(desk, later)
    page = text(desk.client("刘老师", language="en").get("/college/extensions/"))
    assert "Requests for a later end" in page and "Registry" in page and "Grant" in page
