"""Receiving signed forms by their code, and returning them with a reason (收表、退表)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xueji.accounts.permissions import Permission
from xueji.campaigns.letters import tell
from xueji.catalogue.text import Text
from xueji.collection.commands import receive_form, return_form
from xueji.collection.queries import lately_received, proof_for
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.forms import ReturnForm
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped, undoable
from xueji.notify.terms import Kind
from xueji.rules.findings import finding

LATELY = 20


@for_staff(Permission.CASE_RECEIVE)
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Take in a form by scanning or typing its code. The answer stands above the input, which waits for the next one."""
    viewer = viewer_of(request)
    typed = request.POST.get("code", "").strip()[:300]
    context = {"typed": typed}
    if typed:
        context |= _received(request, typed)
    elif request.method == "POST":
        context["findings"] = [finding("COLL.012")]
    context["lately"] = lately_received(viewer)[:LATELY]
    return render(request, "college/receive.html", context, status=422 if context.get("findings") else 200)


def _received(request: HttpRequest, typed: str) -> dict:
    """What came of one scan: received, received before, or what stands in the way. Another college's form is not there."""
    proof = proof_for(viewer_of(request), typed)
    if proof is None:
        return {"findings": [finding("COLL.006", code=typed[:40])]}
    form = proof.form
    act = act_of(request, "college")
    try:
        with undoable():
            change = receive_form(act, form)
            if not change.unchanged:
                tell(act, form.case, Kind.RECEIPT)
    except Stopped as stopped:
        return {"findings": stopped.findings, "form": form}
    return {"form": form, "received": True, "again": change.unchanged, "typed": ""}


@for_staff(Permission.CASE_RECEIVE)
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, check_code: str) -> HttpResponse:
    """Return a form with a reason that the student sees."""
    proof = proof_for(viewer_of(request), check_code)
    if proof is None or proof.form.version != proof.newest:
        raise Http404
    form = ReturnForm(request.POST if request.method == "POST" else None)
    findings, act = [], act_of(request, "college")
    if form.is_bound and form.is_valid():
        try:
            with undoable():
                return_form(act, proof.form, reason=form.reason())
                tell(act, proof.form.case, Kind.RETURN)
        except Stopped as stopped:
            findings = stopped.findings
        else:
            name = proof.form.case.record.person.name
            told = Text(f"已退回{name}的登记表，学生能看到原因。", f"The form of {name} was returned; the student sees the reason.")
            messages.success(request, said(told))
            return redirect("college-receive")
    context = {
        "printed": proof.form,
        "record": proof.form.case.record,
        "college": proof.form.case.record.college,
        "form": form,
        "findings": findings,
    }
    return render(request, "college/return.html", context, status=422 if form.is_bound else 200)
