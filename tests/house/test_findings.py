"""Every finding has a number, a sentence and a next step in both languages; it is used, tested, and listed in the docs."""

import re
import sys

import pytest
from tests.house.repository import ROOT, SOURCE, sources

from xueji.rules.findings import catalogue_of_findings

sys.path.insert(0, str(ROOT / "tools"))
import docs

HAN = re.compile(r"[\u4e00-\u9fff]")
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
        own = re.sub(r"{[^}]*}", "", sentence.zh), re.sub(r"{[^}]*}", "", sentence.en)  # `{how}` alone: the rule brings the sentence
        assert not own[0] or HAN.search(own[0]), "the Chinese is Chinese"
        assert len(HAN.findall(own[1])) * 3 <= len(own[1]), "the English is English; only a heading or a word of the form is quoted"
        assert "抱歉" not in sentence.zh and not set("!！") & set(sentence.zh + sentence.en), "no apology, no exclamation mark"
        named = [{name.removesuffix("_en") for name in re.findall(r"{(\w+)", words)} for words in (sentence.zh, sentence.en)]
        assert named[0] == named[1], "both name the same values"
    assert one.source.strip()


def test_every_finding_is_made_by_some_rule():
    assert [id_ for id_ in sorted(ALL) if id_ not in CODE] == [], "a sentence, but no rule that says it"


def test_every_finding_appears_in_a_test():
    assert [id_ for id_ in sorted(ALL) if id_ not in BOOK] == [], "said by a rule, seen by no test"


def test_no_rule_makes_a_finding_without_a_sentence():
    areas = "|".join(sorted({id_.split(".")[0] for id_ in ALL}))
    assert set(re.findall(rf"\"((?:{areas})\.\d{{3}})\"", CODE)) <= set(ALL)


def test_the_list_of_findings_is_in_the_docs():
    assert (ROOT / "docs" / "findings.md").read_text("utf-8") == docs.findings(), "run: make docs"


def test_the_rules_in_the_docs_are_those_of_the_book():
    written = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == docs.rules(), "run: make docs"
