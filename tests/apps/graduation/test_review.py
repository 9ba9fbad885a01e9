"""The graduation review: unknown is not "no", two persons decide, an adverse decision is told first, the list puts it in force."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from tests.world import SHANGHAI

from xueji.campaigns.batches.commands import accept_batch, freeze_batch, hand_in_scan
from xueji.campaigns.batches.papers import declarations, print_of, workbook_of
from xueji.campaigns.batches.queries import changes_since
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.formats.sheets import read as read_sheet
from xueji.graduation.commands import (
    answer_notice,
    approve_conclusion,
    approve_request,
    deliver_notice,
    except_requirement,
    join_request,
    propose_conclusion,
    publish_plan,
    record_request,
    report_studies,
    request_conclusion,
    review_legality,
    tell_student,
    withdraw_request,
)  # fmt: skip
from xueji.graduation.models import Studies
from xueji.graduation.queries import adverse_notice_of, open_request, proposal_of, review_of, reviewed, tallies
from xueji.graduation.sheet import CONCLUSION_LIST, accept
from xueji.journal.command import Refused, Stopped
from xueji.records.commands import change_record, change_standing
from xueji.records.models import College, StudentRecord
from xueji.records.queries import standing_history
from xueji.rules.conclusions import Conclusion
from xueji.rules.sheets import digest

pytestmark = pytest.mark.django_db
N3 = (Path(__file__).resolve().parents[3] / "campaigns" / "N3-bit-2020-conclusions.toml").read_text("utf-8")
DAY = date(2020, 6, 25)
NOW = datetime(2020, 6, 25, 10, tzinfo=SHANGHAI)

PLAN = """
[plan]
code = "any-master"
title = "硕士培养方案"
levels = ["master"]
intake = { from = 2017 }
source = "2017版培养方案"

[[requirement]]
code = "degree_credits"
kind = "credits"
subject = "学位课"
least = 18

[[requirement]]
code = "grades"
kind = "no_failures"
"""

FULL = {"credits": {"学位课": 20}, "courses": {"矩阵论": 85}, "defence_on": date(2020, 6, 10), "defence_passed": True, "defence_grade": "良好"}


@pytest.fixture
def batch(world):
    """Three students of A who want to graduate in 2020, the plan, and N3 opened."""
    world.now = NOW
    for n, name in enumerate(("毕业生", "结业生", "延期生"), 1):
        world.enrol(name, f"S20170100{n}", "A", class_number="S170101", intake_year=2017, enrolled_on=date(2017, 9, 1),
                    expected_on=date(2020, 6, 30), first_expected_on=date(2020, 6, 30), standing="enrolled")  # fmt: skip
    publish_plan(world.act("刘老师"), text=PLAN)
    open_campaign(world.act("刘老师"), text=N3)
    report(world, "毕业生", FULL)
    report(world, "结业生", FULL | {"defence_passed": False})
    return world


def report(world, name, values):
    report_studies(world.act("刘老师"), rows=[(world.record(name), values)], source="研究生成绩系统", on=DAY)


def case_of(name):
    return Case.objects.select_related("campaign", "record__person", "record__college").get(record__person__name=name)


def ids(stopped):
    return [f.id for f in stopped.value.findings]


def test_every_reported_value_keeps_its_source_and_day(batch):
    studies = Studies.objects.get(record__person__name="毕业生")
    assert studies.sources["credits.学位课"] == ["研究生成绩系统", "2020-06-25"]
    assert report_studies(batch.act("刘老师"), rows=[(batch.record("毕业生"), FULL)], source="again", on=DAY).unchanged


def test_who_meets_everything_is_proposed_for_graduation(batch):
    found = review_of(batch.record("毕业生"), DAY)
    assert (found.proposed, found.findings) == (Conclusion.GRADUATION, ())
    assert found.facts.within_time_limit is True


def test_what_nobody_reported_is_unknown_and_never_no(batch):
    found = review_of(batch.record("延期生"), DAY)
    assert found.proposed is Conclusion.GRADUATION
    assert [f.id for f in found.findings] == ["GRAD.012", "GRAD.014", "GRAD.017"]


def test_what_if_the_defence_passes(batch):
    assert review_of(batch.record("结业生"), DAY).proposed is Conclusion.PROLONG
    assert review_of(batch.record("结业生"), DAY, what_if={"defence_passed": True}).proposed is Conclusion.GRADUATION


def test_suspended_time_does_not_count(batch):
    record = batch.record("毕业生")
    assert review_of(record, date(2022, 12, 1)).facts.within_time_limit is False
    change_standing(batch.act("刘老师"), record, move="suspend", effective_on=date(2019, 9, 1), until=date(2020, 5, 1))
    change_standing(batch.act("刘老师"), record, move="resume", effective_on=date(2020, 5, 1))
    assert review_of(record, date(2022, 12, 1)).facts.within_time_limit is True


def test_an_exception_has_an_approver_a_reason_and_an_end(batch):
    report(batch, "毕业生", {"credits": {"学位课": 10}})
    with pytest.raises(Stopped):
        except_requirement(batch.act("刘老师"), batch.record("毕业生"), requirement="degree_credits", reason=" ")
    with pytest.raises(Refused):
        except_requirement(batch.act("王秘书"), batch.record("毕业生"), requirement="degree_credits", reason="免修")
    except_requirement(batch.act("刘老师"), batch.record("毕业生"), requirement="degree_credits", reason="免修", until=DAY)
    assert review_of(batch.record("毕业生"), DAY).proposed is Conclusion.GRADUATION
    assert review_of(batch.record("毕业生"), DAY + timedelta(days=1)).proposed is Conclusion.PROLONG


def test_a_stop_forbids_and_a_doubt_needs_a_note(batch):
    with pytest.raises(Stopped) as stopped:
        propose_conclusion(batch.act("王秘书"), case_of("结业生"), conclusion="graduation", on=DAY)
    assert ids(stopped) == ["GRAD.007"]
    with pytest.raises(Stopped) as doubtful:
        propose_conclusion(batch.act("王秘书"), case_of("延期生"), conclusion="graduation", on=DAY)
    assert ids(doubtful)[0] == "REVIEW.009" and {"GRAD.012", "GRAD.017"} <= set(ids(doubtful))
    made = propose_conclusion(batch.act("王秘书"), case_of("延期生"), conclusion="graduation", on=DAY, note="成绩单原件已核").result
    assert made.cleared == ["GRAD.012", "GRAD.014", "GRAD.017"] and made.by_rule == "graduation"


def test_the_one_who_proposes_cannot_approve(batch):
    proposal = propose_conclusion(batch.act("王秘书"), case_of("毕业生"), conclusion="graduation", on=DAY).result
    with pytest.raises(Refused):
        approve_conclusion(batch.act("王秘书"), proposal)
    proposal.proposed_by, proposal.proposed_label = batch.actor("陈院长").id_text, "陈院长"
    with pytest.raises(Stopped) as stopped:
        approve_conclusion(batch.act("陈院长"), proposal)
    assert ids(stopped) == ["REVIEW.011"]
    approve_conclusion(batch.act("陈院长"), proposal_of(case_of("毕业生")))
    propose_conclusion(batch.act("王秘书"), case_of("毕业生"), conclusion="prolong", on=DAY, prolong_until=date(2021, 6, 30))
    assert proposal_of(case_of("毕业生")).approved_at is None, "a new proposal takes the approval back"


def ask_for_completion(world):
    request = request_conclusion(world.act("结业生"), case_of("结业生"), conclusion="completion", reason="就业", supervisor="周教授").result
    with pytest.raises(Stopped) as early:
        approve_request(world.act("陈院长"), request, opinion="同意结业")
    assert ids(early) == ["REVIEW.006"]
    join_request(world.act("王秘书"), request)
    approve_request(world.act("陈院长"), request, opinion="同意结业")


def test_completion_needs_student_supervisor_and_college(batch):
    with pytest.raises(Stopped) as wrong:
        request_conclusion(batch.act("结业生"), case_of("结业生"), conclusion="graduation", reason=" ", supervisor="")
    assert ids(wrong) == ["REVIEW.001", "CAMP.022", "REVIEW.002"]
    ask_for_completion(batch)
    with pytest.raises(Stopped) as twice:
        request_conclusion(batch.act("结业生"), case_of("结业生"), conclusion="completion", reason="x", supervisor="周")
    assert ids(twice) == ["REVIEW.003"]
    assert review_of(batch.record("结业生"), DAY).proposed is Conclusion.COMPLETION


def test_a_request_is_withdrawn_until_the_list_is_accepted(batch):
    ask_for_completion(batch)
    withdraw_request(batch.act("结业生"), open_request(case_of("结业生")))
    assert open_request(case_of("结业生")) is None
    assert review_of(batch.record("结业生"), DAY).proposed is Conclusion.PROLONG


def conclude_adversely(world):
    ask_for_completion(world)
    case = case_of("结业生")
    proposal = propose_conclusion(world.act("王秘书"), case, conclusion="completion", on=DAY).result
    with pytest.raises(Stopped) as untold:
        approve_conclusion(world.act("陈院长"), proposal)
    assert ids(untold) == ["REVIEW.012"]
    notice = tell_student(world.act("王秘书"), case, facts="未通过论文答辩，本人与导师申请结业。依据：研函〔2020〕61号 三").result
    answer_notice(world.act("结业生"), notice, statement="没有异议")
    with pytest.raises(Stopped) as unreviewed:
        approve_conclusion(world.act("陈院长"), proposal)
    assert ids(unreviewed) == ["REVIEW.013"]
    review_legality(world.act("刘老师"), notice)
    approve_conclusion(world.act("陈院长"), proposal)
    with pytest.raises(Stopped):
        deliver_notice(world.act("王秘书"), notice, how="pigeon")
    deliver_notice(world.act("王秘书"), notice, how="in_person")


def test_an_adverse_conclusion_is_told_heard_reviewed_and_delivered(batch):
    with pytest.raises(Stopped) as nothing:
        tell_student(batch.act("王秘书"), case_of("结业生"), facts=" ")
    assert ids(nothing) == ["REVIEW.014", "REVIEW.015"]
    conclude_adversely(batch)
    notice = adverse_notice_of(case_of("结业生"))
    assert notice.statement == "没有异议" and notice.delivered_how == "in_person"


def test_the_accepted_list_puts_every_conclusion_in_force(batch):
    college = College.objects.get(code="A")
    proposal = propose_conclusion(batch.act("王秘书"), case_of("毕业生"), conclusion="graduation", on=DAY).result
    approve_conclusion(batch.act("陈院长"), proposal)
    with pytest.raises(Stopped) as early:
        freeze_batch(batch.act("王秘书"), case_of("毕业生").campaign, college=college, kind=CONCLUSION_LIST)
    assert ids(early) == ["REVIEW.018"]
    conclude_adversely(batch)
    delayed = propose_conclusion(batch.act("王秘书"), case_of("延期生"), conclusion="prolong", on=DAY, prolong_until=date(2021, 6, 30), note="论文未完成").result
    approve_conclusion(batch.act("陈院长"), delayed)
    frozen = freeze_batch(batch.act("王秘书"), case_of("毕业生").campaign, college=college, kind=CONCLUSION_LIST).result
    assert {key: row["conclusion"] for key, row in frozen.rows.items()} == {"S201701001": "毕业", "S201701002": "结业"}
    accept(batch.act("刘老师"), frozen)
    after = {r.person.name: (r.standing, r.conclusion, r.expected_on) for r in StudentRecord.objects.filter(intake_year=2017).select_related("person")}
    assert after["毕业生"][:2] == ("graduated", "graduation")
    assert after["结业生"][:2] == ("completed", "completion")
    assert after["延期生"] == ("enrolled", "", date(2021, 6, 30))
    assert [c.move for c in standing_history(batch.record("延期生"))] == ["prolong"]


def prolong_everybody(batch):
    for name in ("毕业生", "结业生", "延期生"):
        case = case_of(name)
        found = propose_conclusion(batch.act("王秘书"), case, conclusion="prolong", on=DAY, prolong_until=date(2021, 6, 30), note="论文未完成").result
        approve_conclusion(batch.act("陈院长"), found)
    return case.campaign


def freeze(batch, campaign, reason="", code="A"):
    return freeze_batch(batch.act("王秘书"), campaign, college=College.objects.get(code=code), kind=CONCLUSION_LIST, empty_reason=reason).result


def test_a_college_whose_students_are_all_prolonged_says_so_with_a_reason(batch):
    campaign = prolong_everybody(batch)
    with pytest.raises(Stopped) as silent:
        freeze(batch, campaign, " ")
    assert ids(silent) == ["SHEET.017"]
    frozen = freeze(batch, campaign, "三人均延期")
    assert (frozen.row_count, frozen.empty_reason) == (0, "三人均延期")
    assert frozen.beside == dict.fromkeys(("S201701001", "S201701002", "S201701003"), "延长学习年限至 2021-06-30")
    assert freeze(batch, campaign, "三人均延期").pk == frozen.pk, "the same declaration is the same version"
    assert freeze(batch, campaign, "另有原因").digest != frozen.digest, "the reason is signed for"


def test_an_accepted_empty_list_prolongs_its_students(batch):
    campaign = prolong_everybody(batch)
    frozen = freeze(batch, campaign, "三人均延期")
    hand_in_scan(batch.act("王秘书"), frozen, content=print_of(frozen))
    accept_batch(batch.act("刘老师"), frozen)
    after = StudentRecord.objects.filter(intake_year=2017).values_list("standing", "conclusion", "expected_on")
    assert set(after) == {("enrolled", "", date(2021, 6, 30))}
    assert read_sheet(workbook_of(frozen)).columns[0] == "学号"


def test_two_colleges_with_nobody_sign_different_sheets(batch):
    campaign = prolong_everybody(batch)
    said = [declarations(CONCLUSION_LIST, campaign, College.objects.get(code=code), {}, "均延期") for code in "AB"]
    assert digest(CONCLUSION_LIST.codes, {}, said[0]) != digest(CONCLUSION_LIST.codes, {}, said[1])


def test_a_college_that_has_no_student_in_the_round_declares_nothing(batch):
    campaign = case_of("毕业生").campaign
    with pytest.raises(Stopped) as nobody:
        freeze_batch(batch.act("赵秘书"), campaign, college=College.objects.get(code="B"), kind=CONCLUSION_LIST, empty_reason="没有人")
    assert ids(nobody) == ["SHEET.016"]


def test_who_is_decided_anew_voids_what_the_college_signed(batch):
    campaign = prolong_everybody(batch)
    frozen = freeze(batch, campaign, "三人均延期")
    hand_in_scan(batch.act("王秘书"), frozen, content=print_of(frozen))
    propose_conclusion(batch.act("王秘书"), case_of("毕业生"), conclusion="prolong", on=DAY, prolong_until=date(2022, 6, 30), note="再延一年")
    with pytest.raises(Stopped) as unsigned:
        accept_batch(batch.act("刘老师"), frozen)
    assert ids(unsigned) == ["SHEET.007"], "a decision that is not approved again must not slip through"
    approve_conclusion(batch.act("陈院长"), proposal_of(case_of("毕业生")))
    assert [(one.key, one.fields) for one in changes_since(frozen)] == [("S201701001", ("beside",))]


def test_the_review_of_a_college_takes_a_fixed_number_of_queries(batch, django_assert_max_num_queries):
    campaign = case_of("毕业生").campaign
    with django_assert_max_num_queries(10):
        found = reviewed(batch.actor("王秘书"), campaign, DAY)
    assert len(found) == 3
    assert reviewed(batch.actor("赵秘书"), campaign, DAY) == []
    assert [(t.college, t.total) for t in tallies(batch.actor("刘老师"), campaign)] == [("A", 3)]


def test_what_the_rules_of_procedure_stop(batch):
    request = request_conclusion(batch.act("结业生"), case_of("结业生"), conclusion="completion", reason="就业", supervisor="周教授").result
    join_request(batch.act("王秘书"), request)
    with pytest.raises(Stopped) as mute:
        approve_request(batch.act("陈院长"), request, opinion=" ")
    assert ids(mute) == ["REVIEW.007"]
    withdraw_request(batch.act("结业生"), request)
    with pytest.raises(Stopped) as gone:
        approve_request(batch.act("陈院长"), request, opinion="同意")
    assert ids(gone) == ["REVIEW.005"]
    with pytest.raises(Stopped) as endless:
        propose_conclusion(batch.act("王秘书"), case_of("结业生"), conclusion="prolong", on=DAY, note="x")
    assert ids(endless) == ["REVIEW.008"]


def test_a_way_of_delivery_that_the_law_does_not_know_is_refused(batch):
    ask_for_completion(batch)
    propose_conclusion(batch.act("王秘书"), case_of("结业生"), conclusion="completion", on=DAY)
    notice = tell_student(batch.act("王秘书"), case_of("结业生"), facts="未通过答辩").result
    with pytest.raises(Stopped) as pigeon:
        deliver_notice(batch.act("王秘书"), notice, how="pigeon")
    assert ids(pigeon) == ["REVIEW.017"]


def test_after_acceptance_or_filing_nothing_is_asked_or_proposed_anew(batch):
    from xueji.exchange.commands.filings import make_filing
    from xueji.exchange.layouts import filing_layouts

    case = case_of("毕业生")
    values = {"conclusion": "graduation", "graduated_on": "2020-06-20", "id_number": "320600200205060060"}
    change_record(batch.act("刘老师"), case.record, values=values, reason="x")
    make_filing(batch.act("刘老师"), case.campaign, layout=filing_layouts()["provincial"])
    with pytest.raises(Stopped) as asked:
        request_conclusion(batch.act("毕业生"), case_of("毕业生"), conclusion="completion", reason="x", supervisor="周")
    assert ids(asked) == ["REVIEW.004"]
    with pytest.raises(Stopped) as proposed:
        propose_conclusion(batch.act("王秘书"), case_of("毕业生"), conclusion="graduation", on=DAY)
    assert "REVIEW.010" in ids(proposed)


def test_the_college_records_a_request_on_paper_with_its_scan(batch):
    scan = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    made = record_request(batch.act("王秘书"), case_of("结业生"), conclusion="completion", reason="就业", supervisor="周教授", scan=scan).result
    assert made.scan is not None and made.supervisor_at == batch.now
    with pytest.raises(Refused):
        record_request(batch.act("赵秘书"), case_of("结业生"), conclusion="completion", reason="x", supervisor="x", scan=scan)
