"""What a working function tells its job row, seldom enough not to disturb the work (任务汇报)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from xueji.accounts.queries import Viewer
from xueji.jobs.models import Job
from xueji.journal.command import Act, Scope
from xueji.rules.findings import Finding

T = TypeVar("T")

BETWEEN_WRITES = 0.5
"""Seconds between two writes of progress: smooth for the eye, nothing for the database."""
KEPT_FINDINGS = 500
"""Findings kept in the row; a file with more belongs into a marked-up copy, which the result can be."""


class Cancelled(Exception):
    """The person who asked does not want it any more; raised out of the reporter, caught by the worker."""


def note_heartbeat(job_id: UUID, at: datetime) -> None:
    """Note that the worker of a job lives."""
    Job.objects.filter(pk=job_id, outcome="").update(heartbeat_at=at)


class Reporter:
    """One job's line to its row (汇报). ``by`` is who asked, with the rights they have now."""

    def __init__(self, job: Job, by: Viewer, clock: Callable[[], datetime]):
        self.job = job
        self.by = by
        self._clock = clock
        self._written = 0.0
        self._fresh: list[Finding] = []

    def act(self) -> Act:
        """An act of who asked, now, through a job: for the commands the work calls."""
        return Act(self.by, self._clock(), "job")

    @property
    def scope(self) -> Scope:
        """Where a result file belongs: the job's scope, owned by who asked."""
        return self.job.scope

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the work is. Raises Cancelled when it is no longer wanted; call it between independent steps."""
        self.job.done = done
        if total is not None:
            self.job.total = total
        if time.monotonic() - self._written >= BETWEEN_WRITES or done >= self.job.total:
            self.write()

    def counted(self, things: Iterable[T], total: int) -> Iterator[T]:
        """Go through ``things``, reporting each as done when the next is asked for."""
        self.progress(0, total)
        done = 0
        for done, thing in enumerate(things, 1):
            yield thing
            self.progress(done)
        if done < total:
            self.progress(done, done)

    def found(self, *findings: Finding) -> None:
        """Note what was found on the way. Findings must not carry personal values: name the row, not the person."""
        self.job.finding_count += len(findings)
        room = KEPT_FINDINGS - len(self.job.findings)
        self.job.findings.extend(f.as_json() for f in findings[: max(room, 0)])

    def write(self) -> None:
        """Write the row now, and see whether the work is still wanted. Raises Cancelled."""
        self._written = time.monotonic()
        job = self.job
        job.heartbeat_at = self._clock()
        job.save(update_fields=["done", "total", "findings", "finding_count", "heartbeat_at"])
        if Job.objects.filter(pk=job.pk, cancel_requested_at__isnull=False).exists():
            raise Cancelled
