"""Writes of corrections: ask, prove, withdraw, review at the college, decide at the registry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from xueji.accounts.permissions import Permission
from xueji.catalogue.fields import EVIDENCE, FIELDS, Population
from xueji.catalogue.text import Text
from xueji.corrections.models import Correction, Evidence
from xueji.corrections.queries import correctable, open_of, scope_of_correction
from xueji.corrections.terms import OPEN, STAGE_WORDS, Origin, Stage, Verdict
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.commands import change_record, hold_record, hold_records, put_correction_in_force
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of, value_of, values_in_force, values_of
from xueji.rules.correction_policy import may_ask
from xueji.rules.fields import canonical, submission
from xueji.rules.findings import finding, stops
from xueji.vault.commands import set_term, store_file
from xueji.vault.models import VaultFile

SHANGHAI = ZoneInfo("Asia/Shanghai")
LEAST_REASON = 5
ASIDE_DAYS = 2
_VERBS = {
    "withdraw": Text("撤回", "withdrawn"),
    "review": Text("由学院审核", "reviewed by the college"),
    "decide": Text("由学校审定", "decided by the registry"),
    "evidence": Text("补材料", "given more evidence"),
}


def _of_correction(correction: Correction, **_: object) -> Scope:
    return scope_of_correction(correction)


def _stage_is(correction: Correction, wanted: tuple[str, ...], verb: str) -> None:
    """Lock the request and read it again: of two who act on it at once, the second one learns what the first one did.

    The record is locked before it, as asking does and as accepting a whole list does.
    """
    hold_record(correction.record)
    now = Correction.objects.select_related("record__person", "record__college").select_for_update(of=("self",), no_key=True)
    correction.refresh_from_db(from_queryset=now)
    if correction.stage not in wanted:
        raise Stopped([finding("CORR.006", stage=STAGE_WORDS[correction.stage], act=_VERBS[verb])])


@command(needs=Permission.CORRECTION_REQUEST, records="correction.requested", scope=lambda record, **_: scope_of(record))
def request_correction(
    act: Act, record: StudentRecord, *, field: str, new: Any, reason: str = "",
    evidence: Mapping[str, BinaryIO | bytes | VaultFile] | None = None, origin: str = Origin.REQUEST,
) -> Change:  # fmt: skip
    """Ask for a change that is not one's own to make (提出更正申请). The result is the Correction.

    ``evidence`` maps kinds of the catalogue to files, or to what ``keep_evidence_aside`` has kept of them. A change made while filling a step (origin ``step``) needs no
    reason and no files: the college compares it with its own papers. Stopped with everything that is missing or wrong.
    """
    one = correctable(field)
    if one is None:
        label = FIELDS[field].label if field in FIELDS else Text(field, field)
        raise Stopped([finding("CORR.005", field=field, label=label)])
    hold_record(record)
    old, kept = value_of(record, field), canonical(one, new)
    problems = [] if field not in open_of(record) else [finding("CORR.004", field=field, label=one.label)]
    if kept == old:
        problems.append(finding("CORR.003", field="new", label=one.label))
    by_request = origin == Origin.REQUEST
    if by_request:
        problems += may_ask(one, on=act.at.astimezone(SHANGHAI).date(), registered_on=record.graduated_on, values=values_in_force())
    if by_request and len(reason.strip()) < LEAST_REASON:
        problems.append(finding("CORR.001", field="reason"))
    if by_request and one.evidence and not evidence:
        names = [EVIDENCE[kind] for kind in one.evidence]
        missing = Text(" 或 ".join(name.zh for name in names), " or ".join(name.en for name in names))
        problems.append(finding("CORR.002", field="evidence", missing=missing))
    judged = submission(
        [one],
        {field: kept},
        population=Population(record.person.population),
        known=values_of(record),
        on=act.at.astimezone(SHANGHAI).date(),
        also_required=(field,),
    )
    problems += [f for f in stops(judged.findings) if f.field == field]
    if problems:
        raise Stopped(problems)
    made = Correction.objects.create(
        record=record,
        field=field,
        old=old,
        new=kept,
        reason=reason.strip()[:1000],
        origin=origin,
        requested_at=act.at,
        requested_by=act.by.label,
    )
    for kind, content in (evidence or {}).items():
        _keep_evidence(act, made, kind, content)
    detail = {"field": field, "request": str(made.pk), "origin": str(origin), "evidence": sorted(evidence or {})}
    return Change(f"record:{record.student_number}", scope_of(record), detail, made)


def _keep_evidence(act: Act, correction: Correction, kind: str, content: BinaryIO | bytes | VaultFile) -> None:
    if isinstance(content, VaultFile):
        set_term(act, content, purge_on=None)
        kept = content
    else:
        title = getattr(content, "name", "") or kind
        kept = store_file(act, content, purpose="evidence", scope=scope_of_correction(correction), title=title).result
    Evidence.objects.create(correction=correction, kind=kind, file=kept, added_at=act.at)


@command(needs=Permission.CORRECTION_REQUEST, records="correction.evidence_kept", scope=lambda record, **_: scope_of(record))
def keep_evidence_aside(act: Act, record: StudentRecord, *, content: BinaryIO | bytes) -> Change:
    """Keep a proof of a request that could not be made yet (暂存证明材料), so that it need not be chosen again. The result is the VaultFile.

    A browser never shows a chosen file a second time; without this, every typing error would cost the scan as well.
    Unless a request takes it over, it is purged after ASIDE_DAYS. Stopped for a file that is no evidence.
    """
    until = act.at.astimezone(SHANGHAI).date() + timedelta(days=ASIDE_DAYS)
    title = getattr(content, "name", "")
    kept = store_file(act, content, purpose="evidence", scope=scope_of(record), title=title, purge_on=until).result
    return Change(f"record:{record.student_number}", scope_of(record), {"file": str(kept.pk), "until": until.isoformat()}, kept)


@command(needs=Permission.CORRECTION_REQUEST, records="correction.evidence_added", scope=_of_correction)
def add_evidence(act: Act, correction: Correction, *, kind: str, content: BinaryIO | bytes) -> Change:
    """Add one more proof to an open request (补充证明材料). Stopped for a kind the field does not list."""
    _stage_is(correction, OPEN, "evidence")
    if kind not in FIELDS[correction.field].evidence:
        raise Stopped([finding("CORR.002", field="evidence", missing=Text(kind, kind))])
    _keep_evidence(act, correction, kind, content)
    return Change(
        f"record:{correction.record.student_number}", scope_of_correction(correction), {"request": str(correction.pk), "kind": kind}
    )


@command(needs=Permission.CORRECTION_REQUEST, records="correction.withdrawn", scope=_of_correction)
def withdraw_correction(act: Act, correction: Correction) -> Change:
    """Take a request back while nobody has decided it (撤回更正申请)."""
    _stage_is(correction, OPEN, "withdraw")
    correction.stage = Stage.WITHDRAWN
    correction.save(update_fields=["stage"])
    detail = {"field": correction.field, "request": str(correction.pk)}
    return Change(f"record:{correction.record.student_number}", scope_of_correction(correction), detail, correction)


@command(needs=Permission.CORRECTION_REVIEW, records="correction.reviewed", scope=_of_correction)
def review_correction(act: Act, correction: Correction, *, verdict: str, note: str = "") -> Change:
    """The college approves, returns or refuses a request (学院审核). What needs only the college is then in force.

    Stopped without a reason for a return or refusal, when the request is elsewhere, and when the record changed since.
    """
    _stage_is(correction, (Stage.AT_COLLEGE,), "review")
    _not_the_own(act, correction)
    _decided(correction, verdict, note)
    correction.reviewed_at, correction.reviewed_by, correction.reviewer = act.at, act.by.label, act.by.id_text
    last = "registry" not in FIELDS[correction.field].approvers
    if verdict == Verdict.APPROVE:
        correction.stage = Stage.IN_FORCE if last else Stage.AT_REGISTRY
    correction.save(update_fields=["stage", "note", "reviewed_at", "reviewed_by", "reviewer"])
    if correction.stage == Stage.IN_FORCE:
        put_correction_in_force(act, correction.record, values={correction.field: correction.new}, request=str(correction.pk))
    detail = {"field": correction.field, "request": str(correction.pk), "verdict": str(verdict), "reason_given": bool(correction.note)}
    return Change(f"record:{correction.record.student_number}", scope_of_correction(correction), detail, correction)


@command(needs=Permission.CORRECTION_DECIDE, records="correction.decided", scope=_of_correction)
def decide_correction(act: Act, correction: Correction, *, verdict: str, note: str = "") -> Change:
    """The registry approves, returns or refuses a request that the college approved (学校审定).

    Stopped for who has reviewed it for the college, without a reason for a return or refusal, when the request is
    elsewhere, and when the record changed since.
    """
    _stage_is(correction, (Stage.AT_REGISTRY,), "decide")
    if correction.reviewer == act.by.id_text:
        raise Stopped([finding("CORR.009")])
    _not_the_own(act, correction)
    _decided(correction, verdict, note)
    correction.decided_at, correction.decided_by = act.at, act.by.label
    if verdict == Verdict.APPROVE:
        correction.stage = Stage.IN_FORCE
        change_record(act, correction.record, values={correction.field: correction.new}, reason=f"更正申请 {correction.pk}")
    correction.save(update_fields=["stage", "note", "decided_at", "decided_by"])
    detail = {"field": correction.field, "request": str(correction.pk), "verdict": str(verdict), "reason_given": bool(correction.note)}
    return Change(f"record:{correction.record.student_number}", scope_of_correction(correction), detail, correction)


def hold_requests(corrections: Iterable[Correction]) -> None:
    """Lock the records of several requests before deciding them in one transaction, in the order everybody keeps."""
    hold_records(StudentRecord.objects.filter(pk__in=[one.record_id for one in corrections]))


def _not_the_own(act: Act, correction: Correction) -> None:
    """A student who also works in the college never decides the own request."""
    if scope_of_correction(correction).account == act.by.id_text:
        raise Stopped([finding("CORR.030")])


def _decided(correction: Correction, verdict: str, note: str) -> None:
    """Write the verdict into the request. Stopped without the reason that the student is to read."""
    correction.note = note.strip()[:500]
    if verdict == Verdict.APPROVE:
        if value_of(correction.record, correction.field) != correction.old:
            raise Stopped([finding("CORR.008", field=correction.field, label=FIELDS[correction.field].label)])
        return
    if not correction.note:
        raise Stopped([finding("CORR.007", field="note")])
    correction.stage = Stage.RETURNED if Verdict(verdict) is Verdict.RETURN else Stage.REFUSED
