"""What the lists of a photo round show, on screen, as a workbook and on paper (采集名单)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from xueji.campaigns.queries import SHANGHAI, notice_of
from xueji.catalogue.text import Text
from xueji.documents.engine import press
from xueji.documents.signed_list import Column, SignedList, render
from xueji.formats.workbooks import Heading, write
from xueji.photos.day.queries import photos_of_all
from xueji.records.queries import school

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign, Case

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = (("学号", 16.0, 1.4), ("姓名", 14.0, 1.2), ("学院", 22.0, 1.8), ("专业", 24.0, 2.0), ("分组", 26.0, 2.2), ("时段与地点", 30.0, 2.0), ("照片", 44.0, 2.6))
DUTIES = {
    "must": Text("必须参加", "must come"), "again": Text("必须重新参加", "must come again"), "may": Text("自愿参加", "may come"),
    "later": Text("不在本批", "not in this round"), "stands": Text("以结业照片为准", "completion photo stands"), "must_not": Text("不应参加", "must not come"),
}  # fmt: skip


def group_words(campaign: Campaign) -> dict[str, Text]:
    """The groups of a round in the notice's words."""
    return {a.group: a.label for a in notice_of(campaign).audiences}


def rows_of(campaign: Campaign, cases: Iterable[Case]) -> list[dict[str, Any]]:
    """A page of cases: who, group, place in the timetable, the photo that counts and why."""
    page = list(cases)
    photos, words = photos_of_all(page), group_words(campaign)
    return [
        {"case": c, "record": c.record, "group": words.get(c.group, Text(c.group, c.group)), "slot": getattr(c, "slot", None), "photos": photos[c.pk],
         "duty": DUTIES[photos[c.pk].duty]} for c in page
    ]  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str]:
    record, slot = row["record"], row["slot"]
    place = f"{slot.starts.astimezone(SHANGHAI):%m-%d %H:%M} {slot.session.room}" if slot else ""
    return [record.student_number, record.person.name, record.college.name, record.major_name, row["group"].zh, place, row["photos"].why.message.zh]


def workbook(campaign: Campaign, cases: Iterable[Case], *, name: str) -> HttpResponse:
    """The list as a workbook."""
    target = io.BytesIO()
    write(target, [Heading(h, w) for h, w, _ in HEADINGS], [_cells(r) for r in rows_of(campaign, cases)], name=name)
    return _file(target.getvalue(), XLSX, f"{name}.xlsx")


def annex(campaign: Campaign, cases: Iterable[Case], *, name: str, at: datetime) -> HttpResponse:
    """The list as a printed annex (附件), with the notice's number. Raises Unprintable for a character without a glyph."""
    columns = [Column(h, weight) for h, _, weight in HEADINGS]
    signed = SignedList(school=school().name, title=campaign.title, subtitle=name, source=campaign.number, columns=columns,
                        rows=[_cells(r) for r in rows_of(campaign, cases)], frozen_at=at, signatures=(), seal=None)  # fmt: skip
    return _file(render(press(()), signed), "application/pdf", f"{name}.pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
