"""A later end for chosen students (个人延期)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from xueji.accounts.permissions import Permission
from xueji.campaigns.commands import extend_case
from xueji.campaigns.letters import tell_all
from xueji.campaigns.queries import cases_for, narrowed, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.forms import CaseFilter, ExtendForm
from xueji.desks.college.progress import campaign_seen
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped, undoable
from xueji.notify.terms import Kind

MOST = 300
"""Personal extensions given at once; more than that is a matter of the whole college, which the registry extends."""
TICKED = 2000


def chosen_cases(request: HttpRequest, campaign, permission: str) -> list:
    """The ticked cases, or everybody who matches the filters; only those for whom the viewer holds the permission."""
    cases = cases_for(viewer_of(request), campaign, permission).select_related("record__account").order_by("record__student_number")
    if request.GET.get("college"):
        cases = cases.filter(record__college_id=request.GET["college"])
    if request.POST.get("everybody"):
        return list(narrowed(cases, **CaseFilter(request.GET, notice_of(campaign)).narrowing()))
    return list(cases.filter(pk__in=_ids(request.POST.getlist("case"))))


def _ids(asked: list[str]) -> list[str]:
    return [one for one in asked[:TICKED] if len(one.replace("-", "")) == 32 and all(ch in "0123456789abcdef-" for ch in one)]


def back_to_list(request: HttpRequest, code: str) -> HttpResponse:
    """Back to the list with its filters."""
    return redirect(f"{reverse('college-progress', args=[code])}?{request.GET.urlencode()}#people")


def nobody_chosen(request: HttpRequest, code: str) -> HttpResponse:
    messages.warning(
        request, said(Text("没有勾选任何人。请先在名单里勾选，再点按钮。", "Nobody is ticked. Tick people in the list first."))
    )
    return back_to_list(request, code)


def too_many(request: HttpRequest, code: str, count: int) -> HttpResponse:
    told = Text(
        f"选了 {count} 人；个人延期一次最多 {MOST} 人。全院延期请向学籍管理部门申请。",
        f"{count} are chosen; {MOST} can be extended at once. Ask the registry to extend the whole college.",
    )
    messages.warning(request, said(told))
    return back_to_list(request, code)


@for_staff(Permission.CASE_EXTEND)
@require_POST
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the later end and the reason for those ticked; all of them or none."""
    campaign = campaign_seen(code)
    cases = chosen_cases(request, campaign, Permission.CASE_EXTEND)
    if not cases:
        return nobody_chosen(request, code)
    if len(cases) > MOST:
        return too_many(request, code, len(cases))
    form = ExtendForm(request.POST if "reason" in request.POST else None)
    findings, act = [], act_of(request, "college")
    if form.is_bound and form.is_valid():
        try:
            with undoable():
                for case in cases:
                    extend_case(act, case, until=form.until(), reason=form.cleaned_data["reason"])
                if any(case.record.account_id for case in cases):
                    tell_all(act, campaign, cases, kind=Kind.EXTENSION, closes=form.until())
        except Stopped as stopped:
            findings = stopped.findings
        else:
            messages.success(request, said(Text(f"已给 {len(cases)} 人延期。", f"Extended for {len(cases)}.")))
            return back_to_list(request, code)
    context = {
        "campaign": campaign,
        "cases": cases,
        "form": form,
        "findings": findings,
        "college": cases[0].record.college,
        "now": timezone.now(),
    }
    return render(request, "college/extend.html", context, status=422 if form.is_bound else 200)
