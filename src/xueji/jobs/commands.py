"""Writes to jobs: start, ask to cancel, end."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.jobs.models import Job
from xueji.jobs.terms import KINDS, Arguments
from xueji.journal.command import Act, Change, Refused, Scope, command
from xueji.rules.findings import Finding, finding

ATTEMPTS = 2
"""How often a restartable job is begun: the second time after its worker was killed, then it is given up."""


@command(
    needs=Permission.JOB_START,
    records="job.started",
    scope=lambda kind, arguments, purpose, scope: scope,
)
def start_job(act: Act, kind: str, *, arguments: Arguments, purpose: Text = Text("", ""), scope: Scope = Scope()) -> Change:
    """Put work into the queue (启动后台任务); the result is the Job. Raises KeyError for an unknown kind.

    ``arguments`` are what the kind's function takes, ids and plain values that are not personal. ``purpose`` is shown:
    "计算机学院，2024级". ``scope`` is where the work belongs; who asked owns it.
    """
    from xueji.jobs.tasks import enqueue  # the one call upwards: a command puts its own task into the queue

    declared = KINDS[kind]
    if declared.needs != Permission.JOB_START and not act.by.may(declared.needs, scope):
        raise Refused(f"{act.by.id_text} may not {declared.needs}")
    twin = Job.objects.filter(asked_by=act.by.id_text, kind=kind, arguments=arguments, outcome="", started_at=None).first()
    if twin:  # a second click on the same button
        return Change(f"job:{twin.pk}", scope, result=twin, unchanged=True)
    job = Job.objects.create(
        kind=kind,
        asked_by=act.by.id_text,
        asked_by_label=act.by.label,
        college=scope.college,
        campus=scope.campus,
        class_number=scope.class_number,
        purpose_zh=purpose.zh,
        purpose_en=purpose.en,
        arguments=arguments,
        created_at=act.at,
    )
    enqueue(job.pk)
    return Change(f"job:{job.pk}", scope, {"kind": kind}, result=job)


@command(needs=Permission.JOB_START, records="job.cancel_asked", scope=lambda job: job.scope)
def ask_to_cancel(act: Act, job: Job) -> Change:
    """Ask a job to stop at its next safe point (取消后台任务). One that has not begun ends at once."""
    fresh = Job.objects.select_for_update().get(pk=job.pk)
    if fresh.finished or fresh.cancel_requested_at:
        return Change(f"job:{job.pk}", job.scope, unchanged=True, result=fresh)
    fresh.cancel_requested_at = act.at
    if not fresh.started_at:
        fresh.outcome, fresh.finished_at = Job.Outcome.CANCELLED, act.at
        fresh.reason = finding("JOB.005", done=0, total=fresh.total).as_json()
    fresh.save(update_fields=["cancel_requested_at", "outcome", "finished_at", "reason"])
    return Change(f"job:{job.pk}", job.scope, {"kind": job.kind}, result=fresh)


@command(needs=Permission.JOB_START, records="job.ended", scope=lambda job, outcome, result, reason: job.scope)
def end_job(act: Act, job: Job, *, outcome: str, result: UUID | None = None, reason: Finding | None = None) -> Change:
    """Close a job with what came of it (任务结束). One that is closed already stays as it is."""
    open_rows = Job.objects.filter(pk=job.pk, outcome="")
    job.outcome, job.finished_at, job.result = outcome, act.at, result
    job.reason = reason.as_json() if reason else None
    changed = open_rows.update(
        outcome=outcome,
        finished_at=act.at,
        result=result,
        reason=job.reason,
        done=job.done,
        total=job.total,
        findings=job.findings,
        finding_count=job.finding_count,
    )
    detail = {"kind": job.kind, "outcome": str(outcome), "done": job.done, "total": job.total}
    if reason:
        detail["reason"] = reason.id
    return Change(f"job:{job.pk}", job.scope, detail, result=job, unchanged=not changed)


@command(needs=Permission.JOB_START, records="job.begun_again", scope=lambda job: job.scope)
def begin_again(act: Act, job: Job) -> Change:
    """Put an interrupted job back into the queue (重新排队)."""
    from xueji.jobs.tasks import enqueue

    changed = Job.objects.filter(pk=job.pk, outcome="", worker=job.worker).update(
        started_at=None, heartbeat_at=None, worker="", done=0, findings=[], finding_count=0, created_at=act.at
    )
    if changed:
        enqueue(job.pk)
    return Change(f"job:{job.pk}", job.scope, {"kind": job.kind, "attempts": job.attempts}, unchanged=not changed)


def claim(job_id: UUID, worker: str, at: object) -> Job | None:
    """Take a waiting job for this worker; None when it was taken, cancelled or ended meanwhile."""
    taken = Job.objects.filter(pk=job_id, outcome="", started_at=None).update(
        started_at=at, heartbeat_at=at, worker=worker, attempts=F("attempts") + 1
    )
    return Job.objects.get(pk=job_id) if taken else None
