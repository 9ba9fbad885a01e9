"""Finds jobs whose worker was killed and begins them again, or ends them with the reason (回收中断的任务).

The queue itself never learns of a ``kill -9``: its row stays "running" for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult

from xueji.accounts.queries import SystemActor
from xueji.jobs.commands import ATTEMPTS, begin_again, end_job
from xueji.jobs.models import Job
from xueji.jobs.processes import surely_alive, surely_dead
from xueji.jobs.queries import finished_long_ago, never_begun, silent_since
from xueji.jobs.terms import KINDS
from xueji.journal.command import Act
from xueji.rules.findings import finding

SILENCE = timedelta(minutes=3)
"""A worker on another machine that says nothing for so long is taken for dead; it speaks every 15 seconds."""
UNCLAIMED = timedelta(minutes=2)
KEPT_DAYS = 90
QUEUE_KEPT_DAYS = 14


def reap(now: datetime) -> list[Job]:
    """Begin again or end every job whose worker is gone; returns those that were touched."""
    act = Act(SystemActor("reaper"), now, "job")
    touched = []
    for job in silent_since(now):
        gone = surely_dead(job.worker) or (job.heartbeat_at < now - SILENCE and not surely_alive(job.worker))
        if gone:
            _queue_rows(job).delete()
            _settle(act, job)
            touched.append(job)
    for job in never_begun(now - UNCLAIMED):
        rows = _queue_rows(job)
        if not rows.filter(status="READY").exists() and not rows.filter(status="RUNNING", started_at__gt=now - UNCLAIMED).exists():
            rows.delete()  # claimed by a worker that died before it touched the job, or lost
            begin_again(act, job)
            touched.append(job)
    return touched


def _settle(act: Act, job: Job) -> None:
    kind = KINDS.get(job.kind)
    if kind and kind.restartable and job.attempts < ATTEMPTS and not job.cancel_requested_at:
        begin_again(act, job)
    else:
        reason = finding("JOB.001", done=job.done, total=job.total)
        end_job(act, job, outcome=Job.Outcome.FAILED, reason=reason)


def _queue_rows(job: Job) -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(args_kwargs__args__0=str(job.pk))


def forget_old(now: datetime) -> int:
    """Remove rows of jobs finished more than KEPT_DAYS ago and of the queue; the journal keeps what was done."""
    DBTaskResult.objects.filter(finished_at__lt=now - timedelta(days=QUEUE_KEPT_DAYS)).delete()
    return finished_long_ago(now, KEPT_DAYS).delete()[0]
