"""The timetable's workbook: an open day for part-time students only."""

import io
from datetime import date

import pytest
from tests.apps.photos.day import at, opened

from xueji.exchange.photos_files import PART_TIME, TIMETABLE, read_timetable
from xueji.formats.workbooks import Heading, write
from xueji.photos.day.commands.sessions import choose_slot, plan_sessions
from xueji.photos.day.models import Session
from xueji.photos.day.queries import sessions_for
from xueji.records.commands import change_record

pytestmark = pytest.mark.django_db


def book(*rows, headings=(*TIMETABLE, PART_TIME)) -> bytes:
    target = io.BytesIO()
    write(target, [Heading(h) for h in headings], rows, name="安排")
    return target.getvalue()


WEEKDAYS = [["东湖校区", "报告厅", "2024-11-26", "8:30", "12:00", "50", "A", "", ""], ["西山校区", "A206", "2024-11-26", "8:30", "12:00", "50", "B", "", ""]]
SATURDAY = ["东湖校区", "报告厅", "2024-11-30", "9:00", "12:00", "20", "", "", "是"]


def test_a_saturday_for_part_time_students_is_imported_and_is_theirs_only(world):
    day = opened(world, planning=False)
    change_record(world.system(), world.record("王芳"), values={"study_mode": "part_time"}, reason="非全日制")
    rows, found = read_timetable(book(*WEEKDAYS, SATURDAY), world.actor("刘老师"))
    assert found == [] and [(r.open_day, r.part_time) for r in rows] == [(False, False), (False, False), (True, True)]
    plan_sessions(day.act("刘老师", at(11, 21)), day.campaign, rows=rows)
    saturday = Session.objects.get(part_time=True)
    assert saturday.opens.date() == date(2024, 11, 30)
    assert saturday in sessions_for(day.case("王芳"), at(11, 22)) and saturday not in sessions_for(day.case("李明"), at(11, 22))
    assert choose_slot(day.act("王芳", at(11, 22)), day.case("王芳"), session=saturday).result.session == saturday


def test_a_timetable_without_the_column_is_read_as_before(world):
    rows, found = read_timetable(book(*(row[:-1] for row in WEEKDAYS), headings=TIMETABLE), world.actor("刘老师"))
    assert found == [] and not any(r.part_time for r in rows)
