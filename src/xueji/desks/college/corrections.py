"""What students may not change alone waits here for the college (审核更正申请): a list, one after the other, by the keyboard."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xueji.accounts.permissions import Permission
from xueji.campaigns.letters import tell_of_request
from xueji.catalogue.text import Text
from xueji.corrections.commands import hold_requests, review_correction
from xueji.corrections.queries import waiting_for
from xueji.corrections.terms import OPEN, Origin, Stage, Verdict
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.corrections import lines_of, review_page
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped, undoable

A_PAGE = 50


@for_staff(Permission.CORRECTION_REVIEW)
@require_http_methods(["GET", "POST"])
def corrections(request: HttpRequest) -> HttpResponse:
    """The requests that wait for the college, oldest first; those without papers can be ticked and approved together."""
    waiting = waiting_for(viewer_of(request), Stage.AT_COLLEGE)
    findings = []
    if request.method == "POST":
        chosen = [one for one in waiting.filter(origin=Origin.STEP) if str(one.pk) in request.POST.getlist("request")]
        try:
            _approve(request, chosen)
        except Stopped as stopped:
            findings = stopped.findings
        else:
            done = Text(f"已同意 {len(chosen)} 项。", f"{len(chosen)} approved.") if chosen else Text("没有勾选任何申请。", "No request is ticked.")
            messages.success(request, said(done))
            return redirect("college-corrections")
    page = Paginator(waiting, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": lines_of(page, timezone.now()), "findings": findings}
    return render(request, "college/corrections.html", context, status=422 if findings else 200)


def _approve(request: HttpRequest, chosen: list) -> None:
    """All of the ticked ones or none. Raises Stopped."""
    act = act_of(request, "college")
    with undoable():
        hold_requests(chosen)
        for made in chosen:
            review_correction(act, made, verdict=Verdict.APPROVE)
            if made.stage not in OPEN:
                tell_of_request(act, made.record)


@never_cache
@for_staff(Permission.CORRECTION_REVIEW)
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """One request with its papers: approve, return or refuse it with a reason; then comes the next one."""
    return review_page(request, correction_id, desk="college", stage=Stage.AT_COLLEGE, command=review_correction)
