"""Style profiles: one confirmed spelling, written as each authority wants it (拼写格式)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from xueji.pinyin.characters import DOT
from xueji.pinyin.spelling import surname_parts

DEFAULT_STYLE = "gbt28039"


@dataclass(frozen=True, slots=True)
class Style:
    """One profile of styles.toml; the file explains the fields."""

    code: str
    label: str
    label_en: str
    capitals: str
    umlaut: str
    apostrophe: str
    surname_join: str
    inner_capital: bool
    dot: str
    source: str


@cache
def styles() -> Mapping[str, Style]:
    """All style profiles by code."""
    raw = tomllib.loads(resources.files(__package__).joinpath("styles.toml").read_text("utf-8"))
    return MappingProxyType({code: Style(code=code, **fields) for code, fields in raw.items()})


def spell(name: str, syllables: Sequence[str], surname_length: int, style: str = DEFAULT_STYLE) -> str:
    """Write a confirmed spelling in a style.

    `name` tells where a double surname divides; without syllables it is a name in Latin letters
    and is copied as it stands in the document. "" while a syllable is missing: half a name must
    never reach a certificate.

    Raises KeyError for an unknown style, ValueError when syllables and name differ in length.
    """
    profile = styles()[style]
    if not syllables:
        return name
    if len(syllables) != len(name):
        raise ValueError(f"{len(syllables)} syllables for {len(name)} characters")
    if not all(syllables):
        return ""
    if DOT in syllables:
        words = [_word(part, "") for part in _split_at_dots(syllables)]
        return _finish(profile.dot.join(words), profile)
    apostrophe = profile.apostrophe if surname_length else ""
    written = []
    if surname_length:
        parts = []
        start = 0
        for part in surname_parts(name[:surname_length]):
            parts.append(_word(syllables[start : start + len(part)], profile.apostrophe))
            start += len(part)
        written.append(profile.surname_join.join(parts))
    if surname_length < len(syllables):
        written.append(_word(syllables[surname_length:], apostrophe))
    return _finish(" ".join(written), profile)


def _split_at_dots(syllables: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for syllable in syllables:
        if syllable == DOT:
            parts.append([])
        else:
            parts[-1].append(syllable)
    return [part for part in parts if part]


def _word(syllables: Sequence[str], apostrophe: str) -> str:
    """Syllables in one word, first letter capital, an apostrophe before a, o, e inside."""
    word = syllables[0].capitalize()
    for syllable in syllables[1:]:
        word += apostrophe + syllable if syllable[0] in "aoe" else syllable
    return word


def _finish(written: str, profile: Style) -> str:
    umlaut = "ü" in written
    if umlaut and profile.umlaut != "ü":
        written = written.replace("ü", profile.umlaut)
    if profile.capitals == "all" or (profile.capitals == "umlaut" and umlaut):
        written = written.upper()
    return written
