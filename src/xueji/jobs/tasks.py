"""The one task of the queue: run a job by its id. The worker's clock is read here and nowhere below."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils import timezone
from django_tasks import task

from xueji.accounts.queries import SystemActor, Viewer, account_of, actor_for
from xueji.jobs.commands import claim, end_job
from xueji.jobs.models import Job
from xueji.jobs.processes import this_process
from xueji.jobs.reporting import Cancelled, Reporter, note_heartbeat
from xueji.jobs.terms import KINDS
from xueji.journal.command import Act, Refused, Stopped, undoable
from xueji.rules.findings import Finding, finding

logger = logging.getLogger("xueji.jobs")

HEARTBEAT_SECONDS = 15


@task()
def run_job(job_id: str) -> None:
    """Run one job to its end. Never raises for what the work does: the row keeps the reason, the log keeps the place."""
    job = claim(UUID(job_id), this_process(), timezone.now())
    if job is None:
        return
    by = _asker(job)
    reason: Finding | None = None
    outcome, result = Job.Outcome.FAILED, None
    try:
        if by is None:
            raise Refused(job.kind)
        work = KINDS[job.kind].work
        with _alive(job), undoable() if connection.in_atomic_block else nullcontext():
            result = work(Reporter(job, by, timezone.now), **job.arguments)
        outcome = Job.Outcome.DONE
        job.done = job.total or job.done
    except Cancelled:
        outcome, reason = Job.Outcome.CANCELLED, finding("JOB.005", done=job.done, total=job.total)
    except Refused:
        reason = finding("JOB.004")
    except Stopped as stopped:
        job.findings = [f.as_json() for f in stopped.findings] + job.findings
        job.finding_count += len(stopped.findings)
        first = stopped.findings[0]
        reason = finding("JOB.006", reason=first.message)
    except Exception as mistake:  # whatever it is, the person who waits must learn that it ended
        reason = _unforeseen(job, mistake)
    act = Act(SystemActor("worker"), timezone.now(), "job")
    end_job(act, job, outcome=outcome, result=result, reason=reason)


def enqueue(job_id: UUID) -> None:
    """Put a job into the queue; the queue's row is written with the job's, or not at all."""
    run_job.enqueue(str(job_id))


def _asker(job: Job) -> Viewer | None:
    if job.kind not in KINDS:
        return SystemActor("worker")  # the KeyError below says it better than a missing right
    if job.asked_by.startswith("system:"):
        return SystemActor(job.asked_by.removeprefix("system:"))
    account = account_of(job.asked_by)
    if account is None or not account.is_active:
        return None
    actor = actor_for(account)
    return actor if actor.may(KINDS[job.kind].needs, job.scope) else None


def _unforeseen(job: Job, mistake: Exception) -> Finding:
    """The finding for a mistake of the program. The log gets places, not messages: those may quote a person's values."""
    if isinstance(mistake, KeyError) and job.kind not in KINDS:
        return finding("JOB.003", kind=job.kind)
    reference = str(job.pk)[:8]
    places = " < ".join(
        f"{frame.filename.rsplit('/xueji/', 1)[-1]}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(mistake.__traceback__)[-8:])
    )
    logger.error("job %s %s: %s at %s", reference, job.kind, type(mistake).__name__, places)
    return finding("JOB.002", done=job.done, total=job.total, kind=type(mistake).__name__, reference=reference)


@contextmanager
def _alive(job: Job) -> Iterator[None]:
    """Say every HEARTBEAT_SECONDS that this worker lives, from a thread with its own connection.

    Inside a transaction (a test, the command line at once) nobody else could see it, so it is left out.
    """
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(HEARTBEAT_SECONDS):
                try:
                    note_heartbeat(job.pk, timezone.now())
                except DatabaseError:
                    continue  # the work itself holds the only writer of SQLite; the next beat will do
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)
