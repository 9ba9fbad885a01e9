"""What the station says of a scanned code, and what is wrong with a timetable (采集台、场次)."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from xueji.rules.capture import Duty
from xueji.rules.findings import finding
from xueji.rules.station import Planned, Scanned, admission, timetable

title = "采集台放行与场次 — the station's light, the timetable"
NOW = datetime(2024, 11, 26, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
COMES = Scanned(NOW, NOW + timedelta(days=1), False, True, True, Duty.MUST, finding("CAPT.025"), True, True)


@pytest.mark.parametrize(
    ("what", "changed", "light", "says"),
    [
        ("按时来的", {}, "green", []),
        ("凭证过期", {"expires_at": NOW}, "red", ["STAT.005"]),
        ("凭证作废", {"revoked": True}, "red", ["STAT.006"]),
        ("别次采集的凭证", {"this_round": False}, "red", ["STAT.007"]),
        ("已移出名单", {"in_audience": False}, "red", ["STAT.008"]),
        ("单证", {"duty": Duty.MUST_NOT, "reason": finding("CAPT.020")}, "red", ["CAPT.020"]),
        ("已等待，再扫一次", {"number": 7}, "green", ["STAT.010"]),
        ("已拍完，再扫一次", {"number": 7, "finished": True}, "amber", ["STAT.011"]),
        ("不是本人的时段", {"own_session": False}, "amber", ["STAT.012"]),
        ("这里没有场次", {"session_here": False, "own_session": False}, "amber", ["STAT.015"]),
        ("没有准备", {"not_ready": ("采集码", "着装")}, "amber", ["STAT.013"]),
        ("自愿更换", {"duty": Duty.MAY, "reason": finding("CAPT.023")}, "amber", ["CAPT.023"]),
    ],
)
def test_a_scan_is_answered_with_a_light_and_the_reason_in_words(what, changed, light, says):
    seen, found = admission(replace(COMES, **changed))
    assert (seen, [f.id for f in found]) == (light, says)


def test_every_reason_is_named_at_once():
    assert [f.id for f in admission(replace(COMES, revoked=True, expires_at=NOW))[1]] == ["STAT.005", "STAT.006"]


def planned(row, room="报告厅", start=8, hours=4, capacity=100, colleges=("A",), open_day=False, students=0):
    begin = NOW.replace(hour=start)
    return Planned(row, "中关村", room, begin, begin + timedelta(hours=hours), capacity, colleges, open_day, students)


def test_a_timetable_is_told_everything_that_is_wrong_with_it():
    rows = [planned(2), planned(3, start=10), planned(4, room="A206", hours=0), planned(5, room="B1", colleges=()), planned(6, room="C1", students=101)]
    assert [(f.id, f.place) for f in timetable(rows, ["A", "B"])] == [
        ("SESS.004", "3"), ("SESS.001", "4"), ("SESS.002", "5"), ("SESS.003", "6"), ("SESS.005", ""),
    ]  # fmt: skip


def test_with_an_open_day_a_college_without_a_session_is_only_noted():
    found = timetable([planned(2), planned(3, start=13, colleges=(), open_day=True)], ["A", "B"])
    assert [(f.id, str(f.level)) for f in found] == [("SESS.005", "note")]
    assert timetable([planned(2)], ["A"]) == []
