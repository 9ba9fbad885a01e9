"""Telling students where and when they come, after a timetable was published or a session moved (告知采集时段)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from xueji.campaigns.letters import letter_of
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import scope_of_case
from xueji.journal.command import ANYWHERE, Act
from xueji.notify.sending import send_to_many
from xueji.notify.terms import Kind, Recipient
from xueji.photos.day.models import Slot

PORTION = 2000
"""Cases looked up at once: a database takes a limited number of keys in one question."""


def places_of(campaign: Campaign) -> dict[object, tuple[str, str, datetime]]:
    """Where and when each student of a round comes, by case: what a new timetable is compared with (moved_since)."""
    return {case: (campus, room, at) for case, campus, room, at in
            Slot.objects.filter(session__campaign=campaign).values_list("case", "session__campus", "session__room", "starts")}  # fmt: skip


def moved_since(campaign: Campaign, former: dict[object, tuple[str, str, datetime]]) -> list[str]:
    """The cases that got a place, another one, or lost it. ``former`` is places_of before."""
    now = places_of(campaign)
    return sorted(str(case) for case in {*former, *now} if former.get(case) != now.get(case))


def tell_places(
    act: Act, campaign: Campaign, cases: Sequence[str], *, occasion: str = "", heard: Callable[[int, int], None] = lambda done, total: None,
) -> int:  # fmt: skip
    """Tell the students of these cases where and when they come (告知时段). Returns how many were told.

    Interrupted and repeated with the same ``occasion`` it goes on where it stopped: nobody is told twice.
    """
    people = []
    for start in range(0, len(cases), PORTION):
        found = Case.objects.filter(pk__in=cases[start : start + PORTION], record__account__isnull=False).select_related("record")
        people += [Recipient(case.record.account_id, scope_of_case(case)) for case in found]
    if people:
        send_to_many(act, letter_of(campaign), Kind.SESSION, people, scope=ANYWHERE, occasion=occasion, tell=heard)
    return len(people)
