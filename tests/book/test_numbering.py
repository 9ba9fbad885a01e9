"""证书编号 — certificate numbers: how they are formed, kept and counted (学历证书编号 18 位, 学位证书编号 16 位)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.rules.numbering import DEGREE, LEVELS, QUALIFICATION, gaps, numbered, read, series_of, wanted

title = "证书编号 — certificate numbers"

formed = """
种类 kind     | 学校 school | 年 year | 层次 level    | 序号 serial | 编号 number          | 问题 findings
--------------+-------------+---------+---------------+-------------+--------------------+--------------
qualification | 10190       | 2016    | undergraduate | 222222      | 101901201605222222 |
qualification | 19990       | 2020    | doctor        | 1           | 199901202001000001 |
qualification | 19990       | 2020    | master        | 999999      | 199901202002999999 |
qualification | 19990       | 2020    | second_degree | 7           | 199901202004000007 |
qualification | 19990       | 2020    | associate     | 7           | 199901202006000007 |
degree        | 19990       | 2020    | doctor        | 12          | 1999022020000012   |
degree        | 19990       | 2020    | master        | 12          | 1999032020000012   |
degree        | 19990       | 2020    | associate     | 12          |                    | NUM.002
qualification | 1999        | 20      | kindergarten  | 1           |                    | NUM.001 NUM.002 NUM.003
qualification | 19990       | 2020    | master        | 1000000     |                    | NUM.004
qualification | 19990       | 2020    | master        | 0           |                    | NUM.004
"""

concluded = """
结论 conclusion | 已有编号 has | 政策 policy | 编号 number
----------------+--------------+-------------+------------
graduation      | no           | keep        | new
graduation      | yes          | keep        | keep
completion      | no           | keep        | new
upgrade         | yes          | keep        | keep
upgrade         | yes          | new         | new
upgrade         | no           | keep        | new
incompletion    | no           | keep        | none
withdrawal      | no           | keep        | none
"""

serials = """
占用 held | 末号 last | 空号 gaps
----------+-----------+----------
1 2 3     | 3         |
1 3 4 7   | 8         | 2-2 5-6 8-8
          | 2         | 1-2
          | 0         |
"""


@pytest.mark.parametrize("row", rows(formed), ids=lambda r: f"{r['种类 kind']} {r['层次 level']} {r['序号 serial']}")
def test_a_number_is_formed_of_school_year_level_and_serial(row):
    prefix, found = series_of(row["种类 kind"], school=row["学校 school"], year=int(row["年 year"]), level=row["层次 level"])
    text = ""
    if prefix:
        text, more = numbered(prefix, int(row["序号 serial"]))
        found = found + more
    assert (text, [f.id for f in found]) == (row["编号 number"], row["问题 findings"].split())


@pytest.mark.parametrize("row", rows(concluded), ids=lambda r: f"{r['结论 conclusion']} {r['已有编号 has']} {r['政策 policy']}")
def test_a_conclusion_brings_a_new_number_keeps_the_old_one_or_has_none(row):
    assert wanted(row["结论 conclusion"], has_number=row["已有编号 has"] == "yes", upgrade=row["政策 policy"]) == row["编号 number"]


@pytest.mark.parametrize("row", rows(serials), ids=lambda r: r["占用 held"] or "none")
def test_every_serial_without_a_student_is_a_gap(row):
    found = gaps((int(n) for n in row["占用 held"].split()), int(row["末号 last"]))
    assert " ".join(f"{a}-{b}" for a, b in found) == row["空号 gaps"]


@given(st.sampled_from(sorted(LEVELS)), st.integers(1949, 2999), st.integers(1, 999_999), st.integers(10000, 99999), st.booleans())
def test_a_number_reads_back_as_it_was_formed(level, year, serial, school, degree):
    kind = DEGREE if degree and level != "associate" else QUALIFICATION
    prefix, found = series_of(kind, school=str(school), year=year, level=level)
    text, more = numbered(prefix, serial)
    parts = read(text)
    assert not found + more and parts is not None
    assert (parts.series, parts.serial, parts.school, parts.year) == (prefix, serial, str(school), year)
    assert parts.level == level or {parts.level, level} == {"undergraduate", "second_degree"}  # one code for both in degree numbers


@pytest.mark.parametrize("typed", ["", "19990", "1999012020010000x1", "１９９９０１２０２００１０００００１", "199901202099000001", "1999092020000001"])
def test_what_is_no_number_is_not_read_as_one(typed):
    assert read(typed) is None
