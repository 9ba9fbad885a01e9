"""After the day: results taken over, photos verified or disputed, faces filed, students reported (采集之后)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from xueji.accounts.permissions import Permission
from xueji.campaigns.commands import follow_audience, mark_own_step, mark_step
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, notice_of, scope_of_case
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.photos.commands import judge_captured_photo
from xueji.photos.day.commands.turns import _attended, _station, _versioned
from xueji.photos.day.models import Capture, Dispute, FaceCase, Nomination
from xueji.photos.day.queries import graduand, online_captures, proof_of, terms_of
from xueji.photos.day.terms import Origin
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.rules.capture import Duty, Face, duty
from xueji.rules.findings import finding
from xueji.rules.progress import State
from xueji.vault.commands import store_file
from xueji.vault.queries import same_bytes

LEAST = 5
MOST_ONLINE = 30
"""Photos one student may send online in a round; the last one stands."""
DOUBTFUL = {Face.FAILED, Face.UNSURE, Face.ABNORMAL}
PORTION = 500
"""Records looked up at once: a database takes a limited number of values in one question."""


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


def _of_dispute(dispute: Dispute, **_: object) -> Scope:
    return scope_of(dispute.capture.record)


def _locked(row: Model) -> None:
    """The row as it stands now, nobody else's until the transaction ends: two people deciding at one instant wait for one another."""
    row.refresh_from_db(from_queryset=type(row)._default_manager.select_for_update())


@dataclass(frozen=True, slots=True)
class Arrival:
    """One photo that came from the bureau (到件): whose, taken when, the bytes if any."""

    case: Case
    taken_on: date
    content: bytes = b""


@command(needs=Permission.SOURCE_IMPORT, records="captures.taken_over")
def take_over_captures(act: Act, campaign: Campaign, *, arrivals: Iterable[Arrival], source: str, origin: str = Origin.BUREAU) -> Change:
    """Take over what the bureau captured (导入采集结果): each a new version with its provenance. The same again changes nothing.

    Pictures are judged afterwards (judge_photo_later): a thousand of them would keep a browser waiting for minutes.
    The result is (new, skipped).
    """
    new = skipped = 0
    by = terms_of(campaign).by.zh or source
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # the same delivery sent twice at one instant waits for its twin
    for one in arrivals:
        there = Capture.objects.filter(record=one.case.record, campaign=campaign, origin=origin, taken_on=one.taken_on).select_related("file")
        if any(not one.content or (c.file is not None and same_bytes(c.file, one.content)) for c in there):
            skipped += 1
            continue
        more: dict[str, Any] = {}
        if one.content:
            more["file"] = store_file(_station(act), one.content, purpose="photo", scope=scope_of(one.case.record), title=source).result
        _versioned(act, one.case, origin, one.taken_on, by, **more)
        _attended(act, one.case)
        new += 1
    return Change(f"campaign:{campaign.code}", ANYWHERE, {"source": source, "new": new, "skipped": skipped}, (new, skipped), unchanged=not new)


@command(needs=Permission.SOURCE_IMPORT, records="faces.taken_over")
def take_over_faces(act: Act, *, rows: Iterable[tuple[StudentRecord, Face, bool]], source: str) -> Change:
    """Take over CHSI's answers (导入学信网比对结果): (record, result, whether CHSI has a photo). A failing face opens a case.

    Where the authority has agreed already (同意备案), an older answer about the same photo changes nothing. An answer that
    the comparison passed closes the case that an earlier one opened.
    The result is (answers, cases opened).
    """
    answers = cases = 0
    told = list(rows)
    for start in range(0, len(told), PORTION):
        part = told[start : start + PORTION]
        last = {c.record_id: c for c in Capture.objects.filter(record__in=[r.pk for r, _, _ in part]).order_by("version")}
        known = FaceCase.objects.filter(record__in=[r.pk for r, _, _ in part]).select_related("record")
        waiting = {one.record_id: one for one in known if one.is_open}
        agreed = {(one.record_id, one.capture_id) for one in known if one.agreed_at}
        for record, face, present in part:
            photo = last.get(record.pk)
            if photo is None and present:
                photo = last[record.pk] = Capture.objects.create(record=record, version=1, origin=Origin.CHSI, taken_on=act.at.astimezone(SHANGHAI).date(),
                                                                 taken_by="学信网", recorded_at=act.at, recorded_by=act.by.label)  # fmt: skip
            if face in DOUBTFUL and photo is not None and (record.pk, photo.pk) in agreed:
                continue
            if photo is not None and photo.face != face:
                photo.face = face
                photo.save(update_fields=["face"])
                answers += 1
            if face in DOUBTFUL and record.pk not in waiting:
                waiting[record.pk] = FaceCase.objects.create(record=record, capture=photo, result=face, found_at=act.at, source=source[:120])
                cases += 1
            elif face == Face.PASSED and record.pk in waiting:
                close_face(act, waiting.pop(record.pk), source=source)
    return Change(f"source:{source}", ANYWHERE, {"answers": answers, "cases": cases}, (answers, cases), unchanged=not (answers or cases))


@command(needs=Permission.SOURCE_IMPORT, records="face.passed", scope=lambda face, **_: scope_of(face.record))
def close_face(act: Act, face: FaceCase, *, source: str) -> Change:
    """A later answer of CHSI says that the comparison passed (后来比对通过): nothing is left to verify. ``source`` is where it says so."""
    face.passed_at, face.passed_source = act.at, source[:120]
    face.save(update_fields=["passed_at", "passed_source"])
    return Change(f"record:{face.record.student_number}", scope_of(face.record), {"was": face.result, "source": source}, face)


def _current(case: Case) -> Capture:
    """The newest photo of the round, nobody else's until the transaction ends. Stopped when there is none, or a void one."""
    found = Capture.objects.select_for_update().filter(record=case.record, campaign=case.campaign).order_by("-version").first()
    if found is None:
        raise Stopped([finding("PROOF.002")])
    if Dispute.objects.filter(capture=found, upheld=True).exists():
        raise Stopped([finding("PROOF.009")])
    return found


def _verifying(act: Act, case: Case, capture: Capture, mark: State) -> None:
    """Mark the notice's step of verification, inside its window; a photo that came after it has a window of its own."""
    for declared, own in proof_of(case, capture, act.at):
        if own.opens == capture.recorded_at and act.at < own.closes:
            mark_step(_station(act), case, step=declared.code, mark=mark)
        elif own.closes is not None and act.at >= own.closes:
            raise Stopped([finding("PROOF.010", closes=own.closes.astimezone(SHANGHAI))])
        else:
            mark_own_step(act, case, step=declared.code, mark=mark)


@command(needs=Permission.CASE_CONFIRM, records="photo.confirmed", scope=_of_case)
def confirm_photo(act: Act, case: Case) -> Change:
    """The student has verified the photo on CHSI and says it is right (图像校对无误). Only then it counts.

    Stopped outside the notice's window, before the capture, and while an objection is being decided.
    """
    capture = _current(case)
    if Dispute.objects.filter(capture=capture, decided_at=None).exists():
        raise Stopped([finding("PROOF.008")])
    _verifying(act, case, capture, State.DONE)
    if capture.confirmed_at:
        return Change(f"case:{case.pk}", scope_of_case(case), result=capture, unchanged=True)
    capture.confirmed_at = act.at
    capture.save(update_fields=["confirmed_at"])
    return Change(f"case:{case.pk}", scope_of_case(case), {"version": capture.version}, capture)


@command(needs=Permission.CASE_CONFIRM, records="photo.disputed", scope=_of_case)
def dispute_photo(act: Act, case: Case, *, reason: str, evidence: bytes = b"", title: str = "") -> Change:
    """The student says the photo is wrong (图像有误), with material: it goes to the college, then to the registry.

    Stopped outside the window of the verification; without one, after the round, and where the notice takes no objections.
    """
    terms = terms_of(case.campaign)
    if not terms.disputes:
        raise Stopped([finding("PROOF.011", retake=terms.retake)])
    capture = _current(case)
    if len(reason.strip()) < LEAST:
        raise Stopped([finding("PROOF.003", field="reason")])
    if Dispute.objects.filter(capture=capture, decided_at=None).exists():
        raise Stopped([finding("PROOF.004")])
    if not terms.round.proofread and act.at >= case.campaign.closes:
        raise Stopped([finding("PROOF.010", closes=case.campaign.closes.astimezone(SHANGHAI))])
    _verifying(act, case, capture, State.REVIEW)
    kept = store_file(act, evidence, purpose="evidence", scope=scope_of_case(case), title=title).result if evidence else None
    row = Dispute.objects.create(capture=capture, reason=reason.strip()[:1000], evidence=kept, made_at=act.at)
    return Change(f"case:{case.pk}", scope_of_case(case), {"version": capture.version}, row)


@command(needs=Permission.CORRECTION_REVIEW, records="dispute.reviewed", scope=_of_dispute)
def review_dispute(act: Act, dispute: Dispute, *, note: str) -> Change:
    """The college gives its opinion on a disputed photo (学院审核图像异议)."""
    _locked(dispute)
    if dispute.college_at or dispute.decided_at:
        raise Stopped([finding("PROOF.004")])
    if not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    dispute.college_at, dispute.college_by, dispute.college_note = act.at, act.by.label, note.strip()[:500]
    dispute.save(update_fields=["college_at", "college_by", "college_note"])
    return Change(f"dispute:{dispute.pk}", _of_dispute(dispute), {}, dispute)


@command(needs=Permission.CORRECTION_DECIDE, records="dispute.decided", scope=_of_dispute)
def decide_dispute(act: Act, dispute: Dispute, *, upheld: bool, note: str) -> Change:
    """The registry decides a disputed photo (处理图像异议). Upheld: the photo is void, the student comes again; else it is to be confirmed."""
    _locked(dispute)
    if dispute.decided_at:
        raise Stopped([finding("PROOF.004")])
    if not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    dispute.decided_at, dispute.decided_by, dispute.upheld, dispute.note = act.at, act.by.label, upheld, note.strip()[:500]
    dispute.save(update_fields=["decided_at", "decided_by", "upheld", "note"])
    case = Case.objects.filter(record=dispute.capture.record, campaign=dispute.capture.campaign).select_related("campaign", "record").first()
    for step in notice_of(case.campaign).steps_for(case.group) if case else ():
        if step.kind == "confirm" or (upheld and step.kind in {"attend", "upload"}):
            mark_step(_station(act), case, step=step.code, mark=State.BACK, note=note.strip()[:500])
    return Change(f"dispute:{dispute.pk}", _of_dispute(dispute), {"upheld": upheld}, dispute)


@command(needs=Permission.CASE_FILL, records="photo.sent_online", scope=_of_case)
def send_online(act: Act, case: Case, *, content: bytes) -> Change:
    """The student sends a photo online (线上采集), where the notice allows it. Stopped with the clause where it forbids it.

    The window is the step's own, to the instant. The same bytes again are the same photo. The result is the Capture.
    """
    terms = terms_of(case.campaign)
    if not terms.online:
        raise Stopped([finding("PROOF.001", clause=terms.online_clause)])
    if not content.startswith(b"\xff\xd8"):
        raise Stopped([finding("STAT.034", field="photo")])
    for step in notice_of(case.campaign).steps_for(case.group):
        if step.kind == "upload":
            mark_own_step(act, case, step=step.code, mark=State.DONE)
    sent = list(online_captures(case.record, case.campaign).select_related("file"))
    if sent and sent[-1].file is not None and same_bytes(sent[-1].file, content):
        return Change(f"case:{case.pk}", scope_of_case(case), result=sent[-1], unchanged=True)
    if len(sent) >= MOST_ONLINE:
        raise Stopped([finding("PROOF.012", field="photo", count=len(sent))])
    file = store_file(act, content, purpose="photo", scope=scope_of_case(case), title="online.jpg").result
    judged = judge_captured_photo(_station(act), case.record, content, profile=terms.profile, taken="upload").result
    capture = _versioned(act, case, Origin.ONLINE, act.at.astimezone(SHANGHAI).date(), "本人线上拍摄", file=file, judgement=judged)
    return Change(f"case:{case.pk}", scope_of_case(case), {"version": capture.version, "outcome": judged.outcome}, capture)


@command(needs=Permission.CORRECTION_DECIDE, records="face.verified")
def verify_face(act: Act, face: FaceCase, *, evidence: bytes, title: str = "") -> Change:
    """The school has verified in person that it is the student (学校核实身份), with the material."""
    _locked(face)
    if face.verified_at or not face.is_open:
        raise Stopped([finding("PROOF.004")])
    face.evidence = store_file(act, evidence, purpose="evidence", scope=scope_of(face.record), title=title).result
    face.verified_at, face.verified_by = act.at, act.by.label
    face.save(update_fields=["evidence", "verified_at", "verified_by"])
    return Change(f"record:{face.record.student_number}", ANYWHERE, {"result": face.result}, face)


@command(needs=Permission.CORRECTION_DECIDE, records="face.filed")
def file_face(act: Act, face: FaceCase, *, number: str) -> Change:
    """The result was filed online and on paper (线上备案). Stopped before the school has verified the person."""
    _locked(face)
    if not face.verified_at or face.filed_at or not face.is_open or not number.strip():
        raise Stopped([finding("PROOF.004") if face.filed_at or not face.is_open else finding("CAMP.022", field="number")])
    face.filed_at, face.filed_number = act.at, number.strip()[:60]
    face.save(update_fields=["filed_at", "filed_number"])
    return Change(f"record:{face.record.student_number}", ANYWHERE, {"number": face.filed_number}, face)


@command(needs=Permission.CORRECTION_DECIDE, records="face.agreed")
def agree_face(act: Act, face: FaceCase) -> Change:
    """The authority agrees (同意备案): the photo counts again."""
    _locked(face)
    if not face.filed_at or not face.is_open:
        raise Stopped([finding("PROOF.004")])
    face.agreed_at = act.at
    face.save(update_fields=["agreed_at"])
    if face.capture:
        face.capture.face = Face.PASSED
        face.capture.save(update_fields=["face"])
    return Change(f"record:{face.record.student_number}", ANYWHERE, {}, face)


# outside the lists


@command(needs=Permission.CASE_NOMINATE, records="student.nominated", scope=lambda record, **_: scope_of(record))
def nominate_student(act: Act, record: StudentRecord, *, campaign: Campaign, reason: str) -> Change:
    """The college reports somebody who is on neither list (学院上报名单外学生). The result is the Nomination."""
    notice, problems = notice_of(campaign), []
    if Case.objects.filter(campaign=campaign, record=record, left_at=None).exists():
        problems.append(finding("PROOF.005"))
    if Nomination.objects.filter(campaign=campaign, record=record, decided_at=None).exists():
        problems.append(finding("PROOF.004"))
    if not any(a.nominated for a in notice.audiences) or not reason.strip():
        problems.append(finding("PROOF.006", field="reason"))
    if problems:
        raise Stopped(problems)
    row = Nomination.objects.create(campaign=campaign, record=record, reason=reason.strip()[:500], reported_at=act.at, reported_by=act.by.label)
    return Change(f"record:{record.student_number}", scope_of(record), {"campaign": campaign.code, "reason": row.reason}, row)


@command(needs=Permission.CASE_APPROVE, records="nomination.decided")
def decide_nomination(act: Act, nomination: Nomination, *, approved: bool, note: str = "") -> Change:
    """The registry decides a reported student (审核名单外学生); an approved one gets a case and an account. The rules may say no.

    A refusal needs its reason: the college reads it.
    """
    _locked(nomination)
    if nomination.decided_at:
        raise Stopped([finding("PROOF.004")])
    if not approved and not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    record, campaign = nomination.record, nomination.campaign
    if approved:
        todo, why = duty([], graduand(record), terms_of(campaign).round)
        if todo in {Duty.MUST_NOT, Duty.STANDS}:
            raise Stopped([finding("PROOF.007", reason=why.message)])
        group = next(a.group for a in notice_of(campaign).audiences if a.nominated)
        Case.objects.update_or_create(campaign=campaign, record=record, defaults={
            "group": group, "origin": Case.Origin.NOMINATED, "opened_at": act.at, "left_at": None})  # fmt: skip
        follow_audience(act, campaign) if act.by.may(Permission.CAMPAIGN_MANAGE, ANYWHERE) else None
    nomination.decided_at, nomination.decided_by, nomination.approved, nomination.note = act.at, act.by.label, approved, note.strip()[:500]
    nomination.save(update_fields=["decided_at", "decided_by", "approved", "note"])
    return Change(f"record:{record.student_number}", ANYWHERE, {"approved": approved, "campaign": campaign.code}, nomination)
