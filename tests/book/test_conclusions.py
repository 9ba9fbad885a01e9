"""毕业结论 — conclusions. Who may be reported as 毕业, 结业, 肄业 or 结业转毕业 (研函〔2020〕61号 三).

yes, no, and ? for unknown. 国际: international; 年限: within the time limit; 方案: programme done; 成绩: grades passed; 答辩: defence
passed; 申请: joint request of student and supervisor; 学院: college approval; 曾结业: reported as completed before; 交回: certificate back.
"""

import itertools

import pytest
from tests.book.tables import rows

from xueji.rules.conclusions import JUDGEMENTS, Conclusion, Studies, proposal
from xueji.rules.findings import Level

title = "毕业结论 — conclusions"

cases = """
谁 who | 结论 conclusion | 国际 | 双证 | 年限 | 方案 | 成绩 | 答辩 | 申请 | 学院 | 曾结业 | 交回 | 满一年 | 未了    | 问题 findings
-------+-----------------+------+------+------+------+------+------+------+------+--------+------+--------+---------+--------------
李明   | graduation      | no   | yes  | yes  | yes  | yes  | yes  | no   | no   | no     | ?    | yes    |         |
王芳   | graduation      | no   | yes  | yes  | yes  | yes  | no   | no   | no   | no     | ?    | yes    |         | GRAD.007
赵强   | graduation      | no   | yes  | yes  | no   | yes  | yes  | no   | no   | no     | ?    | yes    |         | GRAD.002
孙丽   | graduation      | no   | yes  | no   | yes  | no   | yes  | no   | no   | no     | ?    | yes    |         | GRAD.003 GRAD.004
周杰   | graduation      | no   | yes  | ?    | ?    | ?    | ?    | no   | no   | no     | ?    | yes    |         | GRAD.013 GRAD.012 GRAD.014 GRAD.017
Anna   | graduation      | yes  | yes  | yes  | yes  | yes  | yes  | no   | no   | no     | ?    | yes    |         | GRAD.001
吴洋   | graduation      | no   | no   | yes  | yes  | yes  | yes  | no   | no   | no     | ?    | yes    |         | GRAD.015
郑爽   | graduation      | no   | yes  | yes  | yes  | yes  | yes  | no   | no   | no     | ?    | yes    | 图书未还 | GRAD.011
李明   | completion      | no   | yes  | yes  | yes  | yes  | no   | yes  | yes  | no     | ?    | yes    |         |
王芳   | completion      | no   | yes  | yes  | yes  | yes  | no   | no   | yes  | no     | ?    | yes    |         | GRAD.005
赵强   | completion      | no   | yes  | yes  | no   | yes  | no   | yes  | no   | no     | ?    | yes    |         | GRAD.002 GRAD.006
孙丽   | completion      | no   | yes  | yes  | yes  | yes  | yes  | yes  | yes  | no     | ?    | yes    |         | GRAD.008
周杰   | completion      | no   | yes  | no   | yes  | no   | ?    | yes  | yes  | no     | ?    | yes    |         | GRAD.003 GRAD.004
李明   | incompletion    | no   | yes  | no   | no   | no   | no   | yes  | yes  | no     | ?    | yes    |         |
王芳   | incompletion    | no   | yes  | no   | no   | no   | no   | no   | no   | no     | ?    | yes    |         | GRAD.005 GRAD.006
赵强   | incompletion    | no   | yes  | no   | no   | no   | no   | yes  | yes  | no     | ?    | no     |         | GRAD.016
孙丽   | incompletion    | no   | yes  | no   | no   | no   | no   | yes  | yes  | no     | ?    | ?      |         | GRAD.018
李明   | upgrade         | no   | yes  | yes  | yes  | yes  | yes  | no   | no   | yes    | yes  | yes    |         |
王芳   | upgrade         | no   | yes  | yes  | yes  | yes  | yes  | no   | no   | yes    | no   | yes    |         | GRAD.010
赵强   | upgrade         | no   | yes  | yes  | yes  | yes  | yes  | no   | no   | no     | yes  | yes    |         | GRAD.009
孙丽   | upgrade         | no   | yes  | yes  | yes  | yes  | no   | no   | no   | yes    | yes  | yes    |         | GRAD.007
李明   | withdrawal      | no   | yes  | no   | no   | no   | no   | no   | no   | no     | ?    | yes    |         |
王芳   | withdrawal      | no   | yes  | yes  | no   | no   | no   | no   | no   | no     | ?    | yes    |         | GRAD.019
"""

proposals = """
谁 who | 年限 | 方案 | 成绩 | 答辩 | 申请 | 学院 | 曾结业 | 提议 proposal
-------+------+------+------+------+------+------+--------+---------------
李明   | yes  | yes  | yes  | yes  | no   | no   | no     | graduation
王芳   | yes  | yes  | yes  | ?    | no   | no   | no     | graduation
赵强   | yes  | yes  | yes  | no   | no   | no   | no     | prolong
孙丽   | yes  | yes  | yes  | no   | yes  | no   | no     | completion
周杰   | yes  | no   | yes  | no   | yes  | yes  | no     | completion
吴洋   | yes  | yes  | no   | no   | yes  | yes  | no     | incompletion
郑爽   | no   | yes  | yes  | no   | no   | no   | no     | incompletion
冯雪   | yes  | yes  | yes  | yes  | no   | no   | yes    | upgrade
陈晨   | yes  | yes  | yes  | no   | no   | no   | yes    | prolong
"""

ANSWERS = {"yes": True, "no": False, "?": None}
COLUMNS = {"年限": "within_time_limit", "方案": "programme_done", "成绩": "grades_passed", "答辩": "defence_passed", "申请": "joint_request",
           "学院": "college_approval", "曾结业": "completed_before", "国际": "international", "双证": "both_certificates",
           "交回": "completion_certificate_returned", "满一年": "studied_a_year"}  # fmt: skip


def studies(row) -> Studies:
    facts = {column: ANSWERS[row[heading]] for heading, column in COLUMNS.items() if heading in row}
    return Studies(**facts, open_holds=tuple(row.get("未了", "").split()))


@pytest.mark.parametrize("row", rows(cases), ids=lambda r: f"{r['谁 who']} {r['结论 conclusion']}")
def test_what_stands_in_the_way_of_a_conclusion(row):
    found = JUDGEMENTS[Conclusion(row["结论 conclusion"])](studies(row))
    assert [f.id for f in found] == row["问题 findings"].split()


@pytest.mark.parametrize("row", rows(proposals), ids=lambda r: r["谁 who"])
def test_what_the_rules_propose(row):
    assert proposal(studies(row))[0] == row["提议 proposal"]


def test_in_principle_finished_is_a_doubt_for_completion_and_a_stop_for_graduation():
    facts = Studies(within_time_limit=True, programme_done=False, grades_passed=True, defence_passed=False, joint_request=True, college_approval=True)
    assert [f.level for f in JUDGEMENTS[Conclusion.COMPLETION](facts)] == [Level.DOUBT]
    assert Level.STOP in [f.level for f in JUDGEMENTS[Conclusion.GRADUATION](facts) if f.id == "GRAD.002"]


def test_an_unknown_fact_is_never_a_stop():
    for judgement in JUDGEMENTS.values():
        for finding in judgement(Studies(joint_request=True, college_approval=True, completed_before=True)):
            if finding.id != "GRAD.019":
                assert finding.level is Level.DOUBT, finding


def test_the_schools_rule_decides_what_happens_beyond_the_limit():
    over = Studies(within_time_limit=False)
    assert proposal(over, beyond_limit=Conclusion.WITHDRAWAL)[0] is Conclusion.WITHDRAWAL


def test_who_is_proposed_for_graduation_has_no_stop_whatever_the_facts():
    for answers in itertools.product([True, False, None], repeat=4):
        for asked in (True, False):
            limit, programme, grades, defence = answers
            facts = Studies(within_time_limit=limit, programme_done=programme, grades_passed=grades, defence_passed=defence, joint_request=asked)
            what, found = proposal(facts)
            if what is Conclusion.GRADUATION:
                assert False not in answers and not [f for f in found if f.level is Level.STOP]
