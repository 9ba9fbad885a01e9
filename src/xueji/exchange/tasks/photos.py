"""Large deliveries of the photo day in the background: thin, fetches the file, looks through it again, takes it over in parts; tells many."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI, campaign_of
from xueji.catalogue.text import Text
from xueji.exchange.photos_files import look_through
from xueji.jobs.commands import start_job
from xueji.jobs.models import Job
from xueji.jobs.queries import jobs_for
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind
from xueji.journal.command import ANYWHERE, Act, Change, Stopped
from xueji.photos.day.commands.after import take_over_captures, take_over_faces
from xueji.photos.day.telling import tell_places
from xueji.rules.findings import stops
from xueji.vault.commands import store_file
from xueji.vault.queries import read_file

if TYPE_CHECKING:
    from xueji.accounts.queries import Viewer
    from xueji.campaigns.models import Campaign

PART = 100
"""Students taken over in one transaction: who saves meanwhile waits for no more than these."""
TAKING, TELLING = "taking_over_results", "telling_places"
STUDENTS = Text("人", "students")


@job_kind(TAKING, title=Text("导入采集结果", "Taking over results of the capture"), unit=STUDENTS, needs=Permission.SOURCE_IMPORT)
def taking_over_results(report: Reporter, *, campaign: str, kind: str, file: str, source: str, taken_on: str) -> UUID | None:
    """Take over a delivery that was looked through before it was sent here. Begun again, it goes on: nothing is taken over twice."""
    found, content = campaign_of(campaign), read_file(report.by, file)
    if found is None:
        raise LookupError(campaign)
    seen = look_through(kind, content, found, taken_on=date.fromisoformat(taken_on), today=report.act().at.astimezone(SHANGHAI).date())
    if stops(seen.findings):
        raise Stopped(seen.findings)
    for start in range(0, seen.count, PART):
        if kind == "faces":
            take_over_faces(report.act(), rows=seen.answers[start : start + PART], source=source)
        else:
            take_over_captures(report.act(), found, arrivals=seen.arrivals[start : start + PART], source=source)
        report.progress(min(start + PART, seen.count), seen.count)
    return None


def take_over_by_job(act: Act, campaign: str, *, kind: str, content: bytes, source: str, taken_on: date) -> Change:
    """Have the worker take over a delivery that is too large to wait for; the file is kept sealed. The result is the Job."""
    kept = store_file(act, content, purpose="photo_archive" if kind == "zip" else "source", scope=ANYWHERE, title=source).result
    arguments = {"campaign": campaign, "kind": kind, "file": str(kept.pk), "source": source, "taken_on": taken_on.isoformat()}
    return start_job(act, TAKING, arguments=arguments, purpose=Text(source, source))


@job_kind(TELLING, title=Text("通知采集时段", "Telling students their session"), unit=STUDENTS, needs=Permission.SCHEDULE_MANAGE)
def telling_places(report: Reporter, *, campaign: str, cases: list[str], occasion: str) -> UUID | None:
    """Tell the students of these cases where and when they come. Begun again, it goes on: nobody is told twice."""
    found = campaign_of(campaign)
    if found is None:
        raise LookupError(campaign)
    told = tell_places(report.act(), found, cases, occasion=occasion, heard=report.progress)
    report.progress(told, told)
    return None


def tell_by_job(act: Act, campaign: Campaign, cases: list[str]) -> Change:
    """The same for more than a registrar would wait for; the result is the Job."""
    arguments = {"campaign": campaign.code, "cases": cases, "occasion": f"places-{uuid4().hex[:12]}"}
    return start_job(act, TELLING, arguments=arguments, purpose=Text(campaign.title, campaign.title_en))


def telling_that_ended(viewer: Viewer, campaign: Campaign) -> Job | None:
    """The latest telling of a round, when it ended before everybody was told; None when it did not."""
    last = jobs_for(viewer).filter(kind=TELLING, arguments__campaign=campaign.code).order_by("-created_at").first()
    return last if last is not None and last.outcome in {Job.Outcome.FAILED, Job.Outcome.CANCELLED} else None


def tell_again(act: Act, job: Job) -> Change:
    """Go on with telling that ended before everybody was told; who was told is not told again. The result is the new Job."""
    return start_job(act, TELLING, arguments=job.arguments, purpose=Text(job.purpose_zh, job.purpose_en))
