"""Looking a student up (查学生): masked, revealing is journaled."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import cases_for
from xueji.catalogue.fields import FIELDS, GROUPS
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.values import shown
from xueji.journal.queries import events_for
from xueji.journal.wording import worded
from xueji.records.commands import reveal_value
from xueji.records.queries import found, records_for, values_of

MANAGE = for_staff(Permission.RECORD_CHANGE)


@MANAGE
def search(request: HttpRequest) -> HttpResponse:
    """By part of a name, the beginning of a student number, or a whole document number."""
    words = request.GET.get("q", "").strip()[:60]
    page = Paginator(found(viewer_of(request), words), 50).get_page(request.GET.get("page"))
    return render(request, "registry/students.html", {"words": words, "page": page})


def _record(request: HttpRequest, pk: object):
    record = records_for(viewer_of(request)).filter(pk=pk).first()
    if record is None:
        raise Http404
    return record


@MANAGE
def student(request: HttpRequest, pk: object) -> HttpResponse:
    """One record: every value by section, cases, history."""
    return _page(request, _record(request, pk))


@MANAGE
@require_POST
def reveal(request: HttpRequest, pk: object) -> HttpResponse:
    """Show one sensitive value; who looked is in the journal."""
    record, code = _record(request, pk), request.POST.get("field", "")
    if code not in FIELDS:
        raise Http404
    reveal_value(act_of(request, "registry"), record, field=code)
    return _page(request, record, revealed=code)


def _page(request: HttpRequest, record, revealed: str = "") -> HttpResponse:
    viewer, values = viewer_of(request), values_of(record)
    sections = [
        (group, [(f, shown(f, values[f.code], open_=f.code == revealed)) for f in FIELDS.values()
                 if f.group == group.code and f.code in values])
        for group in GROUPS.values()
    ]  # fmt: skip
    events = [worded(e) for e in events_for(viewer, subject=f"record:{record.student_number}")[:40]]
    return render(request, "registry/student.html",
                  {"record": record, "sections": sections, "events": events, "revealed": revealed,
                   "cases": cases_for(viewer).filter(record=record)})  # fmt: skip
