"""The registry desk: upload, columns, dry run, commit, in a browser without JavaScript."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.apps.exchange.test_roster_import import HEADINGS, resident, row, workbook

from xueji.desks.registry import rosters
from xueji.exchange.models import ColumnMeaning, Roster
from xueji.exchange.terms import RosterState
from xueji.formats import sheets
from xueji.records.models import StudentRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def registrar(world):
    return world.client("刘老师")


def uploaded(client, *rows, headings=HEADINGS, name="名册.xlsx"):
    file = SimpleUploadedFile(name, workbook(*rows, headings=headings))
    answer = client.post(reverse("roster"), {"file": file}, follow=True)
    return Roster.objects.first(), answer


def page(client, name, roster, **more):
    return client.get(reverse(name, args=[roster.pk]), more).content.decode()


def test_from_upload_to_the_register_in_two_clicks(registrar):
    roster, answer = uploaded(registrar, row())
    assert answer.status_code == 200
    assert "写入学籍（1 行）" in answer.content.decode()
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()
    answer = registrar.post(reverse("roster-commit", args=[roster.pk]), follow=True)
    assert "名册已写入学籍" in answer.content.decode()
    assert StudentRecord.objects.get(student_number="S24010901").person.name == "张三"


def test_the_report_names_row_column_value_reason_and_remedy(registrar):
    roster, answer = uploaded(registrar, row(), row("S24010902", "造\ue863字", id_number=resident(serial="003")))
    text = answer.content.decode()
    for expected in ("ROSTER.016", "姓名", "造字区字符", "䶮", '<td class="num">3</td>'):
        assert expected in text
    assert resident() not in text


def test_a_file_with_rejected_rows_is_only_written_without_them_when_this_is_chosen(registrar):
    roster, _ = uploaded(registrar, row(), row("S24010902", "", id_number=resident(serial="003")))
    answer = registrar.post(reverse("roster-commit", args=[roster.pk]))
    assert answer.status_code == 409
    assert "ROSTER.032" in answer.content.decode()
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()
    registrar.post(reverse("roster-commit", args=[roster.pk]), {"leave_out_rejected": "1"})
    assert StudentRecord.objects.filter(student_number="S24010901").exists()


def test_the_marked_copy_is_downloaded(registrar):
    roster, _ = uploaded(registrar, row(), row("S24010902", "", id_number=resident(serial="003")))
    answer = registrar.get(reverse("roster-marked", args=[roster.pk]), follow=True)
    copy = sheets.read(b"".join(answer.streaming_content))
    assert "ROSTER.021" in copy.rows[1][1][-1]


def test_changes_are_shown_field_by_field_in_words_with_numbers_masked(registrar, world):
    roster, _ = uploaded(registrar, row())
    text = page(registrar, "roster-changes", roster)
    assert "男" in text
    assert "居民身份证" in text
    assert f"{resident()[:4]}**" in text
    assert resident() not in text


def test_columns_are_explained_once_and_remembered(registrar, world):
    number = world.record("李明").student_number
    roster, answer = uploaded(registrar, [number, "李明", "吴老师"], headings=["编号", "姓名", "带教"])
    assert "ROSTER.001" in answer.content.decode()
    text = page(registrar, "roster-columns", roster)
    assert "编号" in text
    assert '<option value="name" selected>' in text
    choice = {"column-0": "student_number", "column-1": "name", "column-2": "supervisor"}
    answer = registrar.post(reverse("roster-columns", args=[roster.pk]), choice, follow=True)
    assert "写入学籍（1 行）" in answer.content.decode()
    assert ColumnMeaning.objects.get(heading="带教").field == "supervisor"
    again, answer = uploaded(registrar, [number, "李明", "吴老师"], headings=["编号", "姓名", "带教"])
    assert "写入学籍（1 行）" in answer.content.decode()


def test_a_column_that_is_no_field_is_refused_beside_its_choice(registrar, world):
    roster, _ = uploaded(registrar, row())
    answer = registrar.post(reverse("roster-columns", args=[roster.pk]), {"column-0": "nonsense"})
    assert "请从列表里选" in answer.content.decode()


def test_a_large_file_is_compared_and_committed_in_the_background(registrar, monkeypatch):
    monkeypatch.setattr(rosters, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(rosters, "AT_ONCE_ROWS", 0)
    roster, answer = uploaded(registrar, row())
    roster.refresh_from_db()
    assert roster.job is not None
    assert roster.state == RosterState.COMPARED
    registrar.post(reverse("roster-commit", args=[roster.pk]), follow=True)
    assert StudentRecord.objects.filter(student_number="S24010901").exists()


def test_a_file_that_cannot_be_read_has_a_page_that_says_why(registrar):
    file = SimpleUploadedFile("导出.xls", b"<html><table><tr><td>1")
    answer = registrar.post(reverse("roster"), {"file": file}, follow=True)
    assert "FORMAT.004" in answer.content.decode()
    file = SimpleUploadedFile("x.exe", b"MZ\x00\x00" + bytes(100))
    assert "文件没有收下" in registrar.post(reverse("roster"), {"file": file}, follow=True).content.decode()


def test_no_file_is_said_beside_the_field(registrar):
    assert "请选择名册文件" in registrar.post(reverse("roster"), {}).content.decode()


def test_a_discarded_roster_cannot_be_committed(registrar):
    roster, _ = uploaded(registrar, row())
    registrar.post(reverse("roster-discard", args=[roster.pk]))
    answer = registrar.post(reverse("roster-commit", args=[roster.pk]))
    assert answer.status_code == 409
    assert "ROSTER.033" in answer.content.decode()


def test_the_pages_speak_english(world):
    client = world.client("刘老师", language="en")
    client.cookies["language"] = "en"
    roster, answer = uploaded(client, row(), row("S24010902", ""))
    assert "What committing would do" in answer.content.decode()
    assert "A new student without Name" in answer.content.decode()


def test_a_roster_nobody_has_is_missing(registrar):
    assert registrar.get(reverse("roster-report", args=["00000000-0000-0000-0000-000000000000"])).status_code == 404


def test_reading_a_file_needs_no_more_than_its_bytes(registrar):
    roster, _ = uploaded(registrar, row())
    assert io.BytesIO(workbook(row())).getbuffer().nbytes < rosters.AT_ONCE_BYTES
    assert roster.counts == {"added": 1, "changed": 0, "unchanged": 0, "rejected": 0}
