"""Sources side by side at the registry: import, differences, who stands in one list only (信息比对)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of, campaigns, notice_of
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.confirmation.queries.sources import Compared, compared, round_of, snapshots, source_name
from xueji.confirmation.terms import SOURCES
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.exchange import compare as exported
from xueji.exchange.chsi import import_source
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding, finding

PAGE = 50
LARGEST = 100 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMPORTED = Text("已导入 {rows} 行，对上 {matched} 人。", "{rows} rows imported, {matched} matched.")
AGAIN = Text("这个文件已经导入过，没有重复导入。", "This file was imported before; nothing was done twice.")
MANAGE = for_staff(Permission.SOURCE_IMPORT)


def _compared(request: HttpRequest) -> tuple[Any, Compared]:
    """The comparison asked for: of one notice by its own rules, or of the whole register by the catalogue's."""
    code = request.GET.get("campaign", "")
    campaign = campaign_of(code) if code else None
    if code and campaign is None:
        raise Http404
    round = round_of(notice_of(campaign)) if campaign else None
    return campaign, compared(viewer_of(request), campaign=campaign, round=round)


@MANAGE
@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """Every difference that somebody has to look at, the known ones apart, and who stands in one list only."""
    campaign, seen = _compared(request)
    field, show = request.GET.get("field", ""), request.GET.get("show", "real")
    rows = [one for one in exported.differences(seen) if bool(one["known"]) is (show == "known") and field in ("", one["field"])]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    alone = list(exported.unmatched(seen))
    fields = sorted({one.field for one in seen.comparison.differences})
    context = {
        "campaign": campaign, "campaigns": campaigns().filter(kind="confirmation"), "seen": seen, "page": page, "now": timezone.now(),
        "lines": [(one, [(source_name(code), value) for code, value in one["values"].items() if code != "school"],
                   source_name(one["right"]) if one["right"] else None) for one in page.object_list],
        "alone": alone[:PAGE], "alone_count": len(alone), "fields": [(code, FIELDS[code].label) for code in fields], "field": field,
        "show": show, "known_count": len(seen.comparison.differences) - len(seen.comparison.real()), "real_count": len(seen.comparison.real()),
        "sources": [(source_name(code), one, seen.comparison.matchings[code]) for code, one in seen.snapshots.items()],
    }  # fmt: skip
    return render(request, "registry/compare.html", context)


@MANAGE
@require_http_methods(["GET", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Import another system's export; what was noticed in it is shown, what was imported before is listed."""
    found: list[Finding] = []
    if request.method == "POST":
        try:
            return _imported(request)
        except Stopped as stopped:
            found = stopped.findings
    context = {"findings": found, "snapshots": [(source_name(one.source), one) for one in snapshots(viewer_of(request))[:50]]}
    context |= {"sources": SOURCES.items(), "today": timezone.localdate(), "typed": request.POST}
    return render(request, "registry/compare_import.html", context, status=422 if found else 200)


def _imported(request: HttpRequest) -> HttpResponse:
    sent = request.FILES.get("file")
    try:
        day = date.fromisoformat(request.POST.get("taken_on", ""))
    except ValueError:
        raise Stopped([finding("CONF.015", field="taken_on")]) from None
    source = request.POST.get("source", "")
    content = sent.read(LARGEST) if sent and source in SOURCES else b""
    change, read = import_source(act_of(request, "registry"), source=source, taken_on=day, content=content, title=sent.name if sent else "")
    kept = change.result
    messages.success(request, said(AGAIN if change.unchanged else IMPORTED.format(rows=kept.row_count, matched=kept.matched)))
    for one in read.findings[:5]:
        messages.info(request, said(one.message))
    return redirect("registry-compare")


@MANAGE
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The differences as a workbook."""
    campaign, seen = _compared(request)
    answer = HttpResponse(exported.workbook(seen), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="comparison-{campaign.code if campaign else "all"}.xlsx"'
    return answer
