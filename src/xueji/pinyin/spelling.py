"""A proposal for the pinyin of a name (姓名拼音建议).

GB/T 28039-2011: surname first, given name joined. The person it belongs to decides; the proposal
only saves typing and says where it is unsure. A position is doubtful when the *place* leaves more
than one reading likely (乐 as a surname), not when a dictionary knows several (行 in 陶行知).
"""

from __future__ import annotations

from dataclasses import dataclass

from xueji.pinyin.characters import DOT, clean_name, is_han, is_latin, only_han
from xueji.pinyin.readings import DICTIONARY, Tables, tables


@dataclass(frozen=True, slots=True)
class Doubt:
    """A position (0 = first character) with its readings in order of likelihood.

    No readings: the character is in no table, only the person can say.
    """

    position: int
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for one name.

    `syllables` stand character by character ("·" for the dot), toneless, with ü; they are empty
    for a name in Latin letters, which is copied from the document and never generated.
    `surname_length` counts characters, 0 = no surname. `surname_lengths` are the lengths worth
    offering, the proposed one first.
    """

    name: str
    syllables: tuple[str, ...]
    surname_length: int
    surname_lengths: tuple[int, ...]
    doubtful: tuple[Doubt, ...]

    @property
    def copied(self) -> bool:
        """Whether the name is copied from the document (照录证件姓名)."""
        return not self.syllables


def suggest(name: str) -> Suggestion:
    """Propose syllables and surname length for a name (姓名拼音建议).

    Never raises for a text: what it cannot read is a doubt without readings.
    """
    if not only_han(name):
        name = clean_name(name)
        if not name or any(is_latin(c) for c in name) or not any(is_han(c) for c in name):
            return Suggestion(name, (), 0, (0,), ())
        if DOT in name:
            return Suggestion(name, *_transliterated(name, tables(), (0,)))
    known = tables()
    person = known.person.get(name)
    if person is not None:
        length = 2 if name[:2] in known.compound and len(name) > 2 else 1
        return Suggestion(name, person, length, (length,), ())
    lengths = _surname_lengths(name, known)
    length = lengths[0]
    if length == 0 and len(name) > 1:
        return Suggestion(name, *_transliterated(name, known, lengths))
    read: list[tuple[str, ...]] = []
    if length:
        _read_surname(name[:length], known, read)
    _read_given(name[length:], known, read)
    doubtful = tuple(Doubt(position, readings) for position, readings in enumerate(read) if len(readings) != 1)
    syllables = tuple([readings[0] if readings else "" for readings in read])
    return Suggestion(name, syllables, length, lengths, doubtful)


def _transliterated(name: str, known: Tables, lengths: tuple[int, ...]) -> tuple[tuple[str, ...], int, tuple[int, ...], tuple[Doubt, ...]]:
    """Sound by sound: characters that write another language carry their plain reading."""
    syllables = []
    doubtful = []
    for position, character in enumerate(name):
        if character == DOT:
            syllables.append(DOT)
            continue
        plain = known.transliteration_readings.get(character)
        if plain is None:
            given = known.given.get(character) or DICTIONARY[character]
            plain = given[0] if given else ""
        if not plain:
            doubtful.append(Doubt(position, ()))
        syllables.append(plain)
    return tuple(syllables), 0, lengths, tuple(doubtful)


def _read_surname(surname: str, known: Tables, read: list[tuple[str, ...]]) -> None:
    for part in surname_parts(surname):
        fixed = known.compound.get(part)
        if fixed:
            read.extend((syllable,) for syllable in fixed)
        elif len(part) > 1:
            read.extend(DICTIONARY[character][:1] for character in part)
        else:
            read.append(known.surname.get(part) or DICTIONARY[part][:1])


def _read_given(given: str, known: Tables, read: list[tuple[str, ...]]) -> None:
    table = known.given
    size = len(given)
    position = 0
    while position < size:
        character = given[position]
        if character in known.pair_characters and position + 1 < size:
            pair = known.pair.get(given[position : position + 2])
            if pair is not None:
                read.append((pair[0],))
                read.append((pair[1],))
                position += 2
                continue
        readings = table.get(character)
        if readings is None:
            readings = DICTIONARY[character][:1]
        elif position == 0 and size > 1 and character in known.given_first:
            readings = known.given_first[character]
        read.append(readings)
        position += 1


def surname_parts(surname: str) -> tuple[str, ...]:
    """The surnames in a surname: 欧阳 is one, 陈方 and 项司徒 are two (双姓)."""
    compound = tables().compound
    if len(surname) < 2 or surname in compound:
        return (surname,) if surname else ()
    for size in (4, 3, 2):
        if surname[:size] in compound and len(surname) > size:
            return (surname[:size], *surname_parts(surname[size:]))
    return (surname[0], *surname_parts(surname[1:]))


def _is_transliteration(text: str, words: frozenset[str]) -> bool:
    """Whether the text is a row of words from other languages' names."""
    if not text:
        return True
    return any(text[:size] in words and _is_transliteration(text[size:], words) for size in (5, 4, 3, 2) if len(text) >= size)


def _surname_lengths(name: str, known: Tables) -> tuple[int, ...]:
    """Possible lengths of the surname, most likely first."""
    size = len(name)
    if size == 1:
        return (0,)
    for length in (4, 3, 2):
        if size > length and name[:length] in known.compound:
            if size == length + 2 and name[length] in known.common:
                return (length, length + 1)
            return (length,) if length > 2 or name[0] not in known.common else (length, 1)
    common = known.common
    starts = name[0] in common
    if size == 2:
        if name in known.transliteration:
            return (1, 0) if starts else (0, 1)
        return (1,)
    words = known.transliteration
    if _is_transliteration(name, words):
        return (0, 1)
    if size == 3:
        return (1, 2) if name[1] in common and starts else (1,)
    if starts and name[1:3] in known.compound:
        return (3, 1)
    if size == 4:
        if starts and _is_transliteration(name[1:], words):
            return (1, 0)
        if starts and name[1] in common:
            return (2, 1)
        return (1, 0) if starts else (0, 1)
    return (1, 0) if starts and _is_transliteration(name[1:], words) else (0, 1)
