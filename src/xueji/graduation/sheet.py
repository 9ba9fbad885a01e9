"""The college's list of conclusions (XX学院研究生毕业结论, 研函〔2020〕61号 附件8): names, defence grades, conclusions."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from xueji.campaigns.batches.commands import some
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.terms import Rows, SheetColumn, SheetKind
from xueji.campaigns.commands import mark_step
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.catalogue.codes import code_table
from xueji.catalogue.text import Text
from xueji.graduation.models import Proposal, Studies
from xueji.graduation.terms import CONCLUSION_WORDS, MOVE_OF, ON_THE_LIST
from xueji.journal.command import Act
from xueji.records.commands import change_record, change_standing
from xueji.records.models import College
from xueji.rules.conclusions import Conclusion
from xueji.rules.findings import Finding, finding
from xueji.rules.progress import State

SHANGHAI = ZoneInfo("Asia/Shanghai")
COLUMNS = (
    SheetColumn("name", Text("姓名", "Name"), 1.4),
    SheetColumn("level", Text("培养层次", "Level"), 1.0),
    SheetColumn("major_name", Text("专业", "Major"), 2.0),
    SheetColumn("defence_on", Text("答辩日期", "Defence"), 1.1),
    SheetColumn("defence_grade", Text("答辩成绩", "Defence grade"), 1.0),
    SheetColumn("conclusion", Text("毕业结论", "Conclusion"), 1.1),
    SheetColumn("note", Text("说明", "Note"), 1.8),
)
_WORD_TO_CONCLUSION = {CONCLUSION_WORDS[c].zh: c for c in ON_THE_LIST}


def _cases(campaign: Campaign, college: College) -> list[Case]:
    return list(
        Case.objects.filter(campaign=campaign, left_at=None, record__college=college)
        .select_related("campaign", "record__person", "record__college", "proposal")
        .order_by("record__student_number")
    )


def _approved(case: Case) -> Proposal | None:
    proposal = getattr(case, "proposal", None)
    return proposal if proposal is not None and proposal.approved_at else None


def rows(campaign: Campaign, college: College) -> Rows:
    """The rows as of now: every student of the college whose approved conclusion belongs on the list."""
    cases = _cases(campaign, college)
    studies = {s.record_id: s for s in Studies.objects.filter(record__in=[c.record_id for c in cases])}
    found: Rows = {}
    for case in cases:
        proposal = _approved(case)
        if proposal is None or proposal.conclusion not in ON_THE_LIST:
            continue
        known = studies.get(case.record_id)
        found[case.record.student_number] = {
            "name": case.record.person.name,
            "level": code_table("level").word(case.record.level).zh,
            "major_name": case.record.major_name,
            "defence_on": known.defence_on.isoformat() if known and known.defence_on else "",
            "defence_grade": known.defence_grade if known else "",
            "conclusion": CONCLUSION_WORDS[proposal.conclusion].zh,
            "note": proposal.note,
        }
    return found


def beside(campaign: Campaign, college: College) -> dict[str, str]:
    """Who of the college is concluded but not on the list: prolonged until when, or withdrawn."""
    found = {}
    for case in _cases(campaign, college):
        proposal = _approved(case)
        if proposal is not None and proposal.conclusion not in ON_THE_LIST:
            until = f"至 {proposal.prolong_until.isoformat()}" if proposal.prolong_until else ""
            found[case.record.student_number] = CONCLUSION_WORDS[proposal.conclusion].zh + until
    return found


def hindrances(campaign: Campaign, college: College, rows: Rows) -> list[Finding]:
    """Why the list may not be frozen: somebody has no approved conclusion yet."""
    waiting = [c.record.student_number for c in _cases(campaign, college) if _approved(c) is None]
    return [finding("REVIEW.018", count=len(waiting), rows=some(waiting))] if waiting else []


def accept(act: Act, batch: Batch) -> None:
    """Put an accepted list in force: conclusion, day, standing; prolonged students move, all in one transaction."""
    day = notice_of(batch.campaign).tables.get("review", {}).get("graduated_on") or act.at.astimezone(SHANGHAI).date()
    reason = f"接收{batch.college.name}毕业结论第 {batch.version} 版"
    steps = [s.code for s in notice_of(batch.campaign).steps if s.kind in {"review", "sign_off"}]
    for case in _cases(batch.campaign, batch.college):
        proposal = _approved(case)
        if proposal is None:
            continue
        row = batch.rows.get(case.record.student_number)
        if row is not None:
            conclusion = _WORD_TO_CONCLUSION[row["conclusion"]]
            change_record(act, case.record, values={"conclusion": conclusion, "graduated_on": day.isoformat()}, reason=reason)
            change_standing(act, case.record, move=MOVE_OF[conclusion], effective_on=day, reason=proposal.note or reason)
        elif proposal.conclusion in {Conclusion.PROLONG, Conclusion.WITHDRAWAL}:
            change_standing(act, case.record, move=MOVE_OF[Conclusion(proposal.conclusion)], effective_on=day,
                            until=proposal.prolong_until, reason=proposal.note or reason)  # fmt: skip
        for step in steps:
            mark_step(act, case, step=step, mark=State.DONE, note="")


CONCLUSION_LIST = SheetKind(
    code="conclusions", label=Text("毕业结论", "List of conclusions"), columns=COLUMNS, rows=rows, hindrances=hindrances, accept=accept,
    beside=beside, nobody=Text("本学院没有列入本次名单的研究生。", "No student of this college is on this list."),
)
