"""Writes of batches: freeze, take an edited copy, hand in the signed scan, accept or return."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from xueji.accounts.permissions import Permission
from xueji.campaigns.batches.models import Batch, EditedCopy
from xueji.campaigns.batches.papers import declarations
from xueji.campaigns.batches.queries import QR_HEAD, beside_now, changes_since, kind_of, merged, newest, scope_of_college
from xueji.campaigns.batches.terms import KEY, STAGE_WORDS, SheetKind, Stage
from xueji.campaigns.models import Campaign, Case
from xueji.catalogue.text import Text, listed
from xueji.formats.sheets import read as read_sheet
from xueji.formats.unreadable import Unreadable
from xueji.imaging.codes import UnreadableScan, codes_on
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.commands import hold_records
from xueji.records.models import College, StudentRecord
from xueji.rules.findings import Finding, finding, stops
from xueji.rules.sheets import digest
from xueji.vault.commands import store_file

SHOWN = 5


def some(keys: list[str]) -> Text:
    """The first few keys and how many more there are, for a sentence."""
    first, more = listed(keys[:SHOWN]), len(keys) > SHOWN
    return Text(first.zh + (f" 等 {len(keys)}" if more else ""), first.en + (f" and others, {len(keys)} in all" if more else ""))


def _of_batch(batch: Batch, **_: object) -> Scope:
    return scope_of_college(batch.college)


@command(needs=Permission.BATCH_PREPARE, records="batch.frozen", scope=lambda college, **_: scope_of_college(college))
def freeze_batch(act: Act, campaign: Campaign, *, college: College, kind: SheetKind, empty_reason: str = "") -> Change:
    """Freeze a college's sheet as its next version (冻结表册): the rows, their digest, who and when.

    A college that has nobody to report says so and why (空表报送): ``empty_reason``, signed for like rows. Stopped with
    every hindrance the topic names. The same rows again are the same version.
    """
    rows, beside = kind.rows(campaign, college), beside_now(kind, campaign, college)
    reason = "" if rows else empty_reason.strip()[:500]
    problems = _emptiness(campaign, college, kind, reason) if not rows else []
    problems += stops(kind.hindrances(campaign, college, rows))
    if problems:
        raise Stopped(problems)
    top = newest(campaign, college, kind.code)
    proof = digest(kind.codes, rows, declarations(kind, campaign, college, beside, reason))
    if top is not None and top.digest == proof and not top.returned_at:
        return Change(f"batch:{top.pk}", scope_of_college(college), result=top, unchanged=True)
    remarks = dict(kind.states(campaign)) if kind.states else {}
    batch = Batch.objects.create(
        campaign=campaign, college=college, kind=kind.code, version=top.version + 1 if top else 1, rows=rows, row_count=len(rows),
        digest=proof, remarks=[f"{label}：{value}" for label, value in remarks.items()], frozen_at=act.at, frozen_by=act.by.label,
        beside=beside, empty_reason=reason,
    )  # fmt: skip
    detail = {"kind": kind.code, "version": batch.version, "rows": len(rows), "sha256": proof, "campaign": campaign.code}
    return Change(f"batch:{batch.pk}", scope_of_college(college), detail | ({"empty": True} if not rows else {}), batch)


def _emptiness(campaign: Campaign, college: College, kind: SheetKind, reason: str) -> list[Finding]:
    """Why a sheet without a row may not be frozen: the college is not concerned, the kind is never empty, no reason is given."""
    if kind.nobody is None or not campaign.cases.filter(left_at=None, record__college=college).exists():
        return [finding("SHEET.016")]
    return [] if reason else [finding("SHEET.017", field="empty_reason", declares=kind.nobody)]


@command(needs=Permission.BATCH_SIGN, records="batch.endorsed", scope=_of_batch)
def endorse_batch(act: Act, batch: Batch) -> Change:
    """The dean in charge says that this version may be signed for the college (主管院长审签), before or beside the paper.

    Stopped when the version is settled or replaced, and when rows changed since the freeze.
    """
    _open(batch)
    _unchanged(batch)
    if batch.endorsed_at:
        return Change(f"batch:{batch.pk}", scope_of_college(batch.college), result=batch, unchanged=True)
    batch.endorsed_at, batch.endorsed_by = act.at, act.by.label
    batch.save(update_fields=["endorsed_at", "endorsed_by"])
    detail = {"kind": batch.kind, "version": batch.version, "sha256": batch.digest}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, batch)


@command(needs=Permission.BATCH_PREPARE, records="batch.signed", scope=_of_batch)
def hand_in_scan(act: Act, batch: Batch, *, content: bytes, title: str = "") -> Change:
    """Hand in the scan of the signed and sealed print (上传签字盖章扫描件); its QR must be this version's.

    Stopped when no code is read, when it is another sheet's or version's, and when rows changed since the freeze.
    """
    _open(batch)
    _unchanged(batch)
    try:
        seen = [text.removeprefix(QR_HEAD) for text in codes_on(content) if text.startswith(QR_HEAD)]
    except UnreadableScan:
        seen = []
    if not seen:
        raise Stopped([finding("SHEET.009", field="scan")])
    if other := [text for text in seen if text != batch.digest]:
        raise Stopped([finding("SHEET.010", field="scan", read=other[0][:8], expected=batch.digest[:8])])
    batch.scan = store_file(act, content, purpose="scan", scope=scope_of_college(batch.college), title=title).result
    batch.signed_at, batch.signed_by = act.at, act.by.label
    batch.save(update_fields=["scan", "signed_at", "signed_by"])
    detail = {"kind": batch.kind, "version": batch.version, "sha256": batch.digest}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, batch)


@command(needs=Permission.BATCH_ACCEPT, records="batch.accepted", scope=_of_batch)
def accept_batch(act: Act, batch: Batch) -> Change:
    """The registry accepts a signed sheet (接收表册): only now its rows are put in force, all in one transaction.

    Stopped without a signed scan, when it is settled already, and when any row changed after the freeze.
    """
    batch = Batch.objects.select_for_update(of=("self",)).select_related("campaign", "college").get(pk=batch.pk)
    _open(batch)
    hold_records(_concerned(batch))
    if batch.signed_at is None:
        raise Stopped([finding("SHEET.008", version=batch.version)])
    _unchanged(batch)
    kind_of(batch).accept(act, batch)
    batch.accepted_at, batch.accepted_by = act.at, act.by.label
    batch.save(update_fields=["accepted_at", "accepted_by"])
    detail = {"kind": batch.kind, "version": batch.version, "rows": batch.row_count, "sha256": batch.digest}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, batch)


@command(needs=Permission.BATCH_ACCEPT, records="batch.returned", scope=_of_batch)
def return_batch(act: Act, batch: Batch, *, reason: str, row_reasons: Mapping[str, str] | None = None) -> Change:
    """The registry returns a sheet with reasons, one for the whole or beside single rows (退回表册)."""
    _open(batch)
    beside = {key: text.strip()[:200] for key, text in (row_reasons or {}).items() if text.strip() and key in batch.rows}
    if not reason.strip() and not beside:
        raise Stopped([finding("SHEET.015", field="reason")])
    batch.returned_at, batch.returned_by = act.at, act.by.label
    batch.reason, batch.row_reasons = reason.strip()[:500], beside
    batch.save(update_fields=["returned_at", "returned_by", "reason", "row_reasons"])
    detail = {"kind": batch.kind, "version": batch.version, "reason": batch.reason, "rows": sorted(beside)}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, batch)


def _concerned(batch: Batch) -> QuerySet[StudentRecord]:
    """The records that accepting the sheet may write: those of the college in the campaign."""
    mine = Case.objects.filter(campaign=batch.campaign, left_at=None, record__college=batch.college)
    return StudentRecord.objects.filter(pk__in=mine.values("record_id"))


def _open(batch: Batch) -> None:
    top = newest(batch.campaign, batch.college, batch.kind)
    stage = Stage.ACCEPTED if batch.accepted_at else Stage.RETURNED if batch.returned_at else None
    if stage is None and top is not None and top.version > batch.version:
        stage = Stage.REPLACED
    if stage is not None:
        raise Stopped([finding("SHEET.011", version=batch.version, outcome=STAGE_WORDS[stage])])


def _unchanged(batch: Batch) -> None:
    if changes := changes_since(batch):
        keys = [one.key for one in changes]
        raise Stopped([finding("SHEET.007", version=batch.version, count=len(keys), rows=some(keys))])


@command(needs=Permission.BATCH_PREPARE, records="batch.copy_received", scope=_of_batch)
def receive_copy(act: Act, batch: Batch, *, content: bytes) -> Change:
    """Receive a workbook that was edited outside (收回改过的表). Nothing is taken over yet; the result is the EditedCopy.

    Stopped when the file cannot be read or has no student numbers. A text cell is taken as typed, without guessing.
    """
    _open(batch)
    kind = kind_of(batch)
    try:
        sheet = read_sheet(content)
    except Unreadable as wrong:
        raise Stopped([finding(wrong.id, **wrong.values)]) from wrong
    wanted = {column.label.zh: column.code for column in kind.columns}
    headings = [str(heading).strip() for heading in sheet.columns]
    if KEY not in headings:
        raise Stopped([finding("SHEET.004", heading=KEY)])
    theirs = []
    for _, cells in sheet.rows:
        row = {wanted[h]: _text(cell) for h, cell in zip(headings, cells, strict=True) if h in wanted}
        theirs.append((_text(cells[headings.index(KEY)]), row))
    copy = EditedCopy.objects.create(batch=batch, theirs=theirs, uploaded_at=act.at, uploaded_by=act.by.label)
    detail = {"kind": batch.kind, "version": batch.version, "rows": len(theirs)}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, copy)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


@command(needs=Permission.BATCH_PREPARE, records="batch.copy_settled", scope=lambda copy, **_: scope_of_college(copy.batch.college))
def settle_copy(act: Act, copy: EditedCopy, *, decisions: Mapping[str, str]) -> Change:
    """Take over an edited copy (采用改过的表): what only they changed, and each conflict as a person decided.

    ``decisions`` maps "number:column" to "theirs" or "ours"; a conflict without a decision stays as it is here, and
    the copy stays open. The topic writes each cell through its own command, so that its rules hold.
    """
    batch, kind = copy.batch, kind_of(copy.batch)
    if copy.settled_at:
        raise Stopped([finding("SHEET.011", version=batch.version, outcome=Text("采用", "taken over"))])
    laid = merged(copy)
    cells = [(one.key, one.column, one.becomes) for one in laid.taken]
    open_conflicts = 0
    for one in laid.conflicts:
        choice = decisions.get(f"{one.key}:{one.column}", "")
        if choice == "theirs":
            cells.append((one.key, one.column, one.theirs))
        elif choice != "ours":
            open_conflicts += 1
    if kind.edit is not None:
        for key, column, value in cells:
            kind.edit(act, batch.campaign, key, column, value)
    if not open_conflicts:
        copy.settled_at, copy.settled_by = act.at, act.by.label
    copy.taken += len(cells)
    copy.save(update_fields=["settled_at", "settled_by", "taken"])
    detail = {"kind": batch.kind, "version": batch.version, "taken": len(cells), "undecided": open_conflicts}
    return Change(f"batch:{batch.pk}", scope_of_college(batch.college), detail, copy)
