"""Notices at the registry: open, watch, supplement, extend, close, export (通知)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from xueji.accounts.permissions import Permission
from xueji.campaigns import commands, queries
from xueji.campaigns.extension_requests import requests_waiting
from xueji.campaigns.notice import read_notice
from xueji.campaigns.tallies import finished_by_day, progress_by_class, progress_by_college, progress_of_colleges
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.forms import ExtensionForm, NoticeForm, ReasonForm
from xueji.desks.registry.telling import tell_audience, tell_college
from xueji.exchange.case_export import cases_workbook
from xueji.journal.command import Stopped
from xueji.records.queries import college_contact, colleges_for, records_for

MANAGE = for_staff(Permission.CAMPAIGN_MANAGE)


def _campaign(code: str):
    found = queries.campaign_of(code)
    if found is None:
        raise Http404
    return found


@MANAGE
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice with its window and how far it is."""
    viewer = viewer_of(request)
    found = list(queries.campaigns())
    tallies = progress_of_colleges(viewer, found)
    rows = [(c, tallies[c.code]) for c in found]
    table = [(c, sum(t.total for t in ts), sum(t.done for t in ts)) for c, ts in rows]
    return render(request, "registry/notices.html", {"table": table, "now": timezone.now()})


@MANAGE
def open_notice(request: HttpRequest) -> HttpResponse:
    """Validate a notice, see whom it would reach, open it. The text stays in the form when something is wrong."""
    form = NoticeForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        notice, findings = read_notice(text)
        # a browser does not send a file a second time: from here on its text stands in the form
        context |= {"findings": findings, "notice": notice, "form": NoticeForm(initial={"text": text})}
        if notice is not None and "open" in request.POST:
            try:
                campaign, codes = commands.open_campaign(act_of(request, "registry"), text=text).result
            except Stopped as stopped:
                context["findings"] = stopped.findings
            else:
                return _opened(request, campaign, codes)
        elif notice is not None:
            context["reached"] = queries.audience_of(notice).count()
    return render(request, "registry/open_notice.html", context)


def _opened(request: HttpRequest, campaign, codes: dict[str, str]) -> HttpResponse:
    """Tell everybody of the open notice; then show whom it reached, or first the codes, which are shown only once."""
    _announced(request, campaign, Text("通知已开启。", "The notice is open."))
    return _codes(request, campaign, codes) if codes else redirect("registry-told", code=campaign.code)


def _announced(request: HttpRequest, campaign, done: Text) -> None:
    """Say what was done and to how many people the notice went; what is over is not announced any more."""
    told = Text("", "")
    if campaign.closed_at is None and campaign.closes > timezone.now():
        try:
            told = tell_audience(request, campaign)
        except Stopped as stopped:
            messages.warning(request, said(stopped.findings[0].message))
    messages.success(request, said(Text(done.zh + told.zh, f"{done.en} {told.en}".strip())))


def _codes(request: HttpRequest, campaign, codes: dict[str, str]) -> HttpResponse:
    answer = render(request, "registry/activation_codes.html", {"campaign": campaign, "codes": sorted(codes.items())})
    answer["Cache-Control"] = "no-store"
    return answer


@MANAGE
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """One notice: who is where, by college; its steps, versions and extensions."""
    campaign, viewer, now = _campaign(code), viewer_of(request), timezone.now()
    tallies = progress_by_college(viewer, campaign)
    total = sum(t.total for t in tallies)
    days = finished_by_day(viewer, campaign, now)
    counts = {s: sum(t.of(s) for t in tallies) for s in ("done", "review", "going", "back", "idle")}
    return render(
        request, "registry/notice.html",
        {"campaign": campaign, "notice": queries.notice_of(campaign), "tallies": tallies, "total": total, "counts": counts,
         "days": [(f"{d.month}-{d.day}", round(100 * n / total) if total else 0) for d, n in days], "now": now,
         "versions": queries.versions_of(campaign), "extensions": queries.extensions_in(viewer, campaign),
         "asked_later": requests_waiting(viewer, campaign).count(),
         "extension_form": ExtensionForm(colleges=colleges_for(viewer), steps=queries.notice_of(campaign).steps),
         "reason_form": ReasonForm()},
    )  # fmt: skip


@MANAGE
def college(request: HttpRequest, code: str, college: str) -> HttpResponse:
    """One college of a notice, by class."""
    campaign, viewer = _campaign(code), viewer_of(request)
    found = college_contact(college)
    if found is None:
        raise Http404
    tallies = progress_by_class(viewer, campaign, college)
    return render(request, "registry/notice_college.html",
                  {"campaign": campaign, "college": found, "tallies": tallies, "total": sum(t.total for t in tallies),
                   "now": timezone.now()})  # fmt: skip


@MANAGE
def class_(request: HttpRequest, code: str, college: str, class_number: str) -> HttpResponse:
    """One class of a notice, by person. ``-`` stands for students without a class."""
    campaign, found = _campaign(code), college_contact(college)
    if found is None:
        raise Http404
    cases = (
        queries.cases_for(viewer_of(request), campaign)
        .filter(record__college_id=college, record__class_number="" if class_number == "-" else class_number)
        .order_by("record__student_number")
    )
    page = Paginator(cases, 60).get_page(request.GET.get("page"))
    steps = {s.code: s.title for s in queries.notice_of(campaign).steps}
    rows = [(case, steps.get(case.at_step)) for case in page]
    return render(request, "registry/notice_class.html",
                  {"campaign": campaign, "college": found, "class_number": class_number, "page": page,
                   "rows": rows})  # fmt: skip


@MANAGE
def text(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The declared text of a version, as it was published."""
    row = queries.versions_of(_campaign(code)).filter(version=version).first()
    if row is None:
        raise Http404
    return HttpResponse(row.text, content_type="text/plain; charset=utf-8")


@MANAGE
def supplement(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a supplement: the present text to edit, a reason, every problem at once."""
    campaign = _campaign(code)
    present = queries.versions_of(campaign).first()
    form = NoticeForm(request.POST or None, request.FILES or None, initial={"text": present.text}, needs_reason=True)
    context: dict[str, object] = {"form": form, "campaign": campaign}
    if request.method == "POST" and form.is_valid():
        try:
            change = commands.supplement_campaign(act_of(request, "registry"), campaign, text=form.cleaned_data["text"],
                                                  reason=form.cleaned_data["reason"])  # fmt: skip
        except Stopped as stopped:
            kept = {"text": form.cleaned_data["text"], "reason": form.cleaned_data["reason"]}
            context |= {"findings": stopped.findings, "form": NoticeForm(initial=kept, needs_reason=True)}
        else:
            return _supplemented(request, campaign, change)
    return render(request, "registry/supplement.html", context)


def _supplemented(request: HttpRequest, campaign, change) -> HttpResponse:
    if change.unchanged:
        messages.info(request, said(Text("内容没有变化，没有发布新版本。", "Nothing in the text changed; no new version was published.")))
        return redirect("registry-notice", code=campaign.code)
    _announced(request, campaign, Text("补充通知已发布。", "The supplement is published."))
    codes = change.result[1]
    return _codes(request, campaign, codes) if codes else redirect("registry-told", code=campaign.code)


@MANAGE
@require_POST
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """Give a college a later end."""
    campaign = _campaign(code)
    form = ExtensionForm(request.POST, colleges=colleges_for(viewer_of(request)), steps=queries.notice_of(campaign).steps)
    if not form.is_valid():
        return render(request, "registry/extend.html", {"form": form, "campaign": campaign}, status=422)
    values = form.cleaned_data
    try:
        granted = commands.extend_college(act_of(request, "registry"), campaign, college=values["college"], until=values["until"],
                                          reason=values["reason"], step=values["step"]).result  # fmt: skip
    except Stopped as stopped:
        return render(request, "registry/extend.html", {"form": form, "campaign": campaign, "findings": stopped.findings},
                      status=422)  # fmt: skip
    told = tell_college(request, granted)
    messages.success(request, said(Text(f"已延期。{told.zh}", f"The extension is granted. {told.en}")))
    return redirect("registry-notice", code=code)


@MANAGE
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a notice before its time, with a reason."""
    campaign, form = _campaign(code), ReasonForm(request.POST)
    if not form.is_valid():
        return render(request, "registry/close.html", {"form": form, "campaign": campaign}, status=422)
    commands.close_campaign(act_of(request, "registry"), campaign, reason=form.cleaned_data["reason"])
    messages.success(request, said(Text("通知已关闭。", "The notice is closed.")))
    return redirect("registry-notice", code=code)


@MANAGE
@require_POST
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Bring in students whose records now belong, and take out who no longer does."""
    campaign = _campaign(code)
    change = commands.follow_audience(act_of(request, "registry"), campaign)
    done = Text(f"名单已更新：新增 {change.detail['cases']} 人，移出 {change.detail['left']} 人。",
                f"The lists follow the records: {change.detail['cases']} in, {change.detail['left']} out.")  # fmt: skip
    if change.detail["cases"]:
        _announced(request, campaign, done)
    else:
        messages.success(request, said(done))
    return _codes(request, campaign, change.result) if change.result else redirect("registry-notice", code=code)


@MANAGE
def export(request: HttpRequest, code: str) -> HttpResponse:
    """Every case of a notice as a workbook, without sensitive values."""
    campaign = _campaign(code)
    stamp = f"{timezone.localtime():%Y%m%d-%H%M}"
    answer = HttpResponse(
        cases_workbook(viewer_of(request), campaign),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="{campaign.code}-{stamp}.xlsx"'
    return answer


@MANAGE
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """Why is this student in the notice, or not."""
    campaign, number = _campaign(code), request.GET.get("student", "").strip()
    record = records_for(viewer_of(request)).filter(student_number__iexact=number).first() if number else None
    found = queries.explain(record, queries.notice_of(campaign)) if record else []
    return render(request, "registry/explain.html",
                  {"campaign": campaign, "number": number, "record": record, "memberships": found})  # fmt: skip
