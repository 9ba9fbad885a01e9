"""报库内容与证书核对 — what was filed against the record and the printed page, field by field."""

import pytest
from tests.book.tables import rows

from xueji.rules.filed_values import compared

title = "报库内容与证书核对 — filed values"

FACTS = {"name": "李明", "sex": "1", "born_on": "1998-03-01", "major_name": "机械工程", "schooling_years": "3", "level": "master",
         "enrolled_on": "2017-09-01", "graduated_on": "2020-06-30", "certificate_number": "199901202002000001"}  # fmt: skip

filed = """
列 column | 报库 filed         | 不一致 field
----------+--------------------+-------------------
XM        | 李明               |
XM        | 李朋               | name
XB        | 男                 |
XB        | 女                 | sex
CSRQ      | 19980301           |
CSRQ      | 19980302           | born_on
ZYMC      | 机械               | major_name
XZ        | 3.0                |
XZ        | 2.5                | schooling_years
CC        | 硕士研究生         |
RXRQ      | 201709             |
RXRQ      | 20170901           |
RXRQ      | 20180901           | enrolled_on
BYRQ      | 20200701           | graduated_on
ZSBH      | 199901202002000001 |
ZSBH      |                    | certificate_number
SFZH      | 110101199003078515 |
"""


@pytest.mark.parametrize("row", rows(filed), ids=lambda r: " ".join(r.values()))
def test_a_filed_value_is_the_confirmed_one_in_another_spelling_or_a_difference(row):
    found = compared("S1", FACTS, {row["列 column"]: row["报库 filed"]}, {})
    assert [f.field for f in found] == row["不一致 field"].split() and {f.id for f in found} <= {"RUN.009"}


def test_a_difference_says_what_was_confirmed_filed_and_printed():
    (said,) = compared("S1", FACTS, {"XM": "李朋"}, {"name": "李明"})
    assert "姓名" in said.message.zh and said.place == "S1" and [w in said.message.zh for w in ("确认的是“李明”", "报库的是“李朋”", "印出的是“李明”")] == [True] * 3
    (nothing,) = compared("S1", FACTS, {"ZSBH": ""}, {})
    assert "报库的是“—”" in nothing.message.zh
