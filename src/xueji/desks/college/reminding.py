"""Reminding those who have not finished, and seeing who was never reached (提醒、送达情况)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from xueji.accounts.permissions import Permission
from xueji.campaigns.letters import letter_of, remind_cases
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.exports import clock, workbook
from xueji.desks.college.extending import back_to_list, chosen_cases, nobody_chosen
from xueji.desks.college.forms import PAGE
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped
from xueji.notify.queries import reach_for
from xueji.notify.terms import REACHES, Kind, Reach, worded
from xueji.rules.progress import State


@for_staff(Permission.CASE_REMIND)
@require_POST
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Show whom the reminder goes to and what it says; send it when that is confirmed. The finished are left out."""
    campaign = campaign_seen(code)
    cases = [case for case in chosen_cases(request, campaign, Permission.CASE_REMIND) if case.stage != State.DONE]
    if not cases:
        return nobody_chosen(request, code)
    findings = []
    if request.POST.get("send"):
        try:
            told = remind_cases(act_of(request, "college"), campaign, cases)
        except Stopped as stopped:
            findings = stopped.findings
        else:
            left = "".join(f"{one.message.zh}" for one in told.findings), " ".join(one.message.en for one in told.findings)
            messages.success(request, said(Text(f"已提醒 {told.people} 人。{left[0]}", f"Reminded {told.people}. {left[1]}")))
            return back_to_list(request, code)
    college = cases[0].record.college
    subject, body = worded(Kind.REMINDER, letter_of(campaign, college=college.code), said(Text("（发送时生成）", "(made when it is sent)")))
    context = {
        "campaign": campaign, "cases": cases, "college": college, "findings": findings, "subject": subject, "body": body,
        "silent": [case for case in cases if case.record.account is None],
        "without_mail": [case for case in cases if case.record.account is not None and not case.record.account.email],
    }  # fmt: skip
    return render(request, "college/remind.html", context, status=422 if findings else 200)


@for_staff(Permission.CASE_READ)
def reached(request: HttpRequest, code: str) -> HttpResponse:
    """How far everybody was reached, the least first: whom the counsellor must still call (N4: 务必通知到每一名学生)."""
    viewer, campaign = viewer_of(request), campaign_seen(code)
    college, _ = college_of(request)
    people = reach_for(viewer, campaign.code, college=college.code)
    wanted = request.GET.get("reach", "")
    listed = [one for one in people if one.reach == wanted] if wanted in set(Reach) else people
    if request.GET.get("as") == "xlsx" and viewer.holds(Permission.CASE_EXPORT):
        return _as_workbook(campaign, college, listed)
    counts = [(str(degree), REACHES[degree], sum(one.reach is degree for one in people)) for degree in reversed(Reach)]
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {"campaign": campaign, "college": college, "page": page, "counts": counts, "wanted": wanted, "total": len(people)}
    return render(request, "college/reached.html", context)


def _as_workbook(campaign, college, people) -> HttpResponse:
    headings = (
        (Text("学号", "Student number"), 16), (Text("姓名", "Name"), 20), (Text("班级", "Class"), 14), (Text("送达程度", "Reached"), 22),
        (Text("原因", "Why not"), 24), (Text("打开", "Opened"), 18), (Text("确认知悉", "Acknowledged"), 18),
    )  # fmt: skip
    rows = [
        [
            one.username,
            one.name,
            one.class_number,
            str(said(one.word)),
            str(said(one.failure) or ""),
            clock(one.opened_at),
            clock(one.acknowledged_at),
        ]
        for one in people
    ]
    return workbook(headings, rows, name=college.name, file_name=f"{campaign.code}-{college.code}-reach.xlsx")
