"""Asking for a correction (更正申请): what is wrong, what is right, what proves it, and what became of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.catalogue.fields import APPROVERS, EVIDENCE, FIELDS, Policy
from xueji.catalogue.text import Text
from xueji.collection.queries import population_of
from xueji.corrections.commands import withdraw_correction
from xueji.corrections.queries import correctable, correction_for, corrections_for, open_of
from xueji.corrections.terms import OPEN, STAGE_WORDS, STATES
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.asking import ask, keep_files, typed
from xueji.desks.components.languages import said
from xueji.desks.files import file_address
from xueji.desks.student.showing import words_of
from xueji.journal.command import Stopped
from xueji.records.queries import own_record, value_of
from xueji.rules.findings import Finding

A_PAGE = 20
ASKED = Text("申请已提出，等{who}审核。", "The request was made and waits for: {who}.")
WITHDRAWN = Text("申请已撤回。", "The request was withdrawn.")


@require_safe
@for_students
def corrections(request: HttpRequest) -> HttpResponse:
    """The student's own requests, newest first."""
    page = Paginator(corrections_for(viewer_of(request)), A_PAGE).get_page(request.GET.get("page"))
    lines = [(one, FIELDS[one.field].label, STATES[one.stage], STAGE_WORDS[one.stage]) for one in page]
    return render(request, "student/corrections.html", {"page": page, "lines": lines})


@require_safe
@for_students
def choose(request: HttpRequest) -> HttpResponse:
    """Which field: all that can be asked for, with what the record holds."""
    record = own_record(request.user)
    if record is None:
        raise Http404
    waiting = open_of(record)
    fields = [one for one in FIELDS.values() if one.policy is Policy.CORRECTION and population_of(record) in one.applies_to]
    lines = [(one, words_of(one, value_of(record, one.code)), one.code in waiting) for one in fields]
    return render(request, "student/correction_choose.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@for_students
def request(request: HttpRequest, field: str) -> HttpResponse:
    """One request: the old value, the new one, the reason, the evidence; everything missing is said at once."""
    record, one = own_record(request.user), correctable(field)
    if record is None or one is None or population_of(record) not in one.applies_to:
        raise Http404
    asked = typed(request, viewer_of(request), record, one)
    if request.method == "POST":
        act = act_of(request, "student")
        try:
            made = ask(act, record, asked)
        except Stopped:
            keep_files(act, record, [asked])
        else:
            messages.success(request, said(ASKED.format(who=APPROVERS[one.approvers[0]])))
            return redirect("student:correction", made.pk)
    context = {"field": one, "old": words_of(one, value_of(record, field)), "box": asked, "waiting": open_of(record).get(field)}
    return render(request, "student/correction_request.html", context, status=422 if asked.findings else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_students
def correction(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """One request with its evidence and what became of it; it can be withdrawn while nobody has decided."""
    viewer = viewer_of(request)
    try:
        made = correction_for(viewer, correction_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    found: list[Finding] = []
    if request.method == "POST":
        try:
            withdraw_correction(act_of(request, "student"), made)
        except Stopped as stopped:
            found = stopped.findings
        else:
            messages.success(request, said(WITHDRAWN))
            return redirect("student:corrections")
    one = FIELDS[made.field]
    files = [(EVIDENCE.get(proof.kind), file_address(viewer, proof.file_id)) for proof in made.evidence.all()]
    context = {
        "made": made,
        "field": one,
        "old": words_of(one, made.old),
        "new": words_of(one, made.new),
        "files": files,
        "findings": found,
    }
    context |= {"state": STATES[made.stage], "word": STAGE_WORDS[made.stage], "open": made.stage in OPEN, "now": timezone.now()}
    return render(request, "student/correction.html", context, status=409 if found else 200)
