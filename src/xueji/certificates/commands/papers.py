"""Writes of requests for further papers, and of the exchange (学历证明书、学习证明、结业换毕业)."""

from __future__ import annotations

from datetime import datetime

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.certificates.models import Certificate, Move, PaperRequest
from xueji.certificates.terms import KIND_WORDS, Kind, Place
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.models import College, StudentRecord
from xueji.records.queries import scope_of
from xueji.rules.findings import finding
from xueji.rules.handover import return_to_registry
from xueji.vault.commands import store_file

EXCHANGE = "exchange"
WORDS = {k: KIND_WORDS[k] for k in (Kind.ATTESTATION, Kind.STUDY)}


def _of_record(record: StudentRecord, **_: object) -> Scope:
    return scope_of(record)


def _of_request(request: PaperRequest, **_: object) -> Scope:
    return scope_of(request.record)


@command(needs=Permission.CASE_FILL, records="paper.requested", scope=_of_record)
def request_paper(
    act: Act, record: StudentRecord, *, kind: str, reason: str, evidence: bytes | None = None, title: str = "", fee_paid: bool = False
) -> Change:
    """The student asks for an attestation or a study certificate (申请补办), once each.

    An attestation needs evidence of the loss or damage and the fee; a study certificate needs the continuous programme
    and a conclusion: who is still enrolled may not ask (研函〔2020〕61号 四.2).
    """
    words = WORDS[Kind(kind)]
    problems = []
    if not reason.strip():
        problems.append(finding("CAMP.022", field="reason"))
    if PaperRequest.objects.filter(record=record, kind=kind, refused_at=None).exists():
        problems.append(finding("HAND.008", kind=words.zh, kind_en=words.en.lower()))
    if kind == Kind.ATTESTATION:
        if evidence is None or not fee_paid:
            problems.append(finding("HAND.009", field="evidence"))
        if not Certificate.objects.filter(record=record, kind__in=["graduation", "completion"], signed_for_at__isnull=False).exists():
            problems.append(finding("HAND.016", field="kind"))
    elif not record.continuous_programme or record.conclusion not in {"graduation", "upgrade", "completion"}:
        problems.append(finding("HAND.010"))
    if problems:
        raise Stopped(problems)
    kept = store_file(act, evidence, purpose="evidence", scope=scope_of(record), title=title).result if evidence else None
    row = PaperRequest.objects.create(record=record, kind=kind, reason=reason.strip()[:500], evidence=kept, fee_paid=fee_paid, asked_at=act.at,
                                      asked_by=act.by.label)  # fmt: skip
    return Change(f"record:{record.student_number}", scope_of(record), {"kind": kind}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="paper.reviewed", scope=_of_request)
def review_paper(act: Act, request: PaperRequest) -> Change:
    """The college reviews a request (学院审核)."""
    request = _held(request)
    if request.refused_at or request.kind == EXCHANGE:
        raise Stopped([finding("HAND.011", why="申请已退回", why_en="it was refused")])
    if request.reviewed_at:
        return Change(f"request:{request.pk}", result=request, unchanged=True)
    request.reviewed_at, request.reviewed_by = act.at, act.by.label
    request.save(update_fields=["reviewed_at", "reviewed_by"])
    return Change(f"request:{request.pk}", scope_of(request.record), {"kind": request.kind}, request)


@command(needs=Permission.CERTIFICATE_RELEASE, records="paper.approved", scope=_of_request)
def approve_paper(act: Act, request: PaperRequest) -> Change:
    """The registry approves a reviewed request (学校批准). An attestation revokes the original's statement: one of them counts."""
    request = _held(request)
    if request.refused_at or not request.reviewed_at:
        raise Stopped([finding("HAND.011", why="学院还没有审核", why_en="the college has not reviewed it")])
    if request.approved_at:
        return Change(f"request:{request.pk}", result=request, unchanged=True)
    request.approved_at, request.approved_by = act.at, act.by.label
    request.save(update_fields=["approved_at", "approved_by"])
    if request.kind == Kind.ATTESTATION:
        originals = Certificate.objects.filter(record=request.record, kind__in=["graduation", "completion"], revoked_at=None)
        originals.update(revoked_at=act.at, lost_at=act.at, revoked_reason="遗失或损坏，已补办学历证明书")
    return Change(f"request:{request.pk}", scope_of(request.record), {"kind": request.kind}, request)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="paper.refused", scope=_of_request)
def refuse_paper(act: Act, request: PaperRequest, *, reason: str) -> Change:
    """Refuse a request with the reason (退回申请); the student may ask again."""
    request = _held(request)
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    if request.approved_at:
        raise Stopped([finding("HAND.011", why="申请已批准", why_en="it was approved")])
    request.refused_at, request.refused_reason = act.at, reason.strip()[:300]
    request.save(update_fields=["refused_at", "refused_reason"])
    return Change(f"request:{request.pk}", scope_of(request.record), {"reason": request.refused_reason}, request)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="exchange.old_taken_back", scope=_of_record)
def take_back_completion(act: Act, record: StudentRecord, *, note: str = "") -> Change:
    """The student hands the certificate of completion in at the college (交回结业证书), before the new one is given out.

    One that was printed here moves from the holder to the college and is revoked; an older one is recorded by the note.
    """
    if record.conclusion != "upgrade":
        raise Stopped([finding("HAND.011", why="结论不是结业转毕业", why_en="the conclusion is not an upgrade")])
    row = PaperRequest.objects.select_for_update().filter(record=record, kind=EXCHANGE, refused_at=None).first()
    if row is not None and row.reviewed_at:
        return Change(f"record:{record.student_number}", result=row, unchanged=True)
    row = row or PaperRequest(record=record, kind=EXCHANGE, asked_at=act.at, asked_by=act.by.label)
    row.reason, row.reviewed_at, row.reviewed_by = note.strip()[:500], act.at, act.by.label
    row.save()
    old = Certificate.objects.select_for_update().filter(record=record, kind=Kind.COMPLETION, place=Place.HOLDER).first()
    if old is not None:
        Move.objects.create(certificate=old, step=old.moves.count() + 1, before=old.place, after=Place.COLLEGE, note="结业换毕业，交回", at=act.at,
                            by=act.by.label)  # fmt: skip
        old.place, old.revoked_at, old.revoked_reason = Place.COLLEGE, act.at, "结业转毕业，已交回"
        old.save(update_fields=["place", "revoked_at", "revoked_reason"])
    return Change(f"record:{record.student_number}", scope_of(record), {"printed here": old is not None}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="exchange.sent_up", scope=lambda college, **_: Scope(college=college.code))
def send_returns(act: Act, college: College, *, until: datetime | None, late_reason: str = "") -> Change:
    """The college hands every certificate of completion that came back to the registry, all together (结业证书统一交回).

    ``until`` is the day of the notice (研函〔2020〕61号 四.1（3）); after it the college states why it is late (HAND.012).
    Stopped as well when nothing came back yet.
    """
    waiting = PaperRequest.objects.select_for_update(of=("self",)).select_related("record__college")
    waiting = list(waiting.filter(kind=EXCHANGE, record__college=college, reviewed_at__isnull=False, sent_up_at=None, refused_at=None))
    problems = return_to_registry(college=Text(college.name, college.name_en or college.name), until=until, now=act.at, reason=late_reason)
    if not waiting:
        problems.append(finding("HAND.011", why="没有待交的结业证书", why_en="no old certificate waits to be handed up"))
    if problems:
        raise Stopped(problems)
    late = bool(until and act.at > until)
    rows = [row.pk for row in waiting]
    reason = late_reason.strip()[:300] if late else ""
    PaperRequest.objects.filter(pk__in=rows).update(sent_up_at=act.at, sent_up_by=act.by.label, late_reason=reason)
    olds = Certificate.objects.select_for_update().filter(record__in=[row.record_id for row in waiting], kind=Kind.COMPLETION, place=Place.COLLEGE)
    for old in olds:
        _brought(act, old, Place.REGISTRY)
    return Change(f"college:{college.code}", Scope(college=college.code), {"count": len(rows), "late": late, "reason": reason}, len(rows))


def _brought(act: Act, certificate: Certificate, after: Place) -> None:
    """One move of an old certificate that came back; the row is held by the caller."""
    Move.objects.create(certificate=certificate, step=certificate.moves.count() + 1, before=certificate.place, after=after, at=act.at, by=act.by.label)
    certificate.place = after
    certificate.save(update_fields=["place"])


def _held(request: PaperRequest) -> PaperRequest:
    """The request as the table has it now, held until the transaction ends: of two people at once the second sees what the first did."""
    return PaperRequest.objects.select_for_update(of=("self",)).select_related("record__person", "record__college").get(pk=request.pk)


@command(needs=Permission.CERTIFICATE_RELEASE, records="exchange.settled", scope=_of_request)
def settle_exchange(act: Act, request: PaperRequest, *, filed: bool) -> Change:
    """The registry destroys or files the old certificate that the college returned (结业证书销毁或归档)."""
    request = _held(request)
    if request.kind != EXCHANGE or not request.sent_up_at:
        raise Stopped([finding("HAND.011", why="学院还没有把结业证书交到学籍部门", why_en="the college has not handed the old certificate to the registry")])
    if request.approved_at:
        return Change(f"request:{request.pk}", result=request, unchanged=True)
    request.approved_at, request.approved_by = act.at, act.by.label
    request.save(update_fields=["approved_at", "approved_by"])
    old = Certificate.objects.select_for_update().filter(record=request.record, kind=Kind.COMPLETION, place=Place.REGISTRY).first()
    if old is not None:
        _brought(act, old, Place.ARCHIVE if filed else Place.DESTROYED)
    return Change(f"request:{request.pk}", scope_of(request.record), {"filed": filed}, request)
