"""The English names of the college's own majors: look, and propose another one with a reason (英文名核对)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.confirmation.commands.majors import propose_major_name
from xueji.confirmation.queries.majors import majors_of, newest_version, proposals_for
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.progress import college_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding

PROPOSED = Text("{code} 的修改建议已提交，等学校审定。", "The proposal for {code} waits for the registry.")


@for_staff(Permission.MAJOR_NAME_REVIEW)
@require_http_methods(["GET", "POST"])
def majors(request: HttpRequest) -> HttpResponse:
    """Every major of the college's students with its English name, and one form to propose another."""
    viewer = viewer_of(request)
    college, colleges = college_of(request)
    listed = majors_of(viewer, college.code)
    found: list[Finding] = []
    if request.method == "POST":
        code = request.POST.get("code", "")
        name = next((one.name for one in listed if one.code == code), "")
        try:
            propose_major_name(
                act_of(request, "college"),
                college,
                code=code,
                name=name,
                new=request.POST.get("new", ""),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, said(PROPOSED.format(code=code)))
            return redirect("college-majors")
        except Stopped as stopped:
            found = stopped.findings
    context = {
        "college": college, "colleges": colleges, "majors": listed, "findings": found, "version": newest_version(), "typed": request.POST,
        "proposals": proposals_for(viewer).filter(college=college)[:20],
    }  # fmt: skip
    return render(request, "college/majors.html", context, status=422 if found else 200)
