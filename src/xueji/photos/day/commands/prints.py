"""The register of prints (洗印照片登记): booked in and out per college, never edited, reversed with a reason. The counts add up at every moment."""

from __future__ import annotations

from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.photos.day.commands.turns import _station
from xueji.photos.day.models import PrintEntry
from xueji.photos.day.queries import Prints, prints_of
from xueji.photos.day.terms import Entry
from xueji.records.models import College
from xueji.rules.findings import finding


def _now(act: Act, campaign: Campaign, college: College) -> tuple[College, Prints]:
    """The college, whose row is the lock of its register, and its counts."""
    locked = College.objects.select_for_update(no_key=True).get(pk=college.pk)
    return locked, next(p for p in prints_of(_station(act).by, campaign) if p.college.pk == locked.pk)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="prints.entered", scope=lambda college, **_: Scope(college=college.code))
def enter_prints(act: Act, campaign: Campaign, *, college: College, entry: str, count: int, note: str = "", form: UUID | None = None) -> Change:
    """Book prints in or out (登记洗印照片). Stopped when more would go out than is on hand: the counts add up at every moment.

    ``form`` names the page it was filled in on: sent twice, it is booked once.
    """
    locked, now = _now(act, campaign, college)
    there = PrintEntry.objects.filter(form=form).first() if form else None
    if there is not None:
        return Change(f"campaign:{campaign.code}", Scope(college=college.code), result=there, unchanged=True)
    if count < 1:
        raise Stopped([finding("PRINT.004", field="count")])
    if entry != Entry.RECEIVED and count > now.on_hand:
        raise Stopped([finding("PRINT.001", field="count", on_hand=now.on_hand, count=count)])
    row = PrintEntry.objects.create(campaign=campaign, college=locked, entry=Entry(entry), count=count, note=note.strip()[:200], at=act.at, by=act.by.label, form=form)
    return Change(f"campaign:{campaign.code}", Scope(college=college.code), {"entry": entry, "count": count}, row)


@command(needs=Permission.CERTIFICATE_HAND_OVER, records="prints.reversed", scope=lambda entry, **_: Scope(college=entry.college_id))
def reverse_prints(act: Act, entry: PrintEntry, *, reason: str) -> Change:
    """Reverse an entry with its reason (冲销): a counter-entry takes it out of the counts, both stay in sight. The result is the counter-entry.

    Stopped without a reason, for an entry that was reversed or is itself a reversal, and when fewer than none would be on hand.
    """
    locked, now = _now(act, entry.campaign, entry.college)
    left = now.on_hand + (-entry.count if entry.entry == Entry.RECEIVED else entry.count)
    problems = []
    if entry.reverses_id or PrintEntry.objects.filter(reverses=entry).exists():
        problems.append(finding("PRINT.003"))
    elif left < 0:
        problems.append(finding("PRINT.002", count=entry.count, on_hand=left))
    if not reason.strip():
        problems.append(finding("CAMP.022", field="reason"))
    if problems:
        raise Stopped(problems)
    row = PrintEntry.objects.create(campaign=entry.campaign, college=locked, entry=entry.entry, count=entry.count, note=reason.strip()[:200],
                                    at=act.at, by=act.by.label, reverses=entry)  # fmt: skip
    return Change(f"campaign:{entry.campaign.code}", Scope(college=locked.code), {"entry": entry.entry, "count": entry.count, "reason": row.note}, row)
