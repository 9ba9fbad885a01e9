"""Rosters at the registry: upload, columns, dry run, commit (名册导入)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xueji.accounts.permissions import Permission
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.files import file_address
from xueji.desks.jobs import shown as shown_job
from xueji.desks.registry.roster_forms import ColumnsForm, RosterForm
from xueji.exchange.commands.rosters import choose_columns, discard_roster, note_job, receive_roster, remember_columns
from xueji.exchange.queries.rosters import plan_of, roster_for, rosters_for
from xueji.exchange.roster import running
from xueji.exchange.roster.plan import Plan, worded
from xueji.exchange.terms import RosterState
from xueji.jobs.commands import start_job
from xueji.jobs.queries import job_for
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding, Level

IMPORT = for_staff(Permission.ROSTER_IMPORT)
AT_ONCE_BYTES = 300_000
"""A file up to this size is compared while the person waits, some two seconds; a larger one in the background."""
AT_ONCE_ROWS = 1_500
STATES = {
    RosterState.RECEIVED: "going", RosterState.COMPARED: "review", RosterState.UNREADABLE: "late", RosterState.COMMITTED: "done",
    RosterState.DISCARDED: "back",
}  # fmt: skip
WORDS = {
    RosterState.RECEIVED: Text("已上传", "Uploaded"), RosterState.COMPARED: Text("已预演，待提交", "Compared, not committed"),
    RosterState.UNREADABLE: Text("无法读取", "Unreadable"), RosterState.COMMITTED: Text("已提交", "Committed"),
    RosterState.DISCARDED: Text("已放弃", "Discarded"),
}  # fmt: skip


def _roster(request: HttpRequest, key: Any):
    try:
        return roster_for(viewer_of(request), key)
    except ObjectDoesNotExist:
        raise Http404 from None


def _plan(request: HttpRequest, roster: Any) -> Plan:
    try:
        return plan_of(viewer_of(request), roster)
    except ObjectDoesNotExist:
        raise Http404 from None


@IMPORT
def rosters(request: HttpRequest) -> HttpResponse:
    """Upload a roster; the earlier ones below."""
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            roster = receive_roster(act_of(request, "registry"), file.read(), title=file.name).result
        except Stopped as stopped:
            context["findings"] = stopped.findings
        else:
            return _compared(request, roster, file.size)
    page = Paginator(rosters_for(viewer_of(request)), 30).get_page(request.GET.get("page"))
    rows = [(roster, STATES[roster.state], WORDS[roster.state]) for roster in page]
    return render(request, "registry/rosters.html", context | {"page": page, "rows": rows})


def _compared(request: HttpRequest, roster: Any, size: int) -> HttpResponse:
    """Make the dry run, at once or in the background, and show where it stands."""
    act = act_of(request, "registry")
    if size > AT_ONCE_BYTES:
        _in_background(act, roster, "comparing_roster")
    else:
        try:
            running.compare(act, roster)
        except Stopped:
            pass  # the roster remembers why; its page says it
    return redirect("roster-report", key=roster.pk)


def _in_background(act: Any, roster: Any, kind: str, **more: Any) -> None:
    job = start_job(act, kind, arguments={"roster": str(roster.pk), **more}).result
    note_job(act, roster, job=job.pk)


@IMPORT
@require_safe
def report(request: HttpRequest, key: Any) -> HttpResponse:
    """One roster: what it would do, everything that is wrong with it, and the way on."""
    roster = _roster(request, key)
    context: dict[str, Any] = {"roster": roster, "state": STATES[roster.state], "word": WORDS[roster.state]}
    context |= _work(request, roster)
    if roster.refusal:
        context["refusal"] = Finding.from_json(roster.refusal)
    if roster.plan:
        plan = _plan(request, roster)
        context |= {
            "plan": plan,
            "counts": roster.counts,
            "can_commit": roster.state == RosterState.COMPARED and not plan.stops,
            "writes": roster.counts.get("added", 0) + roster.counts.get("changed", 0),
            "fields": [FIELDS[code].label for code in sorted(plan.touched) if code in FIELDS],
            "tally": [(plan.examples[at], count) for at, count in sorted(plan.tally.items()) if plan.examples[at].finding.level is Level.NOTE],
            "page": Paginator(plan.problems, 100).get_page(request.GET.get("page")),
        }  # fmt: skip
    return render(request, "registry/roster.html", context)


def _work(request: HttpRequest, roster: Any) -> dict[str, Any]:
    """The background work of a roster, while it matters."""
    if roster.job is None:
        return {}
    try:
        job = job_for(viewer_of(request), roster.job)
    except ObjectDoesNotExist:
        return {}
    if job.finished and not job.why():
        return {}
    return {"job": shown_job(job), "poll": reverse("jobs:progress", args=[job.pk]), "found": job.found()}


@IMPORT
@require_safe
def changes(request: HttpRequest, key: Any) -> HttpResponse:
    """The rows that would change the register, field by field, old and new."""
    roster = _roster(request, key)
    plan = _plan(request, roster)
    page = Paginator(range(len(plan.blocks)), 1).get_page(request.GET.get("page"))
    rows = [
        (row, [(FIELDS[code].label if code in FIELDS else code, worded(code, old), worded(code, new))
               for code, (old, new) in row.changes.items()])
        for number in page for row in plan.block(number)
    ]  # fmt: skip
    return render(request, "registry/roster_changes.html", {"roster": roster, "page": page, "rows": rows})


@IMPORT
def columns(request: HttpRequest, key: Any) -> HttpResponse:
    """Say what each column means; the school remembers it, and the dry run is made again."""
    roster = _roster(request, key)
    plan = _plan(request, roster)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None, headings=plan.headings, meanings=plan.meanings, own=roster.overwrite_own
    )
    if request.method == "POST" and form.is_valid():
        act, chosen = act_of(request, "registry"), form.chosen()
        try:
            choose_columns(act, roster, chosen=chosen, overwrite_own=form.cleaned_data["overwrite_own"])
        except Stopped as stopped:
            return _stopped(request, roster, stopped)
        remember_columns(act, meanings=chosen)
        return _compared(request, roster, AT_ONCE_BYTES + 1 if plan.rows > AT_ONCE_ROWS else 0)
    return render(request, "registry/roster_columns.html", {"roster": roster, "form": form})


@IMPORT
@require_POST
def compare(request: HttpRequest, key: Any) -> HttpResponse:
    """Make the dry run again, in the background."""
    roster = _roster(request, key)
    _in_background(act_of(request, "registry"), roster, "comparing_roster")
    return redirect("roster-report", key=key)


@IMPORT
@require_POST
def commit(request: HttpRequest, key: Any) -> HttpResponse:
    """Put the compared roster into the register: a small one at once, a large one in the background."""
    roster = _roster(request, key)
    act, without = act_of(request, "registry"), "leave_out_rejected" in request.POST
    if roster.counts.get("added", 0) + roster.counts.get("changed", 0) > AT_ONCE_ROWS:
        _in_background(act, roster, "committing_roster", leave_out_rejected=without)
        return redirect("roster-report", key=key)
    try:
        running.commit(act, roster, plan=_plan(request, roster), leave_out_rejected=without)
    except Stopped as stopped:
        return _stopped(request, roster, stopped)
    messages.success(request, said(Text("名册已写入学籍。", "The roster is in the register.")))
    return redirect("roster-report", key=key)


def _stopped(request: HttpRequest, roster: Any, stopped: Stopped) -> HttpResponse:
    context = {"roster": roster, "findings": stopped.findings}
    return render(request, "registry/roster_stopped.html", context, status=409)


@IMPORT
@require_POST
def discard(request: HttpRequest, key: Any) -> HttpResponse:
    """Leave the roster uncommitted for good."""
    roster = _roster(request, key)
    try:
        discard_roster(act_of(request, "registry"), roster)
    except Stopped as stopped:
        return _stopped(request, roster, stopped)
    messages.success(request, said(Text("名册已放弃，学籍没有改动。", "The roster is discarded; the register is as it was.")))
    return redirect("roster")


@IMPORT
@require_safe
def marked(request: HttpRequest, key: Any) -> HttpResponse:
    """The marked-up copy, by a short-lived address."""
    roster = _roster(request, key)
    address = file_address(viewer_of(request), roster.marked) if roster.marked else ""
    if not address:
        raise Http404
    return redirect(address)
