"""The notices, for everybody: what is going on, and the operating guide as a page and as a print (通知与操作指南)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from xueji.campaigns.guide import guide_of
from xueji.campaigns.queries import campaign_of, campaigns, notice_of, versions_of
from xueji.collection.printing import press
from xueji.desks.components.languages import current
from xueji.documents import guide as print_guide
from xueji.documents.engine import Unprintable

SHOWN = 60


def _campaign(code: str):
    found = campaign_of(code)
    if found is None:
        raise Http404
    return found


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The notices, those that are open first."""
    now = timezone.now()
    shown = list(campaigns()[:SHOWN])
    running = [c for c in shown if c.opens <= now < c.closes and not c.closed_at]
    return render(request, "public/notices.html", {"running": running, "others": [c for c in shown if c not in running], "now": now})


@require_safe
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """The operating guide of one notice: steps, windows, remarks, whom to ask, and every version with its reason."""
    campaign = _campaign(code)
    context = {
        "campaign": campaign, "notice": notice_of(campaign), "guide": guide_of(campaign), "versions": versions_of(campaign),
        "now": timezone.now(),
    }  # fmt: skip
    return render(request, "public/notice.html", context)


@require_safe
def guide_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The same guide as a print, in the language of the page or the one asked for by ?language=."""
    campaign = _campaign(code)
    asked = request.GET.get("language", "")
    lang = asked if asked in ("zh", "en") else current()
    try:
        pdf = print_guide.render(press(), guide_of(campaign), lang)
    except Unprintable as stopped:
        return render(request, "public/unprintable.html", {"findings": stopped.findings}, status=422)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"{campaign.code}-guide-{lang}.pdf")
    return answer
