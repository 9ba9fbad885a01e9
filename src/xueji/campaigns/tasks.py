"""Background work of campaigns: telling a large audience, or a large college."""

from __future__ import annotations

from xueji.accounts.permissions import Permission
from xueji.campaigns.letters import announce, tell_extension
from xueji.campaigns.queries import campaign_of, extension_of
from xueji.catalogue.text import Text
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind


@job_kind("telling_students", title=Text("通知到人", "Telling students"), unit=Text("人", "people"), needs=Permission.CAMPAIGN_MANAGE)
def telling_students(report: Reporter, campaign: str, version: int) -> None:
    """Send a version of a notice to its audience; begun again, it goes on where it stopped."""
    found = campaign_of(campaign)
    if found is not None and found.version == version:  # a newer version has its own job
        announce(report.act(), found, heard=report.progress)


@job_kind("telling_extension", title=Text("延期通知到人", "Telling students of an extension"), unit=Text("人", "people"), needs=Permission.CAMPAIGN_MANAGE)
def telling_extension(report: Reporter, extension: str) -> None:
    """Tell the students of a college that it has a later end; begun again, it goes on where it stopped."""
    found = extension_of(extension)
    if found is not None:
        tell_extension(report.act(), found, heard=report.progress)
