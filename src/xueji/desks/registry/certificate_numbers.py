"""Numbers at the registry (证书编号): both series, what is left out and why, the lists that leave the office."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.certificates.commands.numbers import allocate_degree_numbers, allocate_numbers, skip_numbers, void_number
from xueji.certificates.papers import degree_list, gap_report
from xueji.certificates.queries.numbers import (
    degree_numbers,
    gap_rows,
    number_in_force,
    series_for,
    to_be_degree_numbered,
    to_be_numbered,
)
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.certificates_forms import DegreeForm, NumberingForm, SkipForm, VoidForm
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding, finding
from xueji.rules.numbering import DEGREE

NUMBER = for_staff(Permission.CERTIFICATE_NUMBER)
PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GIVEN = Text("编号完成：{n} 名学生有号。", "{n} students have a number.")
SKIPPED = Text("已留空 {n} 个号。", "{n} numbers are left out.")
VOIDED = Text("编号 {number} 已作废，不会再给任何人。", "Number {number} is void and is never given again.")
SERIES = {DEGREE: Text("学位证书编号（16 位）", "Degree (16 digits)")}
QUALIFICATION_WORDS = Text("学历证书编号（18 位）", "Qualification (18 digits)")


@NUMBER
@require_http_methods(["GET", "POST"])
def numbers(request: HttpRequest) -> HttpResponse:
    """The series, who waits for a number of which kind, the gaps with their reasons."""
    viewer, findings, asked = viewer_of(request), [], request.POST.get("act", "")
    year = timezone.now().astimezone(SHANGHAI).date().year
    series = list(series_for(viewer))
    forms = {
        "number": NumberingForm(request.POST if asked == "number" else None, initial={"year": year}),
        "degree": DegreeForm(request.POST if asked == "degree" else None, initial={"year": year}),
        "skip": SkipForm(request.POST if asked == "skip" else None, series=[s.prefix for s in series]),
        "void": VoidForm(request.POST if asked == "void" else None),
    }
    if request.method == "POST":
        if asked not in forms:
            raise Http404
        findings = _acted(request, asked, forms[asked])
        if not findings and forms[asked].is_valid():
            return redirect("registry-numbers")
    wrong = bool(findings) or any(form.errors for form in forms.values())
    page = Paginator(gap_rows(viewer), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/numbers.html", {
        "series": [(s, SERIES.get(s.kind, QUALIFICATION_WORDS)) for s in series], "waiting": to_be_numbered(viewer).count(), "findings": findings,
        "waiting_degree": to_be_degree_numbered(viewer).count(), "forms": forms, "page": page,
    }, status=422 if wrong else 200)  # fmt: skip


def _acted(request: HttpRequest, asked: str, form: NumberingForm | DegreeForm | SkipForm | VoidForm) -> list[Finding]:
    """Do what one form asks; what stands in the way comes back and nothing was written."""
    if not form.is_valid():
        return []
    act, viewer, values = act_of(request, "registry"), viewer_of(request), form.cleaned_data
    try:
        if asked == "number":
            records = to_be_numbered(viewer).select_related("person", "college")
            said_ = GIVEN.format(n=len(allocate_numbers(act, records=records, **values).result))
        elif asked == "degree":
            records = to_be_degree_numbered(viewer).select_related("person", "college")
            said_ = GIVEN.format(n=len(allocate_degree_numbers(act, records=records, **values).result))
        elif asked == "skip":
            series = series_for(viewer).get(prefix=values["series"])
            said_ = SKIPPED.format(n=len(skip_numbers(act, series, count=values["count"], reason=values["reason"]).result))
        else:
            number = number_in_force(viewer, values["number"])
            if number is None:
                return [finding("NUM.008", field="number", number=values["number"])]
            void_number(act, number, reason=values["reason"])
            said_ = VOIDED.format(number=number.text)
    except Stopped as stopped:
        return stopped.findings
    messages.success(request, said(said_))
    return []


@require_safe
@NUMBER
def gaps_file(request: HttpRequest) -> HttpResponse:
    """The gap report as a workbook."""
    return _file(gap_report(gap_rows(viewer_of(request))), "gaps.xlsx")


@require_safe
@NUMBER
def degree_file(request: HttpRequest) -> HttpResponse:
    """The degree office's list as a workbook."""
    return _file(degree_list(degree_numbers(viewer_of(request))), "degree-numbers.xlsx")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
