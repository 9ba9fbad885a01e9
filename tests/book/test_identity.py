"""身份证件 — identity documents. Which numbers are legal, what they say of their holder, and what contradicts them.

An empty last cell means that nothing stands in the way. Dates: the day on which the number is judged.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.catalogue.codes import code_table
from xueji.rules import identity
from xueji.rules.findings import Level
from xueji.rules.identity import Document, NumberFacts

title = "身份证件 — identity documents"

numbers = """
证件 document         | 号码 number          | 日期 on    | 问题 findings
----------------------+----------------------+------------+--------------
居民身份证            | 11010519491231002X   | 2024-09-05 |
居民身份证            | １１０１０５19491231 002x | 2024-09-05 |
居民身份证            | 110105194912310021   | 2024-09-05 | IDENT.004
居民身份证            | 11010519491231002    | 2024-09-05 | IDENT.003
居民身份证            | 1101051949123100X2   | 2024-09-05 | IDENT.002
居民身份证            | 11010519491231O02X   | 2024-09-05 | IDENT.002
居民身份证            | 110105200002300015   | 2024-09-05 | IDENT.005
居民身份证            | 11010520300101001X   | 2024-09-05 | IDENT.006
居民身份证            | 110105189001010011   | 2024-09-05 | IDENT.006
居民身份证            | 119905200001010018   | 2024-09-05 | IDENT.009
居民身份证            | 710000199408230028   | 2024-09-05 |
居民身份证            | 110105491231002      | 2012-12-31 |
居民身份证            | 110105491231002      | 2013-01-01 | IDENT.010
居民身份证            | 110105491331002      | 2024-09-05 | IDENT.010 IDENT.005
居民身份证            | 1.2E+17              | 2024-09-05 | IDENT.011
居民身份证            | 110105194912310.0    | 2024-09-05 | IDENT.011
居民身份证            | 110105194912311000   | 2024-09-05 | IDENT.012
居民身份证            | 110105199001013000   | 2024-09-05 | IDENT.013
居民身份证            | 810000199408230021   | 2024-09-05 | IDENT.014
居民身份证            | 911124198108030024   | 2024-09-05 | IDENT.014
居民身份证            |                      | 2024-09-05 | IDENT.001
港澳台居民居住证      | 810000199408230021   | 2024-09-05 |
港澳台居民居住证      | 830000199201300022   | 2024-09-05 |
港澳台居民居住证      | 11010519491231002X   | 2024-09-05 | IDENT.015
港澳台居民居住证      | 81000019940823002    | 2024-09-05 | IDENT.003
外国人永久居留身份证  | 911124198108030024   | 2024-09-05 |
外国人永久居留身份证  | 932682198501010017   | 2024-09-05 |
外国人永久居留身份证  | 911124198108030024   | 2023-11-30 | IDENT.024
外国人永久居留身份证  | 911999198108030029   | 2024-09-05 | IDENT.019
外国人永久居留身份证  | 994124198108030021   | 2024-09-05 | IDENT.009
外国人永久居留身份证  | 11010519491231002X   | 2024-09-05 | IDENT.016
外国人永久居留身份证  | 911124198108030025   | 2024-09-05 | IDENT.004
外国人永久居留身份证  | CAN11018108031       | 2024-09-05 | IDENT.002
外国人永久居留身份证  | CAN110098108031      | 2024-09-05 |
外国人永久居留身份证  | XQX110098108031      | 2024-09-05 | IDENT.019
港澳居民来往内地通行证 | H12345678           | 2024-09-05 |
港澳居民来往内地通行证 | M1234567801         | 2024-09-05 |
港澳居民来往内地通行证 | 12345678            | 2024-09-05 | IDENT.017
台湾居民来往大陆通行证 | 12345678            | 2024-09-05 |
台湾居民来往大陆通行证 | 1234567             | 2024-09-05 | IDENT.018
香港居民身份证        | A123456(3)           | 2024-09-05 |
香港居民身份证        | A123456（3）         | 2024-09-05 |
香港居民身份证        | A123456(4)           | 2024-09-05 | IDENT.004
香港居民身份证        | 123456(3)            | 2024-09-05 | IDENT.020
护照                  | e12345678            | 2024-09-05 |
护照                  | ABCDEFG              | 2024-09-05 | IDENT.021
护照                  | E-1234567            | 2024-09-05 | IDENT.021
驾驶证                | 110105194912310021   | 2024-09-05 | IDENT.022
"""

holders = """
证件 document        | 号码 number         | 生日 born_on | 性别 sex | 国籍   | 来源 origin   | 问题 findings
---------------------+---------------------+--------------+----------+--------+---------------+--------------
居民身份证           | 11010519491231002X  | 1949-12-31   | 女       | 中国   | domestic      |
居民身份证           | 11010519491231002X  | 1949-12-30   | 女       | 中国   | domestic      | IDENT.007
居民身份证           | 11010519491231002X  | 1949-12-31   | 男       | 中国   | domestic      | IDENT.008
居民身份证           | 11010519491231002X  | 1949-12-13   | 男       | 中国   | international | IDENT.007 IDENT.008 IDENT.023
居民身份证           | 110105491231001     | 1949-12-31   | 男       | 中国   | domestic      |
居民身份证           | 11010519491231002X  | 1949-12-31   | 未说明   | 中国   | domestic      |
外国人永久居留身份证 | 911124198108030024  | 1981-08-03   | 男       | 加拿大 | international |
外国人永久居留身份证 | 911124198108030024  | 1981-08-03   | 女       | 美国   | international | IDENT.025
外国人永久居留身份证 | CAN110098108031     | 1981-08-03   | 女       | 美国   | international | IDENT.025
护照                 | E12345678           | 1981-08-03   | 女       | 美国   | international |
护照                 | E12345678           | 1981-08-03   | 女       | 中国   | hmt           |
护照                 | E12345678           | 1981-08-03   | 女       | 中国   | domestic      | IDENT.023
"""


def document(word: str) -> str:
    return code_table("id_document").code_of(word) or ""


@pytest.mark.parametrize("row", rows(numbers), ids=lambda row: " ".join(list(row.values())[:3]))
def test_a_number_is_judged_by_its_document_and_the_day(row):
    kind, number, on, ids = row.values()
    assert [one.id for one in identity.number(document(kind), number, on=date.fromisoformat(on))] == ids.split()


@pytest.mark.parametrize("row", rows(holders), ids=lambda row: " ".join(row.values()))
def test_a_number_must_not_contradict_its_holder(row):
    kind, number, born_on, sex, nationality, origin, ids = row.values()
    found = identity.holder(
        document(kind),
        number,
        born_on=date.fromisoformat(born_on),
        sex=code_table("sex").code_of(sex),
        nationality=code_table("nationality").code_of(nationality),
        population=origin,
    )
    assert [one.id for one in found] == ids.split()


def test_a_holder_of_whom_nothing_else_is_known_is_not_contradicted():
    assert identity.holder("01", "11010519491231002X") == []


def test_every_character_of_a_number_is_covered_by_its_check_character():
    """One wrong digit, or two neighbours exchanged, is always noticed (ISO 7064 MOD 11-2)."""
    good = "110105194912310021"[:17] + identity.check_character("11010519491231002")
    for place in range(17):
        for digit in "0123456789":
            wrong = good[:place] + digit + good[place + 1 :]
            assert (identity.check_character(wrong[:17]) == wrong[17]) is (wrong == good)
    for place in range(16):
        swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
        assert (identity.check_character(swapped[:17]) == swapped[17]) is (swapped == good)


@pytest.mark.parametrize(
    ("number", "document"),
    [
        ("11010519491231002x", Document.RESIDENT),
        ("110105491231002", Document.RESIDENT),
        ("820000199408230021", Document.RESIDENCE_PERMIT),
        ("911124198108030024", Document.FOREIGN_RESIDENT),
        ("CAN110098108031", Document.FOREIGN_RESIDENT),
        ("m12345678", Document.HK_MACAO_PERMIT),
        ("A123456（3）", Document.HK_IDENTITY_CARD),
        ("12345678", Document.TAIWAN_PERMIT),
        ("E12345678", None),
        ("", None),
    ],
)
def test_a_document_is_recognised_by_the_form_of_its_number(number, document):
    assert identity.recognise(number) is document


@pytest.mark.parametrize(
    ("kind", "number", "facts"),
    [
        (Document.RESIDENT, "11010519491231002X", NumberFacts(date(1949, 12, 31), "2", "110105")),
        (Document.RESIDENT, "110105491231001", NumberFacts(date(1949, 12, 31), "1", "110105")),
        (Document.RESIDENT, "110105194913310020", NumberFacts(None, "2", "110105")),
        (Document.FOREIGN_RESIDENT, "911124198108030024", NumberFacts(date(1981, 8, 3), None, "11", "124")),
        (Document.FOREIGN_RESIDENT, "CAN110098108031", NumberFacts(nationality="124")),
        (Document.FOREIGN_RESIDENT, "1", NumberFacts()),
        (Document.PASSPORT, "11010519491231002X", NumberFacts()),
    ],
)
def test_a_number_says_who_its_holder_is(kind, number, facts):
    assert identity.number_facts(kind, number) == facts


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("320102199903072415", "3201**********2415"),
        ("110105491231002", "1101*******1002"),
        ("E12345678", "E1*****78"),
        ("12345678", "12****78"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_a_screen_shows_no_more_than_the_ends_of_a_number(number, shown):
    assert identity.mask(number) == shown


@given(st.text(alphabet="0123456789XABCDEFGH", max_size=20))
def test_a_mask_keeps_the_length_and_hides_at_least_half_of_a_short_number(number):
    shown = identity.mask(number)
    assert len(shown) == len(number)
    if number:
        assert shown.count("*") * 2 >= len(number) - 2


@given(st.text(max_size=30))
def test_no_text_breaks_the_judgement_of_a_number(text):
    for kind in ["", "99", *Document]:
        for one in identity.number(kind, text, on=date(2024, 9, 5)):
            assert one.level in Level and one.message.zh and one.remedy.en
    identity.recognise(text)
    assert identity.normalise(identity.normalise(text)) == identity.normalise(text)


@given(st.dates(date(1950, 1, 1), date(2010, 1, 1)), st.integers(1, 999))
def test_a_well_made_number_is_always_legal_and_tells_its_birth_date(born, order):
    seventeen = f"320102{born:%Y%m%d}{order:03d}"
    number = seventeen + identity.check_character(seventeen)
    found = identity.number(Document.RESIDENT, number, on=date(2024, 9, 5))
    assert {one.id for one in found} <= {"IDENT.013"}
    assert identity.number_facts(Document.RESIDENT, number).born_on == born


def test_a_number_that_a_spreadsheet_may_have_rounded_is_never_passed_silently():
    """Two in a thousand real numbers end in 000 with a right check character: a person looks, nobody is turned away."""
    levels = {
        number: [one.level for one in identity.number(Document.RESIDENT, number, on=date(2024, 9, 5))]
        for number in ("110105194912311000", "110105199001013000")
    }
    assert sorted(levels.values()) == [[Level.DOUBT], [Level.STOP]]
