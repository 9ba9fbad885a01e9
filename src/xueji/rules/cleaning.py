"""What spreadsheets, input methods and copied web pages leave in a cell, and how it is taken out (清洗).

Each removal has a number, so that an import can report it; nothing is removed silently and nothing is guessed. What a
cell meant is judged afterwards by ``rules.fields`` and ``rules.identity``.
"""

from __future__ import annotations

import re
import unicodedata

from xueji.catalogue.fields import Field, Kind

WIDTH = "ROSTER.101"
INVISIBLE = "ROSTER.102"
PICTURES = "ROSTER.103"
SPACES = "ROSTER.104"
DOT = "ROSTER.105"
LOWER_X = "ROSTER.106"
ZEROS = "ROSTER.107"
NUMBER = "ROSTER.108"
CASE = "ROSTER.109"

LONGEST_NAME = 200
"""Characters up to which a name's dots are looked for: beyond it is no name, and the search would take long."""
_DOTS = "•・‧∙⋅●᛫ꞏ･｡。.．﹒*＊"
_DENSE = {Kind.NUMBER_TEXT, Kind.ID_NUMBER, Kind.DATE, Kind.MONTH, Kind.YEAR, Kind.CODE, Kind.YES_NO, Kind.MOBILE,
          Kind.PHONE, Kind.EMAIL, Kind.POSTCODE}  # fmt: skip
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]")
_FULL_WIDTH_ALL = re.compile("[\uff01-\uff5e\u3000]")
_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f])\s*(?:[·" + re.escape(_DOTS) + r"]\s*)+(?=[^\x00-\x7f])")
_AROUND_DOT = re.compile(r"\s*·\s*")
_HAN_SPACE = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff])")
_QUIET_TEXT = re.compile(r"[\u4e00-\u9fa5A-Za-z0-9·（）、—－\-/]*")
_QUIET_DENSE = re.compile(r"[\u4e00-\u9fa5A-Z0-9a-wyz.@_/\-]*")


def clean(field: Field, text: str) -> tuple[str, tuple[str, ...]]:
    """The text of a cell without what does not belong there, and the numbers of what was taken out.

    Names lose spaces between Chinese characters and get the one dot ``·`` (U+00B7) the twelve ministries prescribe;
    numbers lose every space; other text keeps single spaces and Chinese punctuation. Letters of numbers become
    capitals (a resident number's ``x``).
    """
    dense = field.kind in _DENSE
    if (_QUIET_DENSE if dense else _QUIET_TEXT).fullmatch(text) and "··" not in text and field.kind not in _CAPITALS:
        return text, ()
    done: list[str] = []
    if not (text.isascii() and text.isprintable()):
        text = _without_pictures(text, done)
        text = _half_width(text, dense, done)
    text = _spaces(text, field, dense, done)
    if field.kind is Kind.NAME and len(text) <= LONGEST_NAME:
        text = _dots(text, done)
    if field.kind in _CAPITALS and text != text.upper():
        lower_x = field.kind is Kind.ID_NUMBER and text[:-1].isdigit() and text[-1] == "x"
        done.append(LOWER_X if lower_x else CASE)
        text = text.upper()
    return text, tuple(done)


_CAPITALS = {Kind.ID_NUMBER, Kind.NUMBER_TEXT}


def _without_pictures(text: str, done: list[str]) -> str:
    kept = []
    pictures = invisible = False
    for character in text:
        if _is_picture(character):
            pictures = True
        elif unicodedata.category(character) == "Cf" or character in "\ufe0e\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
            invisible = True
        elif unicodedata.category(character) == "Cc" and not character.isspace():
            invisible = True
        else:
            kept.append(character)
    if pictures:
        done.append(PICTURES)
    elif invisible:  # joiners inside a picture went with it
        done.append(INVISIBLE)
    return "".join(kept)


def _is_picture(character: str) -> bool:
    """Emoji, dingbats and the hieroglyphs that pages copied from elsewhere are sprinkled with (研〔2024〕137号)."""
    point = ord(character)
    return (
        0x1F000 <= point <= 0x1FAFF
        or 0x2600 <= point <= 0x27BF
        or 0x2300 <= point <= 0x23FF
        or 0x2B00 <= point <= 0x2BFF
        or 0x13000 <= point <= 0x1342F
        or point == 0x20E3
    )


def _half_width(text: str, dense: bool, done: list[str]) -> str:
    wide = _FULL_WIDTH_ALL if dense else _FULL_WIDTH
    half = wide.sub(lambda found: " " if found[0] == "\u3000" else chr(ord(found[0]) - 0xFEE0), text)
    if half.strip() != text.strip():
        done.append(WIDTH)
    return half


def _spaces(text: str, field: Field, dense: bool, done: list[str]) -> str:
    if dense:
        plain = "".join(text.split()).strip("'‘’`") if field.kind is not Kind.POSTCODE else " ".join(text.split())
    else:
        plain = " ".join(text.split())
    if field.kind is Kind.NAME:
        plain = _HAN_SPACE.sub("", _AROUND_DOT.sub("·", plain))
    if plain != text:
        done.append(SPACES)
    return plain


def _dots(text: str, done: list[str]) -> str:
    plain = _BETWEEN_HAN.sub("·", text)
    plain = re.sub("·{2,}", "·", plain)
    if plain != text:
        done.append(DOT)
    return plain
