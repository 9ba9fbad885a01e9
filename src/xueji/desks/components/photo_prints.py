"""The register of prints as both desks show it (洗印照片登记): per college, with a sum at the foot; every entry, a page at a time, each to be reversed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, viewer_of
from xueji.photos.day.commands.prints import enter_prints, reverse_prints
from xueji.photos.day.queries import prints_of
from xueji.photos.day.terms import ENTRIES
from xueji.photos.day.worklists import print_entries
from xueji.records.queries import colleges_for

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

FIGURES = ("received", "used", "returned", "spoiled", "on_hand")
PAGE = 20


def prints_shown(request: HttpRequest, viewer: Viewer, campaign: Campaign) -> dict[str, Any]:
    """The rows, their sums, the colleges the viewer may book for, and a page of the entries in words, newest first.

    ``form`` names this page: a form that is sent twice is booked once, also after it was refused.
    """
    rows = prints_of(viewer, campaign)
    sums = [sum(getattr(row, figure) for row in rows) for figure in FIGURES]
    page = Paginator(print_entries(viewer, campaign), PAGE).get_page(request.GET.get("entries"))
    own = list(colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER))
    codes = {college.code for college in own}
    lines = [(one, ENTRIES[one.entry], one.reverses_id is None and one.reversed_by is None and one.college_id in codes) for one in page]
    return {"prints": rows, "sums": sums, "entries": ENTRIES.items(), "print_colleges": own, "print_page": page, "print_lines": lines,
            "form_name": _uuid(request.POST.get("form", "")) or uuid4()}  # fmt: skip


def booked(request: HttpRequest, campaign: Campaign, desk: str) -> Text:
    """Book what the form says, or reverse an entry. Raises Stopped with what is wrong, Http404 for another's college or entry."""
    act, viewer = act_of(request, desk), viewer_of(request)
    if request.POST.get("act") == "reverse":
        row = request.POST.get("entry", "")
        entry = print_entries(viewer, campaign).filter(pk=int(row)).first() if row.isdigit() and len(row) < 16 else None
        if entry is None:
            raise Http404
        reverse_prints(act, entry, reason=request.POST.get("reason", ""))
        return Text("已冲销，两笔都保留在登记里。", "Reversed; both entries stay in the register.")
    college = colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER).filter(code=request.POST.get("college", "")).first()
    count = request.POST.get("count", "")
    if college is None or request.POST.get("entry") not in ENTRIES:
        raise Http404
    enter_prints(act, campaign, college=college, entry=request.POST["entry"], count=int(count) if count.isdecimal() and len(count) < 7 else 0,
                 note=request.POST.get("note", ""), form=_uuid(request.POST.get("form", "")))  # fmt: skip
    return Text("已登记。", "Booked.")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
