"""The college's sheet (信息核对表、更正汇总表): see what is missing, freeze, print, sign, merge an edited copy."""

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
from xueji.campaigns.batches.commands import endorse_batch, freeze_batch, hand_in_scan, receive_copy, settle_copy
from xueji.campaigns.batches.papers import file_name, print_of, workbook_of
from xueji.campaigns.batches.queries import BESIDE, batch_for, batches_for, beside_now, copy_for, due, merged, newest, rows_now, standing_of
from xueji.campaigns.batches.terms import DRAWN, KINDS, STAGE_WORDS, SheetKind
from xueji.campaigns.queries import notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.desks.components.languages import said
from xueji.documents.engine import Unprintable
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding

LARGEST = 61 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FROZEN = Text("第 {version} 版已冻结，请打印、签字、盖章。", "Version {version} is frozen; print, sign and seal it.")
HANDED_IN = Text("签字件已上传，等学校接收。", "The signed copy is handed in and waits for the registry.")
ENDORSED = Text("已审签，请在纸质版上签字。", "Endorsed; please sign the paper as well.")
ELSEWHERE = Text("不在表中的原因", "why not on the sheet")
TAKEN = Text("采用了 {count} 处修改。", "{count} changes were taken over.")


def kind_seen(code: str) -> SheetKind:
    """The kind of sheet of that code; another word is a 404."""
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def kinds_of(campaign) -> list[SheetKind]:
    """The sheets that a notice asks colleges to sign."""
    asked = dict.fromkeys(step.document for step in notice_of(campaign).steps if step.kind == "sign_off")
    return [KINDS[code] for code in asked if code in KINDS]


@for_staff(Permission.CASE_READ)
@require_safe
def sheets(request: HttpRequest, code: str) -> HttpResponse:
    """The frozen versions of a campaign that the viewer may see: what the dean endorses."""
    campaign = campaign_seen(code)
    lines = [(*_line(one), KINDS[one.kind].label) for one in batches_for(viewer_of(request), campaign)[:200]]
    context = {"campaign": campaign, "notice": notice_of(campaign), "lines": lines, "kinds": kinds_of(campaign)}
    context |= {"may": {"prepare": viewer_of(request).holds(Permission.BATCH_PREPARE)}}
    return render(request, "college/sheets.html", context)


@for_staff(Permission.BATCH_PREPARE)
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The sheet as it would be now, what keeps it from being frozen, and its frozen versions."""
    campaign, form = campaign_seen(code), kind_seen(kind)
    college, colleges = college_of(request)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            batch = freeze_batch(act_of(request, "college"), campaign, college=college, kind=form,
                                 empty_reason=request.POST.get("empty_reason", "")).result  # fmt: skip
            messages.success(request, said(FROZEN.format(version=batch.version)))
            return redirect("college-batch", batch.pk)
        except Stopped as stopped:
            found = stopped.findings
    rows = rows_now(form, campaign, college)
    context = {
        "campaign": campaign, "notice": notice_of(campaign), "kind": form, "kinds": kinds_of(campaign), "college": college,
        "colleges": colleges, "rows": [(key, [rows[key].get(c, "") for c in form.codes]) for key in sorted(rows)], "findings": found,
        "hindrances": [] if found else form.hindrances(campaign, college, rows), "now": timezone.now(), "due": due(notice_of(campaign)),
        "batches": [_line(one) for one in batches_for(viewer_of(request), campaign).filter(kind=kind, college=college)],
        "lateness": notice_of(campaign).lateness.get("college"), "beside": sorted(beside_now(form, campaign, college).items()),
        "empty_reason": request.POST.get("empty_reason", ""),
    }  # fmt: skip
    return render(request, "college/sheet.html", context, status=422 if found else 200)


def _line(batch: Any) -> tuple[Any, str, Text]:
    standing = standing_of(batch)
    return batch, DRAWN[standing.stage], STAGE_WORDS[standing.stage]


def seen_batch(request: HttpRequest, pk: UUID, permission: str = Permission.BATCH_PREPARE) -> Any:
    """A batch of the viewer's colleges; anything else is a 404."""
    try:
        return batch_for(viewer_of(request), pk, permission)
    except ObjectDoesNotExist:
        raise Http404 from None


@for_staff(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One frozen version: print it, take the workbook, hand in the signed scan, upload an edited copy."""
    one = seen_batch(request, pk, Permission.CASE_READ)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            return _received(request, one)
        except Stopped as stopped:
            found = stopped.findings
    standing = standing_of(seen_batch(request, pk, Permission.CASE_READ))
    context = {
        "batch": one, "standing": standing, "drawn": DRAWN[standing.stage], "word": STAGE_WORDS[standing.stage], "findings": found,
        "changes": [(c.key, c, one.rows.get(c.key, {}).get("name", "")) for c in standing.changes], "college": one.college,
        "reasons": sorted(one.row_reasons.items()), "newest": newest(one.campaign, one.college, one.kind), "now": timezone.now(),
        "may": {"prepare": viewer_of(request).holds(Permission.BATCH_PREPARE), "sign": viewer_of(request).holds(Permission.BATCH_SIGN)},
        "copies": one.copies.filter(settled_at=None), "labels": {BESIDE: ELSEWHERE} | {c.code: c.label for c in standing.kind.columns},
    }  # fmt: skip
    return render(request, "college/batch.html", context, status=422 if found else 200)


def _received(request: HttpRequest, one: Any) -> HttpResponse:
    if request.POST.get("action") == "endorse":
        endorse_batch(act_of(request, "college"), one)
        messages.success(request, said(ENDORSED))
        return redirect("college-batch", one.pk)
    sent = request.FILES.get("file")
    content = sent.read(LARGEST) if sent else b""
    if request.POST.get("action") == "copy":
        copy = receive_copy(act_of(request, "college"), one, content=content).result
        return redirect("college-copy", copy.pk)
    hand_in_scan(act_of(request, "college"), one, content=content, title=sent.name if sent else "")
    messages.success(request, said(HANDED_IN))
    return redirect("college-batch", one.pk)


@for_staff(Permission.CASE_READ)
@require_safe
def paper(request: HttpRequest, pk: UUID, ending: str) -> HttpResponse:
    """The print for signature, or the workbook of the same rows."""
    one = seen_batch(request, pk, Permission.CASE_READ)
    if ending not in ("pdf", "xlsx"):
        raise Http404
    try:
        content = print_of(one) if ending == "pdf" else workbook_of(one)
    except Unprintable as wrong:
        return render(request, "college/unprintable.html", {"findings": wrong.findings, "college": one.college}, status=422)
    answer = HttpResponse(content, content_type="application/pdf" if ending == "pdf" else XLSX)
    answer["Content-Disposition"] = f'{"inline" if ending == "pdf" else "attachment"}; filename="{file_name(one, ending)}"'
    return answer


@for_staff(Permission.BATCH_PREPARE)
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An edited copy laid over the present rows: what is taken over, and each conflict for a person to decide."""
    try:
        one = copy_for(viewer_of(request), pk)
    except ObjectDoesNotExist:
        raise Http404 from None
    found: list[Finding] = []
    if request.method == "POST":
        decisions = {name.removeprefix("c:"): value for name, value in request.POST.items() if name.startswith("c:")}
        try:
            settle_copy(act_of(request, "college"), one, decisions=decisions)
            messages.success(request, said(TAKEN.format(count=one.taken)))
            return redirect("college-batch", one.batch_id)
        except Stopped as stopped:
            found = stopped.findings
    laid = merged(one)
    labels = {column.code: column.label for column in KINDS[one.batch.kind].columns}
    context = {
        "copy": one, "batch": one.batch, "college": one.batch.college, "findings": found, "noticed": laid.findings,
        "taken": [(c, labels[c.column]) for c in laid.taken], "conflicts": [(c, labels[c.column]) for c in laid.conflicts],
    }  # fmt: skip
    return render(request, "college/copy.html", context, status=422 if found else 200)
