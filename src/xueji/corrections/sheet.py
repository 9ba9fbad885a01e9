"""The correction list (学籍信息更正汇总表): what a college's students want corrected, signed before anything changes."""

from __future__ import annotations

from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.terms import Rows, SheetColumn, SheetKind
from xueji.campaigns.models import Campaign
from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import EVIDENCE, FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.corrections.commands import decide_correction
from xueji.corrections.models import Correction
from xueji.corrections.terms import Origin, Stage, Verdict
from xueji.journal.command import Act
from xueji.records.models import College
from xueji.rules.findings import Finding
from xueji.rules.identity import mask

COLUMNS = (
    SheetColumn("name", Text("姓名", "Name"), 1.2),
    SheetColumn("class_number", Text("班号", "Class")),
    SheetColumn("field", Text("更正字段", "Field")),
    SheetColumn("old", Text("原信息", "Old value"), 1.8),
    SheetColumn("new", Text("更正为", "New value"), 1.8),
    SheetColumn("reason", Text("更正原因", "Reason"), 2.4),
    SheetColumn("evidence", Text("证明材料", "Evidence"), 1.6),
)


def waiting(campaign: Campaign, college: College) -> list[Correction]:
    """The requests of a college's students in a campaign that the college approved and the registry has to decide."""
    found = Correction.objects.filter(
        record__cases__campaign=campaign,
        record__cases__left_at=None,
        record__college=college,
        stage=Stage.AT_REGISTRY,
        origin=Origin.REQUEST,
    )
    return list(
        found.select_related("record__person", "record__college").prefetch_related("evidence").order_by("record__student_number", "field")
    )


def key_of(correction: Correction) -> str:
    """What tells the rows apart: the student number and the field's code."""
    return f"{correction.record.student_number}/{correction.field}"


def _words(code: str, value: object) -> str:
    field = FIELDS[code]
    if not isinstance(value, str) or not value:
        return "（空）"
    if field.kind is Kind.ID_NUMBER:
        return mask(value)
    return code_table(field.codes).word(value).zh if field.kind in (Kind.CODE, Kind.REGION) else value


def rows(campaign: Campaign, college: College) -> Rows:
    """The rows of the list, one per request; identity numbers masked, because the paper goes through many hands."""
    return {
        key_of(one): {
            "name": one.record.person.name,
            "class_number": one.record.class_number,
            "field": FIELDS[one.field].label.zh,
            "old": _words(one.field, one.old),
            "new": _words(one.field, one.new),
            "reason": one.reason,
            "evidence": "、".join(sorted({EVIDENCE[e.kind].zh for e in one.evidence.all()})),
        }
        for one in waiting(campaign, college)
    }


def hindrances(campaign: Campaign, college: College, rows: Rows) -> list[Finding]:
    """Nothing but an empty list keeps it from being frozen: a request that is not on it goes on the next version."""
    return []


def accept(act: Act, batch: Batch) -> None:
    """The registry accepts the signed list: every request on it is approved and in force, or none is (接收后生效)."""
    for one in waiting(batch.campaign, batch.college):
        if key_of(one) in batch.rows:
            decide_correction(act, one, verdict=Verdict.APPROVE, note=f"更正汇总表第 {batch.version} 版")


CORRECTION_LIST = SheetKind("correction_list", Text("学籍信息更正汇总表", "Correction list"), COLUMNS, rows, hindrances, accept,
                            nobody=Text("本学院本次没有学籍信息更正。", "This college has no correction this time."))  # fmt: skip
