"""``xueji form render``: one student's form as a file."""

import json

import pytest
from click.testing import CliRunner
from tests.apps.collection.test_collection import finish_filling, printed
from tests.documents.reading import pages

from xueji.cli.form import form
from xueji.collection import printing
from xueji.documents.engine import Press

pytestmark = pytest.mark.django_db


def run(*words):
    return CliRunner().invoke(form, ["render", *words])


def test_the_newest_printed_version_is_written(world, tmp_path):
    finish_filling(world)
    made = printed(world)
    answer = run("s202401001", "--out", str(tmp_path / "li.pdf"), "--json")
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.output)
    assert (said["version"], said["check_code"]) == (1, made.code)
    assert made.code in "".join(pages((tmp_path / "li.pdf").read_bytes()))


def test_who_has_not_printed_gets_a_preview_that_says_so(world, tmp_path):
    world.case_of("李明")
    answer = run("S202401001", "--out", str(tmp_path / "li.pdf"))
    assert answer.exit_code == 0 and "预览稿" in answer.output
    sides = pages((tmp_path / "li.pdf").read_bytes())
    assert "李明" in sides[0] and all("预览稿，学院不收" in side for side in sides)


def test_an_unknown_student_or_notice_is_said_and_nothing_written(world, tmp_path):
    world.case_of("李明")
    for words in (("S999999999",), ("S202401001", "--campaign", "nothing")):
        answer = run(*words, "--out", str(tmp_path / "x.pdf"))
        assert answer.exit_code == 2 and not (tmp_path / "x.pdf").exists()


def test_a_name_that_cannot_be_printed_is_said_with_its_code_point_and_nothing_written(world, tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "press", lambda made=Press(): made)
    world.enrol("𠮷田", "S202401009", "A")
    world.case_of("𠮷田")
    answer = run("S202401009", "--out", str(tmp_path / "x.pdf"), "--json")
    (found,) = json.loads(answer.output)
    assert answer.exit_code == 1 and found["id"] == "DOC.001" and "U+20BB7" in found["message"]["zh"] and not (tmp_path / "x.pdf").exists()
