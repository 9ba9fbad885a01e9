"""Reading rosters, viewer first."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.exchange.models import ColumnMeaning, Roster
from xueji.exchange.roster.plan import Plan
from xueji.journal.command import ANYWHERE
from xueji.vault.queries import read_file


def rosters_for(viewer: Viewer) -> QuerySet[Roster]:
    """Every roster, newest first, for whom may import rosters for the whole school; otherwise none."""
    return Roster.objects.all() if viewer.may(Permission.ROSTER_IMPORT, ANYWHERE) else Roster.objects.none()


def roster_for(viewer: Viewer, key: UUID | str) -> Roster:
    """One roster. Raises Roster.DoesNotExist."""
    return rosters_for(viewer).get(pk=key)


def plan_of(viewer: Viewer, roster: Roster) -> Plan:
    """The dry run of a roster, out of the vault. Raises Roster.DoesNotExist when there is none for this viewer."""
    if roster.plan is None or not rosters_for(viewer).filter(pk=roster.pk).exists():
        raise Roster.DoesNotExist
    return Plan.unpacked(read_file(viewer, roster.plan))


def remembered_columns() -> dict[str, str]:
    """What the school's own headings mean: folded heading → field code, "" for left out."""
    return dict(ColumnMeaning.objects.values_list("heading", "field"))
