"""Filing with an authority (报库): snapshot, answer, settlement, amendment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from xueji.accounts.permissions import Permission
from xueji.campaigns.batches.commands import some
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI
from xueji.exchange.layouts import Layout
from xueji.graduation.models import Amendment, Filing, FilingRow
from xueji.graduation.queries import filed
from xueji.graduation.terms import Answer
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.records.commands import change_record
from xueji.records.models import School, StudentRecord
from xueji.records.queries import school, scope_of, value_of
from xueji.rules.filing import OVERRIDABLE, Judged, Tolerance, whole
from xueji.rules.findings import finding
from xueji.vault.commands import store_file

CHUNK = 5000


def snapshot(campaign: Campaign, layout: Layout, *, tolerances: Sequence[Tolerance], on) -> tuple[dict[str, dict[str, str]], Judged, dict[str, StudentRecord]]:
    """The rows a filing would have now, judged. Nothing is written; the caller may make files for the registry only."""
    of_school = school()
    records: dict[str, StudentRecord] = {}
    cases = Case.objects.filter(campaign=campaign, left_at=None, record__conclusion__in=layout.conclusions)
    for case in cases.select_related("record__person", "record__college").order_by("record__student_number").iterator(chunk_size=CHUNK):
        records[case.record.student_number] = case.record
    rows = {key: {c.name: c.written(_stored(record, c.field, of_school)) for c in layout.columns} for key, record in records.items()}
    documents = {key: record.person.id_document for key, record in records.items()}
    before = _filed_before(layout, records)
    return rows, whole(rows, layout.rules(), documents, before, on=on, tolerances=tolerances), records


def _stored(record: StudentRecord, field: str, of_school: School) -> str:
    """A value that fits in one cell; a table of rows does not."""
    value = value_of(record, field, of_school)
    return value if isinstance(value, str) else ""


def _filed_before(layout: Layout, records: Mapping[str, StudentRecord]) -> dict[str, str]:
    if not any(c.name == "ZSBH" for c in layout.columns):
        return {}
    by_key = {record.pk: key for key, record in records.items()}
    found = FilingRow.objects.filter(filing__profile=layout.code).exclude(answer=Answer.REJECTED).select_related("filing").order_by("filing__made_at")
    return {by_key[row.record_id]: row.values.get("ZSBH", "") for row in found if row.record_id in by_key}


def digest_of(rows: Iterable[Mapping[str, str]]) -> str:
    """SHA-256 over the rows in order, as canonical JSON: the same rows give the same digest for ever."""
    hashed = hashlib.sha256()
    for row in rows:
        hashed.update(json.dumps(list(row.values()), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return hashed.hexdigest()


@command(needs=Permission.FILING_MAKE, records="filing.made")
def make_filing(act: Act, campaign: Campaign, *, layout: Layout, tolerances: Sequence[Tolerance] = ()) -> Change:
    """Make a filing (生成报库文件): an immutable snapshot of every row that no stop rule keeps out.

    A tolerance needs FILING_OVERRIDE and names rule, expected count and reason; more rows than expected stop the filing.
    """
    problems = [finding("REVIEW.019", rule=t.rule) for t in tolerances if t.rule not in OVERRIDABLE]
    if tolerances and not act.by.may(Permission.FILING_OVERRIDE, ANYWHERE):
        problems += [finding("REVIEW.019", rule=t.rule) for t in tolerances if t.rule in OVERRIDABLE]
    rows, judged, records = snapshot(campaign, layout, tolerances=tolerances, on=act.at.astimezone(SHANGHAI).date())
    expected = {t.rule: t.expected for t in tolerances}
    problems += [finding("REVIEW.020", rule=rule, count=count, expected=expected[rule]) for rule, count in judged.exceeded.items()]
    kept = {key: row for key, row in rows.items() if key not in judged.left_out}
    if not kept:
        problems.append(finding("REVIEW.021"))
    if problems:
        raise Stopped(problems)
    previous = Filing.objects.filter(campaign=campaign, profile=layout.code).order_by("-number").first()
    proof = digest_of(kept.values())
    if previous is not None and (previous.sha256, previous.layout) == (proof, layout.text):
        return Change(f"filing:{previous.pk}", result=previous, unchanged=True)
    left_out = [{"student": key, "college": records[key].college_id, "rules": sorted({f.id for f in judged.findings[key]})} for key in sorted(judged.left_out)]
    filing = Filing.objects.create(
        campaign=campaign, profile=layout.code, layout=layout.text, number=previous.number + 1 if previous else 1, previous=previous, sha256=proof,
        row_count=len(kept), left_out=left_out, made_at=act.at, made_by=act.by.label,
        overrides=[{"rule": t.rule, "expected": t.expected, "reason": t.reason, "approver": t.approver} for t in tolerances],
    )  # fmt: skip
    FilingRow.objects.bulk_create(
        [FilingRow(filing=filing, position=n, record=records[key], values=row) for n, (key, row) in enumerate(kept.items(), 1)],
        batch_size=1000,
    )
    detail = {"profile": layout.code, "number": filing.number, "rows": len(kept), "left_out": len(left_out), "sha256": proof}
    return Change(f"filing:{filing.pk}", ANYWHERE, detail, filing)


@command(needs=Permission.FILING_MAKE, records="filing.answered")
def take_answer(act: Act, filing: Filing, *, answers: Mapping[str, tuple[str, str, str]]) -> Change:
    """Take over the authority's answer (导入回执): student number → (accepted or rejected, rule, reason)."""
    rows = {row.record.student_number: row for row in FilingRow.objects.filter(filing=filing).select_related("record")}
    if strangers := sorted(set(answers) - set(rows)):
        raise Stopped([finding("REVIEW.022", rows=some(strangers))])
    changed = []
    for key, (answer, rule, reason) in answers.items():
        row = rows[key]
        if (row.answer, row.answer_rule, row.answer_reason) != (answer, rule[:40], reason[:300]):
            row.answer, row.answer_rule, row.answer_reason, row.answered_at = answer, rule[:40], reason[:300], act.at
            row.settled_at = None
            changed.append(row)
    FilingRow.objects.bulk_update(changed, ["answer", "answer_rule", "answer_reason", "answered_at", "settled_at"], batch_size=500)
    rejected = sum(a[0] == Answer.REJECTED for a in answers.values())
    return Change(f"filing:{filing.pk}", ANYWHERE, {"answers": len(answers), "rejected": rejected}, filing, unchanged=not changed)


@command(needs=Permission.CORRECTION_REVIEW, records="filing.row_settled", scope=lambda row, note: scope_of(row.record))
def settle_rejection(act: Act, row: FilingRow, *, note: str) -> Change:
    """Close a rejected row after its owner has mended what was wrong (了结驳回), with what was done."""
    if not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    row.settled_at, row.settled_note = act.at, note.strip()[:300]
    row.save(update_fields=["settled_at", "settled_note"])
    return Change(f"record:{row.record.student_number}", scope_of(row.record), {"filing": str(row.filing_id)}, row)


@command(needs=Permission.CORRECTION_DECIDE, records="record.amended", scope=lambda record, **_: scope_of(record))
def amend_record(
    act: Act, record: StudentRecord, *, field: str, value: str, reason: str, reply: bytes, reply_number: str, title: str = ""
) -> Change:
    """Change a filed record by the authority's reply (报库后更正): the reply is the evidence and is kept."""
    problems = []
    if not filed(record):
        problems.append(finding("REVIEW.023", field_name=field))
    if not reply_number.strip():
        problems.append(finding("REVIEW.024", field="reply_number"))
    if not reason.strip():
        problems.append(finding("CAMP.022", field="reason"))
    if problems:
        raise Stopped(problems)
    kept = store_file(act, reply, purpose="evidence", scope=Scope(college=record.college_id), title=title).result
    before = value_of(record, field)
    made = Amendment.objects.create(record=record, field=field, before=str(before), after=value, reason=reason.strip()[:500], reply=kept,
                                    reply_number=reply_number.strip()[:60], made_at=act.at, made_by=act.by.label)  # fmt: skip
    change_record(act, record, values={field: value}, reason=f"报库后更正 {reply_number.strip()}")
    return Change(f"record:{record.student_number}", scope_of(record), {"field": field, "reply": reply_number.strip()}, made)
