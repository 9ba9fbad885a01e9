"""The graduation review at the registry (毕业审核与报库): how far the colleges are, filings, rejections, exceptions."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of, campaigns, cases_for, day_of, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.reviews import explained
from xueji.desks.registry.graduation_forms import AnswerForm, ExceptionForm, FilingForm, StandingForm
from xueji.exchange.commands.filings import make_filing, settle_rejection, take_answer
from xueji.exchange.filing_answers import read_answers
from xueji.exchange.layouts import filing_layouts
from xueji.exchange.queries.filings import as_dbf, as_workbook, difference, file_name, layout_of
from xueji.graduation.commands import except_requirement, review_legality
from xueji.graduation.queries import adverse_notice_of, beyond_limit, filings, rejections, tallies
from xueji.journal.command import Stopped
from xueji.records.commands import change_standing
from xueji.rules.filing import STAGES, Tolerance
from xueji.rules.findings import catalogue_of_findings

MANAGE = for_staff(Permission.FILING_MAKE)
FORMS = {"dbf": (as_dbf, "application/octet-stream"),
         "xlsx": (as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}  # fmt: skip


@MANAGE
def overview(request: HttpRequest) -> HttpResponse:
    """Every graduation notice with its colleges, filings and open rejections."""
    viewer, now = viewer_of(request), timezone.now()
    if request.method == "POST":
        try:
            row = rejections(viewer).filter(pk=UUID(request.POST.get("row", ""))).first()
        except ValueError:
            row = None
        if row is None:
            raise Http404
        try:
            settle_rejection(act_of(request, "registry"), row, note=request.POST.get("note", ""))
        except Stopped as stopped:
            messages.error(request, f"{said(stopped.findings[0].message)} {said(stopped.findings[0].remedy)}")
        return redirect("registry-graduation")
    found = [c for c in campaigns() if c.kind == "graduation"]
    blocks = [
        {"campaign": c, "tallies": tallies(viewer, c), "filings": filings(viewer, c), "over": now >= c.closes,
         "lateness": notice_of(c).lateness.get("college"), "form": FilingForm()}
        for c in found
    ]  # fmt: skip
    return render(request, "registry/graduation.html", {"blocks": blocks, "rejections": rejections(viewer), "now": now})


@MANAGE
def make(request: HttpRequest, code: str) -> HttpResponse:
    """Make a filing, with a tolerance if one is granted; what is in the way is said at once."""
    campaign = campaign_of(code)
    if campaign is None:
        raise Http404
    form = FilingForm(request.POST or None)
    findings = []
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        granted = [Tolerance(values["rule"], values["expected"], values["reason"], str(viewer_of(request).label))] if values["rule"] else []
        try:
            change = make_filing(act_of(request, "registry"), campaign, layout=filing_layouts()[values["profile"]], tolerances=granted)
        except Stopped as stopped:
            findings = stopped.findings
        else:
            return redirect("registry-filing", pk=change.result.pk)
    return render(request, "registry/filing_make.html", {"form": form, "campaign": campaign, "findings": findings}, status=422 if findings else 200)


@MANAGE
def filing(request: HttpRequest, pk: object) -> HttpResponse:
    """One filing: its digest, who stayed out and why, the difference to the one before, the authority's answer."""
    found = filings(viewer_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    form, findings = AnswerForm(request.POST or None, request.FILES or None), []
    if request.method == "POST" and form.is_valid():
        answers, findings = read_answers(form.cleaned_data["file"].read())
        if not findings:
            try:
                take_answer(act_of(request, "registry"), found, answers=answers)
            except Stopped as stopped:
                findings = stopped.findings
            else:
                messages.success(request, said(Text(f"已导入 {len(answers)} 条回执。", f"{len(answers)} answers taken over.")))
                return redirect("registry-filing", pk=pk)
    sentences = catalogue_of_findings()
    left_out = [(one, [(rule, sentences[rule].remedy, STAGES[rule]) for rule in one["rules"]]) for one in found.left_out]
    return render(request, "registry/filing.html",
                  {"filing": found, "layout": layout_of(found), "left_out": left_out, "difference": difference(found),
                   "form": form, "findings": findings, "accepted": found.rows.filter(answer="accepted").count(),
                   "rejected": found.rows.filter(answer="rejected").count()})  # fmt: skip


@MANAGE
def download(request: HttpRequest, pk: object, ending: str) -> HttpResponse:
    """The file as the authority wants it."""
    found = filings(viewer_of(request)).filter(pk=pk).first()
    if found is None or ending not in FORMS:
        raise Http404
    make_bytes, content_type = FORMS[ending]
    answer = HttpResponse(make_bytes(found), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{file_name(found, ending)}"'
    return answer


@MANAGE
def explain(request: HttpRequest) -> HttpResponse:
    """From a typed number to the explanation page."""
    number = request.GET.get("number", "").strip().upper()[:32]
    case = _case(request, number)
    return redirect("registry-graduation-student", number=case.record.student_number)


def _case(request: HttpRequest, number: str):
    cases = cases_for(viewer_of(request)).filter(record__student_number=number, campaign__kind="graduation")
    case = cases.order_by("-campaign__opens").first()
    if case is None:
        raise Http404
    return case


@MANAGE
def student(request: HttpRequest, number: str) -> HttpResponse:
    """One student explained; exceptions, changes of standing and the review of legality from here."""
    case = _case(request, number)
    forms = {"except": ExceptionForm(request.POST if "except" in request.POST else None),
             "standing": StandingForm(request.POST if "standing" in request.POST else None)}  # fmt: skip
    findings = []
    if request.method == "POST":
        try:
            if _acted(request, case, forms):
                messages.success(request, said(Text("已记录。", "Recorded.")))
                return redirect("registry-graduation-student", number=number)
        except Stopped as stopped:
            findings = stopped.findings
    today = day_of(case.campaign, timezone.now())
    wishes = {"yes": True, "no": False, "unknown": None}
    asked = request.GET.get("defence", "")
    what_if = {"defence_passed": wishes[asked]} if asked in wishes else None
    return render(request, "registry/graduation_student.html",
                  {"case": case, "it": explained(case, today, rule=beyond_limit(case.campaign), what_if=what_if), "forms": forms,
                   "findings": findings, "asked": asked}, status=422 if findings else 200)  # fmt: skip


def _acted(request: HttpRequest, case, forms) -> bool:
    act = act_of(request, "registry")
    if "legality" in request.POST and adverse_notice_of(case):
        review_legality(act, adverse_notice_of(case))
        return True
    if "except" in request.POST and forms["except"].is_valid():
        values = forms["except"].cleaned_data
        except_requirement(act, case.record, requirement=values["requirement"], reason=values["reason"], until=values["until"])
        return True
    if "standing" in request.POST and forms["standing"].is_valid():
        change_standing(act, case.record, **forms["standing"].cleaned_data)
        return True
    return False
