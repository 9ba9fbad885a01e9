"""Telling everybody of a notice, and seeing whom it reached (通知到人)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xueji.accounts.permissions import Permission
from xueji.campaigns.letters import announce, announce_by_job, tell_extension, tell_extension_by_job
from xueji.campaigns.queries import campaign_of, cases_for
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped
from xueji.notify.channels import email_is_set_up
from xueji.notify.queries import messages_of, reach_counts
from xueji.notify.terms import REACHES, Reach
from xueji.records.queries import colleges_for

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign, Extension

SHOWN = 30
AT_ONCE = 400
"""People who are told while the registrar waits, about a second; more are told in the background."""


@for_staff(Permission.CAMPAIGN_MANAGE)
@require_http_methods(["GET", "POST"])
def told(request: HttpRequest, code: str) -> HttpResponse:
    """How far each college was reached, what was sent, and a button that sends the current version to everybody once."""
    campaign, viewer = campaign_of(code), viewer_of(request)
    if campaign is None:
        raise Http404
    findings = []
    if request.method == "POST":
        try:
            messages.success(request, said(tell_audience(request, campaign)))
        except Stopped as stopped:
            findings = stopped.findings
        else:
            return redirect("registry-told", code=code)
    names = {college.code: college for college in colleges_for(viewer)}
    counts = reach_counts(viewer, campaign.code)
    rows = [(names.get(key), key, [counted[degree] for degree in Reach], counted.total()) for key, counted in counts.items()]
    listed = list(messages_of(viewer, campaign.code)[:SHOWN])
    context = {
        "campaign": campaign, "rows": rows, "degrees": [REACHES[degree] for degree in Reach], "messages_sent": listed, "findings": findings,
        "by_email": email_is_set_up(), "announced": any(one.occasion == f"v{campaign.version}" for one in listed),
    }  # fmt: skip
    return render(request, "registry/told.html", context, status=422 if findings else 200)


def tell_audience(request: HttpRequest, campaign: Campaign) -> Text:
    """Send the present version to everybody who has not got it, at once or by the worker, and say so (发布通知到人).

    Raises Stopped MSG.002 when nobody is on the list.
    """
    act = act_of(request, "registry")
    audience = cases_for(act.by, campaign).count()
    if audience > AT_ONCE:
        announce_by_job(act, campaign)
        return _by_worker(audience)
    sent = announce(act, campaign)
    return Text(f"已发给 {sent.people} 人。", f"Sent to {sent.people} people.") if sent.people else _sent_before(campaign.version)


def tell_college(request: HttpRequest, extension: Extension) -> Text:
    """Tell the unfinished students of a college of their later end, and say how many; finished ones hear nothing (延期告知本人)."""
    act = act_of(request, "registry")
    students = cases_for(act.by, extension.campaign).filter(record__college=extension.college_id).count()
    if students > AT_ONCE:
        tell_extension_by_job(act, extension)
        return _by_worker(students)
    try:
        people = tell_extension(act, extension).people
    except Stopped:
        return Text("该院没有未完成的学生，没有发消息。", "Nobody of this college has anything left to do; no message was sent.")
    return Text(f"已通知 {people} 名未完成的学生。", f"{people} students who have not finished were told.")


def _by_worker(people: int) -> Text:
    return Text(
        f"正在后台通知 {people} 名学生，进度见“后台任务”和“通知到人”。",
        f"{people} students are being told in the background; see “Background work” and “Who was reached”.",
    )


def _sent_before(version: int) -> Text:
    return Text(f"第 {version} 版早已发过，没有重复发送。", f"Version {version} was sent before; nothing went twice.")
