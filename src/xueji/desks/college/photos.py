"""Photo rounds at the college (学院图像采集): the own lists, reporting somebody outside them, opinions on disputes, slips, prints."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_rows import rows_of, workbook
from xueji.desks.files import file_address
from xueji.journal.command import Stopped
from xueji.photos.day.commands.after import enter_prints, nominate_student, review_dispute
from xueji.photos.day.queries import absentees, cases_in, disputes_for, nominations_for, prints_of, rounds, terms_of, unready
from xueji.photos.day.terms import ENTRIES
from xueji.records.queries import colleges_for, records_for
from xueji.rules.findings import Finding

MOST = 500


@for_staff(Permission.CASE_READ)
def photos(request: HttpRequest) -> HttpResponse:
    """The photo rounds."""
    return render(request, "college/photos.html", {"rounds": rounds()})


@for_staff(Permission.CASE_READ)
def photo_round(request: HttpRequest, code: str) -> HttpResponse:
    """One round for the own students."""
    viewer, campaign = viewer_of(request), campaign_of(code)
    if campaign is None or campaign.kind != "photo":
        raise Http404
    found: list[Finding] = []
    if request.method == "POST":
        try:
            _acted(request, campaign)
            messages.success(request, said(Text("已登记。", "Recorded.")))
            return redirect("college-photos-round", code=code)
        except Stopped as stopped:
            found = stopped.findings
    cases = cases_in(viewer, campaign).select_related("slot__session", "record__person", "record__college", "campaign")
    if request.GET.get("as") == "xlsx":
        return workbook(campaign, cases, name="图像采集名单")
    listed, terms = list(cases[:MOST]), terms_of(campaign)
    waiting = unready(listed, terms)
    rows = [row | {"not_ready": len(waiting[row["case"].pk])} for row in rows_of(campaign, listed)]
    disputes = [(d, file_address(viewer, d.evidence_id) if d.evidence_id else "") for d in disputes_for(viewer, campaign)]
    return render(request, "college/photos_round.html", {
        "campaign": campaign, "terms": terms, "rows": rows, "missing": absentees(viewer, campaign, timezone.now())[:MOST], "disputes": disputes,
        "nominations": nominations_for(viewer, campaign), "prints": prints_of(viewer, campaign), "entries": ENTRIES.items(),
        "findings": found, "posted": request.POST}, status=422 if found else 200)  # fmt: skip


def _acted(request: HttpRequest, campaign) -> None:
    act, viewer, asked = act_of(request, "college"), viewer_of(request), request.POST.get("act", "")
    if asked == "nominate":
        record = records_for(viewer, Permission.CASE_NOMINATE).filter(student_number=request.POST.get("number", "").strip().upper()).first()
        if record is None:
            raise Http404
        nominate_student(act, record, campaign=campaign, reason=request.POST.get("reason", ""))
    elif asked == "opinion":
        try:
            dispute = disputes_for(viewer, campaign).filter(pk=UUID(request.POST.get("row", ""))).first()
        except ValueError:
            dispute = None
        if dispute is None:
            raise Http404
        review_dispute(act, dispute, note=request.POST.get("note", ""))
    elif asked == "prints":
        college = colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER).filter(code=request.POST.get("college", "")).first()
        count = request.POST.get("count", "")
        if college is None or request.POST.get("entry") not in ENTRIES:
            raise Http404
        enter_prints(act, campaign, college=college, entry=request.POST["entry"], count=int(count) if count.isdigit() and len(count) < 7 else 0)
