"""证书去向 — where a certificate may go next (研函〔2020〕61号 四.1)."""

from datetime import datetime

import pytest
from tests.book.tables import rows

from xueji.catalogue.text import Text
from xueji.rules.handover import MOVES, SHANGHAI, Wish, bare, move, return_to_registry

title = "证书去向 — where a certificate may go"

moves = """
从 before | 到 after  | 其他 with                     | 问题 findings
----------+-----------+-------------------------------+------------------
press     | registry  |                               |
registry  | college   |                               |
registry  | college   | commissioned                  | HAND.002
registry  | archive   | commissioned                  |
college   | holder    | screen signed                 |
college   | holder    | screen                        | HAND.014
college   | holder    | screen signed uncounted       | HAND.015
college   | holder    | commissioned                  | HAND.002
college   | holder    | old certificate out           | HAND.003
college   | holder    | proxy                         | HAND.004
college   | holder    | proxy named authorised        |
college   | holder    | proxy named                   | HAND.004
college   | post      |                               | HAND.005
college   | post      | tracked declared              |
college   | post      | tracked                       | HAND.005
post      | holder    | post                          |
post      | college   |                               |
college   | registry  |                               |
college   | archive   |                               | HAND.001
holder    | holder    |                               | HAND.001
holder    | college   | revoked                       |
registry  | holder    | revoked                       | HAND.001
destroyed | registry  |                               | HAND.001
nowhere   | registry  |                               | HAND.001
"""


@pytest.mark.parametrize("row", rows(moves), ids=lambda r: " ".join(r.values()))
def test_a_certificate_goes_only_where_it_may(row):
    said = row["其他 with"]
    words = said.split()
    wish = Wish(
        row["从 before"], row["到 after"], commissioned="commissioned" in words, old_one_in="old certificate out" not in said,
        how=next((w for w in words if w in {"screen", "paper", "proxy", "post"}), ""), proxy="张三" if "named" in words else "",
        authorised="authorised" in words, tracking="SF1" if "tracked" in words else "", declared="declared" in words, revoked="revoked" in words,
        box_counted="uncounted" not in words, holder="李明", signer="李明" if "signed" in words else "",
    )  # fmt: skip
    assert [f.id for f in move(wish)] == row["问题 findings"].split()


def test_nothing_comes_back_from_the_shredder():
    assert MOVES["destroyed"] == frozenset()


returns = """
现在 now         | 期限 until       | 说明 reason | 问题 findings
-----------------+------------------+-------------+--------------
2020-06-28 23:59 | 2020-06-28 23:59 |             |
2020-06-29 00:00 | 2020-06-28 23:59 |             | HAND.012
2020-06-29 00:00 | 2020-06-28 23:59 | 邮寄在途    |
2020-07-20 09:00 |                  |             |
"""


@pytest.mark.parametrize("row", rows(returns), ids=lambda r: " ".join(r.values()))
def test_old_certificates_are_handed_up_in_time_or_with_a_reason(row):
    now, until = (datetime.fromisoformat(row[key]).replace(tzinfo=SHANGHAI) if row[key] else None for key in ("现在 now", "期限 until"))
    found = return_to_registry(college=Text("机械学院", "Mechanical Engineering"), until=until, now=now, reason=row["说明 reason"])
    assert [f.id for f in found] == row["问题 findings"].split()


def test_a_name_is_the_same_name_in_every_spelling_of_its_dot_and_with_spaces():
    assert bare("阿卜杜·热西提") == bare(" 阿卜杜•热西提 ") == bare("阿卜杜．热西提") != bare("阿卜杜热西提")
    assert bare("O'Brien Anna") == bare("o'brien  anna")
