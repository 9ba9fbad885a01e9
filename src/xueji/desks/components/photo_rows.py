"""What the lists of a photo round show, on screen, as a workbook and on paper (采集名单)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from xueji.campaigns.queries import SHANGHAI, notice_of
from xueji.catalogue.text import Text
from xueji.desks.files import file_address
from xueji.documents.engine import press
from xueji.documents.signed_list import Column, SignedList, render
from xueji.formats.workbooks import Heading, write
from xueji.photos.day.queries import Photos, photos_of_all, taken_by
from xueji.photos.day.terms import ORIGINS, capturing
from xueji.records.queries import school
from xueji.rules.capture import FACE_WORDS, Face

if TYPE_CHECKING:
    from xueji.accounts.queries import Viewer
    from xueji.campaigns.models import Campaign, Case
    from xueji.photos.day.models import Capture
    from xueji.rules.findings import Finding

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PORTION = 2000
"""Cases looked at together: a database takes a limited number of keys in one question."""
HEADINGS = (
    ("学号", 16.0, 1.5), ("姓名", 14.0, 1.3), ("学院", 22.0, 1.7), ("班级", 12.0, 1.1), ("专业", 24.0, 1.8), ("分组", 26.0, 1.9), ("按规定", 16.0, 1.2),
    ("时段与地点", 30.0, 2.0), ("照片", 44.0, 2.4),
)  # fmt: skip
DUTIES = {
    "must": Text("必须参加", "must come"), "again": Text("必须重新参加", "must come again"), "may": Text("自愿参加", "may come"),
    "later": Text("不在本批", "not in this round"), "stands": Text("以结业照片为准", "completion photo stands"), "must_not": Text("不应参加", "must not come"),
}  # fmt: skip


OUTCOMES = {"pass": Text("通过", "passed"), "warn": Text("有提示", "hints"), "reject": Text("不通过", "rejected"), "unchecked": Text("未检测", "not examined")}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a photo in words (照片版本): where it comes from, what the rules and CHSI's comparison say of it."""

    capture: Capture
    counts: bool
    why: Finding
    origin: Text
    by: Text
    judged: Text
    face: Text
    recorded: bool


def _by(capture: Capture) -> Text:
    return taken_by(capture, capturing(notice_of(capture.campaign)) if capture.campaign else None)


def version_rows(viewer: Viewer, photos: Photos, *, recorded: bool = False) -> list[tuple[VersionRow, str]]:
    """Every version, newest first, each with the viewer's address of its picture, "" where there is none. ``recorded`` adds by whom."""
    rows = []
    for v in reversed(photos.versions):
        judged = OUTCOMES.get(v.capture.judgement.outcome, OUTCOMES["unchecked"]) if v.capture.judgement_id else OUTCOMES["unchecked"]
        row = VersionRow(v.capture, v.counts, v.why, ORIGINS[v.capture.origin], _by(v.capture), judged, FACE_WORDS[Face(v.capture.face)], recorded)
        rows.append((row, file_address(viewer, v.capture.file_id) if v.capture.file_id else ""))
    return rows


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
    place = f"{slot.starts.astimezone(SHANGHAI):%m-%d %H:%M} {slot.session.campus} {slot.session.room}" if slot else ""
    return [record.student_number, record.person.name, record.college.name, record.class_number, record.major_name, row["group"].zh, row["duty"].zh, place,
            row["photos"].why.message.zh]  # fmt: skip


def _lines(campaign: Campaign, cases: Iterable[Case]) -> list[list[str]]:
    listed = list(cases)
    return [_cells(row) for start in range(0, len(listed), PORTION) for row in rows_of(campaign, listed[start : start + PORTION])]


def workbook(campaign: Campaign, cases: Iterable[Case], *, name: str) -> HttpResponse:
    """The list as a workbook. A sheet's name takes 31 characters and no colon."""
    target = io.BytesIO()
    write(target, [Heading(h, w) for h, w, _ in HEADINGS], _lines(campaign, cases), name=_plain(name)[:31])
    return file_answer(target.getvalue(), XLSX, f"{_plain(name)}.xlsx")


def annex(campaign: Campaign, cases: Iterable[Case], *, name: str, at: datetime) -> HttpResponse:
    """The list as a printed annex (附件), with the notice's number. Raises Unprintable for a character without a glyph."""
    columns = [Column(h, weight) for h, _, weight in HEADINGS]
    signed = SignedList(school=school().name, title=campaign.title, subtitle=name, source=campaign.number, columns=columns,
                        rows=_lines(campaign, cases), frozen_at=at, signatures=(), seal=None)  # fmt: skip
    return file_answer(render(press(()), signed), "application/pdf", f"{_plain(name)}.pdf")


def _plain(name: str) -> str:
    return re.sub(r"[\\/*?:：\[\]]+", " ", name).strip() or "名单"


def file_answer(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to be saved under that name."""
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer
