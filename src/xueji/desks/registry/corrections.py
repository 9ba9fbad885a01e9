"""What the colleges approved and the school decides (审定更正申请): name, number, date of birth."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.corrections.commands import decide_correction
from xueji.corrections.queries import waiting_for
from xueji.corrections.terms import Stage
from xueji.desks.acting import for_staff, viewer_of
from xueji.desks.components.corrections import lines_of, review_page

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
    return review_page(request, correction_id, desk="registry", stage=Stage.AT_REGISTRY, command=decide_correction)
