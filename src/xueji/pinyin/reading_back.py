"""A written spelling read back into syllables (由拼音反推音节), for what a college typed into a sheet."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from xueji.pinyin.characters import DOT, clean_name, is_han
from xueji.pinyin.readings import possible_readings, syllables, without_tone

_APART = re.compile(r"[\s'’\-·.,]+")


def _letters(written: str) -> str:
    """The written spelling without tones, capitals and signs, ü as v: "LÜ Ping’an" → "lvpingan"."""
    plain = without_tone(unicodedata.normalize("NFKC", written)).lower()
    return _APART.sub("", plain).replace("ü", "v")


@cache
def _sounds(syllable: str) -> tuple[str, ...]:
    """How a syllable may have been typed: ü as v, or as yu where capitals had no umlaut."""
    return (syllable.replace("ü", "v"), syllable.replace("ü", "yu")) if "ü" in syllable else (syllable,)


@cache
def _every_syllable() -> tuple[str, ...]:
    return tuple(sorted(syllables(), key=lambda one: (-len(one), one)))


def read_back(name: str, written: str) -> tuple[tuple[str, ...], int] | None:
    """The syllables, character by character, and the surname length that a written spelling means; None if it fits no way.

    Readings that the characters are known to have go first; any pinyin syllable is taken where they do not fit, because
    the owner decides. The surname ends at the first space; without a space the name has none.
    """
    name = clean_name(name)
    if not name or not all(is_han(c) or c == DOT for c in name):
        return None
    for known_only in (True, False):
        found = _fitted(name, _letters(written), known_only)
        if found is not None:
            return found, _surname_length(name, written, found)
    return None


def _fitted(name: str, letters: str, known_only: bool) -> tuple[str, ...] | None:
    if not name:
        return () if not letters else None
    if name[0] == DOT:
        rest = _fitted(name[1:], letters, known_only)
        return None if rest is None else (DOT, *rest)
    for syllable in possible_readings(name[0]) if known_only else _every_syllable():
        for sound in _sounds(syllable):
            if letters.startswith(sound):
                rest = _fitted(name[1:], letters[len(sound) :], known_only)
                if rest is not None:
                    return (syllable, *rest)
    return None


def _surname_length(name: str, written: str, spelled: tuple[str, ...]) -> int:
    parts = written.split()
    if len(parts) < 2 or DOT in name:
        return 0
    surname = _letters(parts[0])
    together = {""}
    for count, syllable in enumerate(spelled, start=1):
        together = {before + sound for before in together for sound in _sounds(syllable)}
        if surname in together:
            return count
    return 0
