"""Campaigns: whom a notice reaches and why, closing to the second, extensions, supplements."""

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from tests.world import N1, SHANGHAI

from xueji.accounts.models import Account
from xueji.accounts.sign_in import recognise
from xueji.campaigns import queries, tallies
from xueji.campaigns.audience import Condition, offer_fact
from xueji.campaigns.commands import (
    close_campaign,
    extend_case,
    extend_college,
    follow_audience,
    mark_own_step,
    mark_step,
    open_campaign,
    supplement_campaign,
)  # fmt: skip
from xueji.campaigns.models import Case
from xueji.catalogue.text import Text
from xueji.cli.main import main
from xueji.journal.command import Refused, Stopped
from xueji.records.models import College, StudentRecord
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db
TEXT = N1.read_text("utf-8")
CLOSES = datetime(2024, 9, 10, 17, tzinfo=SHANGHAI)


def ids(stopped):
    return [f.id for f in stopped.value.findings]


def test_opening_a_notice_gives_everybody_of_its_audience_a_case(world):
    assert {c.record.person.name for c in queries.cases_for(world.actor("刘老师"), world.campaign)} == {"李明", "王芳", "赵强", "SCHMIDT ANNA"}
    assert open_campaign(world.act("刘老师"), text=TEXT).unchanged


def test_only_the_registry_opens_notices(world):
    with pytest.raises(Refused):
        open_campaign(world.act("王秘书"), text=TEXT)


def test_a_wrong_notice_opens_nothing(world):
    with pytest.raises(Stopped) as stopped:
        open_campaign(world.act("刘老师"), text=TEXT.replace("group:term", "shoe_size"))
    assert ids(stopped) == ["CAMP.017"] and not queries.campaigns()


def test_another_text_under_the_same_code_is_a_supplement_not_an_opening(world):
    world.campaign  # noqa: B018
    with pytest.raises(Stopped) as stopped:
        open_campaign(world.act("刘老师"), text=TEXT + "\n# changed\n")
    assert ids(stopped) == ["CAMP.020"]


def test_students_without_account_get_the_first_password_of_the_notice(world):
    for name in ("李明", "SCHMIDT ANNA"):
        StudentRecord.objects.filter(person__name=name).update(account=None)
    Account.objects.filter(username__in=["S202401001", "S202401003"]).delete()
    campaign = world.campaign
    assert recognise("s202401001", "06001x", world.now), "中国研究生初始密码为身份证号后六位"
    assert recognise("S202401003", "X0000001", world.now), "国际研究生初始密码为护照号码"
    assert recognise("S202401001", "06001X", campaign.closes) is None


def test_activation_codes_are_handed_out_once_where_the_notice_declares_them(world):
    StudentRecord.objects.filter(person__name="李明").update(account=None)
    Account.objects.filter(username="S202401001").delete()
    text = TEXT.replace('"document_suffix"', '"activation_code"')
    _, codes = open_campaign(world.act("刘老师"), text=text).result
    assert set(codes) == {"S202401001"}
    assert recognise("S202401001", codes["S202401001"], world.now)
    assert recognise("S202401001", "06001X", world.now) is None


def test_why_am_i_in_this_and_why_not(world):
    notice = queries.notice_of(world.campaign)
    (inside,) = queries.explain(world.record("李明"), notice)
    assert inside.belongs and [r.sentence.zh for r in inside.reasons] == ["当前所在级是2024", "培养层次是硕士研究生、博士研究生之一"]
    (outside,) = queries.explain(world.record("欧阳静"), notice)
    assert not outside.belongs and [r.holds for r in outside.reasons] == [False, False]
    assert "one of" in outside.reasons[1].sentence.en


def test_an_exclusion_takes_out_only_who_fits_it_in_full(world):
    text = TEXT.replace('clause   = "二"', 'exclude = [{ college = "A", class_number = "S240101" }, { international = true }]\nclause = "二"', 1)
    campaign = open_campaign(world.act("刘老师"), text=text).result[0]
    names = {c.record.person.name for c in queries.cases_for(world.actor("刘老师"), campaign)}
    assert names == {"赵强"}
    (anna,) = queries.explain(world.record("SCHMIDT ANNA"), queries.notice_of(campaign))
    assert not anna.belongs
    assert [(r.sentence.zh, r.holds) for r in anna.reasons if r.excludes][-1] == ("国际学生：是", True)


@pytest.mark.parametrize(("condition", "names"), [
    (Condition("enrolled_on", "before", datetime(2024, 1, 1).date()), {"欧阳静"}),
    (Condition("intake_year", "from", 2022), {"李明", "王芳", "赵强", "SCHMIDT ANNA"}),
    (Condition("intake_year", "until", 2023), {"欧阳静"}),
    (Condition("college", "not", ("A",)), {"赵强"}),
    (Condition("expected_year", "is", 2025), {"欧阳静"}),
    (Condition("population", "is", "international"), {"SCHMIDT ANNA"}),
])  # fmt: skip
def test_every_kind_of_condition_picks_the_right_students(world, condition, names):
    assert {r.person.name for r in StudentRecord.objects.filter(condition.holds()).select_related("person")} == names


def test_a_topic_offers_a_fact_once():
    with pytest.raises(ValueError, match="offered"):
        offer_fact("international", Text("x", "x"), bool, lambda: None)


def test_the_lists_follow_the_records_but_never_lose_what_was_done(world):
    campaign = world.campaign
    mark_own_step(world.act("王芳"), world.case_of("王芳"), step="semester", mark=State.DONE)
    StudentRecord.objects.filter(person__name__in=["李明", "王芳"]).update(intake_year=2023)
    world.enrol("新同学", "S202401010", "A")
    follow_audience(world.act("刘老师"), campaign)
    names = {c.record.person.name for c in queries.cases_for(world.actor("刘老师"), campaign)}
    assert names == {"王芳", "赵强", "SCHMIDT ANNA", "新同学"}
    StudentRecord.objects.filter(person__name="李明").update(intake_year=2024)
    follow_audience(world.act("刘老师"), campaign)
    assert "李明" in {c.record.person.name for c in queries.cases_for(world.actor("刘老师"), campaign)}
    assert follow_audience(world.act("刘老师"), campaign).unchanged


# closing is exact


def test_a_step_is_done_until_the_last_instant_and_not_a_moment_later(world):
    case = world.case_of("李明")
    with pytest.raises(Stopped) as stopped:
        mark_own_step(world.act("李明", at=CLOSES), case, step="semester", mark=State.DONE)
    assert ids(stopped) == ["TIME.002"] and "17:00:00" in stopped.value.findings[0].message.zh
    mark_own_step(world.act("李明", at=CLOSES - timedelta(microseconds=1)), case, step="semester", mark=State.DONE)
    assert queries.steps_of(case, CLOSES).standing("semester").state is State.DONE


def test_nothing_is_done_before_the_window_opens_or_out_of_order(world):
    case = world.case_of("李明")
    with pytest.raises(Stopped) as early:
        mark_own_step(world.act("李明", at=datetime(2024, 9, 1, 23, 59, tzinfo=SHANGHAI)), case, step="semester", mark=State.DONE)
    assert ids(early) == ["TIME.001"]
    with pytest.raises(Stopped) as order:
        mark_own_step(world.act("李明"), case, step="print", mark=State.DONE)
    assert ids(order) == ["TIME.003"] and "研究生入学登记" in order.value.findings[0].message.zh
    with pytest.raises(Stopped) as unknown:
        mark_own_step(world.act("李明"), case, step="dance", mark=State.DONE)
    assert ids(unknown) == ["CAMP.024"]


def test_nobody_does_a_step_for_another(world):
    for who in ("王芳", "赵秘书"):
        with pytest.raises(Refused):
            mark_own_step(world.act(who), world.case_of("李明"), step="semester", mark=State.DONE)
    with pytest.raises(Refused):
        mark_step(world.act("赵秘书"), world.case_of("李明"), step="hand_in", mark=State.DONE)


def test_a_personal_extension_reaches_one_student_and_is_recorded_with_its_reason(world):
    case, late = world.case_of("李明"), CLOSES + timedelta(hours=1)
    extend_case(world.act("王秘书"), case, until=CLOSES + timedelta(days=2), reason="住院")
    mark_own_step(world.act("李明", at=late), case, step="semester", mark=State.DONE)
    with pytest.raises(Stopped):
        mark_own_step(world.act("王芳", at=late), world.case_of("王芳"), step="semester", mark=State.DONE)
    with pytest.raises(Refused):
        extend_case(world.act("赵秘书"), case, until=CLOSES + timedelta(days=2), reason="x")
    assert [e.reason for e in queries.extensions_in(world.actor("王秘书"), world.campaign)] == ["住院"]
    assert not queries.extensions_in(world.actor("赵秘书"), world.campaign)


@pytest.mark.parametrize(("days", "reason", "finding"), [(2, "  ", ["CAMP.022"]), (-1, "住院", ["CAMP.023"]), (0, "", ["CAMP.022", "CAMP.023"])])
def test_an_extension_needs_a_reason_and_a_later_end(world, days, reason, finding):
    with pytest.raises(Stopped) as stopped:
        extend_case(world.act("王秘书"), world.case_of("李明"), until=CLOSES + timedelta(days=days), reason=reason)
    assert ids(stopped) == finding


def test_a_colleges_extension_reaches_its_students_and_that_step_only(world):
    college, late = College.objects.get(code="A"), CLOSES + timedelta(hours=1)
    extend_college(world.act("刘老师"), world.campaign, college=college, until=CLOSES + timedelta(days=1), reason="停电", step="semester")
    mark_own_step(world.act("李明", at=late), world.case_of("李明"), step="semester", mark=State.DONE)
    with pytest.raises(Stopped):
        mark_own_step(world.act("李明", at=late), world.case_of("李明"), step="personal", mark=State.DONE)
    with pytest.raises(Stopped):
        mark_own_step(world.act("赵强", at=late), world.case_of("赵强"), step="semester", mark=State.DONE)
    with pytest.raises(Refused):
        extend_college(world.act("王秘书"), world.campaign, college=college, until=CLOSES + timedelta(days=1), reason="x")


def test_a_notice_closed_early_accepts_nothing_more(world):
    close_campaign(world.act("刘老师"), world.campaign, reason="改期")
    with pytest.raises(Stopped) as stopped:
        mark_own_step(world.act("李明", at=world.now + timedelta(seconds=1)), world.case_of("李明"), step="semester", mark=State.DONE)
    assert ids(stopped) == ["TIME.002"]


def test_a_supplement_is_a_new_version_with_a_reason_and_the_old_one_stays(world):
    campaign = world.campaign
    later = TEXT.replace("closes = 2024-09-10T17:00:00", "closes = 2024-09-12T17:00:00")
    with pytest.raises(Stopped) as stopped:
        supplement_campaign(world.act("刘老师"), campaign, text=later, reason=" ")
    assert ids(stopped) == ["CAMP.022"]
    with pytest.raises(Stopped) as other:
        supplement_campaign(world.act("刘老师"), campaign, text=later.replace('"bjut-2024-enrolment"', '"bjut-2025"'), reason="x")
    assert ids(other) == ["CAMP.021"]
    supplement_campaign(world.act("刘老师"), campaign, text=later, reason="系统维护，顺延两天")
    assert [v.version for v in queries.versions_of(campaign)] == [2, 1]
    assert queries.notice_of(campaign, 1).window.closes == CLOSES
    mark_own_step(world.act("李明", at=CLOSES), world.case_of("李明"), step="semester", mark=State.DONE)
    assert supplement_campaign(world.act("刘老师"), campaign, text=later, reason="again").unchanged


# where everybody stands


def finish(world, name):
    case = world.case_of(name)
    for step in ("semester", "personal", "enrolment", "print"):
        mark_own_step(world.act(name), case, step=step, mark=State.DONE)
    mark_step(world.act({"赵强": "赵秘书"}.get(name, "王秘书")), case, step="hand_in", mark=State.DONE)


def test_the_stage_follows_the_marks_and_a_return_is_seen(world):
    case = world.case_of("李明")
    mark_own_step(world.act("李明"), case, step="semester", mark=State.DONE)
    assert (case.stage, case.at_step) == ("going", "personal")
    finish(world, "王芳")
    done = Case.objects.get(record__person__name="王芳")
    assert done.stage == "done" and done.finished_at == world.now
    mark_step(world.act("王秘书"), done, step="hand_in", mark=State.BACK, note="没有签字")
    assert Case.objects.get(pk=done.pk).stage == "back" and Case.objects.get(pk=done.pk).finished_at is None
    assert queries.steps_of(done, world.now).standing("hand_in").mark.note == "没有签字"
    assert mark_step(world.act("王秘书"), done, step="hand_in", mark=State.BACK, note="没有签字").unchanged


def test_progress_is_counted_by_college_and_class_for_who_may_see_it(world):
    finish(world, "王芳")
    registrar = {t.key: (t.total, t.done, t.missing) for t in tallies.progress_by_college(world.actor("刘老师"), world.campaign)}
    assert registrar == {"A": (3, 1, 2), "B": (1, 0, 1)}
    assert [t.key for t in tallies.progress_by_college(world.actor("王秘书"), world.campaign)] == ["A"]
    classes = {t.key: t.total for t in tallies.progress_by_class(world.actor("王秘书"), world.campaign, "A")}
    assert classes == {"S240101": 2, "S240102": 1}
    assert tallies.progress_by_class(world.actor("王秘书"), world.campaign, "B") == []


def test_finished_by_day_is_cumulative_in_shanghai_days(world):
    finish(world, "王芳")
    days = dict(tallies.finished_by_day(world.actor("刘老师"), world.campaign, world.now + timedelta(days=1)))
    assert list(days.values()) == [0, 0, 0, 1, 1] and list(days)[3].isoformat() == "2024-09-05"


def test_progress_takes_two_queries_however_many(world, django_assert_num_queries):
    viewer, campaign = world.actor("刘老师"), world.campaign
    with django_assert_num_queries(2):
        tallies.progress_by_college(viewer, campaign)
    with django_assert_num_queries(1):
        tallies.progress_by_class(viewer, campaign, "A")


# the command line


def run(*words):
    return CliRunner().invoke(main, ["campaign", *words])


def test_the_command_line_validates_opens_lists_explains_and_closes(world, tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text(TEXT.replace("group:term", "shoe_size"), "utf-8")
    assert run("validate", str(N1)).exit_code == 0
    refused = run("validate", str(bad), "--json")
    assert refused.exit_code == 1 and json.loads(refused.output)[0]["id"] == "CAMP.017"
    assert run("open", str(bad)).exit_code == 1
    assert "4 人" in run("open", str(N1)).output
    assert "没有改动" in run("open", str(N1)).output
    (row,) = json.loads(run("list", "--json").output)
    assert (row["code"], row["cases"], row["closes"]) == ("bjut-2024-enrolment", 4, "2024-09-10T17:00:00+08:00")
    assert "bjut-2024-enrolment" in run("list").output
    assert json.loads(run("explain", "bjut-2024-enrolment", "s202401001", "--json").output)[0]["belongs"] is True
    assert "不成立" in run("explain", "bjut-2024-enrolment", "B202101001").output
    assert run("explain", "bjut-2024-enrolment", "S000").exit_code == 2
    assert run("close", "nothing", "--reason", "x").exit_code == 2
    assert "没有改动" in run("close", "bjut-2024-enrolment", "--reason", "x").output, "its time is over already"


def test_a_supplement_and_activation_codes_on_the_command_line(world, tmp_path):
    StudentRecord.objects.filter(person__name="李明").update(account=None)
    Account.objects.filter(username="S202401001").delete()
    notice, codes = tmp_path / "n.toml", tmp_path / "codes.csv"
    notice.write_text(TEXT.replace('"document_suffix"', '"activation_code"'), "utf-8")
    assert "1 个激活码" in run("open", str(notice), "--codes", str(codes)).output
    assert codes.read_text().startswith("student_number,activation_code\nS202401001,") and codes.stat().st_mode & 0o077 == 0
    notice.write_text(notice.read_text("utf-8").replace("2024-09-10T17", "2024-09-11T17"), "utf-8")
    assert "第 2 版" in run("open", str(notice), "--supplement", "顺延一天").output
