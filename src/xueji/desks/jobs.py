"""Background work on screen (后台任务), for every desk: the list, the progress, cancelling, the result."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_the_signed_in, viewer_of
from xueji.desks.bases import own_base
from xueji.desks.components.languages import said
from xueji.desks.files import file_address
from xueji.jobs.commands import ask_to_cancel
from xueji.jobs.queries import job_for, jobs_for
from xueji.jobs.terms import WORDS, Progress
from xueji.rules.findings import Finding

STATES = {
    Progress.WAITING: "idle",
    Progress.RUNNING: "going",
    Progress.DONE: "done",
    Progress.FAILED: "late",
    Progress.CANCELLED: "back",
}


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job as the component shows it."""

    id: str
    title: Text
    purpose: Text
    state: str
    word: Text
    done: int
    total: int
    unit: Text
    finished: bool
    message: Text | None
    why: Finding | None
    file: str
    asked_by: str
    created_at: object
    finding_count: int
    can_cancel: bool


def shown(job) -> ShownJob:
    """The job's row in words; the result is an address that asks for the rights again."""
    why = job.why()
    return ShownJob(
        id=str(job.pk), title=job.title, purpose=job.purpose, state=STATES[job.progress], word=WORDS[job.progress],
        done=job.done, total=job.total, unit=job.unit, finished=job.finished,
        message=Text(f"{why.message.zh}{why.remedy.zh} [{why.id}]", f"{why.message.en} {why.remedy.en} [{why.id}]") if why else None,
        why=why, file=reverse("jobs:result", args=[job.pk]) if job.result else "", asked_by=job.asked_by_label,
        created_at=job.created_at, finding_count=job.finding_count,
        can_cancel=not job.finished and not job.cancel_requested_at,
    )  # fmt: skip


def _job(request: HttpRequest, job_id: str):
    try:
        return job_for(viewer_of(request), job_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_safe
@for_the_signed_in
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs the viewer may see, newest first."""
    page = Paginator(jobs_for(viewer_of(request)), 30).get_page(request.GET.get("page"))
    return render(request, "jobs/list.html", {"page": page, "jobs": [shown(job) for job in page], "base": own_base(viewer_of(request))})


@require_safe
@for_the_signed_in
def progress(request: HttpRequest, job_id: str) -> HttpResponse:
    """One job; asked by htmx, only the part that moves."""
    job = _job(request, job_id)
    context = {
        "job": shown(job),
        "poll": reverse("jobs:progress", args=[job.pk]),
        "findings": job.found(),
        "base": own_base(viewer_of(request)),
    }
    template = "jobs/part.html" if request.htmx else "jobs/progress.html"
    answer = render(request, template, context)
    if request.htmx and job.finished:
        answer["HX-Refresh"] = "true"  # the page around it was made before the work was over; now it has its result
    return answer


@require_POST
@for_the_signed_in
def cancel(request: HttpRequest, job_id: str) -> HttpResponse:
    """Ask the work to stop at its next safe point."""
    ask_to_cancel(act_of(request, "jobs"), _job(request, job_id))
    messages.success(
        request, said(Text("已要求取消，任务会在下一个安全的位置停下。", "Cancelling; the work stops at its next safe point."))
    )
    return redirect("jobs:progress", job_id=job_id)


@require_safe
@for_the_signed_in
def result(request: HttpRequest, job_id: str) -> HttpResponse:
    """The result file, by a fresh short-lived address."""
    address = file_address(viewer_of(request), _job(request, job_id).result)
    if not address:
        raise Http404
    return redirect(address)
