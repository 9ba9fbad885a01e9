"""证书模板 — masters: the fixed phrases against the register, the fields, the words of duration (研函〔2020〕61号; 五年一贯制错印)."""

from datetime import date
from pathlib import Path

import pytest
from tests.book.tables import rows

from xueji.catalogue.codes import code_table
from xueji.rules.masters import NEEDED, body_of, day_words, issue_words, lint, month_words, read_master, schooling_word, values_of

title = "证书模板 — masters of certificates"
FOLDER = Path(__file__).resolve().parents[2] / "src" / "xueji" / "documents" / "masters"
REGISTER = {
    "school_name": "东湖理工大学", "school_name_en": "Donghu University of Technology", "president": "沈致远", "president_en": "Shen Zhiyuan",
    "school_name_pinyin": "Donghu Ligong Daxue",
}  # fmt: skip
FACTS = {
    "name": "欧阳静怡", "sex": "2", "born_on": "1995-05-06", "enrolled_on": "2017-09-01", "graduated_on": "2020-06-30", "level": "master",
    "major_name": "计算机科学与技术", "major_name_en": "Computer Science", "schooling_years": "3", "certificate_number": "199901202002000017",
    "name_pinyin": "OUYANG JINGYI", "conclusion": "upgrade",
}  # fmt: skip

planted = """
改动 change                                      | 问题 findings
-------------------------------------------------+--------------------------------
nothing                                          |
东湖理工大学 -> 东湖理工大学院                   | MASTER.004
沈致远 -> 沈志远                                 | MASTER.004
{name} -> 同学                                   | MASTER.003 MASTER.003
{name} -> {nickname}                             | MASTER.002 MASTER.003 MASTER.002 MASTER.003
{schooling} -> 五年一贯制                        | MASTER.003 MASTER.006 MASTER.003 MASTER.006
"三年制" -> "三年一贯制"                         | MASTER.006
"硕士研究生" -> "研究生"                         | MASTER.007
{name} -> {name                                  | MASTER.001 MASTER.001
"""

dates = """
日 day     | 发证日期 issued          | 月 month    | 日 written
-----------+--------------------------+-------------+-------------
2020-06-30 | 二〇二〇年六月三十日     | 2020年6月   | 2020年6月30日
2021-01-10 | 二〇二一年一月十日       | 2021年1月   | 2021年1月10日
2024-12-21 | 二〇二四年十二月二十一日 | 2024年12月  | 2024年12月21日
"""


def text(kind="graduation"):
    return (FOLDER / f"{kind}.toml").read_text("utf-8")


@pytest.mark.parametrize("row", rows(planted), ids=lambda r: r["改动 change"])
def test_a_planted_mistake_is_found_by_the_lint(row):
    old, _, new = row["改动 change"].partition(" -> ")
    body, found = read_master(text().replace(old, new) if new else text())
    assert found == [] and [f.id for f in lint(body, REGISTER)] == row["问题 findings"].split()


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_every_master_that_comes_with_the_installation_is_clean(kind):
    master, found = read_master(text(kind))
    assert found == [] and lint(master, REGISTER) == []


def test_a_phrase_without_a_confirmed_wording_is_stopped():
    master, _ = read_master(text())
    assert [f.id for f in lint(master, {"school_name": "东湖理工大学"})] == ["MASTER.005"]


@pytest.mark.parametrize("broken", ["kind = ", "title = 'x'", "kind = 'study'\ntitle = 'x'\n[bodies]\n[phrases]\n[levels]\n[schooling]\n[labels]\n"])
def test_a_file_that_is_no_master_says_what_it_lacks(broken):
    master, found = read_master(broken)
    assert master is None and [f.id for f in found] == ["MASTER.001"]


def test_the_words_of_duration_are_those_of_the_code_table():
    table = code_table("schooling_years")
    for entry in table:
        said = schooling_word(entry.code).zh
        assert said.endswith("制") and table.code_of(said) in {entry.code, None}
    assert [schooling_word(c).zh for c in ("2", "2.5", "3", "5")] == ["二年制", "两年半制", "三年制", "五年制"]
    assert [schooling_word(c).en for c in ("2.5", "8")] == ["two-and-a-half-year", "eight-year"]


@pytest.mark.parametrize("row", rows(dates), ids=lambda r: r["日 day"])
def test_dates_are_written_as_on_a_certificate(row):
    day = date.fromisoformat(row["日 day"])
    assert (issue_words(day).zh, month_words(day).zh, day_words(day).zh) == tuple(row[h] for h in list(row)[1:])


def test_the_sentence_holds_the_students_values():
    master, _ = read_master(text())
    values, found = values_of(FACTS, master)
    assert found == []
    assert body_of(master, "master", values).startswith("研究生欧阳静怡，性别女，1995年5月6日生，于2017年9月至2020年6月在本校计算机科学与技术专业学习，学制为三年制")
    assert body_of(master, "undergraduate", values).startswith("学生欧阳静怡")
    study, _ = read_master(text("study"))
    assert body_of(study, "undergraduate", values_of(FACTS, study)[0]).startswith("兹证明欧阳静怡")
    attestation, _ = read_master(text("attestation"))
    assert "于2020年6月30日准予毕业，原证书编号199901202002000017" in body_of(attestation, "master", values_of(FACTS, attestation)[0])


def test_the_english_version_uses_the_confirmed_spelling():
    master, _ = read_master(text("english"))
    values, found = values_of(FACTS, master)
    assert found == [] and "OUYANG JINGYI, female, born on 6 May 1995" in body_of(master, "master", values)


def test_nothing_is_printed_with_a_hole_in_it():
    master, _ = read_master(text())
    _, found = values_of(FACTS | {"major_name": "", "schooling_years": "9"}, master)
    assert [(f.id, f.field) for f in found] == [("CERT.001", "major_name"), ("CERT.001", "schooling_years")]
