"""培养方案要求 — requirements. What a plan asks, what is known of a student, and the verdict with its number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.rules.requirements import Achievements, Plan, Requirement, Verdict, judged, plan_for, read_plan, summary

title = "培养方案要求 — requirements"
DAY = date(2020, 6, 20)

PLAN = """
[plan]
code = "081200-2018"
title = "计算机科学与技术 硕士"
levels = ["master"]
majors = ["081200"]
intake = { from = 2018, until = 2021 }
source = "2018版培养方案"

[[requirement]]
code = "degree_credits"
kind = "credits"
subject = "学位课"
least = 18

[[requirement]]
code = "total"
kind = "total_credits"
least = 30

[[requirement]]
code = "ethics"
kind = "course"
subject = "工程伦理"

[[requirement]]
code = "grades"
kind = "no_failures"

[[requirement]]
code = "english"
kind = "test"
subject = "外语"
least = 425

[[requirement]]
code = "fitness"
kind = "fact"
subject = "体测合格"
weight = "doubt"

[[requirement]]
code = "discipline"
kind = "clear"
subject = "处分未解除"
"""

verdicts = """
要求 code      | 已知 known              | 结果 verdict | 实得 measured
---------------+-------------------------+--------------+--------------
degree_credits |                         | unknown      |
degree_credits | credits 学位课 18       | met          | 18
degree_credits | credits 学位课 17.5     | not_met      | 17.5
total          |                         | unknown      |
total          | credits 学位课 30       | met          | 30
total          | credits 学位课 29       | not_met      | 29
ethics         | courses 工程伦理 60     | met          | 60
ethics         | courses 工程伦理 59.5   | not_met      | 59.5
ethics         | courses 工程伦理 yes    | met          | ✓
ethics         | courses 数学 90         | unknown      |
grades         |                         | unknown      |
grades         | courses 数学 59         | not_met      | 数学
grades         | courses 数学 60         | met          |
grades         | courses 数学 ?          | unknown      |
english        | tests 外语 424          | not_met      | 424
english        | tests 外语 425          | met          | 425
fitness        | facts 体测合格 no       | not_met      | ✗
fitness        | facts 体测合格 yes      | met          | ✓
fitness        |                         | unknown      |
discipline     | facts 处分未解除 yes    | not_met      | ✓
discipline     | facts 处分未解除 no     | met          | ✗
discipline     |                         | unknown      |
"""

mistakes = """
原文                      | 改成                     | 问题 findings
--------------------------+--------------------------+--------------
[plan]                    | [plan                    | PLAN.001
code = "081200-2018"      | #                        | PLAN.002
from = 2018, until = 2021 | from = 2021, until = 2018 | PLAN.003
code = "total"            | code = "degree_credits"  | PLAN.004
kind = "fact"             | kind = "vibe"            | PLAN.005
weight = "doubt"          | weight = "heavy"         | PLAN.006
least = 18                | least = -1               | PLAN.007
subject = "外语"          | #                        | PLAN.002
"""


def plan() -> Plan:
    return read_plan(PLAN)[0]


def known(words: str) -> Achievements:
    achieved = Achievements()
    if words:
        kind, subject, value = words.split()
        values = {"yes": True, "no": False, "?": None}
        setattr(achieved, kind, {subject: values[value] if value in values else float(value)})
    return achieved


@pytest.mark.parametrize("row", rows(verdicts), ids=lambda r: f"{r['要求 code']} {r['已知 known']}")
def test_a_requirement_is_judged_by_what_is_known(row):
    (found,) = [o for o in judged(plan(), known(row["已知 known"]), DAY) if o.requirement.code == row["要求 code"]]
    assert (found.verdict, found.measured) == (row["结果 verdict"], row["实得 measured"])


@pytest.mark.parametrize("row", rows(mistakes), ids=lambda r: r["改成"])
def test_a_mistake_in_a_plan_is_found(row):
    assert row["原文"] in PLAN
    read, findings = read_plan(PLAN.replace(row["原文"], row["改成"], 1))
    assert read is None and [f.id for f in findings] == [row["问题 findings"]]


def test_a_plan_without_requirements_is_refused():
    assert [f.id for f in read_plan(PLAN[: PLAN.index("[[requirement]]")])[1]] == ["PLAN.008"]


def test_what_is_needed_is_said_in_the_plans_own_terms():
    needed = {o.requirement.code: o.needed for o in judged(plan(), Achievements(), DAY)}
    assert needed == {"degree_credits": "18", "total": "30", "ethics": "60", "grades": "60", "english": "425", "fitness": "✓", "discipline": "✗"}


def test_an_exception_holds_until_its_last_day():
    for until, verdict in ((DAY, Verdict.EXCEPTED), (None, Verdict.EXCEPTED), (date(2020, 6, 19), Verdict.NOT_MET)):
        achieved = Achievements(courses={"工程伦理": 50.0}, exceptions={"ethics": until})
        assert judged(plan(), achieved, DAY)[2].verdict is verdict


def test_an_exception_to_something_met_changes_nothing():
    achieved = Achievements(courses={"工程伦理": 80.0}, exceptions={"ethics": None})
    assert judged(plan(), achieved, DAY)[2].verdict is Verdict.MET


def test_a_programme_is_done_when_everything_weighty_is_met():
    full = Achievements(credits={"学位课": 30.0}, courses={"工程伦理": 80.0}, tests={"外语": 500.0}, facts={"处分未解除": False})
    assert summary(judged(plan(), full, DAY)) is True, "体测 is a doubt and does not count"
    full.facts = {}
    assert summary(judged(plan(), full, DAY)) is None
    full.tests = {"外语": 300.0}
    assert summary(judged(plan(), full, DAY)) is False
    assert summary([]) is None


def test_a_student_is_judged_by_the_plan_of_the_own_intake_year_and_the_most_specific():
    one = plan()
    anybody = Plan("any", one.title, (), (), 2000, 9999, "x", one.requirements)
    masters = Plan("masters", one.title, ("master",), ("0812*",), 2018, 9999, "x", one.requirements)
    choose = lambda **of: getattr(plan_for([anybody, masters, one], **of), "code", None)  # noqa: E731
    assert choose(level="master", major_code="081200", intake_year=2019) == "081200-2018"
    assert choose(level="master", major_code="081201", intake_year=2019) == "masters"
    assert choose(level="master", major_code="081200", intake_year=2022) == "masters"
    assert choose(level="doctor", major_code="081200", intake_year=2019) == "any"
    assert choose(level="doctor", major_code="081200", intake_year=None) is None


@given(st.floats(0, 200, allow_nan=False), st.floats(0, 200, allow_nan=False))
def test_credits_are_met_exactly_from_the_least(earned, least):
    requirement = Requirement("c", "credits", "m", least, plan().title, "", plan().requirements[0].weight)
    one = Plan("p", plan().title, (), (), 2000, 9999, "x", (requirement,))
    verdict = judged(one, Achievements(credits={"m": earned}), DAY)[0].verdict
    assert (verdict is Verdict.MET) == (earned >= least)
