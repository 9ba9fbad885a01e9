"""What lies in the repository: nothing from elsewhere, nothing large, nothing that calls home, no inline script or style."""

import re

import pytest
from tests.house.repository import ROOT, SOURCE, tracked

PICTURES = {".png", ".svg"}
TEXTS = {".py", ".toml", ".md", ".html", ".css", ".js", ".txt", ".typ", ".sh", ".tsv", ".csv", ".ini", ".cfg", ".lock", ".json", ".yml", ".po", ".sql"}
TEMPLATES = sorted(path for path in SOURCE.rglob("*.html"))
HOME_CALLERS = ["googleapis.com/v1/" + "log", "odml" + ".pa", "clear" + "cut", "google-" + "analytics", "sentry" + ".io", "hm.baidu" + ".com"]


def test_only_text_and_pictures_of_our_own_are_kept():
    allowed = PICTURES | TEXTS | {""}
    made_by_hand = {ROOT / "tests" / "formats" / "roster.xls"}  # invented people; no library here writes the old format
    strange = [path for path in tracked() if path.suffix not in allowed and path not in made_by_hand]
    assert not strange, strange
    pictures = [p for p in tracked() if p.suffix == ".png" and "docs" not in p.relative_to(ROOT).parts[:1]]
    assert not pictures, f"pictures belong to docs: {pictures}"


def test_nothing_large_is_kept():
    large = [(path.stat().st_size, str(path.relative_to(ROOT))) for path in tracked() if path.stat().st_size > 300_000 and path.name != "uv.lock"]
    assert not large


def test_no_file_calls_home():
    for path in tracked():
        if path.suffix in TEXTS and path.relative_to(ROOT).parts[0] != "tests":
            text = path.read_text("utf-8")
            assert not [word for word in HOME_CALLERS if word in text], path


def test_nobody_elses_code_or_licence_lies_here():
    marks = re.compile(r"(Licensed under the|SPDX-License-Identifier|@license|Copyright \(c\)|jQuery v\d|Bootstrap v\d)")
    assert [path for path in tracked() if path.suffix in {".py", ".js", ".css", ".html"} and path != ROOT / __file__ and marks.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_template_has_no_inline_script_or_style_and_asks_nobody_elses_server(path):
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.S)
    assert not re.search(r"<[^>]*\sstyle\s*=", text), "inline style attribute"
    assert "<style" not in text, "inline style sheet"
    assert not re.search(r"<[^>]*\son[a-z]+\s*=\s*[\"']", text), "inline event attribute"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "inline script"
    assert "javascript:" not in text
    assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", text), "an address on another server"
    assert "|safe" not in text and "autoescape off" not in text, "text is escaped, always"
    assert "hx-on" not in text and "hx-vals='js:" not in text, "htmx expressions need unsafe-eval"


def test_a_style_sheet_and_a_script_ask_nobody_elses_server():
    for path in [*SOURCE.rglob("*.css"), *SOURCE.rglob("*.js")]:
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
        text = text.replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|url\(\s*[\"']?//", text), path
        assert not re.search(r"\beval\(|new Function\(|innerHTML\s*=", text), path
