"""Who has done what, who has not, by class (本院进度)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case as Choose
from django.db.models import IntegerField, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import class_staff
from xueji.accounts.roles import Role
from xueji.campaigns.extension_requests import requests_waiting
from xueji.campaigns.queries import campaign_of, cases_for, narrowed, notice_of
from xueji.campaigns.tallies import Tally, campaigns_seen, progress_by_class
from xueji.catalogue.text import Text
from xueji.desks.acting import for_staff, viewer_of
from xueji.desks.college.classes import class_options, class_rows
from xueji.desks.college.forms import PAGE, CaseFilter, stage_words
from xueji.desks.college.people import people_rows
from xueji.desks.college.standing import lines
from xueji.records.queries import colleges_for
from xueji.rules.progress import State

KEYS = (
    ("/", Text("查找", "find")),
    ("J", Text("下一行", "next")),
    ("K", Text("上一行", "previous")),
    ("X", Text("选择", "select")),
    ("R", Text("提醒", "remind")),
)
SHOWN = (
    "campaign", "record", "group", "stage", "at_step", "touched_at", "class_number", "record__student_number", "record__class_number",
    "record__college", "record__person__name", "record__account__last_login",
)  # fmt: skip
"""What a line of the list is made of: a record has forty more columns, and fifty lines are read at once."""


def campaign_seen(code: str):
    """The campaign of that code; a page about one that does not exist is a 404."""
    campaign = campaign_of(code)
    if campaign is None:
        raise Http404
    return campaign


def college_of(request: HttpRequest):
    """The college the viewer works for; where there are several, the one asked for by ?college=."""
    colleges = list(colleges_for(viewer_of(request)))
    asked = request.GET.get("college", "")
    for college in colleges:
        if college.code == asked:
            return college, colleges
    if not colleges or asked:
        raise Http404
    return colleges[0], colleges


class People(Paginator):
    """The list in pages, each as quick as the first. Nothing is counted twice and nobody is sorted who is not shown.

    Where the tallies by class say how many match, they also say in which classes a page lies: only those are read. Other
    orders and filters find the keys first and read the wide rows of one page; names are looked through once.
    """

    def __init__(self, cases: QuerySet, asked: CaseFilter, tallies: list[Tally]):
        super().__init__(narrowed(cases, **asked.narrowing()).order_by(*asked.order_by), PAGE)
        self._cases, self._named = cases, bool(asked.value("q"))
        self._sizes: list[tuple[str, int]] | None = None
        self._by_class = asked.value("order", "class") == "class"
        if asked.counted:
            narrowing = asked.narrowing()
            wanted = [tally for tally in tallies if narrowing["class_number"] in ("", tally.key)]
            self._sizes = [(tally.key, size) for tally in wanted if (size := _of_stage(tally, narrowing["stage"]))]

    @cached_property
    def count(self) -> int:
        """How many match."""
        if self._sizes is not None:
            return sum(size for _, size in self._sizes)
        return len(self._found) if self._named else self.object_list.count()

    @cached_property
    def _found(self) -> list[UUID]:
        return list(self.object_list.values_list("pk", flat=True))

    def page(self, number: int | str) -> Page:
        """One page. Raises what its parent raises for a number that is none."""
        number = self.validate_number(number)
        first = (number - 1) * PAGE
        if self._sizes is not None and self._by_class:
            return Page(self._in_classes(first), number, self)
        if self._named:
            keys = self._found[first : first + PAGE]
        else:
            keys = list(self.object_list.values_list("pk", flat=True)[first : first + PAGE])
        rows = {case.pk: case for case in self._cases.filter(pk__in=keys)}
        return Page([rows[key] for key in keys if key in rows], number, self)

    def _in_classes(self, first: int) -> list[Any]:
        """The page that begins with number ``first``: the classes in the order of the tallies, by student number in each."""
        before, skipped, read = 0, 0, []
        for key, size in self._sizes:
            if before < first + PAGE and before + size > first:
                skipped = skipped if read else first - before
                read.append(key)
            before += size
        if not read:
            return []
        place = Choose(*(When(class_number=key, then=n) for n, key in enumerate(read)), output_field=IntegerField())
        rows = self.object_list.filter(class_number__in=read).order_by(place, "record__student_number")
        return list(rows[skipped : skipped + PAGE])


def _of_stage(tally: Tally, stage: str) -> int:
    if stage == "open":
        return tally.total - tally.done
    return tally.of(stage) if stage else tally.total


@for_staff(Permission.CASE_READ)
def start(request: HttpRequest) -> HttpResponse:
    """The campaigns that concern the viewer's students; straight on where only one is open."""
    now = timezone.now()
    seen = campaigns_seen(viewer_of(request))
    running = [campaign for campaign, _ in seen if campaign.opens <= now < campaign.closes and not campaign.closed_at]
    if len(running) == 1 and "all" not in request.GET:
        return redirect("college-progress", code=running[0].code)
    return render(request, "college/start.html", {"seen": seen, "now": now})


@for_staff(Permission.CASE_READ)
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """The college in one campaign: a bar, the classes, and the people who match the filters."""
    viewer, campaign, now = viewer_of(request), campaign_seen(code), timezone.now()
    college, colleges = college_of(request)
    notice = notice_of(campaign)
    asked = CaseFilter(request.GET, notice)
    tallies = progress_by_class(viewer, campaign, college.code)
    cases = cases_for(viewer, campaign).filter(college_code=college.code).select_related(None)
    page = People(cases.select_related("record__person", "record__account").only(*SHOWN), asked, tallies).get_page(request.GET.get("page"))
    words = stage_words(notice)
    rows = class_rows(
        tallies, class_staff(college.code, Role.COUNSELLOR), done=words[State.DONE], chosen=asked.value("number"),
        college=request.GET.get("college", ""),
    )  # fmt: skip
    shown, may = lines(of_campaign(page.object_list, campaign), now), powers(viewer)
    context = {
        "campaign": campaign, "notice": notice, "now": now, "college": college, "colleges": colleges, "asked": asked,
        "tallies": tallies, "whole": whole(tallies), "class_rows": rows, "class_options": class_options(tallies, asked.value("number")),
        "page": page, "lines": shown, "people_rows": people_rows(shown, campaign.code, tick=may["remind"] or may["extend"]), "words": words, "keys": KEYS,
        "may": may, "asked_later": requests_waiting(viewer, campaign).count() if viewer.holds(Permission.CASE_EXTEND) else 0,
    }  # fmt: skip
    return render(request, "college/progress.html", context)


def of_campaign(cases: Iterable[Any], campaign: Any) -> list[Any]:
    """The cases with the campaign in hand, which they need not fetch once each."""
    found = list(cases)
    for case in found:
        case.campaign = campaign
    return found


def whole(tallies: list[Tally]) -> Tally:
    """The classes added up."""
    counts = {state.value: sum(tally.of(state) for tally in tallies) for state in State}
    return Tally("", "", sum(tally.total for tally in tallies), counts)


def powers(viewer) -> dict[str, bool]:
    """Which buttons are worth showing; whether an act is allowed is decided where it happens."""
    return {
        "remind": viewer.holds(Permission.CASE_REMIND),
        "extend": viewer.holds(Permission.CASE_EXTEND),
        "ask_extension": viewer.holds(Permission.CASE_ASK_EXTENSION),
        "receive": viewer.holds(Permission.CASE_RECEIVE),
        "export": viewer.holds(Permission.CASE_EXPORT),
        "reset": viewer.holds(Permission.PASSWORD_RESET),
        "reveal": viewer.holds(Permission.STUDENT_REVEAL),
        "prepare": viewer.holds(Permission.BATCH_PREPARE),
    }
