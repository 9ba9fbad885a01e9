"""docs/notices says of each sentence of a notice which test shows it; a test that is named there exists."""

import re

import pytest
from tests.house.repository import ROOT

PAPERS = sorted((ROOT / "docs" / "notices").glob("*.md"))


def written_tests() -> set[str]:
    return {name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_test_that_is_named_beside_a_sentence_exists(paper):
    named = set(re.findall(r"`(test_\w+)`", paper.read_text("utf-8")))
    assert named, paper.name
    assert not named - written_tests()


def test_every_sentence_of_n1_has_its_row():
    table = (ROOT / "docs" / "notices" / "N1.md").read_text("utf-8")
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) == 31
    assert all(len(re.split(r"(?<!\\)\|", row)) == 5 and re.search(r"`test_\w+`", row) for row in rows)
