"""Characters that may stand in a name (姓名用字).

The repertoire is the ideographs of GB 18030-2022, the dot U+00B7 between the parts of a name
(统一姓名采集应用规范) and the letters of passport names. Private-use code points are never a
name: they show one person's character on one computer and nothing elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

DOT = "·"

# Shapes that people type for the dot (GB18030 A1A4, U+00B7); all are folded to it.
_DOTS = "•・‧∙⋅･●․．.﹒᛫⸱ꞏ"
_FOLD_DOTS = str.maketrans(dict.fromkeys(_DOTS, DOT))
_HALF_WIDTH = {0x3000: " "} | {code: code - 0xFEE0 for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)}
_SPACES = re.compile(r"\s+")
_AROUND_DOT = re.compile(r"\s*(?:·\s*)+")
_HAN = re.compile(
    "[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U0002f800-\U0002fa1f\U00030000-\U000323af]"
)
_ONLY_HAN = re.compile(_HAN.pattern + r"+\Z")


def is_han(character: str) -> bool:
    """Whether the character is an ideograph of the name repertoire (汉字)."""
    return _HAN.match(character) is not None


def only_han(text: str) -> bool:
    """Whether the text is made of ideographs alone."""
    return _ONLY_HAN.match(text) is not None


def is_private(character: str) -> bool:
    """Whether the character is a private-use code point (私用区字符)."""
    return unicodedata.category(character) == "Co"


def is_latin(character: str) -> bool:
    """Whether the character is a Latin letter, with or without marks."""
    return character.isalpha() and "LATIN" in unicodedata.name(character, "")


def clean_name(name: str) -> str:
    """The name with one kind of dot, one kind of space and no space between ideographs.

    Ideographs are left exactly as they came: a compatibility ideograph is a different character
    on the identity card, so only full-width letters and digits are folded.
    """
    if only_han(name):
        return name
    folded = name.translate(_HALF_WIDTH)
    folded = _SPACES.sub(" ", folded.strip())
    if any(is_han(c) for c in folded):
        folded = _AROUND_DOT.sub(DOT, folded.translate(_FOLD_DOTS)).replace(" ", "")
    return folded
