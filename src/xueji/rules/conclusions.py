"""Who may be reported as 毕业, 结业, 肄业 or 结业转毕业, and what stands in the way (研函〔2020〕61号 三).

Facts in, findings out. Every fact is yes, no or unknown (None); an unknown fact is a doubt to be cleared by a person,
never a "no". "原则上修完培养方案" (结业) is a doubt, not a stop: the notice leaves it to the college's judgement.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xueji.catalogue.text import listed
from xueji.rules.findings import Finding, Level, finding


class Conclusion(StrEnum):
    """How studies end (毕业结论). PROLONG is not a conclusion but what the review proposes instead (延长学习年限)."""

    GRADUATION = "graduation"
    COMPLETION = "completion"
    INCOMPLETION = "incompletion"
    UPGRADE = "upgrade"
    WITHDRAWAL = "withdrawal"
    PROLONG = "prolong"


@dataclass(frozen=True, slots=True)
class Studies:
    """What N3 三 asks of one student; None is unknown (学业事实).

    ``defence_passed`` is None for an unreported defence, ``defence_held`` says whether there was one. The papers are the
    joint written request of student and supervisor (研究生及导师书面申请) and the college's approval (学院审批意见).
    """

    international: bool = False
    both_certificates: bool = True
    within_time_limit: bool | None = None
    programme_done: bool | None = None
    grades_passed: bool | None = None
    defence_held: bool | None = None
    defence_passed: bool | None = None
    joint_request: bool = False
    college_approval: bool = False
    completed_before: bool = False
    completion_certificate_returned: bool | None = None
    studied_a_year: bool | None = None
    open_holds: tuple[str, ...] = ()


def _must(fact: bool | None, missing: str, unknown: str, *, level: Level = Level.STOP, field: str = "") -> list[Finding]:
    if fact is None:
        return [finding(unknown, field=field or None)]
    return [] if fact else [finding(missing, field=field or None, level=level)]


def _listed(s: Studies) -> list[Finding]:
    """双证研究生名单（不含留学生）."""
    found = []
    if s.international:
        found.append(finding("GRAD.001", field="population"))
    if not s.both_certificates:
        found.append(finding("GRAD.015", field="certificates"))
    return found


def _papers(s: Studies) -> list[Finding]:
    found = []
    if not s.joint_request:
        found.append(finding("GRAD.005", field="joint_request"))
    if not s.college_approval:
        found.append(finding("GRAD.006", field="college_approval"))
    return found


def graduation(s: Studies) -> list[Finding]:
    """What stands in the way of reporting 毕业 (graduation).

    应在学校规定学习年限内，修完培养方案规定内容，成绩合格，通过论文答辩。
    """
    found = _listed(s)
    found += _must(s.within_time_limit, "GRAD.003", "GRAD.013", field="within_time_limit")
    found += _must(s.programme_done, "GRAD.002", "GRAD.012", field="programme_done")
    found += _must(s.grades_passed, "GRAD.004", "GRAD.014", field="grades_passed")
    found += _must(s.defence_passed, "GRAD.007", "GRAD.017", field="defence_passed")
    if s.open_holds:
        found.append(finding("GRAD.011", holds=listed(s.open_holds), field="open_holds"))
    return found


def completion(s: Studies) -> list[Finding]:
    """What stands in the way of reporting 结业 (completion).

    应在学校规定学习年限内，原则上修完培养方案规定内容，成绩合格，未答辩或答辩未通过，且有研究生及导师书面申请及学院审批意见。
    """
    found = _listed(s)
    found += _must(s.within_time_limit, "GRAD.003", "GRAD.013", field="within_time_limit")
    found += _must(s.programme_done, "GRAD.002", "GRAD.012", level=Level.DOUBT, field="programme_done")
    found += _must(s.grades_passed, "GRAD.004", "GRAD.014", field="grades_passed")
    if s.defence_passed:
        found.append(finding("GRAD.008", field="defence_passed"))
    return found + _papers(s)


def incompletion(s: Studies) -> list[Finding]:
    """What stands in the way of reporting 肄业 (incompletion).

    应有研究生及导师书面申请及学院审批意见; who left after less than a year gets a study record instead of 肄业证书.
    """
    found = _listed(s) + _must(s.studied_a_year, "GRAD.016", "GRAD.018", level=Level.DOUBT, field="studied_a_year")
    return found + _papers(s)


def upgrade(s: Studies) -> list[Finding]:
    """What stands in the way of 结业转毕业 (completion upgraded to graduation).

    The conditions of 毕业; only who was reported as 结业 before; and 向学院交回结业证书后方可领取毕业证书 (四.1(3)), which
    does not stop the report, so it is a doubt until the certificate is back.
    """
    found = [] if s.completed_before else [finding("GRAD.009", field="completed_before")]
    found += graduation(s)
    if s.completion_certificate_returned is not True:
        found.append(finding("GRAD.010", field="completion_certificate_returned"))
    return found


def withdrawal(s: Studies) -> list[Finding]:
    """What stands in the way of 退学 for want of time (41号令 第三十条(一)): it needs the time to be over."""
    return [finding("GRAD.019", field="within_time_limit")] if s.within_time_limit is not False else []


JUDGEMENTS = {
    Conclusion.GRADUATION: graduation,
    Conclusion.COMPLETION: completion,
    Conclusion.INCOMPLETION: incompletion,
    Conclusion.UPGRADE: upgrade,
    Conclusion.WITHDRAWAL: withdrawal,
}


def proposal(s: Studies, *, beyond_limit: Conclusion = Conclusion.INCOMPLETION) -> tuple[Conclusion, list[Finding]]:
    """What the rules propose, with everything a person has to look at.

    ``beyond_limit`` is the school's rule for who is over the maximum duration (incompletion or withdrawal). Who asked for
    completion together with the supervisor is proposed for it; who has simply not defended in time is prolonged.
    """
    first = Conclusion.UPGRADE if s.completed_before else Conclusion.GRADUATION
    standing = JUDGEMENTS[first](s)
    if not [f for f in standing if f.level is Level.STOP]:
        return first, standing
    if s.within_time_limit is False:
        return beyond_limit, JUDGEMENTS[beyond_limit](s)
    if s.joint_request and not s.completed_before:
        found = completion(s)
        if not [f for f in found if f.level is Level.STOP and f.id not in {"GRAD.006"}]:
            return Conclusion.COMPLETION, found
        return Conclusion.INCOMPLETION, incompletion(s)
    return Conclusion.PROLONG, standing
