"""Reading jobs, viewer first."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.accounts.roles import ROLES, Role
from xueji.jobs.models import Job


def jobs_for(viewer: Viewer) -> QuerySet[Job]:
    """The jobs the viewer may see, newest first: the own ones, and those that a grant to start work covers.

    Who looks after one class does not see the work of the whole college: its findings name students of other classes.
    """
    if not isinstance(viewer, AccountActor):
        return Job.objects.all() if viewer.holds(Permission.JOB_START) else Job.objects.none()
    seen = Q(asked_by=viewer.id_text)
    for grant in viewer.grants:
        if Permission.JOB_START in ROLES[Role(grant.role)]:
            held = {place: value for place in ("college", "campus", "class_number") if (value := getattr(grant, place))}
            if not held:
                return Job.objects.all()
            seen |= Q(**held)
    return Job.objects.filter(seen)


def job_for(viewer: Viewer, job_id: UUID | str) -> Job:
    """One job that the viewer may see. Raises Job.DoesNotExist."""
    try:
        return jobs_for(viewer).get(pk=UUID(str(job_id)))
    except ValueError:
        raise Job.DoesNotExist from None


def open_jobs(viewer: Viewer) -> QuerySet[Job]:
    """Those that are not finished."""
    return jobs_for(viewer).filter(outcome="")


def silent_since(moment: datetime) -> QuerySet[Job]:
    """Running jobs that have not been heard of since ``moment``."""
    return Job.objects.filter(outcome="", started_at__isnull=False).filter(
        Q(heartbeat_at__lt=moment) | Q(heartbeat_at=None, started_at__lt=moment)
    )


def never_begun(before: datetime) -> QuerySet[Job]:
    """Waiting jobs, asked for before ``before``."""
    return Job.objects.filter(outcome="", started_at=None, created_at__lt=before)


def finished_long_ago(now: datetime, days: int) -> QuerySet[Job]:
    """Finished jobs older than ``days``: their rows have served."""
    return Job.objects.exclude(outcome="").filter(finished_at__lt=now - timedelta(days=days))
