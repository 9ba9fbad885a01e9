"""The college's list for study certificates (XX学院硕博连读生硕士阶段学习证明登记表, 研函〔2020〕61号 附件9)."""

from __future__ import annotations

from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.terms import Rows, SheetColumn, SheetKind
from xueji.campaigns.models import Campaign
from xueji.catalogue.codes import code_table
from xueji.catalogue.text import Text
from xueji.certificates.commands.papers import approve_paper
from xueji.certificates.models import PaperRequest
from xueji.certificates.terms import Kind
from xueji.journal.command import Act
from xueji.records.models import College
from xueji.rules.findings import Finding, finding

COLUMNS = (
    SheetColumn("name", Text("姓名", "Name"), 1.4),
    SheetColumn("level", Text("培养层次", "Level"), 1.1),
    SheetColumn("major_name", Text("专业", "Major"), 2.0),
    SheetColumn("enrolled_on", Text("入学日期", "Enrolled"), 1.1),
    SheetColumn("graduated_on", Text("毕（结）业日期", "Concluded"), 1.1),
    SheetColumn("conclusion", Text("毕业结论", "Conclusion"), 1.0),
    SheetColumn("reviewed", Text("学院审核", "Reviewed"), 1.2),
)
CONCLUSIONS = {"graduation": "毕业", "upgrade": "结业转毕业", "completion": "结业"}


def _open(college: College) -> list[PaperRequest]:
    asked = PaperRequest.objects.filter(record__college=college, kind=Kind.STUDY, refused_at=None, approved_at=None)
    return list(asked.select_related("record__person", "record__college").order_by("record__student_number"))


def rows(campaign: Campaign, college: College) -> Rows:
    """Every continuous-programme student of the college who asked and concluded, as of now."""
    return {
        one.record.student_number: {
            "name": one.record.person.name, "level": code_table("level").word(one.record.level).zh, "major_name": one.record.major_name,
            "enrolled_on": str(one.record.enrolled_on or ""), "graduated_on": str(one.record.graduated_on or ""),
            "conclusion": CONCLUSIONS.get(one.record.conclusion, ""), "reviewed": one.reviewed_by,
        }
        for one in _open(college)
    }  # fmt: skip


def hindrances(campaign: Campaign, college: College, rows: Rows) -> list[Finding]:
    """Why the list may not be frozen: a request that the college has not reviewed."""
    waiting = [one.record.student_number for one in _open(college) if not one.reviewed_at]
    return [finding("HAND.011", place=number, why="学院还没有审核", why_en="the college has not reviewed it") for number in waiting]


def accept(act: Act, batch: Batch) -> None:
    """An accepted list approves each of its requests."""
    for one in _open(batch.college):
        if one.record.student_number in batch.rows:
            approve_paper(act, one)


STUDY_LIST = SheetKind(
    code="study_certificates", label=Text("硕博连读生硕士阶段学习证明登记表", "Register of master-stage study certificates"), columns=COLUMNS, rows=rows,
    hindrances=hindrances, accept=accept,
)  # fmt: skip
