"""Photo rounds at the college (学院图像采集): the own lists, one student, reporting somebody outside them, opinions on disputes, slips, prints."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_files import opened
from xueji.desks.components.photo_lists import list_page, makeup_price
from xueji.desks.components.photo_person import acted_on_code, person_of, person_page
from xueji.desks.components.photo_prints import booked, prints_shown
from xueji.desks.components.photo_slips import slips_page, slips_pdf
from xueji.journal.command import Stopped
from xueji.photos.day.commands.after import nominate_student, review_dispute
from xueji.photos.day.queries import disputes_for, keys_now, nominations_for, rounds, terms_of
from xueji.photos.day.worklists import open_first, tallied
from xueji.records.queries import records_for
from xueji.rules.findings import Finding, finding

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

SEEN = for_staff(Permission.CASE_READ)
PAGE = 20
"""Things on one page, of each kind."""


def _round(code: str) -> Campaign:
    campaign = campaign_of(code)
    if campaign is None or campaign.kind != "photo":
        raise Http404
    return campaign


@SEEN
def photos(request: HttpRequest) -> HttpResponse:
    """The photo rounds, each with where the own students stand."""
    viewer, now = viewer_of(request), timezone.now()
    blocks = [{"campaign": c, "terms": terms_of(c), "tallies": tallied(viewer, c, now)} for c in rounds()]
    return render(request, "college/photos.html", {"blocks": blocks})


@SEEN
def photo_round(request: HttpRequest, code: str) -> HttpResponse:
    """The list of one round, the own students, a page at a time; ?as=xlsx and ?as=pdf give the whole of it."""
    return list_page(request, viewer_of(request), _round(code), timezone.now(), template="college/photos_round.html", student="college-photos-student")


@SEEN
def photo_student(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student: everything known of the photo; voiding and replacing the code for who receives papers."""
    campaign, viewer = _round(code), viewer_of(request)
    case, found = person_of(viewer, campaign, number), []
    if request.method == "POST":
        try:
            messages.success(request, said(acted_on_code(request, "college", case)))
            return redirect("college-photos-student", code=code, number=number)
        except Stopped as stopped:
            found = stopped.findings
    shown = person_page(viewer, campaign, case) | {"findings": found, "posted": request.POST}
    return render(request, "college/photos_student.html", shown, status=422 if found else 200)


@SEEN
def photo_work(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for the college: disputes, students to report, prints."""
    viewer, campaign = viewer_of(request), _round(code)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            messages.success(request, said(_acted(request, campaign)))
            return redirect("college-photos-work", code=code)
        except Stopped as stopped:
            found = stopped.findings
    waiting = {"disputes": disputes_for(viewer, campaign), "nominations": nominations_for(viewer, campaign)}
    pages = {name: Paginator(open_first(rows), PAGE).get_page(request.GET.get(name)) for name, rows in waiting.items()}
    return render(request, "college/photos_work.html", {
        "campaign": campaign, "terms": terms_of(campaign), **pages, "may_report": any(a.nominated for a in notice_of(campaign).audiences),
        "makeup_price": makeup_price(campaign), **prints_shown(request, viewer, campaign), "findings": found, "posted": request.POST},
        status=422 if found else 200)  # fmt: skip


def _acted(request: HttpRequest, campaign: Campaign) -> Text:
    act, viewer, asked = act_of(request, "college"), viewer_of(request), request.POST.get("act", "")
    if asked == "nominate":
        number = request.POST.get("number", "").strip().upper()
        record = records_for(viewer, Permission.CASE_NOMINATE).filter(student_number=number).first()
        if record is None:
            raise Stopped([finding("PROOF.013", field="number", number=number[:32] or "—")])
        nominate_student(act, record, campaign=campaign, reason=request.POST.get("reason", ""))
        return Text("已上报，等学籍管理审核。", "Reported; the registry decides.")
    if asked == "opinion":
        try:
            dispute = disputes_for(viewer, campaign).filter(pk=UUID(request.POST.get("row", ""))).first()
        except ValueError:
            dispute = None
        if dispute is None:
            raise Http404
        review_dispute(act, dispute, note=request.POST.get("note", ""))
        return Text("已提交学校处理。", "Sent to the registry.")
    if asked in {"prints", "reverse"}:
        return booked(request, campaign, "college")
    raise Http404


@for_staff(Permission.CASE_RECEIVE)
def photo_slips(request: HttpRequest, code: str) -> HttpResponse:
    """Paper slips with capture codes, for who comes without a phone."""
    campaign, found = _round(code), []
    if request.method == "POST":
        try:
            return slips_pdf(request, campaign, "college")
        except Stopped as stopped:
            found = stopped.findings
    shown = {"campaign": campaign, **slips_page(viewer_of(request), campaign, request.GET.get("college", "")), "has_keys": keys_now() is not None, "findings": found, "posted": request.POST}
    return render(request, "college/photos_slips.html", shown, status=422 if found else 200)


@SEEN
def photo_open(request: HttpRequest, code: str, what: str, pk: UUID) -> HttpResponse:
    """The photo or the material of a dispute."""
    return opened(viewer_of(request), _round(code), what, pk)
