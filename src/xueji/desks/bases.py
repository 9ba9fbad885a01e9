"""Which desk's frame a shared page stands in (共用页面的外框)."""

from __future__ import annotations

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer

FRAMES = (
    (Permission.CAMPAIGN_MANAGE, "registry/base.html"),
    (Permission.CASE_READ, "college/base.html"),
    (Permission.STATION_OPERATE, "capture/base.html"),
    (Permission.ARCHIVE_RECEIVE, "archive/base.html"),
)


def own_base(viewer: Viewer) -> str:
    """The template that a page of every desk extends, so that the viewer's own navigation stays around it."""
    if viewer.is_student:
        return "student/base.html"
    return next((frame for permission, frame in FRAMES if viewer.holds(permission)), "base_staff.html")
