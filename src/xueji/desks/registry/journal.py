"""The journal on screen (操作记录)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xueji.accounts.permissions import Permission
from xueji.desks.acting import for_staff, viewer_of
from xueji.journal.queries import events_for, head
from xueji.journal.wording import worded
from xueji.records.queries import colleges_for


@for_staff(Permission.GRANT_ROLES)
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first; the head of the chain to be noted elsewhere."""
    events = events_for(viewer_of(request), subject=request.GET.get("subject", "")[:120],
                        college=request.GET.get("college", "")[:32])  # fmt: skip
    page = Paginator(events, 60).get_page(request.GET.get("page"))
    count, newest = head()
    return render(request, "registry/journal.html",
                  {"page": page, "rows": [worded(e) for e in page], "count": count, "head": newest,
                   "colleges": colleges_for(viewer_of(request))})  # fmt: skip
