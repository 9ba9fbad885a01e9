"""Every finding has a number, a sentence and a next step in both languages; it is used, tested, and listed in the docs."""

import re
import sys

import pytest
from tests.house.repository import ROOT, SOURCE, sources

from xueji.rules.findings import catalogue_of_findings

sys.path.insert(0, str(ROOT / "tools"))
import docs

ALL = catalogue_of_findings()
BOOK = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py")) if "house" not in path.parts)
CODE = "\n".join(path.read_text("utf-8") for path in sources()) + "\n".join(
    path.read_text("utf-8") for path in SOURCE.rglob("*.toml") if "messages" not in path.parts
)


@pytest.mark.parametrize("id_", sorted(ALL))
def test_a_finding_is_complete(id_):
    one = ALL[id_]
    assert re.fullmatch(r"[A-Z]+\.\d{3}", id_), "an id is an area in capitals and three digits"
    for sentence in (one.message, one.remedy):
        assert sentence.zh.strip() and sentence.en.strip()
        assert re.search(r"[\u4e00-\u9fff]", sentence.zh) and not re.search(r"[\u4e00-\u9fff]{2}", sentence.en.replace("“", ""))
        assert "抱歉" not in sentence.zh and not set("!！") & set(sentence.zh + sentence.en), "no apology, no exclamation mark"
        assert set(re.findall(r"{(\w+)", sentence.zh)) == set(re.findall(r"{(\w+)", sentence.en)), "both name the same values"
    assert one.source.strip()


@pytest.mark.parametrize("id_", sorted(ALL))
def test_a_finding_is_used_and_tested(id_):
    assert id_ in CODE, f"{id_} has a sentence, but no rule makes it"
    assert id_ in BOOK, f"{id_} appears in no test"


def test_no_rule_makes_a_finding_without_a_sentence():
    areas = "|".join(sorted({id_.split(".")[0] for id_ in ALL}))
    assert set(re.findall(rf"\"((?:{areas})\.\d{{3}})\"", CODE)) <= set(ALL)


def test_the_list_of_findings_is_in_the_docs():
    assert (ROOT / "docs" / "findings.md").read_text("utf-8") == docs.findings(), "run: make docs"


def test_the_rules_in_the_docs_are_those_of_the_book():
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == docs.rules(), "run: make docs"
