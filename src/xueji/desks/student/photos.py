"""The student's photo page (我的图像采集): group and why, time and place, preparation, the code, online capture, verification."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe

from xueji.campaigns.queries import explain, notice_of, own_cases, steps_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_rows import version_rows
from xueji.desks.files import file_address
from xueji.desks.student.photo_now import Situation, answer, price
from xueji.documents.pictures import qr
from xueji.journal.command import Stopped
from xueji.photos.day.commands.after import confirm_photo, dispute_photo, send_online
from xueji.photos.day.commands.codes import issue_code
from xueji.photos.day.commands.sessions import acknowledge_item, choose_slot
from xueji.photos.day.queries import code_of, keys_now, photos_of, proof_of, sessions_for, slot_of, terms_of, token_of, unready
from xueji.photos.day.terms import Mode, yuan
from xueji.photos.day.worklists import UNCALLED, has_come, last_day, other_sessions, own_disputes
from xueji.rules.findings import Finding

LIMIT = 20 * 1024 * 1024


def _case(request: HttpRequest, case_id: UUID):
    case = own_cases(viewer_of(request)).filter(pk=case_id, campaign__kind="photo").first()
    if case is None:
        raise Http404
    return case


@for_students
def photo(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything about one's own photo in one round."""
    case = _case(request, case_id)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            messages.success(request, said(_acted(request, case)))
            return redirect("student:photo", case_id=case_id)
        except Stopped as stopped:
            found = stopped.findings
    return render(request, "student/photo_round.html", _shown(request, case) | {"findings": found, "posted": request.POST}, status=422 if found else 200)


def _shown(request: HttpRequest, case) -> dict[str, Any]:
    """What the page shows of a case, the answer first."""
    viewer, now, terms, photos, notice = viewer_of(request), timezone.now(), terms_of(case.campaign), photos_of(case), notice_of(case.campaign)
    steps = {d.kind: (d, s) for d, s in steps_of(case, now).pairs()}
    slot, verify, upload = slot_of(case), steps.get("confirm"), steps.get("upload")
    last = next((v for v in reversed(photos.versions) if v.capture.campaign_id == case.campaign_id), None)
    ends = slot.session.closes if slot else upload[1].step.window.closes if upload else last_day(case.campaign)
    over = ends is not None and ends <= now
    window = next((own for _, own in proof_of(case, last.capture, now)), None) if last else verify[1].step.window if verify else None
    said_first = answer(Situation(photos, terms, last, has_come(case), over, window, now))
    left = unready([case], terms)[case.pk]
    groups = [m for m in explain(case.record, notice) if m.audience.group == case.group]
    return {
        "case": case, "notice": notice, "terms": terms, "photos": photos, "answer": said_first, "versions": version_rows(viewer, photos),
        "groups": groups, "slot": slot if slot and not over else None, "calling": said_first.code in {"must", "may", "again"}, "choices": other_sessions(case, slot, now),
        "ready": [(item, item.code not in left) for item in terms.ready], "prepared": len(terms.ready) - len(left), "price": price(terms),
        "makeup_price": yuan(terms.makeup.fee) if terms.makeup.fee else "", "warning": notice.lateness.get("student", Text("", "")), "disputes": own_disputes(viewer, case),
        "called": case.group not in UNCALLED, "verify": verify, "window": window, "upload": upload, "showing_online": not over and said_first.code != "not_called", "last": last,
        "may_object": last is not None and terms.disputes and (said_first.code == "verify" or (verify is None and said_first.code in {"counts", "waits"} and now < case.campaign.closes)),
        "last_address": file_address(viewer, last.capture.file_id) if last and last.capture.file_id else "",
        "has_keys": keys_now() is not None, "now": now}  # fmt: skip


def _acted(request: HttpRequest, case) -> Text:
    act, asked = act_of(request, "student"), request.POST.get("act", "")
    if asked == "ready":
        acknowledge_item(act, case, item=request.POST.get("item", ""))
        return Text("已记录。", "Recorded.")
    if asked == "slot":
        wanted = [s for s in sessions_for(case, act.at) if str(s.pk) == request.POST.get("session")]
        if not wanted:
            raise Http404
        choose_slot(act, case, session=wanted[0])
        return Text("时段已改。", "Your time was changed.")
    if asked == "right":
        confirm_photo(act, case)
        return Text("已登记：照片无误。", "Recorded: the photo is right.")
    if asked == "wrong":
        file = request.FILES.get("evidence")
        dispute_photo(act, case, reason=request.POST.get("reason", ""), evidence=file.read(LIMIT) if file else b"", title=file.name if file else "")
        return Text("已提交学院审核。", "Sent to your college.")
    if asked == "online":
        file = request.FILES.get("photo")
        send_online(act, case, content=file.read(LIMIT) if file else b"")
        return Text("照片已提交，窗口期内可以重新提交。", "The photo was sent; within the window you may send another one.")
    raise Http404


@for_students
def code(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The capture code for the phone, large and on white; printable on paper. It names nobody."""
    case = _case(request, case_id)
    if keys_now() is None:
        raise Http404
    if request.method == "POST":
        issue_code(act_of(request, "student"), case, renew=True)
        return redirect("student:photo-code", case_id=case_id)
    held = issue_code(act_of(request, "student"), case).result if code_of(case) is None or code_of(case).expires_at <= timezone.now() else code_of(case)
    drawn = mark_safe(qr(token_of(held)))
    return render(request, "student/photo_code.html", {"case": case, "notice": notice_of(case.campaign), "code": held, "qr": drawn, "slot": slot_of(case),
                                                       "house": terms_of(case.campaign).mode == Mode.IN_HOUSE})  # fmt: skip


@for_students
def calendar(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The own time as a calendar file (RFC 5545)."""
    case = _case(request, case_id)
    slot = slot_of(case)
    if slot is None:
        raise Http404
    notice = notice_of(case.campaign)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Xueji//photo//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT", f"UID:{case.pk}@xueji",
             f"DTSTAMP:{_utc(timezone.now())}", f"DTSTART:{_utc(slot.starts)}", f"DTEND:{_utc(slot.session.closes)}",
             f"SUMMARY:{_escaped(said(notice.title))}", f"LOCATION:{_escaped(f'{slot.session.campus} {slot.session.room}')}",
             "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_escaped(said(notice.title))}", "TRIGGER:-P1D", "END:VALARM", "END:VEVENT", "END:VCALENDAR", ""]  # fmt: skip
    answer = HttpResponse("\r\n".join(piece for line in lines for piece in _folded(line)), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="photo.ics"'
    return answer


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: object) -> str:
    return str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line in pieces of at most 75 bytes, never inside a character (RFC 5545 3.1)."""
    pieces, now = [], ""
    for ch in line:
        if len((now + ch).encode()) > 73:
            pieces.append(now)
            now = " "
        now += ch
    return [*pieces, now]
