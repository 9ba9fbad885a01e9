"""Code tables (代码表): word ↔ code by the national standards, in ``codes/*.toml``.

Tables store codes, people read words. A look-up by word forgives width, case and spaces and knows the spellings that
real rosters use (毛难族, 崩龙族, 党员), because two products rarely write a word alike.
"""

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from xueji.catalogue.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a code table: the code, its word in both languages, other spellings."""

    code: str
    word: Text
    aliases: tuple[str, ...]


def folded(word: str) -> str:
    """A word without the differences that do not matter: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


class CodeTable:
    """One code table; iterating gives its entries in order."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self.name = name
        self.title = Text(content["title"], content["title_en"])
        self.source: str = content["source"]
        self._entries = {row[0]: Entry(row[0], Text(row[1], row[2]), tuple(row[3:])) for row in content["rows"]}
        self._by_word: dict[str, str] = {}
        for rank in (lambda e: (e.code,), lambda e: (e.word.zh, e.word.en), lambda e: e.aliases):
            for entry in self._entries.values():
                for word in rank(entry):
                    if word:
                        self._by_word.setdefault(folded(word), entry.code)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, code: object) -> bool:
        return code in self._entries

    def entry(self, code: str) -> Entry:
        """The row of a code; raises KeyError."""
        return self._entries[code]

    def word(self, code: str) -> Text:
        """The word of a code; an unknown code stands for itself, so that an old value stays readable."""
        entry = self._entries.get(code)
        return entry.word if entry else Text(code, code)

    def code_of(self, word: str) -> str | None:
        """The code a word (or a code) means, None if the table does not know it."""
        return self._by_word.get(folded(word))


@cache
def code_table(name: str) -> CodeTable:
    """The table of that name; raises FileNotFoundError for a name without a file."""
    path = files("xueji.catalogue") / "codes" / f"{name}.toml"
    return CodeTable(name, tomllib.loads(path.read_text(encoding="utf-8")))


def table_names() -> list[str]:
    """Every code table, sorted."""
    folder = files("xueji.catalogue") / "codes"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))
