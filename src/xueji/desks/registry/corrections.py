"""What the colleges approved and the school decides (审定更正申请): name, number, date of birth."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.corrections.commands import decide_correction
from xueji.corrections.queries import correction_for, waiting_for
from xueji.corrections.terms import Stage
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.corrections import decide, lines_of, one_of, reveal
from xueji.desks.components.languages import said
from xueji.desks.files import file_address

A_PAGE = 50


@for_staff(Permission.CORRECTION_DECIDE)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """The requests that wait for the registry, oldest first."""
    page = Paginator(waiting_for(viewer_of(request), Stage.AT_REGISTRY), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/corrections.html", {"page": page, "lines": lines_of(page, timezone.now())})


@never_cache
@for_staff(Permission.CORRECTION_DECIDE)
@require_http_methods(["GET", "POST"])
def correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """One request with its papers and the college's word: approve, return or refuse it with a reason."""
    viewer = viewer_of(request)
    try:
        made = correction_for(viewer, correction_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    findings, act, open_ = [], act_of(request, "registry"), "reveal" in request.POST
    if open_:
        reveal(act, made)
    elif request.method == "POST":
        done, findings = decide(act, made, decide_correction, request)
        if done:
            messages.success(request, said(done))
            following = waiting_for(viewer, Stage.AT_REGISTRY).first()
            return redirect("registry-correction", following.pk) if following else redirect("registry-corrections")
    context = one_of(made, partial(file_address, viewer), open_=open_) | {
        "findings": findings, "mine": made.stage == Stage.AT_REGISTRY, "note": request.POST.get("note", ""), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "registry/correction.html", context, status=422 if findings else 200)
