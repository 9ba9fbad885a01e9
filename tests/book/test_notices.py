"""通知的声明 — declared notices. Every mistake in a notice is found at once, each at its line, with what to do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.campaigns.notice import moved_by_days, read_notice

title = "通知的声明 — declared notices"
N1 = (Path(__file__).resolve().parents[2] / "campaigns" / "N1-bjut-2024-enrolment.toml").read_text("utf-8")

mistakes = """
原文 in N1                                       | 改成 written as                              | 问题 findings
-------------------------------------------------+----------------------------------------------+--------------
code      = "bjut-2024-enrolment"                | code      = "BJUT 2024"                      | CAMP.005
code      = "bjut-2024-enrolment"                | code      = bjut                             | CAMP.001
number    = "研通知[2024]53号"                   | numbr     = "研通知[2024]53号"               | CAMP.002
kind      = "enrolment"                          | kind      = "party"                          | CAMP.006
title_en  = "Online basic information collection, postgraduates enrolled in 2024" | # | CAMP.003
opens  = 2024-09-02T00:00:00+08:00               | opens  = 2024-09-02T00:00:00                 | CAMP.004 CAMP.007
closes = 2024-09-10T17:00:00+08:00               | closes = 2024-09-01T17:00:00+08:00           | CAMP.008 CAMP.008 CAMP.008 CAMP.008 CAMP.008 CAMP.008
include  = { intake_year = 2024, level = ["master", "doctor"] } | include = { intake = 2024 }   | CAMP.009 CAMP.011
include  = { intake_year = 2024, level = ["master", "doctor"] } | include = { intake_year = "2024" } | CAMP.010 CAMP.011
include  = { intake_year = 2024, level = ["master", "doctor"] } | include = { intake_year = 2024, level = { before = "x" } } | CAMP.010
include  = { intake_year = 2024, level = ["master", "doctor"] } | include = {}                   | CAMP.011
code     = "personal"                            | code     = "semester"                        | CAMP.013 CAMP.015
kind     = "print"                               | kind     = "dance"                           | CAMP.006
document = "record_form"                         | optional = false                             | CAMP.014 CAMP.014
after    = ["print"]                             | after    = ["printing"]                      | CAMP.015
after    = ["print"]                             | groups   = ["everybody"]                     | CAMP.016
fields   = ["group:term"]                        | fields   = ["shoe_size"]                     | CAMP.017
first_password = "document_suffix"               | first_password = "birthday"                  | CAMP.006
"""


def ids(text: str) -> list[str]:
    return [f.id for f in read_notice(text)[1]]


@pytest.mark.parametrize("row", rows(mistakes), ids=lambda r: r["改成 written as"])
def test_a_mistake_in_a_notice_is_found(row):
    assert row["原文 in N1"] in N1
    text = N1.replace(row["原文 in N1"], row["改成 written as"])
    notice, findings = read_notice(text)
    assert notice is None
    assert [f.id for f in findings] == row["问题 findings"].split()
    assert all(f.place.startswith("line ") for f in findings)


def test_n1_reads_without_a_finding():
    notice, findings = read_notice(N1)
    assert findings == []
    assert [s.code for s in notice.steps] == ["semester", "personal", "enrolment", "print", "hand_in"]
    assert "mobile" in notice.step("personal").fields, "group:contact stands for every contact field"


def test_a_mistake_is_placed_at_the_line_of_its_section():
    line = next(n for n, text in enumerate(N1.splitlines(), 1) if text.startswith("[[step]]"))
    (found,) = read_notice(N1.replace('fields   = ["group:term"]', 'fields   = ["shoe_size"]'))[1]
    assert found.place == f"line {line}"


def test_a_notice_without_audience_or_steps_is_refused():
    head = N1[: N1.index("[[audience]]")]
    assert ids(head) == ["CAMP.012", "CAMP.019"]


def test_a_group_that_has_nothing_to_do_is_found():
    text = N1.replace('[[audience]]\ngroup    = "new_postgraduates"', '[[audience]]\ngroup = "idle"\nnominated = "college"\n\n[[audience]]\ngroup    = "new_postgraduates"')
    assert ids(text.replace("who      =", 'groups = ["new_postgraduates"]\nwho      =')) == ["CAMP.018"]


def test_all_mistakes_are_reported_together():
    text = N1.replace('kind      = "enrolment"', 'kind = "party"').replace('fields   = ["group:term"]', 'fields = ["shoe_size"]')
    assert ids(text) == ["CAMP.006", "CAMP.017"]


@given(st.integers(-2000, 2000))
def test_moving_a_notice_moves_its_windows_by_whole_days_and_nothing_else(days):
    moved, _ = read_notice(moved_by_days(N1, days))
    before, _ = read_notice(N1)
    assert (moved.window.closes - before.window.closes).days == days
    assert moved.window.closes.time() == before.window.closes.time()
    assert moved.number == before.number and moved.issued_on == before.issued_on and moved.audiences == before.audiences


@given(st.text(max_size=400))
def test_no_text_makes_the_reader_fall_over(text):
    notice, findings = read_notice(text)
    assert notice is None and findings
