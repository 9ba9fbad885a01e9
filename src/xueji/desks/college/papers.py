"""Papers of the college: every record form in one file (全院登记表)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.jobs.commands import start_job
from xueji.journal.command import Scope


@for_staff(Permission.CASE_EXPORT)
@require_POST
def compose(request: HttpRequest, code: str) -> HttpResponse:
    """Start putting the college's forms together; the answer is the page of the job."""
    campaign = campaign_seen(code)
    college, _ = college_of(request)
    purpose = Text(f"{college.name}，{campaign.title}", f"{college.name_en or college.name}, {campaign.title_en or campaign.title}")
    arguments = {"campaign": campaign.code, "college": college.code}
    started = start_job(
        act_of(request, "college"), "composing_forms", arguments=arguments, purpose=purpose, scope=Scope(college=college.code)
    )
    return redirect("jobs:progress", job_id=started.result.pk)
