"""起止时间 — windows. What is open at which instant, and what a late or early act is told (研通知[2024]53号 四.1)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.catalogue.text import Text
from xueji.rules.windows import Phase, Window, admission

SHANGHAI = ZoneInfo("Asia/Shanghai")
title = "起止时间 — windows"

instants = """
开放 opens          | 截止 closes         | 现在 now                   | 情况 phase | 问题 findings
--------------------+---------------------+----------------------------+------------+--------------
2024-09-02 00:00:00 | 2024-09-10 17:00:00 | 2024-09-01 23:59:59.999999 | before     | TIME.001
2024-09-02 00:00:00 | 2024-09-10 17:00:00 | 2024-09-02 00:00:00        | open       |
2024-09-02 00:00:00 | 2024-09-10 17:00:00 | 2024-09-10 16:59:59.999999 | open       |
2024-09-02 00:00:00 | 2024-09-10 17:00:00 | 2024-09-10 17:00:00        | after      | TIME.002
2024-09-02 00:00:00 | 2024-09-10 17:00:00 | 2024-09-10 17:00:01        | after      | TIME.002
2024-12-11 00:00:00 | 2024-12-17 00:00:00 | 2024-12-16 23:59:59.9      | open       |
"""

MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(SHANGHAI))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("row", rows(instants), ids=lambda r: r["现在 now"])
def test_a_window_is_exact_to_the_instant(row):
    window, now = Window(local(row["开放 opens"]), local(row["截止 closes"])), local(row["现在 now"])
    assert window.phase(now) == row["情况 phase"]
    found = admission(window, now, step="打印登记表", ask=Text("王秘书 67392380", "Wang 67392380"))
    assert [f.id for f in found] == row["问题 findings"].split()
    for f in found:
        assert "打印登记表" in f.message.zh


def test_who_is_late_is_told_the_exact_time_and_whom_to_ask():
    window = Window(None, local("2024-09-10 17:00:00"))
    (late,) = admission(window, local("2024-09-10 17:00:01"), step="打印", ask=Text("王秘书", "Ms Wang"))
    assert "2024-09-10 17:00:00" in late.message.zh and "王秘书" in late.remedy.zh and "Ms Wang" in late.remedy.en


def test_the_same_instant_in_another_zone_is_the_same_instant():
    window = Window(None, local("2024-09-10 17:00:00"))
    assert window.phase(datetime(2024, 9, 10, 9, 0, tzinfo=ZoneInfo("UTC"))) is Phase.AFTER
    assert window.phase(datetime(2024, 9, 10, 8, 59, 59, tzinfo=ZoneInfo("UTC"))) is Phase.OPEN


def test_a_window_refuses_a_time_without_zone():
    with pytest.raises(ValueError, match="zone"):
        Window(datetime(2024, 9, 2), None)


def test_an_extension_makes_a_window_longer_never_shorter():
    window = Window(None, local("2024-09-10 17:00:00"))
    assert window.extended([]) == window
    assert window.extended([local("2024-09-09 17:00:00")]) == window
    assert window.extended([local("2024-09-12 17:00:00"), local("2024-09-11 17:00:00")]).closes == local("2024-09-12 17:00:00")
    assert Window(None, None).extended([local("2024-09-12 17:00:00")]).closes is None


@given(MOMENTS, MOMENTS, st.integers(0, 10**6))
def test_every_instant_is_before_open_or_after_and_in_that_order(opens, closes, seconds):
    window = Window(min(opens, closes), max(opens, closes))
    order = [Phase.BEFORE, Phase.OPEN, Phase.AFTER]
    now = min(opens, closes) - timedelta(days=3)
    assert order.index(window.phase(now)) <= order.index(window.phase(now + timedelta(seconds=seconds)))


def test_who_is_late_is_told_what_became_of_what_was_brought():
    window, now = Window(None, local("2024-09-10 17:00:00")), local("2024-09-10 17:00:01")
    ask = Text("王秘书", "Ms Wang")
    (filled,) = admission(window, now, step=Text("填写", "Fill in"), ask=ask, late=Text("你填的文字都留着，没有丢。", "What you typed is kept. "))
    (nothing,) = admission(window, now, step=Text("阅知", "Acknowledge"), ask=ask)
    assert filled.remedy.zh == "你填的文字都留着，没有丢。需要延期请联系王秘书，由学院批准后可以继续。"
    assert filled.remedy.en == "What you typed is kept. For an extension contact Ms Wang; once the college grants it you can go on."
    assert nothing.remedy.zh.startswith("需要延期") and nothing.remedy.en.startswith("For an extension")
