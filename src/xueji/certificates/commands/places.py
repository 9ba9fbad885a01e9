"""Writes of the issue register: every certificate at exactly one place (证书发放登记)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xueji.accounts.permissions import Permission
from xueji.certificates.models import Box, Certificate, Move
from xueji.certificates.queries.places import box_counted, old_one_in
from xueji.certificates.terms import HOW_WORDS, PLACE_WORDS, How, Place
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command, undoable
from xueji.records.models import College
from xueji.records.queries import scope_of
from xueji.rules.findings import finding
from xueji.rules.handover import Wish, move
from xueji.vault.commands import store_file


def _of_certificate(certificate: Certificate, **_: object) -> Scope:
    return scope_of(certificate.record)


def _moved(act: Act, certificate: Certificate, after: Place, *, wish: Wish | None = None, **columns: object) -> Move:
    """One move of one certificate, the row locked. Raises Stopped with the rules' findings."""
    held = Certificate.objects.select_for_update().get(pk=certificate.pk)
    asked = replace(wish or Wish(held.place, after), before=held.place, commissioned=held.commissioned, revoked=held.revoked_at is not None)
    if problems := move(asked):
        raise Stopped(problems)
    row = Move.objects.create(certificate=held, step=held.moves.count() + 1, before=held.place, after=after, at=act.at, by=act.by.label, **columns)
    held.place = certificate.place = after
    held.save(update_fields=["place"])
    return row


@command(needs=Permission.CERTIFICATE_RELEASE, records="box.sent", scope=lambda college, certificates: Scope(college=college.code))
def send_box(act: Act, *, college: College, certificates: Iterable[Certificate]) -> Change:
    """Put certificates that lie at the registry into a box for their college (装箱). Commissioned ones do not go in (HAND.002)."""
    rows = list(Certificate.objects.select_for_update(of=("self",)).filter(pk__in=[c.pk for c in certificates]).select_related("record"))
    problems = []
    for one in rows:
        wish = Wish(one.place, Place.COLLEGE, commissioned=one.commissioned, revoked=one.revoked_at is not None)
        problems += [f.at(one.record.student_number) for f in move(wish)]
        if one.college_id != college.code:
            problems.append(finding("HAND.001", place=one.record.student_number, before=one.college_id, after=college.code))
    if problems or not rows:
        raise Stopped(problems or [finding("HAND.006", count=0, counted=0)])
    box = Box.objects.create(college=college, count=len(rows), sent_at=act.at, sent_by=act.by.label)
    Move.objects.bulk_create(
        [Move(certificate=c, step=c.moves.count() + 1, before=c.place, after=Place.COLLEGE, box=box, at=act.at, by=act.by.label) for c in rows]
    )
    Certificate.objects.filter(pk__in=[c.pk for c in rows]).update(place=Place.COLLEGE)
    return Change(f"box:{box.pk}", Scope(college=college.code), {"count": box.count}, box)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="box.received", scope=lambda box, counted: Scope(college=box.college_id))
def receive_box(act: Act, box: Box, *, counted: int) -> Change:
    """The college counts a box on arrival (清点接收); a box that does not add up is not received (HAND.006)."""
    box = Box.objects.select_for_update().get(pk=box.pk)
    if counted != box.count:
        raise Stopped([finding("HAND.006", field="counted", count=box.count, counted=counted)])
    if box.received_at:
        return Change(f"box:{box.pk}", result=box, unchanged=True)
    box.counted, box.received_at, box.received_by = counted, act.at, act.by.label
    box.save(update_fields=["counted", "received_at", "received_by"])
    return Change(f"box:{box.pk}", Scope(college=box.college_id), {"count": counted}, box)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="certificate.moved", scope=_of_certificate)
def hand_over(
    act: Act, certificate: Certificate, *, how: str, signer: str = "", proxy: str = "", authorisation: bytes | None = None, title: str = "", note: str = ""
) -> Change:
    """Record that the holder, a proxy or the post delivered it (签收). From now on it is never printed again.

    On the screen the holder writes the own name as ``signer``. Stopped for a commissioned student, before the box was
    counted, before the old certificate came back, for another name and for a proxy without authorisation.
    """
    scope = scope_of(certificate.record)
    wish = Wish(certificate.place, Place.HOLDER, commissioned=certificate.commissioned, old_one_in=old_one_in(certificate), how=how, proxy=proxy,
                authorised=authorisation is not None, revoked=certificate.revoked_at is not None, box_counted=box_counted(certificate),
                holder=certificate.record.person.name, signer=signer)  # fmt: skip
    if problems := move(wish):
        raise Stopped(problems)
    scan = store_file(act, authorisation, purpose="scan", scope=scope, title=title).result if authorisation else None
    row = _moved(act, certificate, Place.HOLDER, wish=wish, how=how, proxy=proxy.strip() or None, authorisation=scan, note=note.strip()[:300])
    certificate.signed_for_at = act.at
    certificate.save(update_fields=["signed_for_at"])
    return Change(f"certificate:{certificate.pk}", scope, {"to": Place.HOLDER, "how": how, "says": HOW_WORDS[How(how)].zh}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="certificate.sheet_recorded", scope=lambda college, certificates, **_: Scope(college=college.code))
def record_sheet(act: Act, college: College, *, certificates: Iterable[Certificate], scan: bytes | None = None, title: str = "") -> Change:
    """Record who signed on the paper sheet (登记纸质签收表), all of them or none, with the scan of the signed sheet if there is one.

    Each becomes a handover of its own. Stopped with every finding, each at its student number.
    """
    rows = list(certificates)
    if not rows:
        raise Stopped([finding("HAND.013")])
    problems = []
    for one in rows:
        try:
            with undoable():
                hand_over(act, one, how=How.PAPER)
        except Stopped as stopped:
            problems += [f.at(one.record.student_number) for f in stopped.findings]
    if problems:
        raise Stopped(problems)
    kept = store_file(act, scan, purpose="scan", scope=Scope(college=college.code), title=title).result if scan else None
    detail = {"count": len(rows), "scan": str(kept.pk) if kept else ""}
    return Change(f"college:{college.code}", Scope(college=college.code), detail, len(rows))


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="certificate.moved", scope=_of_certificate)
def post_certificate(act: Act, certificate: Certificate, *, tracking: str, declared: bool) -> Change:
    """Send it by post (邮寄): with a tracking number and the holder's declaration."""
    wish = Wish(certificate.place, Place.POST, commissioned=certificate.commissioned, old_one_in=old_one_in(certificate), tracking=tracking,
                declared=declared, revoked=certificate.revoked_at is not None, box_counted=box_counted(certificate))  # fmt: skip
    row = _moved(act, certificate, Place.POST, wish=wish, how=How.POST, tracking=tracking.strip()[:40])
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {"to": Place.POST}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="certificate.not_called_for", scope=_of_certificate)
def return_uncalled(act: Act, certificate: Certificate, *, note: str = "") -> Change:
    """Bring a certificate that nobody called for back to the registry (逾期未领退回)."""
    row = _moved(act, certificate, Place.REGISTRY, note=note.strip()[:300])
    certificate.not_called_at = act.at
    certificate.save(update_fields=["not_called_at"])
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {"to": Place.REGISTRY}, row)


@command(needs=Permission.ARCHIVE_RECEIVE, records="certificate.moved")
def receive_in_archive(act: Act, certificate: Certificate) -> Change:
    """The archive takes a certificate over from the registry (档案室接收): a commissioned student's, or one filed after the exchange."""
    row = _moved(act, certificate, Place.ARCHIVE)
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {"to": Place.ARCHIVE, "says": PLACE_WORDS[Place.ARCHIVE].zh}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="certificate.cover_given", scope=_of_certificate)
def give_cover(act: Act, certificate: Certificate) -> Change:
    """Give the cover to a commissioned student (领取证书封皮); the certificate itself goes to the archive."""
    if not certificate.commissioned:
        raise Stopped([finding("HAND.001", before=certificate.place, after="cover")])
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("record__college").get(pk=certificate.pk)
    if certificate.cover_at:
        return Change(f"certificate:{certificate.pk}", result=certificate, unchanged=True)
    certificate.cover_at, certificate.cover_by = act.at, act.by.label
    certificate.save(update_fields=["cover_at", "cover_by"])
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {}, certificate)


@command(needs=Permission.CERTIFICATE_RELEASE, records="certificate.destroyed")
def destroy_certificate(act: Act, certificate: Certificate, *, reason: str) -> Change:
    """Destroy a certificate that was not signed for (销毁), spoiled in print for example: it is revoked and may be made anew."""
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    certificate.refresh_from_db(fields=["place", "signed_for_at", "revoked_at"])
    if certificate.signed_for_at:
        raise Stopped([finding("HAND.007")])
    row = _moved(act, certificate, Place.DESTROYED, note=reason.strip()[:300])
    certificate.revoked_at, certificate.revoked_reason = act.at, reason.strip()[:300]
    certificate.save(update_fields=["revoked_at", "revoked_reason"])
    return Change(f"certificate:{certificate.pk}", ANYWHERE, {"reason": certificate.revoked_reason}, row)


@command(needs=Permission.CERTIFICATE_RELEASE, records="certificate.lost", scope=_of_certificate)
def record_loss(act: Act, certificate: Certificate, *, reason: str) -> Change:
    """Record that a signed-for certificate is lost or damaged (登记遗失): its statement is revoked; an attestation takes its place."""
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    certificate.lost_at = certificate.revoked_at = act.at
    certificate.revoked_reason = reason.strip()[:300]
    certificate.save(update_fields=["lost_at", "revoked_at", "revoked_reason"])
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {"reason": certificate.revoked_reason}, certificate)
