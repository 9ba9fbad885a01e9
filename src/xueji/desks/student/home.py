"""The student's first page (我的事项): what I must do, in which order, until when, what is missing, why me, whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.campaigns.extension_requests import requests_of
from xueji.campaigns.notice import NoticeStep
from xueji.campaigns.queries import CaseSteps, Membership, explain, own_cases, steps_of, versions_of
from xueji.catalogue.text import Text
from xueji.collection.queries import asked_of, drafts_of, filled, given_by_notice, kept_values, own_case, population_of, submissions_of
from xueji.collection.terms import Slot
from xueji.corrections.queries import open_of
from xueji.desks.acting import for_students, viewer_of
from xueji.desks.components.languages import current
from xueji.desks.components.moments import closing_text, moment_text
from xueji.photos.day.queries import slot_of
from xueji.records.queries import own_record, values_of
from xueji.rules.progress import Standing, State
from xueji.rules.progress import current as next_step
from xueji.rules.windows import Phase

if TYPE_CHECKING:
    from xueji.campaigns.models import Case, ExtensionRequest


@dataclass(slots=True)
class StepLine:
    """One step on the page: what the step list needs, and what is still missing in it."""

    title: Text
    state: str
    note: str = ""
    href: str = ""
    link: str = ""
    link_text: str = ""
    current: bool = False
    done: int = 0
    total: int = 0
    missing: tuple[Text, ...] = ()
    word: Text | None = None


@dataclass(slots=True)
class CaseView:
    """One case as its owner sees it."""

    case: Case
    steps: CaseSteps
    lines: list[StepLine]
    now: StepLine | None
    closes: datetime | None
    reasons: tuple[Text, ...]
    later: ExtensionRequest | None = None
    """The newest request of the counsellor for a later end (延期申请)."""


def address_of(case: Case, step: NoticeStep) -> str:
    """Where the student does a step; "" for a step that somebody else does or that has no page here."""
    if case.campaign.kind == "photo":
        return reverse("student:photo", args=[case.pk])
    if step.kind == "fill":
        return reverse("student:step", args=[case.pk, step.code])
    if step.kind == "confirm":
        return reverse("student:confirm", args=[case.pk, step.code])
    if step.kind == "review" and case.campaign.kind == "graduation":
        return reverse("student:graduation", args=[case.pk])
    if step.kind == "print":
        return reverse("student:print", args=[case.pk, step.code])
    return ""


def _said_moment(at: datetime) -> str:
    return moment_text(at, current(), year=at.year)


def _note(standing: Standing, declared: NoticeStep, draft_at: datetime | None, lacking: int) -> str:
    """The line under a step: sent back and why, saved when, open when, done when."""
    english, mark, window = current() == "en", standing.mark, standing.step.window
    if standing.state is State.BACK and mark and mark.note:
        return f"Returned: {mark.note}" if english else f"退回原因：{mark.note}"
    if standing.state is State.DONE and mark:
        return f"Done {_said_moment(mark.at)}." if english else f"{_said_moment(mark.at)} 完成。"
    if standing.state is State.LATE and window.closes:
        return f"Closed {closing_text(window.closes, current())}." if english else f"{closing_text(window.closes, current())} 已截止。"
    if standing.phase is Phase.BEFORE and window.opens:
        return f"Opens {_said_moment(window.opens)}." if english else f"{_said_moment(window.opens)} 开放。"
    if standing.waits_for:
        return "Opens when the step before is done." if english else "前一步完成后开放。"
    if draft_at:
        saved = f"Last saved {_said_moment(draft_at)}." if english else f"上次保存 {_said_moment(draft_at)}。"
        return f"{saved} {lacking} to fill." if english and lacking else f"{saved}还差 {lacking} 项。" if lacking else saved
    return declared.guide.in_(current())


def view_of(viewer: Any, case: Case, now: datetime) -> CaseView:
    """A case with every step, what is missing in each, and why the student is in it. Nine queries."""
    steps = steps_of(case, now)
    record, population = case.record, population_of(case.record)
    known = values_of(record)
    drafts, sent = drafts_of(case), submissions_of(case)
    upcoming = next_step(steps.standings)
    lines, here = [], None
    for declared, standing in steps.pairs():
        line = StepLine(declared.title, str(standing.state))
        draft = drafts.get((declared.code, Slot.CURRENT))
        if declared.kind == "fill":
            asked = asked_of(steps.notice, declared, population)
            values = {**given_by_notice(steps.notice, declared), **kept_values(asked, drafts, declared.code, known)}
            progress = filled(asked, values, population, declared.extra.get("required", ()))
            if standing.state is not State.DONE and not standing.waits_for:
                line.done, line.total = progress.done, progress.total
                line.missing = tuple(field.label for field in progress.missing)
            if declared.code in sent:
                line.link = reverse("student:receipt", args=[case.pk, declared.code, sent[declared.code].number])
                line.link_text = "See the receipt" if current() == "en" else "查看回执"
        line.note = _note(standing, declared, draft.saved_at if draft else None, len(line.missing))
        if not standing.waits_for and standing.phase is not Phase.BEFORE:
            line.href = address_of(case, declared)
        if upcoming is not None and standing.step.code == upcoming.step.code:
            line.current, here = True, line
        lines.append(line)
    closes = upcoming.step.window.closes if upcoming else None
    return CaseView(case, steps, lines, here, closes, _reasons(explain(record, steps.notice), case.group), next(iter(requests_of(case)), None))


def _reasons(memberships: list[Membership], group: str) -> tuple[Text, ...]:
    for one in memberships:
        if one.belongs and one.audience.group == group:
            return tuple(reason.sentence for reason in one.reasons if reason.holds and not reason.excludes)
    return ()


def _until(case: Case, now: datetime) -> datetime:
    """Until when the next step of a case is to be done, or the own session of a capture is over: a round's end is the make-up's."""
    upcoming = next_step(steps_of(case, now).standings)
    closes = (upcoming.step.window.closes if upcoming else None) or case.campaign.closes
    slot = slot_of(case) if case.campaign.kind == "photo" else None
    return slot.session.closes if slot is not None and now < slot.session.closes < closes else closes


@require_safe
@for_students
def home(request: HttpRequest) -> HttpResponse:
    """The first case that is not finished in full, the others as a list."""
    viewer, now = viewer_of(request), timezone.now()
    record = own_record(request.user)
    cases = list(own_cases(viewer))
    until = {one.pk: _until(one, now) for one in cases}
    cases.sort(key=lambda one: (one.stage == State.DONE, until[one.pk] < now, until[one.pk]))
    first = view_of(viewer, cases[0], now) if cases else None
    return render(request, "student/home.html", {
        "record": record, "first": first, "others": [(one, until[one.pk]) for one in cases[1:]], "now": now,
        "waiting": len(open_of(record)) if record else 0,
    })  # fmt: skip


@require_safe
@for_students
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case with the notice, its guide, its contacts and why the student is in it."""
    viewer, now = viewer_of(request), timezone.now()
    try:
        found = own_case(viewer, case_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    view = view_of(viewer, found, now)
    return render(
        request, "student/case.html", {"view": view, "notice": view.steps.notice, "now": now, "versions": versions_of(found.campaign)}
    )
