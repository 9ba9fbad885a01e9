"""The registry's first page: windows on a line of time, completion, colleges ranked (总览)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns import queries
from xueji.campaigns.tallies import Tally, finished_by_day, progress_of_colleges
from xueji.desks.acting import for_staff, viewer_of

WIDTH, LEFT, ROW, TOP = 900, 24, 46, 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One campaign on the line of time: coordinates in a drawing 900 wide. Its title stands above the bar, whole."""

    campaign: object
    x: float
    width: float
    y: float
    share: float
    percent: int


def time_line(campaigns: list[Any], tallies: dict[str, list[Tally]], now: datetime) -> dict[str, object]:
    """Where the bars of the campaigns, the weeks and today stand."""
    first = min([c.opens for c in campaigns] + [now]) - timedelta(days=2)
    last = max([c.closes for c in campaigns] + [now]) + timedelta(days=4)
    scale = (WIDTH - LEFT - 20) / max((last - first).total_seconds(), 1)

    def at(moment: datetime) -> float:
        return round(LEFT + (moment - first).total_seconds() * scale, 1)

    bars = []
    for n, campaign in enumerate(campaigns):
        own = tallies[campaign.code]
        total, done = sum(t.total for t in own), sum(t.done for t in own)
        width = max(at(campaign.closes) - at(campaign.opens), 3)
        bars.append(Bar(campaign, at(campaign.opens), round(width, 1), TOP + n * ROW,
                        round(width * done / total, 1) if total else 0, done * 100 // total if total else 0))  # fmt: skip
    days = max((last - first).days, 1)
    every = max(1, days // 8)
    ticks = [(at(first + timedelta(days=d)), first + timedelta(days=d)) for d in range(0, days, every)]
    return {"bars": bars, "ticks": ticks, "now": at(now), "height": TOP + len(campaigns) * ROW - 10, "width": WIDTH, "left": LEFT}


@for_staff(Permission.CAMPAIGN_MANAGE)
def overview(request: HttpRequest) -> HttpResponse:
    """Everything in one glance."""
    viewer, now = viewer_of(request), timezone.now()
    recent = [c for c in queries.campaigns() if c.closes > now - timedelta(days=60)]
    found = sorted(recent, key=lambda c: (c.closes <= now, c.closes))[:10]
    tallies = progress_of_colleges(viewer, found)
    chosen = next((c for c in found if c.code == request.GET.get("notice")), found[0] if found else None)
    context: dict[str, object] = {"campaigns": found, "chosen": chosen, "now": now}
    if found:
        context["line"] = time_line(found, tallies, now)
    if chosen:
        ranked = sorted(tallies[chosen.code], key=lambda t: (t.percent, t.done), reverse=True)
        total = sum(t.total for t in ranked)
        days = finished_by_day(viewer, chosen, now)
        context |= {
            "ranked": ranked,
            "total": total,
            "done": sum(t.done for t in ranked),
            "days": [(f"{d.month}-{d.day}", round(100 * n / total) if total else 0) for d, n in days],
            "late": [t for t in ranked if now >= chosen.closes and t.done < t.total],
            "lateness": queries.notice_of(chosen).lateness,
        }
    return render(request, "registry/overview.html", context)
