"""Lists of the college as workbooks (导出). Text stays text, so that no cell is ever a formula."""

from __future__ import annotations

import io
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI, cases_for, narrowed, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import for_staff, viewer_of
from xueji.desks.college.forms import CaseFilter
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.desks.college.standing import lines
from xueji.desks.components.languages import said
from xueji.formats.workbooks import Heading, write

PORTION = 2000
"""Cases looked at together: a database takes a limited number of keys in one question."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = (
    (Text("学号", "Student number"), 16),
    (Text("姓名", "Name"), 20),
    (Text("班级", "Class"), 14),
    (Text("专业", "Major"), 24),
    (Text("状态", "State"), 12),
    (Text("停在哪里", "Stopped at"), 36),
    (Text("最近办理", "Last act"), 18),
    (Text("已提醒次数", "Reminders"), 10),
)


def clock(at: datetime | None) -> str:
    """A time for a cell: Beijing time, to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def workbook(headings, rows, *, name: str, file_name: str) -> HttpResponse:
    """A workbook as a download."""
    target = io.BytesIO()
    write(target, [Heading(str(said(title)), width) for title, width in headings], rows, name=name)
    answer = HttpResponse(target.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, file_name)
    return answer


@for_staff(Permission.CASE_EXPORT)
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The people who match the filters, as the list shows them."""
    viewer, campaign, now = viewer_of(request), campaign_seen(code), timezone.now()
    college, _ = college_of(request)
    asked = CaseFilter(request.GET, notice_of(campaign))
    cases = cases_for(viewer, campaign, Permission.CASE_EXPORT).filter(record__college_id=college.code).select_related("record__account")
    matching = list(narrowed(cases, **asked.narrowing()).order_by(*asked.order_by))
    listed = [line for start in range(0, len(matching), PORTION) for line in lines(matching[start : start + PORTION], now)]
    rows = [
        [
            line.number, line.case.record.person.name, line.case.record.class_number, line.case.record.major_name,
            str(said(line.word)), str(said(line.where)), clock(line.touched_at), str(line.reminded.times if line.reminded else 0),
        ]
        for line in listed
    ]  # fmt: skip
    stamp = now.astimezone(SHANGHAI).strftime("%Y%m%d-%H%M")
    return workbook(HEADINGS, rows, name=college.name, file_name=f"{campaign.code}-{college.code}-{stamp}.xlsx")
