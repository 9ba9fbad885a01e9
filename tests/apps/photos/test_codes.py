"""Capture codes on paper: given out for a class or at the door, made void, given anew."""

import pytest
from tests.apps.photos.day import at, opened
from tests.apps.photos.test_day import stopped

from xueji.campaigns.models import Case
from xueji.journal.command import Refused
from xueji.journal.models import Event
from xueji.photos.day.commands.codes import issue_code, issue_code_at_the_door, issue_code_for, revoke_code, rotate_code
from xueji.photos.day.models import Code, Session, StationKeys
from xueji.photos.day.queries import code_of, keys_by
from xueji.photos.day.slips import cases_for_slips, codes_for, issue_codes_for, slip_sheet, slips_of
from xueji.photos.day.tokens import opened as token_opened

pytestmark = pytest.mark.django_db
EAST = "东湖校区"


@pytest.fixture
def day(world):
    return opened(world)


def test_a_secretary_prints_the_slips_of_a_class_in_the_order_of_the_queue(day):
    secretary = day.act("王秘书", at(11, 25))
    cases = list(cases_for_slips(secretary.by, day.campaign, class_number="S240101"))
    codes = issue_codes_for(secretary, cases)
    sheet = slip_sheet(day.campaign, codes, at(11, 25))
    assert [s.number for s in sheet.slips] == ["S202401001", "S202401002"]
    assert [token_opened(s.token, keys_by).case for s in sheet.slips] == [c.pk for c in cases]
    assert sheet.slips[0].place == "东湖校区 报告厅" and sheet.slips[0].starts == at(11, 26, 8, 30)
    assert "李明" not in repr(sheet) and "320600" not in repr(sheet)
    assert Event.objects.filter(kind="capture.code_issued").count() == 2
    assert issue_codes_for(secretary, cases) == codes and Event.objects.filter(kind="capture.code_issued").count() == 2


def test_slips_are_chosen_by_session_or_number_and_only_of_ones_own_students(day):
    east, registrar, other = Session.objects.get(room="报告厅", open_day=False), day.world.actor("刘老师"), day.world.actor("赵秘书")
    names = lambda viewer, **by: [c.record.person.name for c in cases_for_slips(viewer, day.campaign, **by)]  # noqa: E731
    assert names(registrar, session=east.pk) == ["李明", "王芳"] and names(registrar, number=" s202402001 ") == ["赵强"]
    assert names(other) == ["赵强"] and names(other, session=east.pk) == []
    with pytest.raises(Refused):
        issue_codes_for(day.act("赵秘书", at(11, 25)), [day.case("赵强"), day.case("李明")])
    assert not Code.objects.exists(), "one that is not one's own, and none is given out"


def test_slips_for_a_whole_class_cost_the_same_queries_as_for_two(day, django_assert_num_queries):
    codes = issue_codes_for(day.act("刘老师", at(11, 25)), list(Case.objects.filter(campaign=day.campaign)))
    for some in (codes[:1], codes):
        with django_assert_num_queries(3):
            assert len(slips_of(some)) == len(some)


def test_phone_and_paper_are_the_same_code_until_it_is_given_anew(day):
    phone = issue_code(day.act("李明", at(11, 24)), day.case("李明")).result
    assert issue_code_for(day.act("王秘书", at(11, 25)), day.case("李明")).result == phone
    anew = rotate_code(day.act("王秘书", at(11, 25)), day.case("李明"), reason="凭证条丢失").result
    phone.refresh_from_db()
    assert (anew.serial, phone.revoked_at, phone.reason) == (2, at(11, 25), "凭证条丢失")
    assert code_of(day.case("李明")) == anew


def test_a_code_is_made_void_with_a_reason_only(day):
    issue_code(day.act("李明", at(11, 24)), day.case("李明"))
    secretary = day.act("王秘书", at(11, 25))
    assert stopped(lambda: revoke_code(secretary, day.case("李明"), reason=" ")) == ["CAMP.022"]
    assert stopped(lambda: rotate_code(secretary, day.case("李明"), reason="")) == ["CAMP.022"]
    assert revoke_code(secretary, day.case("李明"), reason="转借").result.reason == "转借"
    assert revoke_code(secretary, day.case("李明"), reason="转借").unchanged
    with pytest.raises(Refused):
        revoke_code(day.act("赵秘书", at(11, 25)), day.case("李明"), reason="x")
    assert [c.serial for c in codes_for(secretary.by, day.campaign)] == [1] and not codes_for(day.world.actor("赵秘书"), day.campaign)


def test_at_the_door_a_student_number_gives_a_slip_and_a_wrong_one_says_why(day):
    operator = day.act("周操作员", at(11, 26), "capture")
    door = lambda number: issue_code_at_the_door(operator, day.campaign, campus=EAST, number=number)  # noqa: E731
    given = door(" s202401001")
    assert given.result.case == day.case("李明") and given.detail["door"] == EAST
    assert door("S202401001").unchanged
    assert stopped(lambda: door("S202401003")) == ["STAT.008"] and stopped(lambda: door("")) == ["STAT.036"]
    with pytest.raises(Refused):
        issue_code_at_the_door(day.act("王秘书", at(11, 26)), day.campaign, campus=EAST, number="S202401001")


def test_without_keys_no_slip_is_given_out(day):
    StationKeys.objects.all().delete()
    assert stopped(lambda: issue_codes_for(day.act("刘老师", at(11, 25)), [day.case("李明")])) == ["STAT.035"]
    assert stopped(lambda: issue_code_at_the_door(day.act("周操作员", at(11, 26)), day.campaign, campus=EAST, number="S202401001")) == ["STAT.035"]
    with pytest.raises(LookupError):
        slips_of([issue_code(day.act("李明", at(11, 25)), day.case("李明")).result])
