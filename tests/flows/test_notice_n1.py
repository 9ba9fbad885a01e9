"""研通知[2024]53号 from roster to signed form, as `xueji story N1` tells it, with fewer students."""

import json

import pytest

from xueji.formats import sheets
from xueji.stories.notice_n1 import PLANS, tell


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """The story with forty students, told once in its own transaction; every test below reads the same telling."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield tell(tmp_path_factory.mktemp("n1"), count=40)
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db


def test_the_world_is_as_the_story_expects(told):
    assert told.failed == []
    assert len(told.expectations) > 50


def test_every_kind_of_student_took_part(told):
    assert set(told.figures["plans"]) == set(PLANS)
    assert told.figures["stages"]["done"] == sum(n for plan, n in told.figures["plans"].items() if plan in {"in time", "wrong first", "returned once", "at the last second", "extended"})


def test_the_files_of_the_story_are_there(told):
    names = {path.relative_to(told.folder).as_posix() for path in told.folder.rglob("*") if path.is_file()}
    assert {"roster-first.xlsx", "roster-first-marked.xlsx", "roster.xlsx", "statistics.xlsx", "statistics.json", "cases.xlsx", "receipts.jsonl", "story.json"} <= names
    assert all(path.read_bytes().startswith(b"%PDF") for path in told.folder.glob("forms/*.pdf"))


def test_the_statistics_say_the_same_in_both_files(told):
    figures = json.loads((told.folder / "statistics.json").read_text("utf-8"))
    sheet = sheets.read(told.folder / "statistics.xlsx")
    rows = {cells[0]: [int(cell) for cell in cells[1:]] for _, cells in sheet.rows}
    assert rows == {college["学院"]: [value for key, value in college.items() if key != "学院"] for college in figures["colleges"]}
    assert sum(row[0] for row in rows.values()) == figures["students"] == 40


def test_the_marked_copy_says_what_to_mend(told):
    sheet = sheets.read(told.folder / "roster-first-marked.xlsx")
    remarks = [cells[-1] for _, cells in sheet.rows if cells[-1]]
    assert sheet.columns[-1] == "需要改正"
    assert any("IDENT.004" in remark for remark in remarks)


def test_the_same_students_are_invented_every_time():
    from xueji.stories.students import students

    assert list(students(300, seed=7)) == list(students(300, seed=7)) != list(students(300, seed=8))
