"""Study results from a file: every problem with its row, an empty cell stays unknown, nothing half written."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from xueji.cli.main import main
from xueji.exchange.studies_file import read_studies
from xueji.graduation.models import Studies

pytestmark = pytest.mark.django_db
GOOD = "学号,姓名,学分：学位课,课程:矩阵论,考试：外语,事项：体测合格,未了：图书,答辩日期,答辩结果,答辩成绩,最长学习年限,备注\n"


def written(tmp_path, text):
    path = tmp_path / "studies.csv"
    path.write_text(text, "utf-8")
    return path


def test_every_kind_of_column_is_understood_and_an_empty_cell_says_nothing(world, tmp_path):
    path = written(tmp_path, GOOD + "s202401001,李明,18.5,85,,是,否,2020/6/10,通过,良好,5,x\nS202401002,王芳,,合格,430,,,20200611,未通过,,,\n")
    found = read_studies(path)
    assert found.findings == [] and found.ignored == ["备注"]
    assert found.rows[0][1] == {
        "credits": {"学位课": 18.5}, "courses": {"矩阵论": 85.0}, "facts": {"体测合格": True}, "holds": {"图书": False},
        "defence_on": date(2020, 6, 10), "defence_passed": True, "defence_grade": "良好", "limit_years": 5.0,
    }  # fmt: skip
    assert found.rows[1][1] == {"courses": {"矩阵论": True}, "tests": {"外语": 430.0}, "defence_on": date(2020, 6, 11), "defence_passed": False}


def test_all_problems_are_named_with_their_rows(world, tmp_path):
    path = written(tmp_path, "学号,学分：学位课,答辩日期,答辩结果\nS202401001,many,2020-13-01,maybe\nS999,1,,\nS202401001,1,,\nS202401002,-4,,\n")
    found = read_studies(path)
    assert [(f.id, f.place) for f in found.findings] == [
        ("STUDY.004", "2"), ("STUDY.004", "2"), ("STUDY.004", "2"), ("STUDY.002", "3"), ("STUDY.003", "4"), ("STUDY.004", "5"),
    ]  # fmt: skip


def test_a_file_without_student_numbers_or_that_is_no_table_is_refused(world, tmp_path):
    assert [f.id for f in read_studies(written(tmp_path, "name,credits\nx,1\n")).findings] == ["STUDY.001"]
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    assert read_studies(empty).findings[0].id.startswith("FORMAT.")


def test_a_workbook_with_real_dates_and_numbers_reads_the_same(world, tmp_path):
    book = Workbook()
    book.active.append(["学号", "学分：学位课", "答辩日期", "答辩结果"])
    book.active.append(["S202401001", 20, date(2020, 6, 10), "通过"])
    book.save(tmp_path / "s.xlsx")
    (row,) = read_studies(tmp_path / "s.xlsx").rows
    assert row[1] == {"credits": {"学位课": 20.0}, "defence_on": date(2020, 6, 10), "defence_passed": True}


def run(*words):
    return CliRunner().invoke(main, ["graduation", *words])


def test_the_command_line_takes_over_all_or_nothing_and_explains(world, tmp_path):
    bad = written(tmp_path, "学号,学分：学位课\nS202401001,many\nS202401002,20\n")
    refused = run("studies", str(bad), "--source", "成绩系统", "--on", "2024-09-05", "--json")
    assert refused.exit_code == 1 and json.loads(refused.output)["findings"][0]["id"] == "STUDY.004" and not Studies.objects.exists()
    good = written(tmp_path, "学号,学分：学位课,答辩结果\nS202401001,20,通过\n")
    assert run("studies", str(good), "--source", "成绩系统", "--on", "2024-09-05", "--dry-run").exit_code == 0 and not Studies.objects.exists()
    assert "写入 1 人" in run("studies", str(good), "--source", "成绩系统", "--on", "2024-09-05").output
    plan = tmp_path / "plan.toml"
    plan.write_text('[plan]\ncode="m"\ntitle="硕士"\nlevels=["master"]\nintake={from=2020}\nsource="2020版"\n[[requirement]]\ncode="d"\nkind="credits"\nsubject="学位课"\nleast=18\n', "utf-8")
    assert "1 条要求" in run("plan", str(plan)).output
    assert "第 1 版" in run("plan", str(plan), "--publish").output
    plan.write_text("nonsense", "utf-8")
    assert run("plan", str(plan)).exit_code == 1
    seen = json.loads(run("explain", "s202401001", "--on", "2025-06-20", "--json").output)
    assert seen["requirements"][0]["verdict"] == "met" and seen["requirements"][0]["measured"] == "20"
    assert seen["facts"]["defence_passed"] is True and seen["plan"] == "m"
    looked = json.loads(run("explain", "S202401001", "--on", "2025-06-20", "--what-if", "defence_passed=no", "--json").output)
    assert looked["proposed"] == "prolong" and "GRAD.007" in {f["id"] for f in looked["findings"]}
    assert "met" in run("explain", "S202401001", "--on", "2025-06-20").output
    assert run("explain", "S000").exit_code == 2
    assert run("explain", "S202401001", "--what-if", "luck=yes").exit_code == 2
