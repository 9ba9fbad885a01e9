"""填报 — filling in. What a typed value becomes, and what is said about it: by itself, and beside the others."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.catalogue.fields import FIELDS, Authority, Kind, Policy, Population
from xueji.rules import fields
from xueji.rules.findings import Level

title = "填报 — filling in a form"
ON = date(2024, 9, 5)

values = """
字段 field               | 填写 typed                   | 保存为 kept        | 问题 findings
-------------------------+------------------------------+--------------------+--------------
mobile                   | 138 0000 1234                | 13800001234        |
mobile                   | １３８００００１２３４       | 13800001234        |
mobile                   | +86 138-0000-1234            | +8613800001234     |
mobile                   | +82 10-1234-5678             | +821012345678      |
mobile                   | 1385550142                   | 1385550142         | FIELD.008
mobile                   | +861380000                   | +861380000         | FIELD.008
emergency_phone          | 010-67392380                 | 010-67392380       |
emergency_phone          | 0513 85501234                | 051385501234       |
emergency_phone          | 67392380                     | 67392380           | FIELD.022
email                    | li.ming@example.edu.cn       | li.ming@example.edu.cn |
email                    | li.ming＠example.edu.cn      | li.ming@example.edu.cn |
email                    | li.ming@                     | li.ming@           | FIELD.009
postal_code              | 100124                       | 100124             |
postal_code              | SW1A 1AA                     | SW1A 1AA           |
postal_code              | 10                           | 10                 | FIELD.010
arrived_on               | 2024年9月2日                 | 2024-09-02         |
arrived_on               | 20240902                     | 2024-09-02         |
arrived_on               | 2024.9.2                     | 2024-09-02         |
arrived_on               | 2024-02-30                   | 2024-02-30         | FIELD.005
arrived_on               | 昨天                         | 昨天               | FIELD.005
born_on                  | 2030-01-01                   | 2030-01-01         | FIELD.006
born_on                  | 1899-12-31                   | 1899-12-31         | FIELD.006
passport_expires_on      | 2029-05-31                   | 2029-05-31         |
passport_expires_on      | 2024-09-04                   | 2024-09-04         | FIELD.023
passport_expires_on      | 2024-09-20                   | 2024-09-20         | FIELD.024
previous_graduated_on    | 2024年6月                    | 2024-06            |
previous_graduated_on    | 202406                       | 2024-06            |
previous_graduated_on    | 2024-06-30                   | 2024-06            |
previous_graduated_on    | 2024-13                      | 2024-13            | FIELD.019
previous_graduated_on    | 2025-06                      | 2025-06            | FIELD.006
ethnic_group             | 毛难族                       | 36                 |
ethnic_group             | 崩龙                         | 46                 |
ethnic_group             | 火星族                       | 火星族             | FIELD.007
political_status         | 党员                         | 01                 |
sex                      | M                            | 1                  |
nationality              | USA                          | 840                |
level                    | 硕士                         | master             |
study_mode               | 普通全日制                   | full_time          |
continuous_programme     | 是                           | yes                |
continuous_programme     | 也许                         | 也许               | FIELD.020
origin_region            | 江苏省                       | 32                 |
origin_region            | 320602                       | 320602             |
origin_region            | 990102                       | 990102             | FIELD.021
school_code              | 10005                        | 10005              |
school_code              | 1005                         | 1005               | FIELD.003
school_code              | 1000A                        | 1000A              | FIELD.004
wechat                   | wx li                        | wx li              | FIELD.004
address                  | 濠南路 １８ 号               | 濠南路 18 号       |
address                  | 濠南路😀                     | 濠南路😀           | FIELD.011
name                     | 阿卜杜热西提·阿卜杜克热木江买买提艾力 | 阿卜杜热西提·阿卜杜克热木江买买提艾力 |
name                     | 阿卜杜热西提·阿卜杜克热木江买买提艾力江 | 阿卜杜热西提·阿卜杜克热木江买买提艾力江 |
dormitory                |                              |                    |
"""

submissions = """
情形 case                     | 学生 origin   | 填写 typed                                             | 问题 findings
------------------------------+---------------+--------------------------------------------------------+--------------
住校要写房间                  | domestic      | lodging=校内宿舍                                       | dormitory FIELD.001
校外租房要写地址              | domestic      | lodging=校外租房; dormitory=西苑 402                   | lodging_address FIELD.001
住家什么都写全                | domestic      | lodging=住家; lodging_address=濠南路 18 号             |
国际学生必须有保险            | international | insurance=                                             | insurance FIELD.001
境内学生可以不写保险          | domestic      | insurance=                                             |
这一步另外要求微信            | domestic      | wechat=                                                | wechat FIELD.001
民族不适用于国际学生          | international | ethnic_group=汉族                                      | ethnic_group FIELD.026
民族不适用，空着正好          | international | ethnic_group=                                          |
紧急联系人不能是自己          | domestic      | emergency_name=李明; emergency_relation=父亲; emergency_phone=13800001234 | emergency_phone FIELD.012, emergency_name FIELD.013
证件号要合乎证件              | domestic      | id_number=11010519491231002                            | id_number IDENT.003
证件号与生日不一致            | domestic      | born_on=2001-03-07                                     | born_on IDENT.007
"""
KNOWN = {
    "name": "李明",
    "mobile": "13800001234",
    "id_document": "01",
    "id_number": "11010519491231002X",
    "born_on": "1949-12-31",
    "sex": "2",
}

histories = """
情形 case         | 经历 rows                                                        | 问题 findings
------------------+------------------------------------------------------------------+--------------
接得上            | 2016-09~2019-06 三中 学生; 2019-09~2023-06 江淮大学 机械         |
至今              | 2019-09~2023-06 江淮大学 机械; 2023-07~ 江海厂 工程师            |
次序颠倒也行      | 2019-09~2023-06 江淮大学 机械; 2016-09~2019-06 三中 学生         |
空了一年          | 2016-09~2019-06 三中 学生; 2020-09~2023-06 江淮大学 机械         | experience FIELD.017
结束早于开始      | 2019-09~2018-06 三中 学生                                        | experience.1.until FIELD.016
缺专业            | 2019-09~2023-06 江淮大学 -                                       | experience.1.position FIELD.025
年月不对          | 2019-19~2023-06 江淮大学 机械                                    | experience.1.since FIELD.019
一行也没有        |                                                                  | experience FIELD.014
"""


@pytest.mark.parametrize("row", rows(values), ids=lambda row: " ".join(row.values()))
def test_a_typed_value_is_kept_in_one_form_and_judged(row):
    code, typed, kept, ids = row.values()
    field = FIELDS[code]
    assert fields.canonical(field, typed) == kept
    assert [one.id for one in fields.value(field, kept, on=ON)] == ids.split()


@pytest.mark.parametrize("row", rows(submissions), ids=lambda row: row["情形 case"])
def test_a_submission_is_judged_as_a_whole(row):
    case, origin, typed, ids = row.values()
    raw = dict(pair.split("=") for pair in typed.split("; "))
    asked = [FIELDS[code] for code in raw]
    if "lodging" in raw:
        asked = [FIELDS[code] for code in ("lodging", "dormitory", "lodging_address")]
    judged = fields.submission(
        asked, raw, population=Population(origin), known=KNOWN, on=ON, also_required=["wechat"] if "微信" in case else ()
    )
    assert ", ".join(f"{one.field} {one.id}" for one in judged.findings) == ids


@pytest.mark.parametrize("row", rows(histories), ids=lambda row: row["情形 case"])
def test_a_history_has_no_gap_and_no_row_that_ends_before_it_begins(row):
    _, typed, ids = row.values()
    table = []
    for one in filter(None, typed.split("; ")):
        period, place, position = one.split()
        since, until = period.split("~")
        table.append({"since": since, "until": until, "place": place, "position": position.strip("-")})
    judged = fields.submission([FIELDS["experience"]], {"experience": table}, population=Population.DOMESTIC, known={}, on=ON)
    assert ", ".join(f"{one.field} {one.id}" for one in judged.findings) == ids


def test_a_member_of_the_family_is_not_the_student():
    judged = fields.submission(
        [FIELDS["family"]],
        {"family": [{"relation": "父亲", "name": "李强"}, {"relation": "配偶", "name": "李明"}, {}, "rubbish"]},
        population=Population.DOMESTIC,
        known=KNOWN,
        on=ON,
    )
    assert [(one.field, one.id, one.place) for one in judged.findings] == [("family.2.name", "FIELD.018", "2")]
    assert [row["relation"] for row in judged.values["family"]] == ["51", "10"]


def test_a_table_has_no_more_rows_than_the_form():
    table = [{"relation": "51", "name": f"李{n}"} for n in range(9)]
    assert [one.id for one in fields.value(FIELDS["family"], table, on=ON)] == ["FIELD.015"]


def test_a_text_longer_than_its_official_column_is_refused_in_bytes():
    assert [one.id for one in fields.value(FIELDS["name"], "欧" * 21, on=ON)] == ["FIELD.002"]
    assert not fields.value(FIELDS["name"], "欧" * 20, on=ON)


def test_a_photo_is_not_judged_as_text():
    assert fields.value(FIELDS["form_photo"], "a-file", on=ON) == []


def test_a_table_that_is_no_list_is_an_empty_table():
    assert fields.canonical(FIELDS["family"], "rubbish") == []


def test_rows_without_periods_have_no_gaps():
    assert fields.value(FIELDS["experience"], [{"since": "?", "until": "", "place": "x", "position": "y"}], on=ON)[0].id == "FIELD.019"


@pytest.mark.parametrize(
    ("code", "typed", "shown"),
    [
        ("id_number", "320102199903072415", "3201**********2415"),
        ("mobile", "13855506620", "138****6620"),
        ("emergency_phone", "0513", "***"),
        ("email", "li.ming@example.edu.cn", "l***@example.edu.cn"),
        ("email", "li.ming", "***"),
        ("health", "1", "***"),
        ("name", "李明", "李明"),
        ("mobile", "", ""),
    ],
)
def test_a_sensitive_value_is_masked_for_other_eyes(code, typed, shown):
    assert fields.masked(FIELDS[code], typed) == shown


@pytest.mark.parametrize("code", ["email", "mobile", "emergency_phone", "id_number", "wechat", "address"])
def test_a_sentence_never_repeats_a_sensitive_value(code):
    secret = "secret-901 \U0001f600" if code == "address" else "secret-901 kept"
    judged = fields.submission([FIELDS[code]], {code: secret}, population=Population.DOMESTIC, known={"id_document": "01"}, on=ON)
    assert judged.findings
    for one in judged.findings:
        assert "secret-901" not in one.message.zh + one.message.en + one.remedy.zh + one.remedy.en


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=60))
def test_no_text_breaks_a_field_and_canonical_values_stay_as_they_are(code, text):
    field = FIELDS[code]
    kept = fields.canonical(field, text)
    assert fields.canonical(field, kept) == kept
    for one in fields.value(field, kept, on=ON):
        assert one.level in Level and one.field == code
    if field.kind is not Kind.TABLE:
        fields.masked(field, kept)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_is_read_however_it_is_written(day):
    for written in (f"{day:%Y%m%d}", f"{day:%Y-%m-%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}年{day.month}月{day.day}日"):
        assert fields.read_date(written) == day
        assert fields.read_month(written) == f"{day:%Y-%m}"


effects = """
方式 policy | 以谁为准 authority | 原值 old | 新值 new | 效力 effect
------------+--------------------+----------+----------+------------
free        | student            | a        | b        | at_once
free        | student            | a        |          | at_once
free        | student            | a        | a        | nothing
free        | student            |          |          | nothing
approval    | student            |          | b        | at_once
approval    | student            | a        | b        | request
approval    | student            | a        |          | request
approval    | school             |          | b        | request
approval    | school             | a        | a        | nothing
correction  | id_document        | a        | b        | refused
fixed       | chsi               |          | b        | refused
fixed       | chsi               | a        | a        | nothing
"""


@pytest.mark.parametrize("row", rows(effects), ids=lambda row: " ".join(row.values()))
def test_a_change_takes_effect_by_the_policy_of_its_field(row):
    policy, authority, old, new, effect = row.values()
    assert fields.effect(Policy(policy), Authority(authority), old, new) == effect
    table = [{"name": "a"}] if old else []
    if policy == "free" and new != old:
        assert fields.effect(Policy.FREE, Authority.STUDENT, table, [{"name": "b"}] if new else []) == effect


@pytest.mark.parametrize(
    ("day", "term"), [("2024-09-02", "2024-2025-1"), ("2025-01-31", "2024-2025-1"), ("2025-02-01", "2024-2025-2"), ("2025-07-31", "2024-2025-2")]
)
def test_a_term_is_numbered_within_its_academic_year(day, term):
    assert fields.term_of(date.fromisoformat(day)) == term
