"""One student at the college desk: found by name or number, seen masked, helped with a new password (学生)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xueji.accounts.commands import RESET_HOURS, reset_password
from xueji.accounts.permissions import Permission
from xueji.campaigns.extension_requests import requests_of
from xueji.campaigns.queries import cases_for, extensions_of, steps_of
from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.collection.queries import printed_versions
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.forms import PAGE, ResetForm, RevealForm
from xueji.desks.college.progress import campaign_seen, powers
from xueji.desks.college.standing import line
from xueji.desks.components.languages import current, said
from xueji.desks.components.masks import masked
from xueji.journal.events import EVENTS
from xueji.journal.queries import events_for
from xueji.records.commands import reveal_values
from xueji.records.queries import found, records_for, school, scope_of, value_of

SHOWN = ("student_number", "college", "class_number", "major_name", "level", "intake_year", "study_mode", "standing")
SENSITIVE = ("id_number", "mobile", "email", "address", "emergency_phone")


def record_seen(request: HttpRequest, number: str, permission: str = Permission.STUDENT_READ):
    """The record of that student number; another college's does not exist here."""
    record = records_for(viewer_of(request), permission).filter(student_number=number).select_related("account").first()
    if record is None:
        raise Http404
    return record


def shown_value(record, code: str) -> str:
    """A value in words: codes become words in the language of the page."""
    english = {"college": record.college.name_en, "major_name": record.major_name_en} if current() == "en" else {}
    if english.get(code):
        return english[code]
    value = value_of(record, code)
    declared = FIELDS.get(code)
    if declared is not None and declared.codes and value and value in code_table(declared.codes):
        return str(said(code_table(declared.codes).word(value)))
    return value if isinstance(value, str) else ""


@for_staff(Permission.STUDENT_READ)
def students(request: HttpRequest) -> HttpResponse:
    """Search by part of a name, the beginning of a student number, or a whole identity number."""
    words = request.GET.get("q", "").strip()[:60]
    page = Paginator(found(viewer_of(request), words), PAGE).get_page(request.GET.get("page")) if words else None
    return render(request, "college/students.html", {"words": words, "page": page})


def _about(request: HttpRequest, record, **more) -> HttpResponse:
    viewer, now = viewer_of(request), timezone.now()
    cases = list(cases_for(viewer).filter(record=record).select_related("record__account").order_by("-campaign__opens"))
    standing = [(case, steps_of(case, now)) for case in cases]
    of_school = school()
    subjects = [f"record:{record.student_number}", f"account:{record.account_id}", *(f"case:{case.pk}" for case in cases)]
    context = {
        "record": record, "college": record.college, "may": powers(viewer), "now": now,
        "shown": [(FIELDS[code].label, shown_value(record, code)) for code in SHOWN if code in FIELDS],
        "sensitive": [(code, FIELDS[code].label, masked(value_of(record, code, of_school))) for code in SENSITIVE if code in FIELDS],
        "cases": [(case, line(found)) for case, found in standing],
        "events": _told(viewer, record, subjects, {case.campaign.code: found.notice for case, found in standing}),
    }  # fmt: skip
    return render(request, "college/student.html", context | more, status=422 if "mistaken" in more else 200)


def _told(viewer, record, subjects: list[str], notices: dict) -> list[tuple]:
    events = events_for(viewer, college=record.college_id).filter(subject__in=subjects)[:15]
    return [
        (event.at, event.actor_label, EVENTS[event.kind], _step_title(event.detail, notices), event.detail.get("reason", ""))
        for event in events
    ]


def _step_title(detail: dict, notices: dict) -> Text | None:
    """The title of the step that an event is about, where its notice is at hand."""
    notice = notices.get(detail.get("campaign"))
    return next((step.title for step in notice.steps if step.code == detail.get("step")), None) if notice else None


@for_staff(Permission.STUDENT_READ)
def student(request: HttpRequest, number: str) -> HttpResponse:
    """What the college may see of a student: official fields, masked contact, cases, and what was done."""
    return _about(request, record_seen(request, number))


@never_cache
@for_staff(Permission.STUDENT_REVEAL)
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the sensitive values once, with a reason that stays in the journal."""
    record = record_seen(request, number, Permission.STUDENT_REVEAL)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _about(request, record, reveal_form=form, mistaken=True)
    fields = tuple(code for code in SENSITIVE if code in FIELDS)
    values = reveal_values(act_of(request, "college"), record, fields=fields, reason=form.cleaned_data["reason"]).result
    return _about(request, record, revealed=[(FIELDS[code].label, values[code]) for code in fields])


@never_cache
@for_staff(Permission.PASSWORD_RESET)
@require_POST
def reset(request: HttpRequest, number: str) -> HttpResponse:
    """Give a one-time code, on screen once and on a slip; it is kept nowhere."""
    record = record_seen(request, number, Permission.PASSWORD_RESET)
    form = ResetForm(request.POST)
    if record.account is None:
        raise Http404
    if not form.is_valid():
        return _about(request, record, reset_form=form, mistaken=True)
    change = reset_password(act_of(request, "college"), record.account, within=scope_of(record))
    context = {
        "record": record, "college": record.college, "code": change.result, "hours": RESET_HOURS,
        "until": record.account.first_password_until, "address": school().notice_address, "both": current() == "en",
    }  # fmt: skip
    return render(request, "college/slip.html", context)


@for_staff(Permission.CASE_READ)
def case(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student in one campaign: every step, who did it when, what was returned and why, later ends."""
    viewer, now = viewer_of(request), timezone.now()
    seen = cases_for(viewer, campaign_seen(code)).filter(record__student_number=number).select_related("record__account").first()
    if seen is None:
        raise Http404
    found_steps = steps_of(seen, now)
    context = {
        "case": seen, "record": seen.record, "college": seen.record.college, "campaign": seen.campaign, "notice": found_steps.notice,
        "line": line(found_steps), "steps": [_step(declared, standing) for declared, standing in found_steps.pairs()],
        "extensions": list(extensions_of(seen).order_by("-granted_at")), "now": now, "may": powers(viewer), "asked_later": requests_of(seen),
        "forms": list(printed_versions(seen)), "events": _told(viewer, seen.record, [f"case:{seen.pk}"], {seen.campaign.code: found_steps.notice}),
    }  # fmt: skip
    return render(request, "college/case.html", context)


def _step(declared, standing) -> dict:
    mark = standing.mark
    return {
        "title": declared.title, "state": str(standing.state), "at": mark.at if mark else None, "by": mark.by if mark else "",
        "returned": mark.note if mark and standing.state == "back" else "", "closes": standing.step.window.closes,
        "waits": bool(standing.waits_for),
    }  # fmt: skip
