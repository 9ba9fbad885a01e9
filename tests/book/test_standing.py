"""学籍异动 — changes of standing. Which change may follow which standing, and when (教育部令第41号)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.rules.standing import ENDED, MOVES, Wish, judge, within_limit

title = "学籍异动 — changes of standing"

changes = """
异动 move    | 现状 standing | 生效 on    | 至 until   | 上次 last  | 冻结 freeze | 理由 reason | 问题 findings
-------------+---------------+------------+------------+------------+-------------+-------------+--------------
enrol        | admitted      | 2024-09-05 |            |            |             |             |
enrol        | enrolled      | 2024-09-05 |            |            |             |             | STAND.002
retain       | admitted      | 2024-09-05 | 2025-09-01 |            |             |             |
suspend      | enrolled      | 2024-09-05 | 2025-09-01 |            |             |             |
suspend      | enrolled      | 2024-09-05 |            |            |             |             | STAND.003
suspend      | enrolled      | 2024-09-05 | 2024-09-05 |            |             |             | STAND.004
suspend      | suspended     | 2024-09-05 | 2025-09-01 |            |             |             | STAND.002
resume       | suspended     | 2025-09-01 |            | 2024-09-05 |             |             |
resume       | suspended     | 2024-09-01 |            | 2024-09-05 |             |             | STAND.005
keep         | suspended     | 2024-09-05 | 2026-09-01 |            |             |             |
change_major | enrolled      | 2020-05-04 |            |            | 2020-04-30  |             | STAND.006
change_major | enrolled      | 2020-04-29 |            |            | 2020-04-30  |             |
prolong      | enrolled      | 2020-05-04 | 2021-06-30 |            | 2020-04-30  |             |
graduate     | enrolled      | 2020-06-30 |            |            | 2020-04-30  |             |
graduate     | suspended     | 2020-06-30 |            |            |             |             | STAND.002
complete     | enrolled      | 2020-06-30 |            |            |             | 未答辩      |
complete     | enrolled      | 2020-06-30 |            |            |             |             | STAND.008
withdraw     | enrolled      | 2020-06-30 |            |            |             | 超过年限    |
withdraw     | graduated     | 2020-06-30 |            |            |             |             | STAND.002 STAND.008
upgrade      | completed     | 2021-06-30 |            |            |             |             |
dance        | enrolled      | 2021-06-30 |            |            |             |             | STAND.001
"""

limits = """
入学 enrolled | 年限 years | 休学天数 suspended | 当日 on    | 在年限内 within
--------------+------------+--------------------+------------+----------------
2014-09-01    | 6          | 0                  | 2020-06-28 | yes
2014-09-01    | 5          | 0                  | 2020-06-28 | no
2014-09-01    | 5          | 365                | 2020-06-28 | yes
              | 5          | 0                  | 2020-06-28 | ?
2014-09-01    |            | 0                  | 2020-06-28 | ?
"""


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("row", rows(changes), ids=lambda r: f"{r['异动 move']} {r['现状 standing']}")
def test_a_change_of_standing_is_judged(row):
    wish = Wish(row["异动 move"], row["现状 standing"], day(row["生效 on"]), day(row["至 until"]), day(row["上次 last"]),
                day(row["冻结 freeze"]), reason=row["理由 reason"])  # fmt: skip
    assert [f.id for f in judge(wish)] == row["问题 findings"].split()


def test_a_completion_is_upgraded_once():
    assert [f.id for f in judge(Wish("upgrade", "completed", date(2021, 6, 30), upgraded_before=True))] == ["STAND.007"]


@pytest.mark.parametrize("row", rows(limits))
def test_suspensions_do_not_count_towards_the_maximum_duration(row):
    years = float(row["年限 years"]) if row["年限 years"] else None
    answer = within_limit(day(row["入学 enrolled"]), years, int(row["休学天数 suspended"]), day(row["当日 on"]))
    assert answer is {"yes": True, "no": False, "?": None}[row["在年限内 within"]]


@given(st.sampled_from(sorted(MOVES)), st.sampled_from(ENDED))
def test_nothing_leads_out_of_an_end(move, standing):
    today = date(2020, 6, 30)
    assert judge(Wish(move, standing, today, until=today + timedelta(days=1), reason="x"))
