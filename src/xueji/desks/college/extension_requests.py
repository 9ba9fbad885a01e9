"""A later end asked for by the counsellor (延期申请): asking on the student's page, deciding on one list."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.commands import decide_extension, request_extension
from xueji.campaigns.extension_requests import request_for, requests_waiting
from xueji.campaigns.letters import tell_all
from xueji.campaigns.queries import cases_for
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.bases import own_base
from xueji.desks.college.forms import AskExtensionForm, DecideExtensionForm
from xueji.desks.college.progress import campaign_seen
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped, undoable
from xueji.notify.terms import Kind

A_PAGE = 20
ASKED = Text("已为{name}申请延期，等学院秘书或学籍管理部门审批。", "A later end for {name} was asked for; the college secretary or the registry decides.")
GRANTED = Text("已批准{name}延期，学生和辅导员都能看到。", "The later end for {name} is granted; the student and the counsellor see it.")
REFUSED = Text("没有批准{name}的延期，理由辅导员和学生都能看到。", "The later end for {name} is refused; the counsellor and the student see the reason.")


@for_staff(Permission.CASE_ASK_EXTENSION)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """Until when and why, for one student of the own class."""
    campaign = campaign_seen(code)
    try:
        case = cases_for(viewer_of(request), campaign, Permission.CASE_ASK_EXTENSION).get(record__student_number=number)
    except ObjectDoesNotExist:
        raise Http404 from None
    form = AskExtensionForm(request.POST or None)
    findings = []
    if form.is_bound and form.is_valid():
        try:
            request_extension(act_of(request, "college"), case, until=form.until(), reason=form.cleaned_data["reason"])
        except Stopped as stopped:
            findings = stopped.findings
        else:
            messages.success(request, said(ASKED.format(name=case.record.person.name)))
            return redirect("college-case", code, number)
    context = {"campaign": campaign, "case": case, "form": form, "findings": findings, "college": case.record.college}
    return render(request, "college/ask_extension.html", context, status=422 if form.is_bound else 200)


@for_staff(Permission.CASE_EXTEND)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The requests that wait for the viewer, oldest first."""
    return _list(request)


@for_staff(Permission.CASE_EXTEND)
@require_POST
def decide(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Grant one request, as asked or with another end, or refuse it with a reason; the student is told of a later end."""
    try:
        made = request_for(viewer_of(request), request_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    form, grant = DecideExtensionForm(request.POST), request.POST.get("verdict") == "grant"
    if not form.is_valid():
        return _list(request, made, form)
    act, case = act_of(request, "college"), made.case
    try:
        with undoable():
            decide_extension(act, made, grant=grant, until=form.until(), note=form.cleaned_data["note"])
            if grant and case.record.account_id:
                tell_all(act, case.campaign, [case], kind=Kind.EXTENSION, closes=made.granted.until)
    except Stopped as stopped:
        return _list(request, made, form, stopped.findings)
    messages.success(request, said((GRANTED if grant else REFUSED).format(name=case.record.person.name)))
    return redirect("college-extension-requests")


def _list(request: HttpRequest, decided=None, form=None, findings=()) -> HttpResponse:
    """The list; the request whose form comes back keeps what was typed."""
    viewer = viewer_of(request)
    page = Paginator(requests_waiting(viewer), A_PAGE).get_page(request.GET.get("page"))
    lines = [(one, form if decided is not None and one.pk == decided.pk else DecideExtensionForm.of(one)) for one in page]
    context = {"page": page, "lines": lines, "findings": findings, "base": own_base(viewer), "now": timezone.now()}
    return render(request, "college/extension_requests.html", context, status=422 if form is not None else 200)
