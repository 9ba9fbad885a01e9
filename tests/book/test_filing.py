"""报库校验 — filing. Which rows may go to an authority, and what keeps a row out."""

from datetime import date

import pytest
from tests.book.tables import rows

from xueji.rules.filing import BUSINESS, CONTINUITY, OVERRIDABLE, SCHEMA, STAGES, ColumnRule, Tolerance, cells, sense, whole

title = "报库校验 — filing"
DAY = date(2020, 7, 1)
COLUMNS = [
    ColumnRule("XH", 15, required=True),
    ColumnRule("XM", 10, required=True),
    ColumnRule("BZ", 8, required=False),
    ColumnRule("SFZH", 18, required=True),
    ColumnRule("ZSBH", 18, required=False),
]

values = """
列 column | 值 value        | 问题 findings
----------+-----------------+--------------
XM        | 单雄信          |
XM        | 欧阳雄信        |
XM        | 阿卜杜热西提    | REPORT.002
XM        |                 | REPORT.001
XM        | 䶮䶮䶮䶮䶮      |
XM        | 𬱖𬱖𬱖          | REPORT.002
XM        | 单·             | REPORT.004
BZ        |                 |
BZ        | 备注备注        |
BZ        | 备注备注一      | REPORT.002
"""

senses = """
证件 | SFZH               | CSRQ     | RXRQ     | BYRQ     | ZSBH | 问题 findings
-----+--------------------+----------+----------+----------+------+--------------
01   | 320600200205060060 | 20020506 | 20170901 | 20200630 | 1    |
01   | 320600200205060061 | 20020506 | 20170901 | 20200630 | 1    | REPORT.005
01   | 320600200205060060 | 20020507 | 20170901 | 20200630 | 1    | REPORT.006
01   | 320600200205060060 | 20020506 | 20170901 | 20170901 | 1    | REPORT.007
01   | 320600200205060060 | 20020506 | 20170901 | 20210630 | 1    | REPORT.008
01   | 320600200205060060 | 20020506 | 20170901 | 20200630 |      | REPORT.009
06   | X1234567           | 20020506 | 20170901 | 20200630 | 1    |
     |                    |          |          |          | 1    |
"""


@pytest.mark.parametrize("row", rows(values), ids=lambda r: f"{r['列 column']} {r['值 value']}")
def test_a_cell_is_judged_in_bytes_and_never_cut(row):
    column = next(c for c in COLUMNS if c.name == row["列 column"])
    value = row["值 value"].replace("单·", "单\ue000")
    assert [f.id for f in cells({column.name: value}, [column])] == row["问题 findings"].split()


def test_a_space_at_either_end_is_found():
    assert [f.id for f in cells({"XH": " S1"}, [COLUMNS[0]])] == ["REPORT.003"]


@pytest.mark.parametrize("row", rows(senses), ids=lambda r: r["问题 findings"] or r["SFZH"])
def test_the_sense_of_a_row_is_judged(row):
    found = sense({c: row[c] for c in ("SFZH", "CSRQ", "RXRQ", "BYRQ", "ZSBH")}, document=row["证件"], on=DAY)
    assert [f.id for f in found] == row["问题 findings"].split()


def line(number, certificate, identity="320600200205060060"):
    return {"XH": number, "XM": "单雄信", "BZ": "", "SFZH": identity, "ZSBH": certificate}


def test_a_number_of_two_people_keeps_both_out():
    judged = whole({"S1": line("S1", "7"), "S2": line("S2", "7", "320600200205060079")}, COLUMNS, {}, {}, on=DAY)
    assert {key: [f.id for f in found] for key, found in judged.findings.items()} == {"S1": ["REPORT.010"], "S2": ["REPORT.010"]}
    assert judged.left_out == {"S1", "S2"}


def test_another_certificate_number_than_the_one_filed_before_is_found():
    judged = whole({"S1": line("S1", "8")}, COLUMNS, {}, {"S1": "7"}, on=DAY)
    assert [f.id for f in judged.findings["S1"]] == ["REPORT.011"]
    assert whole({"S1": line("S1", "7")}, COLUMNS, {}, {"S1": "7"}, on=DAY).findings == {}


def test_a_tolerance_lets_through_as_many_as_expected_and_no_more():
    wrong = {"S1": line("S1", "7", "320600200205060061"), "S2": line("S2", "8", "320600200205060078")}
    documents = {"S1": "01", "S2": "01"}
    two = whole(wrong, COLUMNS, documents, {}, on=DAY, tolerances=[Tolerance("REPORT.005", 2, "旧证", "刘老师")])
    assert two.left_out == frozenset() and two.tolerated == {"REPORT.005": 2}
    one = whole(wrong, COLUMNS, documents, {}, on=DAY, tolerances=[Tolerance("REPORT.005", 1, "旧证", "刘老师")])
    assert one.left_out == {"S1", "S2"} and one.exceeded == {"REPORT.005": 2}


def test_no_tolerance_covers_the_form_of_a_cell_or_a_duplicate():
    assert not {rule for rule in OVERRIDABLE if STAGES[rule] == SCHEMA} and "REPORT.010" not in OVERRIDABLE
    assert set(STAGES.values()) == {SCHEMA, BUSINESS, CONTINUITY}
    judged = whole({"S1": line("S1", "7") | {"XM": ""}}, COLUMNS, {}, {}, on=DAY, tolerances=[Tolerance("REPORT.001", 9, "x", "y")])
    assert judged.left_out == {"S1"}
