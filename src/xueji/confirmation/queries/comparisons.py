"""Reading comparisons that were made, viewer first."""

from __future__ import annotations

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign
from xueji.confirmation.models import ComparisonRun, Snapshot
from xueji.journal.command import Scope


def newest_comparison(viewer: Viewer, campaign: Campaign | None) -> ComparisonRun | None:
    """The newest comparison of a notice, or of everybody (None), for who may import sources; None when there is none."""
    if not viewer.may(Permission.SOURCE_IMPORT, Scope()):
        return None
    return ComparisonRun.objects.filter(campaign=campaign, lines__purged_at=None).select_related("lines", "workbook").first()


def newer_snapshots(run: ComparisonRun) -> list[Snapshot]:
    """What was imported after a comparison and is not in it, newest first; one query."""
    return list(Snapshot.objects.filter(imported_at__gt=run.made_at).exclude(pk__in=run.taken))
