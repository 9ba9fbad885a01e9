"""证书去向 — where a certificate may go next (研函〔2020〕61号 四.1)."""

import pytest
from tests.book.tables import rows

from xueji.rules.handover import MOVES, Wish, move

title = "证书去向 — where a certificate may go"

moves = """
从 before | 到 after  | 其他 with                     | 问题 findings
----------+-----------+-------------------------------+------------------
press     | registry  |                               |
registry  | college   |                               |
registry  | college   | commissioned                  | HAND.002
registry  | archive   | commissioned                  |
college   | holder    | screen                        |
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
    )  # fmt: skip
    assert [f.id for f in move(wish)] == row["问题 findings"].split()


def test_nothing_comes_back_from_the_shredder():
    assert MOVES["destroyed"] == frozenset()
