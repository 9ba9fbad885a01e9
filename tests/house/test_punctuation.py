"""English sentences are set as English: no Chinese marks in them, nor in what is put into their gaps."""

import ast
import re
import tomllib

import pytest
from tests.house.repository import SOURCE, sources

MARKS = re.compile(r"[，。；：、？！（）《》「」【】]")
QUOTED = re.compile(r"“[^”]*”|\([^()]*号[^\"]*\)")  # quoted words of a form, and the number of a document with its clause
SAY = re.compile(r"""{%\s*say\s+("[^"]*"|'[^']*')\s+("[^"]*"|'[^']*')""")
ENGLISH_OF_RULES = [path for path in sorted(SOURCE.rglob("*.toml")) if path.parent.name in {"messages", "events"}]


@pytest.mark.parametrize("path", ENGLISH_OF_RULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_english_sentence_of_a_finding_or_an_event_has_chinese_marks(path):
    for id_, one in tomllib.loads(path.read_text("utf-8")).items():
        for key in ("en", "remedy_en"):
            assert not MARKS.search(QUOTED.sub("", one.get(key, ""))), (id_, key, one[key])


def test_no_english_of_a_page_has_chinese_marks():
    wrong = [
        (path.name, english)
        for path in sorted((SOURCE / "desks" / "templates").rglob("*.html"))
        for _, english in SAY.findall(path.read_text("utf-8"))
        if MARKS.search(QUOTED.sub("", english))
    ]
    assert not wrong


def _texts(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text" and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
            yield node.args[1].value


def test_no_english_in_the_code_has_chinese_marks():
    wrong = [
        (path.name, english)
        for path in sources()
        for english in _texts(ast.parse(path.read_text("utf-8")))
        if MARKS.search(QUOTED.sub("", english))
    ]
    assert not wrong


def _joins(node):
    """A list joined with the Chinese mark anywhere inside."""
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute) and one.func.attr == "join"
        and isinstance(one.func.value, ast.Constant) and "、" in str(one.func.value.value)
        for one in ast.walk(node)
    )  # fmt: skip


def test_what_is_listed_in_a_finding_is_listed_in_both_languages():
    """catalogue.text.listed: “甲、乙” in Chinese, “a, b” in English."""
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"finding", "wrong", "refuse"}):
                continue
            for given in node.keywords:
                bilingual = isinstance(given.value, ast.Call) and getattr(given.value.func, "id", "") == "Text"
                if _joins(given.value) and not bilingual:
                    wrong.append((path.name, node.lineno, given.arg))
    assert not wrong
