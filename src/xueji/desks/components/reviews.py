"""One student's graduation review as a page shows it (审核说明): the same sentence for student, college and registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xueji.catalogue.text import Text
from xueji.graduation.queries import adverse_notice_of, exceptions_of, open_request, proposal_of, review_of
from xueji.graduation.reviewing import Review
from xueji.graduation.terms import CONCLUSION_WORDS, DELIVERIES
from xueji.records.queries import standing_history, values_in_force
from xueji.rules.conclusions import Conclusion
from xueji.rules.requirements import Verdict
from xueji.rules.standing import MOVES

VERDICT_STATES = {Verdict.MET: "done", Verdict.NOT_MET: "late", Verdict.UNKNOWN: "idle", Verdict.EXCEPTED: "review"}
VERDICT_WORDS = {
    Verdict.MET: Text("达成", "met"), Verdict.NOT_MET: Text("未达成", "not met"), Verdict.UNKNOWN: Text("不明", "unknown"),
    Verdict.EXCEPTED: Text("例外", "excepted"),
}  # fmt: skip
FACT_LABELS = {
    "within_time_limit": Text("在学校规定学习年限内", "Within the maximum duration"),
    "programme_done": Text("修完培养方案规定内容", "Programme finished"),
    "grades_passed": Text("成绩合格", "Grades passed"),
    "defence_passed": Text("通过论文答辩", "Thesis defence passed"),
    "joint_request": Text("研究生及导师书面申请", "Joint request of student and supervisor"),
    "college_approval": Text("学院审批意见", "College's approval"),
}
PAPERS = ("joint_request", "college_approval")
"""Facts that matter for 结业 and 肄业 only."""
ANSWERS = {True: ("done", Text("是", "yes")), False: ("late", Text("否", "no")), None: ("idle", Text("不明", "unknown"))}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything one page says of one student's review."""

    review: Review
    word: Text
    facts: list[tuple[Text, str, Text]]
    requirements: list[tuple[object, str, Text]]
    findings: list[object]
    proposal: object
    proposal_word: Text | None
    request: object
    notice: object
    delivered: Text | None
    appeal_until: datetime | None
    answer_days: int
    province_days: int
    exceptions: list[object]
    history: list[tuple[object, Text]]


def explained(case, on: date, *, rule, what_if=None) -> Explanation:
    """The review of a case's student on the day, with proposal, papers, notice and history beside it."""
    found = review_of(case.record, on, rule=rule, what_if=what_if)
    proposal, notice, numbers = proposal_of(case), adverse_notice_of(case), values_in_force()
    wanted = {found.proposed, proposal.conclusion if proposal else "", "completion" if open_request(case) else ""}
    papers = bool(wanted & {Conclusion.COMPLETION, Conclusion.INCOMPLETION})
    return Explanation(
        review=found,
        word=CONCLUSION_WORDS[found.proposed],
        facts=[(label, *ANSWERS[getattr(found.facts, name)]) for name, label in FACT_LABELS.items() if papers or name not in PAPERS],
        requirements=[(o, VERDICT_STATES[o.verdict], VERDICT_WORDS[o.verdict]) for o in found.outcomes],
        findings=list(found.findings),
        proposal=proposal,
        proposal_word=CONCLUSION_WORDS[proposal.conclusion] if proposal else None,
        request=open_request(case),
        notice=notice,
        delivered=DELIVERIES.get(notice.delivered_how) if notice else None,
        appeal_until=notice.delivered_at + timedelta(days=numbers.at("appeal.days", on)) if notice and notice.delivered_at else None,
        answer_days=numbers.at("appeal.answer_days", on),
        province_days=numbers.at("appeal.province_days", on),
        exceptions=list(exceptions_of(case.record)),
        history=[(change, MOVES[change.move].label) for change in standing_history(case.record)],
    )
