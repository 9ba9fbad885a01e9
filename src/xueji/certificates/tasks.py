"""Background work of certificates: thin, fetches by id and calls one function."""

from __future__ import annotations

from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.certificates.printing import prove
from xueji.certificates.queries.runs import runs_for
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind


@job_kind(
    "proving_run", title=Text("印前回读核对", "Setting a print run and reading it back"), unit=Text("页", "pages"),
    needs=Permission.CERTIFICATE_RELEASE,
)  # fmt: skip
def proving_run(report: Reporter, *, run: str) -> UUID | None:
    """Set the run and read it back; the print file is the result."""
    found = runs_for(report.by).get(pk=run)
    total = 2 * found.pages
    change = prove(report.act(), found, done=lambda count: report.progress(min(count, total), total))
    return change.result.file_id
