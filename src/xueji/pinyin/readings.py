"""The tables of readings (读音表), loaded once: ours first, the dictionary for the rest."""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xueji.pinyin.characters import is_private

_UMLAUT = "\u0308"


def without_tone(reading: str) -> str:
    """A syllable without its tone mark, ü kept: "lǚ" → "lü"."""
    marks = unicodedata.normalize("NFD", reading)
    kept = "".join(c for c in marks if not unicodedata.combining(c) or c == _UMLAUT)
    return unicodedata.normalize("NFC", kept).replace("ê", "e")


class Dictionary(dict[str, tuple[str, ...]]):
    """Every toneless reading of a character, most frequent first; () for an unknown character.

    Filled as characters are met: a run over a school's names touches some three thousand of the
    dictionary's forty thousand.
    """

    def __missing__(self, character: str) -> tuple[str, ...]:
        from pypinyin.pinyin_dict import pinyin_dict  # 0.3 s to load: only when a name is read

        marked = "" if is_private(character) else pinyin_dict.get(ord(character), "")
        readings = tuple(dict.fromkeys(without_tone(r) for r in marked.split(",") if r))
        self[character] = readings
        return readings


@dataclass(frozen=True, slots=True)
class Tables:
    """Readings by place in the name; values are readings in order of likelihood."""

    surname: dict[str, tuple[str, ...]]
    compound: dict[str, tuple[str, ...]]
    common: frozenset[str]
    given: dict[str, tuple[str, ...]]
    given_first: dict[str, tuple[str, ...]]
    pair: dict[str, tuple[str, str]]
    pair_characters: frozenset[str]
    person: dict[str, tuple[str, ...]]
    transliteration: frozenset[str]
    transliteration_readings: dict[str, str]


DICTIONARY = Dictionary()


def _by_character(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {character: tuple(readings) for key, readings in table.items() for character in key}


@cache
def tables() -> Tables:
    """Our tables from phrases.toml."""
    raw = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))
    spelled = {}
    for key, readings in raw["compound_readings"].items():
        size = len(readings)
        for start in range(0, len(key), size):
            spelled[key[start : start + size]] = tuple(readings)
    surname = _by_character(raw["surname"])
    compound = {word: spelled.get(word, ()) for word in dict.fromkeys(raw["compound"]["words"].split())}
    pair = {key: (first, second) for key, (first, second) in raw["pair"].items()}
    return Tables(
        surname=surname,
        compound=compound | {w: r for w, r in spelled.items() if w in compound},
        common=frozenset("".join(raw["common"]["surnames"].split())),
        given=_by_character(raw["given"]),
        given_first=_by_character(raw["given_first"]),
        pair=pair,
        pair_characters=frozenset(key[0] for key in pair),
        person={key: tuple(value) for key, value in raw["person"].items()},
        transliteration=frozenset(raw["transliteration"]["words"].split()),
        transliteration_readings=dict(raw["transliteration"]["readings"]),
    )


@cache
def syllables() -> frozenset[str]:
    """Every toneless syllable that the dictionary knows, to judge what somebody typed."""
    from pypinyin.pinyin_dict import pinyin_dict

    marked = {r for line in pinyin_dict.values() for r in line.split(",")}
    return frozenset(s for s in map(without_tone, marked) if s.isalpha() and set(s) & set("aeiouü"))


def possible_readings(character: str) -> tuple[str, ...]:
    """All readings a person may choose for this character: likely ones first, then the rest."""
    known = tables()
    ours = known.surname.get(character, ()) + known.given.get(character, ())
    return tuple(dict.fromkeys(ours + DICTIONARY[character]))
