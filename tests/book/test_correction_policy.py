"""更正窗口 — when a correction may be asked for."""

from datetime import date

import pytest
from tests.book.tables import rows

from xueji.catalogue.fields import FIELDS
from xueji.rules.correction_policy import may_ask
from xueji.rules.values import NATIONAL

title = "更正窗口 — when a correction may be asked for"
SCHOOL = NATIONAL.overlaid_with(
    '[[corrections.months]]\nvalue = { name = [3, 9], id_number = [3, 9] }\nsince = 2024-01-01\nsource = "学校学籍信息更正办法"'
)

asked = """
字段 field   | 日期 on    | 学历注册 registered | 问题 findings
-------------+------------+---------------------+--------------
name         | 2024-03-01 |                     |
name         | 2024-09-30 |                     |
name         | 2024-10-01 |                     | CORR.020
ethnic_group | 2024-10-01 |                     |
name         | 2023-10-01 |                     |
name         | 2025-07-01 | 2025-07-01          | CORR.021
ethnic_group | 2025-06-30 | 2025-07-01          |
"""


@pytest.mark.parametrize("row", rows(asked), ids=lambda row: f"{row['字段 field']} {row['日期 on']}")
def test_a_correction_has_its_months_and_ends_with_the_registration(row):
    registered = date.fromisoformat(row["学历注册 registered"]) if row["学历注册 registered"] else None
    found = may_ask(FIELDS[row["字段 field"]], on=date.fromisoformat(row["日期 on"]), registered_on=registered, values=SCHOOL)
    assert [one.id for one in found] == row["问题 findings"].split()


def test_without_a_schools_own_months_every_month_is_open():
    assert may_ask(FIELDS["name"], on=date(2024, 12, 1), registered_on=None) == []
