"""办理进度 — progress. Where a student stands, from marks with dates; the steps of 研通知[2024]53号 三."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.book.tables import rows

from xueji.rules.progress import Doer, Mark, State, Step, current, stage, standings
from xueji.rules.windows import Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
title = "办理进度 — progress"
WINDOW = Window(datetime(2024, 9, 2, tzinfo=SHANGHAI), datetime(2024, 9, 10, 17, tzinfo=SHANGHAI))
STEPS = [
    Step("semester", Doer.STUDENT, (), WINDOW),
    Step("personal", Doer.STUDENT, ("semester",), WINDOW),
    Step("print", Doer.STUDENT, ("personal",), WINDOW),
    Step("hand_in", Doer.COLLEGE, ("print",), WINDOW),
    Step("survey", Doer.STUDENT, (), WINDOW, optional=True),
]

stages = """
学期注册 | 个人信息 | 打印  | 交表  | 事项 case | 学生下一步 next
---------+----------+-------+-------+-----------+----------------
         |          |       |       | idle      | semester
going    |          |       |       | going     | semester
done     |          |       |       | going     | personal
done     | review   |       |       | going     | print
done     | done     | done  |       | review    |
done     | done     | done  | back  | back      |
done     | back     | done  |       | back      | personal
done     | done     | done  | done  | done      |
"""

instants = """
打印 mark | 现在 now         | 状态 state | 可以办 can act
----------+------------------+------------+---------------
          | 2024-09-01 08:00 | idle       | no
          | 2024-09-05 08:00 | idle       | yes
going     | 2024-09-05 08:00 | going      | yes
review    | 2024-09-05 08:00 | review     | no
          | 2024-09-10 17:00 | late       | no
going     | 2024-09-11 08:00 | late       | no
back      | 2024-09-11 08:00 | late       | no
done      | 2024-09-11 08:00 | done       | no
"""


def marks(row: dict[str, str], names: dict[str, str]) -> dict[str, Mark]:
    at = datetime(2024, 9, 3, tzinfo=SHANGHAI)
    return {code: Mark(State(row[heading]), at) for heading, code in names.items() if row[heading]}


@pytest.mark.parametrize("row", rows(stages))
def test_the_stage_of_a_case_follows_from_its_marks(row):
    facts = marks(row, {"学期注册": "semester", "个人信息": "personal", "打印": "print", "交表": "hand_in"})
    assert stage(STEPS, facts) == row["事项 case"]
    now = current(standings(STEPS, facts, datetime(2024, 9, 5, tzinfo=SHANGHAI)))
    assert (now.step.code if now else "") == row["学生下一步 next"]


@pytest.mark.parametrize("row", rows(instants))
def test_a_step_turns_late_by_itself_at_the_closing_instant(row):
    facts = marks(row, {"打印 mark": "print"}) | {c: Mark(State.DONE, WINDOW.opens) for c in ("semester", "personal")}
    found = standings(STEPS, facts, datetime.fromisoformat(row["现在 now"]).replace(tzinfo=SHANGHAI))[2]
    assert found.state == row["状态 state"]
    assert found.can_act is (row["可以办 can act"] == "yes")


def test_a_step_waits_for_the_steps_before_it():
    waiting = standings(STEPS, {}, datetime(2024, 9, 5, tzinfo=SHANGHAI))[1]
    assert waiting.waits_for == ("semester",) and not waiting.can_act


def test_an_optional_step_is_never_late_and_never_missing():
    now = datetime(2024, 9, 12, tzinfo=SHANGHAI)
    assert standings(STEPS, {}, now)[4].state is State.IDLE
    assert current(standings(STEPS, {}, now), Doer.COLLEGE).step.code == "hand_in"
