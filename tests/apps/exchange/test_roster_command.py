"""``xueji roster import`` as an operator uses it: exit status, report, JSON."""

import json

import pytest
from click.testing import CliRunner
from tests.apps.exchange.test_roster_import import HEADINGS, resident, row, workbook

from xueji.cli.roster import roster
from xueji.exchange.models import Roster
from xueji.journal.models import Event
from xueji.records.models import StudentRecord
from xueji.vault.models import VaultFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path, world):
    """Writes rows into a workbook of college A and returns its path."""

    def written(*rows, headings=HEADINGS):
        path = tmp_path / "名册.xlsx"
        path.write_bytes(workbook(*rows, headings=headings))
        return str(path)

    return written


def run(*words):
    return CliRunner().invoke(roster, ["import", *words])


def test_a_good_file_is_written_and_says_so(file):
    ended = run(file(row()))
    assert ended.exit_code == 0, ended.output
    assert "新增 1" in ended.stdout
    assert "已写入学籍" in ended.stdout
    assert StudentRecord.objects.filter(student_number="S24010901").exists()
    assert Event.objects.filter(kind="roster.committed", desk="cli").count() == 1


def test_a_dry_run_writes_nothing_anywhere(file):
    ended = run(file(row()), "--dry-run")
    assert ended.exit_code == 0
    assert "没有写入任何内容" in ended.stdout
    assert not Roster.objects.exists()
    assert not VaultFile.objects.exists()
    assert not Event.objects.filter(kind__startswith="roster").exists()


def test_a_rejected_row_ends_with_status_one_and_writes_nothing(file, tmp_path):
    copy = tmp_path / "标注.xlsx"
    ended = run(file(row(), row("S24010902", "")), "--marked", str(copy))
    assert ended.exit_code == 1
    assert "第 3 行 姓名" in ended.stderr
    assert "ROSTER.021" in ended.stderr
    assert copy.exists()
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()
    assert run(file(row(), row("S24010902", "")), "--leave-out-rejected").exit_code == 0
    assert StudentRecord.objects.filter(student_number="S24010901").exists()


def test_the_json_report_names_every_change_and_masks_what_is_sensitive(file):
    ended = run(file(row()), "--json", "--dry-run")
    told = json.loads(ended.stdout)
    assert told["counts"] == {"added": 1}
    assert told["committed"] is False
    [one] = told["changes"]
    assert one["changes"]["name"] == ["", "张三"]
    assert resident() not in ended.stdout
    assert one["changes"]["id_number"][1].startswith(resident()[:4] + "**")


def test_a_file_that_cannot_be_read_ends_with_status_two(tmp_path, world):
    path = tmp_path / "导出.xls"
    path.write_bytes(b"<html><table>")
    ended = run(str(path))
    assert ended.exit_code == 2
    assert "FORMAT.004" in ended.stderr
    ended = run(str(path), "--json")
    assert json.loads(ended.stdout)["of_file"][0]["id"] == "FORMAT.004"


def test_a_mapping_file_says_what_strange_headings_mean(file, tmp_path, world):
    number = world.record("李明").student_number
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"编号": "student_number", "备用": "-"}), "utf-8")
    ended = run(file([number, "李明", "x"], headings=["编号", "姓名", "备用"]), "--mapping", str(mapping))
    assert ended.exit_code == 0, ended.output
    assert "无变化 1" in ended.stdout
    mapping.write_text("[1]", "utf-8")
    assert run(file(row()), "--mapping", str(mapping)).exit_code == 2
    mapping.write_text(json.dumps({"姓名": "no_such_field"}), "utf-8")
    assert run(file(row()), "--mapping", str(mapping)).exit_code == 1


def test_a_file_without_student_numbers_says_so(file):
    ended = run(file(["李明", "男"], headings=["姓名", "性别"]))
    assert ended.exit_code == 1
    assert "ROSTER.001" in ended.stderr
