"""The table of English major names: export, import as the next version, decide what colleges propose (英文名称对照表)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.confirmation.commands.majors import decide_major_name, publish_majors
from xueji.confirmation.queries.majors import english_majors, newest_version, proposals_for
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.exchange.majors import read_table, table_workbook
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding

LARGEST = 10 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PUBLISHED = Text("已发布第 {version} 版。", "Version {version} is published.")
SAME = Text("与现行版本相同，没有发布新版。", "The same as the version in use; nothing was published.")
DECIDED = Text("已审定 {code}。", "{code} is decided.")
MANAGE = for_staff(Permission.MAJOR_NAME_DECIDE)


@MANAGE
@require_http_methods(["GET", "POST"])
def majors(request: HttpRequest) -> HttpResponse:
    """The version in use and what waits to be decided; a workbook that is sent becomes the next version."""
    found: list[Finding] = []
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            rows = read_table(sent.read(LARGEST) if sent else b"")
            change = publish_majors(act_of(request, "registry"), rows=rows, effective=request.POST.get("effective", "").strip()[:60])
            messages.success(request, said(SAME if change.unchanged else PUBLISHED.format(version=change.result)))
            return redirect("registry-majors")
        except Stopped as stopped:
            found = stopped.findings
    return _page(request, found)


def _page(request: HttpRequest, found: list[Finding]) -> HttpResponse:
    waiting = proposals_for(viewer_of(request))
    context = {
        "version": newest_version(), "rows": english_majors(), "findings": found, "waiting": waiting.filter(decided_at=None),
        "decided": waiting.exclude(decided_at=None)[:20],
    }  # fmt: skip
    return render(request, "registry/majors.html", context, status=422 if found else 200)


@MANAGE
@require_safe
def workbook(request: HttpRequest) -> HttpResponse:
    """The table as a workbook, to be edited and sent back."""
    answer = HttpResponse(table_workbook(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="english-majors-v{newest_version()}.xlsx"'
    return answer


@MANAGE
@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve or refuse one proposal."""
    try:
        proposal = proposals_for(viewer_of(request)).get(pk=pk)
    except ObjectDoesNotExist:
        raise Http404 from None
    try:
        decide_major_name(act_of(request, "registry"), proposal, verdict=request.POST.get("verdict", ""), note=request.POST.get("note", ""))
    except Stopped as stopped:
        return _page(request, stopped.findings)
    messages.success(request, said(DECIDED.format(code=proposal.code)))
    return redirect("registry-majors")
