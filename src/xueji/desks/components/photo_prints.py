"""The register of prints as both desks show it (洗印照片登记): per college, with a sum at the foot and the last entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.photos.day.queries import prints_of
from xueji.photos.day.terms import ENTRIES
from xueji.photos.day.worklists import print_entries
from xueji.records.queries import colleges_for

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

FIGURES = ("received", "used", "returned", "spoiled", "on_hand")


def prints_shown(viewer: Viewer, campaign: Campaign) -> dict[str, Any]:
    """The rows, their sums, the colleges the viewer may book for, and the newest entries in words."""
    rows = prints_of(viewer, campaign)
    sums = [sum(getattr(row, figure) for row in rows) for figure in FIGURES]
    entries = [(one, ENTRIES[one.entry]) for one in print_entries(viewer, campaign)[:20]]
    return {"prints": rows, "sums": sums, "entries": ENTRIES.items(), "print_colleges": list(colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER)), "latest": entries}
