"""Paper slips with capture codes, for a class, a session or one student (打印采集凭证条)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, viewer_of
from xueji.desks.components.moments import moment_text, this_year
from xueji.documents.capture_slips import render as printed
from xueji.documents.engine import press
from xueji.journal.command import Stopped
from xueji.photos.day.slips import cases_for_slips, issue_codes_for, slip_sheet, slips_by_class, slips_by_session
from xueji.records.queries import colleges_for
from xueji.rules.findings import finding

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from xueji.campaigns.models import Campaign, Case

MOST = 400
"""Slips in one print (50 pages); a larger session is printed in parts."""
BUNDLE = re.compile(r"(?P<kind>class|session):(?P<value>.{0,40}):(?P<part>\d{1,4})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Slips printed together (一叠): ``key`` is what the form sends, ``count`` how many."""

    key: str
    label: Text
    count: int


def slips_page(viewer: Viewer, campaign: Campaign, asked: str) -> dict[str, Any]:
    """What can be printed together, by session, and by class of one college: the only one the viewer has, or the one ``asked`` for."""
    colleges = list(colleges_for(viewer, Permission.CASE_RECEIVE))
    chosen = colleges[0].code if len(colleges) == 1 else asked if asked in {c.code for c in colleges} else ""
    classes = [(f"class:{name}", Text(name or "未分班", name or "no class"), n) for name, n in slips_by_class(viewer, campaign, chosen)] if chosen else []
    sessions = []
    for one, count in slips_by_session(viewer, campaign):
        words = [f"{moment_text(one.opens, lang, year=this_year())} {one.campus} {one.room}" for lang in ("zh", "en")]
        sessions.append((f"session:{one.pk}", Text(*words), count))
    return {"bundles": [(Text("按场次", "By session"), _parted(sessions)), (Text("按班级", "By class"), _parted(classes))],
            "colleges": colleges, "chosen_college": chosen}  # fmt: skip


def _parted(whole: list[tuple[str, Text, int]]) -> list[Bundle]:
    made = []
    for key, label, count in whole:
        parts = -(-count // MOST)
        for part in range(parts):
            piece = Text(f"（{part + 1}/{parts}）", f" ({part + 1}/{parts})") if parts > 1 else Text("", "")
            size = min(MOST, count - part * MOST)
            made.append(Bundle(f"{key}:{part}", Text(f"{label.zh}{piece.zh}：{size} 张", f"{label.en}{piece.en}: {size}"), size))
    return made


def slips_pdf(request: HttpRequest, campaign: Campaign, desk: str) -> HttpResponse:
    """Give out the codes of a bundle or of one number, and print them.

    Raises Stopped without keys and for a number that is nobody's of the viewer's round, Http404 for any other bundle.
    """
    viewer, act, part = viewer_of(request), act_of(request, desk), 0
    number = request.POST.get("number", "").strip().upper()[:32]
    name, cases = number, None
    if number:
        cases = cases_for_slips(viewer, campaign, number=number)
    elif found := BUNDLE.fullmatch(request.POST.get("bundle", "")):
        kind, name, part = found["kind"], found["value"], int(found["part"])
        cases = cases_for_slips(viewer, campaign, class_number=name) if kind == "class" else _of_session(viewer, campaign, name)
        if kind == "class" and (college := request.POST.get("college", "")):
            cases = cases.filter(record__college=college)
    chosen = list(cases[part * MOST : (part + 1) * MOST]) if cases is not None else []
    if number and not chosen:
        raise Stopped([finding("STAT.039", field="number", number=number)])
    if not chosen:
        raise Http404
    sheet = slip_sheet(campaign, issue_codes_for(act, chosen), act.at)
    answer = HttpResponse(printed(press(()), sheet), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, f"采集凭证条-{name or campaign.code}.pdf")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _of_session(viewer: Viewer, campaign: Campaign, text: str) -> QuerySet[Case] | None:
    try:
        return cases_for_slips(viewer, campaign, session=UUID(text))
    except ValueError:
        return None
