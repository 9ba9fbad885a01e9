"""数值 — dated values. A changed number gets a new entry; an old case is judged by the text of its day; a school may differ."""

from datetime import date

import pytest
from tests.book.tables import rows

from xueji.rules.values import NATIONAL, ValuesError, read_values, school_values

title = "数值 — values with their dates"

LAW = """
[[photo.width]]
value = 360
since = 2002-01-01
until = 2017-12-31
source = "旧规定"
[[photo.width]]
value = 480
since = 2018-01-01
source = "教毕指〔2017〕99号"
"""
SCHOOL = """
[[photo.width]]
value = 600
since = 2024-01-01
until = 2024-12-31
source = "校内规定"
"""

days = """
日期 day   | 国家 national | 学校 school
-----------+---------------+------------
2002-01-01 | 360           | 360
2017-12-31 | 360           | 360
2018-01-01 | 480           | 480
2024-06-01 | 480           | 600
2025-01-01 | 480           | 480
"""


@pytest.mark.parametrize("row", rows(days), ids=lambda row: row["日期 day"])
def test_a_value_holds_on_its_days_and_a_school_may_differ(row):
    day, national, school = row.values()
    values = read_values(LAW)
    assert values.at("photo.width", date.fromisoformat(day)) == int(national)
    assert values.overlaid_with(SCHOOL).at("photo.width", date.fromisoformat(day)) == int(school)


def test_a_value_says_where_it_comes_from():
    entry = read_values(LAW).entry("photo.width", date(2020, 1, 1))
    assert (entry.source, entry.until) == ("教毕指〔2017〕99号", None)


def test_a_day_without_a_text_has_no_value():
    with pytest.raises(ValuesError, match="photo.width: no value in force on 1999-01-01"):
        read_values(LAW).at("photo.width", date(1999, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "[a]\nb = 1",
        '[[a.b]]\nvalue = 1\nsource = "x"',
        "[[a.b]]\nvalue = 1\nsince = 2018-01-01",
        '[[a.b]]\nvalue = 1\nsince = 2018-01-01\nsource = ""',
        '[[a.b]]\nvalue = 1\nsince = "2018"\nsource = "x"',
        '[[a.b]]\nvalue = 1\nsince = 2018-01-01\nuntil = 7\nsource = "x"',
        '[[a.b]]\nvalue = 1\nsince = 2018-01-01\nsource = "x"\nunit = "px"',
    ],
)
def test_a_value_without_date_or_source_is_refused(text):
    with pytest.raises(ValuesError, match="a.b"):
        read_values(text)


def test_a_folder_of_school_values_lies_over_the_national_ones(tmp_path):
    (tmp_path / "school.toml").write_text(SCHOOL, "utf-8")
    values = school_values(tmp_path)
    assert values.at("photo.width", date(2024, 6, 1)) == 600
    assert set(NATIONAL.names()) < set(values.names())


def test_every_national_value_can_be_explained():
    assert NATIONAL.names()
    for value in NATIONAL.national:
        assert value.source and value.since <= (value.until or value.since)
