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


PHOTOS = {"N2": ("## 一、图像采集", 22), "N3": ("## 一、图像采集", 12), "N4": ("## 二、毕业图像信息采集", 18), "N5": ("# N5", 22)}


@pytest.mark.parametrize("notice", PHOTOS)
def test_every_sentence_about_photos_has_its_row_and_almost_every_row_a_test(notice):
    heading, count = PHOTOS[notice]
    part = (ROOT / "docs" / "notices" / f"{notice}.md").read_text("utf-8").split(heading, 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("| ") and "---" not in line][1:]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert len(rows) == count and all(len(one) == 3 and all(one) for one in cells)
    unshown = [one[0] for one in cells if not re.search(r"`test_\w+`|story", one[2])]
    assert len(unshown) <= 2, unshown


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_template_and_notice_that_is_named_exists(paper):
    named = set(re.findall(r"`([\w/-]+\.(?:html|js|toml))`", paper.read_text("utf-8")))
    places = (ROOT, ROOT / "src" / "xueji", ROOT / "src" / "xueji" / "desks" / "templates", ROOT / "src" / "xueji" / "desks" / "static" / "xueji")
    assert not {name for name in named if not any((place / name).exists() for place in places)}
