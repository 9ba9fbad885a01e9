"""How many stand where (进度): counted in the database from one index, whatever the size of the school.

A case carries its record's college and class (see `models.Case`), so that nothing is joined to be counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, IntegerField, QuerySet, Value

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.records.models import College
from xueji.records.queries import visible
from xueji.rules.progress import State

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST = 120
"""Days of a chart: a window longer than that is drawn from its last days."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many stand where (进度)."""

    key: str
    label: str
    total: int
    counts: dict[str, int]
    label_en: str = ""

    def of(self, state: str) -> int:
        """How many are in that state."""
        return self.counts.get(state, 0)

    @property
    def done(self) -> int:
        return self.of(State.DONE)

    @property
    def missing(self) -> int:
        return self.total - self.done

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0


def _tallies(rows: Iterable[tuple[str, str, int]], names: dict[str, tuple[str, str]] | None = None) -> list[Tally]:
    found: dict[str, dict[str, int]] = {}
    for key, stage, count in rows:
        found.setdefault(key, {})[stage] = count
    return [Tally(key, *_named(key, counts, names)) for key, counts in found.items()]


def _named(key: str, counts: dict[str, int], names: dict[str, tuple[str, str]] | None) -> tuple[str, int, dict[str, int], str]:
    label, label_en = (names or {}).get(key, (key, key))
    return label, sum(counts.values()), counts, label_en or label


def _seen(viewer: Viewer) -> QuerySet[Case]:
    """The cases the viewer may see, by the case's own columns where a grant names college or class."""
    held = visible(viewer, Permission.CASE_READ, "record__", college="college_code", class_number="class_number")
    return Case.objects.filter(held, left_at=None).order_by()


def campaigns_seen(viewer: Viewer) -> list[tuple[Campaign, Tally]]:
    """The campaigns in which the viewer sees anybody, newest first, each with its tally. Two queries."""
    found = list(Campaign.objects.all())
    rows = _seen(viewer).filter(campaign__in=[one.pk for one in found]).values_list("campaign_id", "stage").annotate(n=Count("*"))
    tallies = {tally.key: tally for tally in _tallies(rows)}
    return [(campaign, tallies[campaign.pk]) for campaign in found if campaign.pk in tallies]


def progress_of_colleges(viewer: Viewer, campaigns: Iterable[Campaign]) -> dict[str, list[Tally]]:
    """One tally per college for each of the campaigns, by campaign code. Two queries."""
    wanted = {campaign.pk: campaign.code for campaign in campaigns}
    rows = _seen(viewer).filter(campaign__in=list(wanted)).values_list("campaign_id", "college_code", "stage").annotate(n=Count("*"))
    names = {code: (name, name_en) for code, name, name_en in College.objects.values_list("code", "name", "name_en")}
    by_campaign: dict[str, list[tuple[str, str, int]]] = {code: [] for code in wanted.values()}
    for campaign, college, stage, count in rows:
        by_campaign[wanted[campaign]].append((college, stage, count))
    return {code: sorted(_tallies(found, names), key=lambda tally: tally.key) for code, found in by_campaign.items()}


def progress_by_college(viewer: Viewer, campaign: Campaign) -> list[Tally]:
    """One tally per college. Two queries."""
    return progress_of_colleges(viewer, [campaign])[campaign.code]


def progress_by_class(viewer: Viewer, campaign: Campaign, college: str) -> list[Tally]:
    """One tally per class of a college, one query."""
    rows = _seen(viewer).filter(campaign=campaign, college_code=college).values_list("class_number", "stage").annotate(n=Count("*"))
    return sorted(_tallies(rows), key=lambda tally: tally.key)


def finished_by_day(viewer: Viewer, campaign: Campaign, now: datetime) -> list[tuple[date, int]]:
    """How many were finished by the end of each day of the window up to today (cumulative), one query.

    Who finished before the window opened counts on its first day. Each day is a range of the index by finish.
    """
    opens = campaign.opens.astimezone(SHANGHAI).date()
    last = max(min(now, campaign.closes).astimezone(SHANGHAI).date(), opens)
    first = max(opens, last - timedelta(days=LONGEST - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    ends = [datetime.combine(day + timedelta(days=1), time(), SHANGHAI) for day in days]
    finished = _seen(viewer).filter(campaign=campaign)
    ranges = [finished.filter(finished_at__lt=ends[0])]
    ranges += [finished.filter(finished_at__gte=start, finished_at__lt=end) for start, end in zip(ends, ends[1:], strict=False)]
    counts = [one.values(day=Value(n, IntegerField())).annotate(n=Count("*")).values_list("day", "n") for n, one in enumerate(ranges)]
    per_day = dict(counts[0].union(*counts[1:], all=True))
    total, found = 0, []
    for n, day in enumerate(days):
        total += per_day.get(n, 0)
        found.append((day, total))
    return found
