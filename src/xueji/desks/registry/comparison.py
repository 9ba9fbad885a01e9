"""Sources side by side at the registry: import, compare in the background, look at what was found (信息比对)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of, campaigns
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.confirmation.queries.comparisons import newer_snapshots, newest_comparison
from xueji.confirmation.queries.sources import newest_snapshots, snapshots, source_name
from xueji.confirmation.terms import SOURCES
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import current, said
from xueji.desks.files import file_address
from xueji.desks.jobs import shown as shown_job
from xueji.exchange.chsi import import_source
from xueji.exchange.compare import ALONE, DIFFERS, KNOWN, KeptLines, shown
from xueji.jobs.commands import start_job
from xueji.jobs.queries import jobs_for
from xueji.journal.command import Stopped
from xueji.rules.comparison import SCHOOL
from xueji.rules.findings import Finding, finding
from xueji.vault.queries import read_file

PAGE = 50
LARGEST = 100 * 1024 * 1024
KIND = "comparing_sources"
IMPORTED = Text("已导入 {rows} 行，对上 {matched} 人。正在与学籍比对。", "{rows} rows imported, {matched} matched. The register is being compared with them.")
AGAIN = Text("这个文件已经导入过，没有重复导入。", "This file was imported before; nothing was done twice.")
MANAGE = for_staff(Permission.SOURCE_IMPORT)
SHOWN = (DIFFERS, KNOWN, ALONE)


def _campaign(request: HttpRequest) -> Any:
    """The notice asked for; None for everybody. Raises Http404 for one that does not exist."""
    code = request.GET.get("campaign", "") or request.POST.get("campaign", "")
    campaign = campaign_of(code) if code else None
    if code and campaign is None:
        raise Http404
    return campaign


@MANAGE
@require_http_methods(["GET", "HEAD", "POST"])
def comparison(request: HttpRequest) -> HttpResponse:
    """What the newest comparison found: differences, the known ones apart, and who stands in one list only. POST makes it anew."""
    campaign = _campaign(request)
    if request.method == "POST":
        _start(request, campaign)
        return redirect(_address(campaign))
    viewer = viewer_of(request)
    run = newest_comparison(viewer, campaign)
    context: dict[str, Any] = {
        "campaign": campaign, "campaigns": campaigns().filter(kind="confirmation"), "run": run, "now": timezone.now(),
        "can_compare": bool(newest_snapshots()), **_work(request, campaign),
    }  # fmt: skip
    return render(request, "registry/compare.html", context | (_found(request, run) if run else {}))


def _address(campaign: Any) -> str:
    return reverse("registry-compare") + (f"?campaign={campaign.code}" if campaign else "")


def _start(request: HttpRequest, campaign: Any) -> None:
    purpose = Text(campaign.number, campaign.number) if campaign else Text("全部学生", "everybody")
    start_job(act_of(request, "registry"), KIND, arguments={"campaign": campaign.code if campaign else ""}, purpose=purpose)


def _work(request: HttpRequest, campaign: Any) -> dict[str, Any]:
    """The newest work on this comparison, while it runs or when it came to nothing."""
    code = campaign.code if campaign else ""
    job = jobs_for(viewer_of(request)).filter(kind=KIND, arguments={"campaign": code}).first()
    if job is None or (job.finished and not job.why()):
        return {}
    return {"job": shown_job(job), "poll": reverse("jobs:progress", args=[job.pk])}


def _found(request: HttpRequest, run: Any) -> dict[str, Any]:
    field, show, facts = request.GET.get("field", ""), request.GET.get("show", DIFFERS), run.facts
    show = show if show in SHOWN else DIFFERS
    kept = KeptLines(read_file(viewer_of(request), run.lines_id), show, "" if show == ALONE else field)
    page = Paginator(kept, PAGE).get_page(request.GET.get("page"))
    lines = page.object_list if show == ALONE else [_line(one) for one in page.object_list]
    codes = sorted(facts["fields"].get(show, {}), key=list(FIELDS).index)
    return {
        "page": page, "lines": lines, "show": show, "field": field, "alone": show == ALONE, "newer": newer_snapshots(run),
        "counts": [(kind, word, facts[kind]) for kind, word in WORDS.items()], "real_count": facts["differs"],
        "fields": [(code, FIELDS[code].label, facts["fields"][show][code]) for code in codes],
        "sources": [(source_name(one["source"]), {**one, "taken_on": date.fromisoformat(one["taken_on"])}) for one in facts["sources"]],
    }  # fmt: skip


WORDS = {
    DIFFERS: Text("不一致的", "that differ"), KNOWN: Text("属正常的", "that are normal"), ALONE: Text("只在一边的", "in one list only"),
}  # fmt: skip


def _line(one: dict[str, Any]) -> dict[str, Any]:
    """A difference in the language of the page: values as words, numbers masked but for what differs."""
    code, values, language = one["field"], one["values"], current()
    worded = {source: shown(code, value, beside=values.values(), lang=language) for source, value in values.items()}
    return one | {
        "label": FIELDS[code].label, "school": worded[SCHOOL], "known": Text(*one["known"]) if one["known"] else None,
        "elsewhere": [(source_name(source), value) for source, value in worded.items() if source != SCHOOL],
        "right": source_name(one["right"]) if one["right"] else None, "value": worded.get(one["right"], ""),
        "college": Text(*one["college"]),
    }  # fmt: skip


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
    if not change.unchanged:
        _start(request, None)
    return redirect("registry-compare")


@MANAGE
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The differences as a workbook, as they were found; by a short-lived address."""
    run = newest_comparison(viewer_of(request), _campaign(request))
    address = file_address(viewer_of(request), run.workbook_id) if run else ""
    if not address:
        raise Http404
    return redirect(address)
