"""What the calendar does for confirmation: whoever confirmed a value that changed is asked again (定时核对)."""

from __future__ import annotations

from datetime import datetime

from xueji.accounts.queries import SystemActor
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.confirmation.commands.confirmations import void_confirmation
from xueji.confirmation.queries.confirmations import standings_of
from xueji.journal.command import Act
from xueji.rules.progress import State


def void_what_changed(now: datetime) -> int:
    """Open the confirming step again for every student of a running campaign whose confirmed values changed; how many."""
    act = Act(SystemActor("定时核对"), now, "job")
    voided = 0
    for campaign in Campaign.objects.filter(kind="confirmation", opens__lte=now, closes__gt=now, closed_at=None):
        for step in (one.code for one in notice_of(campaign).steps if one.kind == "confirm"):
            done = Case.objects.filter(campaign=campaign, left_at=None, marks__step=step, marks__mark=State.DONE)
            cases = list(done.select_related("campaign", "record__person", "record__college"))
            standings = standings_of(cases, step)
            for case in cases:
                if standings[case.pk].changed:
                    void_confirmation(act, case, step=step)
                    voided += 1
    return voided
