"""Paper slips with capture codes, for a class, a session or one student (打印采集凭证条)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from xueji.accounts.queries import Viewer
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, viewer_of
from xueji.desks.components.moments import moment_text, this_year
from xueji.documents.capture_slips import render as printed
from xueji.documents.engine import press
from xueji.photos.day.slips import cases_for_slips, issue_codes_for, slip_sheet

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

MOST = 400
"""Slips in one print (50 pages); a larger session is printed in parts."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Slips printed together (一叠): ``key`` is what the form sends, ``count`` how many."""

    key: str
    label: Text
    count: int


def bundles(viewer: Viewer, campaign: Campaign) -> list[tuple[Text, list[Bundle]]]:
    """What can be printed together: by class, by session, in parts of at most ``MOST``."""
    cases = list(cases_for_slips(viewer, campaign))
    by_class = sorted(cases, key=lambda c: c.record.class_number)
    by_session = [c for c in cases if getattr(c, "slot", None)]
    by_session.sort(key=lambda c: (c.slot.session.opens, str(c.slot.session_id)))
    classes = [(f"class:{name}", Text(name or "未分班", name or "no class"), len(list(rows))) for name, rows in groupby(by_class, key=lambda c: c.record.class_number)]
    sessions = []
    for _, rows in groupby(by_session, key=lambda c: c.slot.session_id):
        members = list(rows)
        one = members[0].slot.session
        words = [f"{moment_text(one.opens, lang, year=this_year())} {one.campus} {one.room}" for lang in ("zh", "en")]
        sessions.append((f"session:{one.pk}", Text(*words), len(members)))
    return [(Text("按班级", "By class"), _parted(classes)), (Text("按场次", "By session"), _parted(sessions))]


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
    """Give out the codes of a bundle or of one number, and print them. Http404 for nobody of the viewer's, Stopped without keys."""
    viewer, act, kind, value, part = viewer_of(request), act_of(request, desk), "", "", 0
    number = request.POST.get("number", "").strip().upper()[:32]
    known = {b.key for _, some in bundles(viewer, campaign) for b in some}
    if number:
        cases = cases_for_slips(viewer, campaign, number=number)
    elif request.POST.get("bundle", "") in known:
        kind, rest = request.POST["bundle"].split(":", 1)
        value, part = rest.rsplit(":", 1)[0], int(rest.rsplit(":", 1)[1])
        cases = cases_for_slips(viewer, campaign)
        cases = cases.filter(record__class_number=value) if kind == "class" else cases.filter(slot__session=value)
    else:
        raise Http404
    chosen = list(cases[part * MOST : (part + 1) * MOST])
    if not chosen:
        raise Http404
    sheet = slip_sheet(campaign, issue_codes_for(act, chosen), act.at)
    answer = HttpResponse(printed(press(()), sheet), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(True, f"采集凭证条-{number or value or campaign.code}.pdf")
    answer["Cache-Control"] = "private, no-store"
    return answer
