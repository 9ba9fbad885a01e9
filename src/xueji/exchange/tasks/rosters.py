"""Background work on rosters: thin, each fetches by id and runs one half of the import."""

from __future__ import annotations

from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.exchange.queries.rosters import roster_for
from xueji.exchange.roster import running
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind

_ROWS = Text("行", "rows")


@job_kind(
    "comparing_roster",
    title=Text("预演名册导入", "Comparing a roster with the register"),
    unit=_ROWS,
    needs=Permission.ROSTER_IMPORT,
)
def comparing_roster(report: Reporter, *, roster: str) -> UUID | None:
    """The dry run of an uploaded roster."""
    kept = roster_for(report.by, roster)
    plan = running.compare(report.act(), kept, progress=lambda done: report.progress(done, max(done, report.job.total)))
    report.progress(plan.rows, plan.rows)
    return None


@job_kind(
    "committing_roster",
    title=Text("提交名册", "Committing a roster"),
    unit=_ROWS,
    needs=Permission.ROSTER_IMPORT,
    restartable=False,
)
def committing_roster(report: Reporter, *, roster: str, leave_out_rejected: bool = False) -> UUID | None:
    """Put a compared roster into the register."""
    kept = roster_for(report.by, roster)
    total = kept.counts.get("added", 0) + kept.counts.get("changed", 0)
    running.commit(
        report.act(),
        kept,
        leave_out_rejected=leave_out_rejected,
        progress=lambda done: report.progress(min(done, total), total),
    )
    return None
