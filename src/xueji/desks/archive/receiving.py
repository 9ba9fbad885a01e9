"""The archive desk (学生档案室): what the registry hands over, and what is kept."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.certificates.commands.places import receive_in_archive
from xueji.certificates.queries.places import in_archive, waiting_for_archive
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped

PER_PAGE = 100
KEYS = [("J K", Text("上下", "move")), ("X", Text("勾选", "tick")), ("R", Text("接收", "receive"))]


@for_staff(Permission.ARCHIVE_RECEIVE)
def receiving(request: HttpRequest) -> HttpResponse:
    """Tick what was handed over and receive it; the list of what lies here."""
    viewer, findings = viewer_of(request), []
    if request.method == "POST":
        ticked = set(request.POST.getlist("certificate"))
        act, taken = act_of(request, "archive"), 0
        try:
            for one in [c for c in waiting_for_archive(viewer) if str(c.pk) in ticked]:
                receive_in_archive(act, one)
                taken += 1
            messages.success(request, said(Text(f"接收 {taken} 份。", f"{taken} received.")))
            return redirect("archive")
        except Stopped as stopped:
            findings = stopped.findings
    held = Paginator(in_archive(viewer), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "archive/receiving.html", {"waiting": waiting_for_archive(viewer)[:PER_PAGE], "more": max(0, waiting_for_archive(viewer).count() - PER_PAGE), "held": held,
                                                      "keys": KEYS, "findings": findings},
                  status=422 if findings else 200)  # fmt: skip
