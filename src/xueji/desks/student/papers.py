"""What a student takes along (回执与打印): receipts of submissions, and the form to print, sign and hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from xueji.campaigns.admission import why_not
from xueji.campaigns.queries import CaseSteps, notice_of, steps_of
from xueji.catalogue.fields import FIELDS
from xueji.collection.commands import print_form
from xueji.collection.printing import pdf_of
from xueji.collection.queries import hand_in_step, newest_form, own_case, receipts_of, submission_for
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.student.home import address_of
from xueji.desks.student.showing import words_of
from xueji.documents.engine import Unprintable
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding
from xueji.rules.progress import Doer
from xueji.rules.progress import current as next_step

if TYPE_CHECKING:
    from xueji.campaigns.models import Case
    from xueji.campaigns.notice import NoticeStep

A_PAGE = 30


@require_safe
@for_students
def receipts(request: HttpRequest) -> HttpResponse:
    """Every receipt of the student, newest first."""
    found = Paginator(receipts_of(viewer_of(request), timezone.now()), A_PAGE).get_page(request.GET.get("page"))
    campaigns = {one.case.campaign_id: one.case.campaign for one in found}
    titles = {(key, step.code): step.title for key, campaign in campaigns.items() for step in notice_of(campaign).steps}
    lines = [(one, titles.get((one.case.campaign_id, one.step))) for one in found]
    return render(request, "student/receipts.html", {"page": found, "lines": lines})


@require_safe
@for_students
def receipt(request: HttpRequest, case_id: UUID, code: str, number: int) -> HttpResponse:
    """What was submitted, when, with its digest; it can be opened again at any time."""
    try:
        made = submission_for(viewer_of(request), case_id, code, number)
        steps = steps_of(made.case, timezone.now())
        declared = steps.notice.step(code)
    except (ObjectDoesNotExist, KeyError):
        raise Http404 from None
    values = made.values["values"]
    rows = [(FIELDS[key].label, words_of(FIELDS[key], values[key])) for key in declared.fields if key in values and key != "form_photo"]
    doubts = [Finding.from_json(one) for one in made.doubts]
    onward = next_step(steps.standings)
    upcoming = steps.notice.step(onward.step.code) if onward and onward.step.who is Doer.STUDENT else None
    return render(request, "student/receipt.html", {
        "made": made, "declared": declared, "rows": rows, "doubts": doubts, "upcoming": upcoming, "case": made.case,
        "onward": address_of(made.case, upcoming) if upcoming and onward.can_act else "",
    })  # fmt: skip


def _printing(request: HttpRequest, case_id: UUID, code: str) -> tuple[Case, CaseSteps, NoticeStep, list[Any]]:
    """The viewer's own print step and what stands in its way now; 404 when there is none."""
    now = timezone.now()
    try:
        case = own_case(viewer_of(request), case_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    steps = steps_of(case, now)
    for declared, standing in steps.pairs():
        if declared.code == code and declared.kind == "print":
            return case, steps, declared, why_not(case, declared, standing, now)
    raise Http404


@require_safe
@for_students
def print_page(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """Print, sign, hand in: the newest version, its check code, where it goes and until when."""
    case, steps, declared, problems = _printing(request, case_id, code)
    handing = hand_in_step(steps.notice, declared.document, case.group)
    return render(request, "student/print.html", {
        "case": case, "declared": declared, "problems": problems, "form": newest_form(case, declared.document),
        "handing": handing, "handed": steps.standing(handing.code) if handing else None, "standing": steps.standing(code),
        "now": timezone.now(), "college": case.record.college,
        "address": reverse("student:form-pdf", args=[case.pk, code]),
    })  # fmt: skip


@require_POST
@for_students
def form_pdf(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """The form as PDF. Printing is an act with a version and a closing, so it is asked for by a button, not a link."""
    case, *_, declared, _ = _printing(request, case_id, code)
    try:
        form = print_form(act_of(request, "student"), case, step=declared.code).result
        content = pdf_of(form)
    except Stopped as stopped:
        return render(request, "student/refused.html", {"findings": stopped.findings, "case": case}, status=409)
    except Unprintable as why:
        return render(request, "student/refused.html", {"findings": why.findings, "case": case}, status=422)
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"登记表-{case.record.student_number}-第{form.version}版.pdf"
    answer["Content-Disposition"] = f"attachment; filename=form.pdf; filename*=UTF-8''{quote(name)}"
    return answer
