"""Comparing the register with the newest sources in the background: thin, fetches, compares, keeps."""

from __future__ import annotations

from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import campaign_of, notice_of
from xueji.catalogue.text import Text
from xueji.confirmation.commands.comparisons import keep_comparison
from xueji.confirmation.queries.sources import compared, round_of
from xueji.exchange.compare import facts_of, packed, workbook
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind


@job_kind(
    "comparing_sources",
    title=Text("比对学籍与外部数据", "Comparing the register with other sources"),
    unit=Text("行", "rows"),
    needs=Permission.SOURCE_IMPORT,
)
def comparing_sources(report: Reporter, *, campaign: str = "") -> UUID | None:
    """One comparison, of a notice by its own rules or of everybody by the catalogue's; the result is its workbook."""
    found = campaign_of(campaign) if campaign else None
    seen = compared(report.by, campaign=found, round=round_of(notice_of(found)) if found else None, heard=_most(report))
    lines = packed(seen, heard=lambda done: report.write())
    taken = [str(one.pk) for one in seen.snapshots.values()]
    report.write()
    made = keep_comparison(report.act(), campaign=found, facts=facts_of(seen), taken=taken, lines=lines, workbook=workbook(seen)).result
    report.progress(report.job.total, report.job.total)
    return made.workbook_id


def _most(report: Reporter):
    """Reading is told row by row; the last row is done when the result is kept, so that no bar is full before the end."""

    def heard(done: int, total: int) -> None:
        report.progress(min(done, max(total - 1, 0)), total)
        report.write()

    return heard
