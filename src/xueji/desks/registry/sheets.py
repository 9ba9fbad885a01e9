"""The colleges' sheets at the registry: who is late, accept, return with reasons per row (表册接收)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.batches.commands import accept_batch, return_batch
from xueji.campaigns.batches.papers import file_name, print_of
from xueji.campaigns.batches.queries import batch_for, due, sheets_of, standing_of
from xueji.campaigns.batches.terms import DRAWN, KINDS, STAGE_WORDS
from xueji.campaigns.queries import campaigns, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.files import file_address
from xueji.documents.engine import Unprintable
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding

ACCEPTED = Text(
    "已接收{college}第 {version} 版，{rows} 行已生效。", "Version {version} of {college} is accepted; {rows} rows are in force."
)
RETURNED = Text("已退回{college}第 {version} 版。", "Version {version} of {college} was returned.")
MANAGE = for_staff(Permission.BATCH_ACCEPT)


@MANAGE
@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """Every notice that asks for signed sheets: each college, where its newest version stands, who is late and what follows."""
    now, viewer = timezone.now(), viewer_of(request)
    groups = []
    for campaign in campaigns().filter(opens__lte=now):
        notice = notice_of(campaign)
        for code in dict.fromkeys(step.document for step in notice.steps if step.kind == "sign_off"):
            if code in KINDS:
                lines = [(one, *_drawn(one.standing)) for one in sheets_of(viewer, campaign, notice, KINDS[code], now)]
                groups.append((campaign, notice, KINDS[code], due(notice), lines))
    return render(request, "registry/sheets.html", {"groups": groups, "now": now})


def _drawn(standing: Any) -> tuple[str, Text]:
    if standing is None:
        return "idle", Text("还没有冻结", "not frozen yet")
    return DRAWN[standing.stage], STAGE_WORDS[standing.stage]


def _seen(request: HttpRequest, pk: UUID) -> Any:
    try:
        return batch_for(viewer_of(request), pk, Permission.BATCH_ACCEPT)
    except ObjectDoesNotExist:
        raise Http404 from None


@MANAGE
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One sheet: its rows, the signed scan, accept it or return it with reasons beside the rows."""
    one = _seen(request, pk)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            messages.success(request, said(_settled(request, one)))
            return redirect("registry-sheets")
        except Stopped as stopped:
            found = stopped.findings
    standing = standing_of(one)
    context = {
        "batch": one, "standing": standing, "drawn": DRAWN[standing.stage], "word": STAGE_WORDS[standing.stage], "findings": found,
        "rows": [(key, [one.rows[key].get(c, "") for c in standing.kind.codes]) for key in sorted(one.rows)],
        "changes": [(c.key, c) for c in standing.changes], "scan": file_address(viewer_of(request), one.scan_id) if one.scan_id else "",
        "typed": request.POST,
    }  # fmt: skip
    return render(request, "registry/sheet.html", context, status=422 if found else 200)


def _settled(request: HttpRequest, one: Any) -> Text:
    act = act_of(request, "registry")
    words = {"college": one.college.name, "version": one.version, "rows": one.row_count}
    if request.POST.get("action") == "accept":
        accept_batch(act, one)
        return ACCEPTED.format(**words)
    beside = {name.removeprefix("row:"): value for name, value in request.POST.items() if name.startswith("row:")}
    return_batch(act, one, reason=request.POST.get("reason", ""), row_reasons=beside)
    return RETURNED.format(**words)


@MANAGE
@require_safe
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The print as the college signed it, without the signatures."""
    one = _seen(request, pk)
    try:
        content = print_of(one)
    except Unprintable as wrong:
        return render(request, "registry/unprintable.html", {"findings": wrong.findings}, status=422)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{file_name(one, "pdf")}"'
    return answer
