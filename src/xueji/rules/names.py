"""Names and their spelling (姓名与姓名拼音): which characters may stand in a name, and what a chosen spelling may be.

A proposal is never a judgement. The person it belongs to decides; the book only refuses what could not be printed or
registered, and asks a second pair of eyes (DOUBT) where the choice is unusual.
"""

import re
from collections.abc import Sequence

from xueji.formats.gb18030 import standard_reading
from xueji.pinyin.characters import DOT, clean_name, is_han, is_latin, is_private
from xueji.pinyin.readings import possible_readings, syllables
from xueji.pinyin.spelling import Suggestion
from xueji.rules.findings import Finding, finding

NAME = "name"
PINYIN = "name_pinyin"
_LOST = "?？\ufffd□■"
_COPIED = re.compile(r"[A-Za-z][A-Za-z '’\-.,]*\Z")


def characters(name: str) -> list[Finding]:
    """What is wrong with the characters of a name (姓名用字).  统一姓名采集应用规范; GB 18030-2022."""
    found = []
    if not name.strip():
        return [finding("NAME.001", field=NAME)]
    cleaned = clean_name(name)
    if cleaned != name:
        found.append(finding("NAME.002", field=NAME, typed=name, cleaned=cleaned))
    letters = any(is_latin(c) for c in cleaned)
    mixed = letters and any(is_han(c) for c in cleaned)
    for position, character in enumerate(cleaned, start=1):
        if is_private(character):
            found.append(_private(character, position))
        elif character in _LOST:
            found.append(finding("NAME.004", field=NAME, character=character, position=position))
        elif not (is_han(character) or is_latin(character) or character == DOT or (letters and character in " '’-.,")):
            found.append(finding("NAME.005", field=NAME, character=character, position=position))
    if mixed:
        found.append(finding("NAME.006", field=NAME, name=cleaned))
    if cleaned.startswith(DOT) or cleaned.endswith(DOT):
        found.append(finding("NAME.007", field=NAME, name=cleaned))
    return found


def _private(character: str, position: int) -> Finding:
    meant = standard_reading(character)
    if meant is None:
        return finding("NAME.003", field=NAME, position=position, code=f"{ord(character):04X}")
    return finding("NAME.008", field=NAME, position=position, code=f"{ord(character):04X}", meant=meant)


def proposal(suggestion: Suggestion) -> list[Finding]:
    """What a person is told beside a proposed spelling: each really doubtful character, once (存疑读音)."""
    found = []
    for doubt in suggestion.doubtful:
        character = suggestion.name[doubt.position]
        if doubt.readings:
            readings = " / ".join(doubt.readings)
            found.append(finding("NAME.011", field=PINYIN, character=character, position=doubt.position + 1, readings=readings))
        else:
            found.append(finding("NAME.012", field=PINYIN, character=character, position=doubt.position + 1))
    return found


def chosen(name: str, spelled: Sequence[str], surname_length: int) -> list[Finding]:
    """What stands against the spelling a person chose (本人选定的拼音).  GB/T 28039-2011.

    ``spelled`` stands character by character, as ``Suggestion.syllables`` does.
    """
    name = clean_name(name)
    if not spelled or not any(spelled):
        return [finding("NAME.021", field=PINYIN, name=name)]
    if len(spelled) != len(name):
        return [finding("NAME.022", field=PINYIN, name=name, characters=len(name), syllables=len(spelled))]
    found = []
    for position, (character, syllable) in enumerate(zip(name, spelled, strict=True), start=1):
        if character == DOT:
            if syllable != DOT:
                found.append(finding("NAME.022", field=PINYIN, name=name, characters=len(name), syllables=len(spelled)))
        elif not syllable:
            found.append(finding("NAME.023", field=PINYIN, character=character, position=position))
        elif syllable not in syllables():
            found.append(finding("NAME.024", field=PINYIN, character=character, position=position, syllable=syllable))
        else:
            readings = possible_readings(character)
            if readings and syllable not in readings:
                known = " / ".join(readings[:4])
                found.append(finding("NAME.025", field=PINYIN, character=character, position=position, syllable=syllable, readings=known))
    if not 0 <= surname_length <= min(4, max(0, len(name) - 1)) or (surname_length and DOT in name):
        found.append(finding("NAME.026", field=PINYIN, name=name, length=surname_length))
    return found


def copied(written: str) -> list[Finding]:
    """What stands against a name copied from a document in Latin letters (照录证件姓名): letters, and nothing lost.

    Foreign students: the passport; Hong Kong, Macao and Taiwan: the permit. Never generated from the Chinese name.
    """
    if not written.strip():
        return [finding("NAME.027", field=PINYIN)]
    if not _COPIED.match(written.strip()):
        return [finding("NAME.028", field=PINYIN, written=written.strip())]
    return []
