"""信息比对 — sources side by side. Who is whom, what really differs, and who is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.rules.comparison import PARTNERS, Partner, Rules, Source, compare, match, normal_form, right_source

title = "信息比对 — sources side by side"

forms = """
字段 field      | 学校 school      | 学信网 chsi    | 相同 same
----------------+------------------+----------------+----------
name            | 买买提·艾力      | 买买提•艾力    | yes
name            | 王芳             | 王 芳          | yes
name            | 王芳             | 王方           | no
sex             | 1                | 男             | yes
sex             | 1                | 女             | no
born_on         | 2001-03-07       | 20010307       | yes
born_on         | 2001-03-07       | 2001/3/7       | yes
born_on         | 2001-03-07       | 20010308       | no
id_number       | 11010519491231002X | 11010519491231002x | yes
ethnic_group    | 01               | 汉族           | yes
level           | master           | 硕士研究生     | yes
major_name      | 会计学（ACCA）   | 会计学(acca)   | yes
major_name      | 会计学           | 会计学（国际） | no
schooling_years | 3                | 3              | yes
"""


@pytest.mark.parametrize("row", rows(forms), ids=lambda row: f"{row['字段 field']} {row['学信网 chsi']}")
def test_values_are_compared_in_their_normal_form(row):
    code = row["字段 field"]
    entry = FIELDS[code]
    ours = Source.of_rows("school", [{"student_number": "S1", code: row["学校 school"]}])
    theirs = Source.of_rows("chsi", [{"student_number": "S1", code: row["学信网 chsi"]}])
    seen = compare([entry], ours, [theirs])
    assert (not seen.differences) is (row["相同 same"] == "yes")
    for one in seen.differences:
        assert one.values == {"school": row["学校 school"], "chsi": row["学信网 chsi"]}, "the originals are shown"


authorities = """
字段 field       | 学校 school | 学信网 chsi | 以谁为准 prevails | 对的 right
-----------------+-------------+-------------+-------------------+-----------
major_name       | 金融学      | 会计学      |                   | chsi
class_number     | A1          | A2          |                   | school
id_number        | 1           | 2           |                   |
id_number        | 1           | 2           | chsi              | chsi
class_number     | A1          | A2          | chsi              | chsi
class_number     | A1          | -           | chsi              | school
major_name       | 金融学      | -           |                   |
"""


@pytest.mark.parametrize("row", rows(authorities), ids=lambda row: f"{row['字段 field']} {row['以谁为准 prevails']}")
def test_who_is_right_follows_the_catalogue_or_the_round(row):
    values = {"school": row["学校 school"], "chsi": row["学信网 chsi"].replace("-", "")}
    assert right_source(FIELDS[row["字段 field"]], values, Rules(prevails=row["以谁为准 prevails"])) == row["对的 right"]


def test_a_declared_difference_is_normal_and_says_why():
    ours = Source.of_rows("school", [{"student_number": "S1", "major_name": "会计学（ACCA）方向", "political_status": "03"}])
    theirs = Source.of_rows("chsi", [{"student_number": "S1", "major_name": "会计学", "political_status": "中共党员"}])
    why = Text("区分培养方案", "to tell programmes apart")
    rules = Rules("chsi", {"major_name": why}, frozenset({"political_status"}))
    seen = compare([FIELDS["major_name"], FIELDS["political_status"]], ours, [theirs], rules=rules)
    assert [(one.field, one.known, one.value) for one in seen.differences] == [("major_name", why, "会计学")]
    assert seen.real() == []


def test_three_sources_are_shown_together():
    ours = Source.of_rows("school", [{"student_number": "S1", "name": "王芳"}, {"student_number": "S2", "name": "李明"}])
    chsi = Source.of_rows("chsi", [{"student_number": "S1", "name": "王方"}])
    degrees = Source.of_rows("degrees", [{"student_number": "S1", "name": "王芳"}, {"student_number": "S2", "name": "李明"}])
    (one,) = compare([FIELDS["name"]], ours, [chsi, degrees]).differences
    assert one.values == {"school": "王芳", "chsi": "王方", "degrees": "王芳"} and one.row == 0
    assert one.value == "", "a name is decided by the identity document"
    absent = Source.of_rows("degrees", [{"student_number": "S2", "name": "李明"}])
    (one,) = compare([FIELDS["name"]], ours, [chsi, absent]).differences
    assert one.values == {"school": "王芳", "chsi": "王方"}, "a source without the student says nothing"


def test_a_column_that_a_source_lacks_is_not_compared():
    ours = Source.of_rows("school", [{"student_number": "S1", "name": "王芳", "sex": "2"}])
    theirs = Source.of_rows("chsi", [{"student_number": "S1", "name": "王芳"}])
    seen = compare([FIELDS["name"], FIELDS["sex"], FIELDS["major_name"]], ours, [theirs])
    assert seen.compared == 1 and seen.differences == []


def test_rows_join_by_student_number_then_candidate_number_then_identity_number():
    ours = Source.of_rows(
        "school",
        [
            {"student_number": "s 1", "candidate_number": "K1", "id_number": "A"},
            {"student_number": "S2", "candidate_number": "K2"},
            {"student_number": "S3", "id_number": "11010519491231002x"},
            {"student_number": "S4"},
        ],
    )
    theirs = Source.of_rows(
        "chsi",
        [
            {"student_number": "X", "id_number": "11010519491231002X"},
            {"student_number": "Y", "candidate_number": "K2"},
            {"student_number": "S1", "candidate_number": "K9", "id_number": "B"},
        ],
    )
    found = match(ours, theirs)
    assert found.pairs == [2, 1, 0, -1]
    assert found.by == {"student_number": 1, "candidate_number": 1, "id_number": 1}
    assert list(found.alone) == [3] and found.alone_there == {}


def test_a_number_that_stands_twice_joins_nothing():
    ours = Source.of_rows("school", [{"student_number": "S1"}])
    theirs = Source.of_rows("chsi", [{"student_number": "S1"}, {"student_number": "S1"}])
    assert match(ours, theirs).pairs == [-1]


def test_a_joined_row_whose_person_is_another_is_doubtful():
    ours = Source.of_rows("school", [{"student_number": "S1", "name": "王芳", "id_number": "A"}])
    theirs = Source.of_rows("chsi", [{"student_number": "S1", "name": "李明", "id_number": "B"}])
    assert match(ours, theirs).doubtful == (0,)


partners = """
学校 school                       | 学信网 chsi                          | 原因 why
----------------------------------+--------------------------------------+--------------------
S2024010001 王芳 2001-01-02 110X1 | S2024010007 王芳 2001-01-02 110Y1    | one_character_off
S2024010001 王芳 2001-01-02 110X1 | S9999999999 王方 2001-01-02 110X2    | one_character_off
S2024010001 王芳 2001-01-02 110X1 | S9999999999 王芳 20010102 440Z9      | same_name_and_birth
S2024010001 王芳 2001-01-02 110X1 | S2024010007 李明 2001-05-05 440Z9    |
"""


@pytest.mark.parametrize("row", rows(partners), ids=lambda row: row["学信网 chsi"])
def test_what_is_left_over_is_listed_with_its_likely_partner(row):
    keys = ("student_number", "name", "born_on", "id_number")
    ours = Source.of_rows("school", [dict(zip(keys, row["学校 school"].split(), strict=True))])
    theirs = Source.of_rows("chsi", [dict(zip(keys, row["学信网 chsi"].split(), strict=True))])
    found = match(ours, theirs)
    expected = [row["原因 why"]] if row["原因 why"] else []
    assert [one.why for one in found.alone[0]] == expected
    assert [one.why for one in found.alone_there[0]] == expected


def test_neighbours_who_are_both_left_over_keep_their_own_partners():
    ours = Source.of_rows("school", [{"student_number": "B101", "name": "王芳"}, {"student_number": "B102", "name": "李明"}])
    theirs = Source.of_rows("chsi", [{"student_number": "B103", "name": "王芳"}])
    found = match(ours, theirs)
    assert [one.why for one in found.alone[0]] == [Partner.ONE_CHARACTER_OFF] and found.alone[1] == ()


def test_two_records_of_one_person_and_a_variant_of_the_name_are_told_apart():
    person = {"name": "王芳", "id_number": "110X1"}
    ours = Source.of_rows("school", [person | {"student_number": "B1"}, person | {"student_number": "M1"}])
    theirs = Source.of_rows("chsi", [person | {"student_number": "B1"}])
    (likely,) = match(ours, theirs).alone[1]
    assert likely.why is Partner.ANOTHER_RECORD
    twice = Source.of_rows("chsi", [{"id_number": "110X1", "name": "王 方"}, {"id_number": "110X1", "name": "王芳"}])
    whys = {one.why for one in match(Source.of_rows("school", [person]), twice).alone[0]}
    assert whys == {Partner.ANOTHER_RECORD, Partner.NAME_VARIANT}
    assert set(PARTNERS) == set(Partner)


def test_a_row_reads_back_as_a_mapping():
    source = Source.of_rows("chsi", [{"name": "王芳"}, {"name": "", "sex": "1"}])
    assert len(source) == 2 and source.row(0) == {"name": "王芳"} and source.row(1) == {"sex": "1"}
    assert len(Source.of_rows("chsi", [])) == 0


@given(st.sampled_from(["name", "born_on", "id_number", "sex", "major_name", "student_number"]), st.text("王芳买提·•　 Aa１2-/.年月日（(）)汉族男女硕士xX", max_size=20))
def test_a_normal_form_is_its_own_normal_form(code, value):
    normal = normal_form(FIELDS[code])
    assert normal(normal(value)) == normal(value)
