"""GB18030 as the 2022 edition maps it, on top of Python's older table.

Python's ``gb18030`` codec follows the edition of 2000: twenty-five two-byte codes end
in Unicode's private-use area, where no font agrees on the glyph. GB 18030-2022 (and
for A8BC already the edition of 2005) gives them real characters. A name that passes
through here therefore keeps its characters, in both directions.

Measured with Python 3.11: the list below is every two-byte code outside the
user-defined zones that the codec sends to private use.
"""

from __future__ import annotations

import unicodedata

# Two-byte code, what Python 3.11 decodes it to, what the standard says.
# The last six stand in plane 2 with a four-byte code of their own, so they are only
# repaired when read; written they keep the four-byte code every edition agrees on.
_BOTH_WAYS = {
    "\ue78d": "︐", "\ue78e": "︒", "\ue78f": "︑", "\ue790": "︓",
    "\ue791": "︔", "\ue792": "︕", "\ue793": "︖", "\ue794": "︗",
    "\ue795": "︘", "\ue796": "︙", "\ue7c7": "ḿ",
    "\ue81e": "龴", "\ue826": "龵", "\ue82b": "龶", "\ue82c": "龷",
    "\ue832": "龸", "\ue843": "龹", "\ue854": "龺", "\ue864": "龻",
}  # fmt: skip
_READ_ONLY = {
    "\ue816": "\U00020087", "\ue817": "\U00020089", "\ue818": "\U000200cc",
    "\ue831": "\U000215d7", "\ue83b": "\U0002298f", "\ue855": "\U000241fe",
}  # fmt: skip
_REPAIR = str.maketrans(_BOTH_WAYS | _READ_ONLY)
_TO_PYTHON = str.maketrans({real: private for private, real in _BOTH_WAYS.items()})


def decode(raw: bytes, *, errors: str = "strict") -> str:
    """Read GB18030 bytes with the mapping of the 2022 edition.

    Raises UnicodeDecodeError for bytes that are not GB18030, unless ``errors`` is
    ``"replace"``; then U+FFFD stands where a character was cut.
    """
    text = raw.decode("gb18030", errors)
    return text if text.isascii() else text.translate(_REPAIR)


def encode(text: str) -> bytes:
    """Write text as GB18030 with the mapping of the 2022 edition.

    Every character has a code; only lone surrogates raise UnicodeEncodeError.
    """
    return (text if text.isascii() else text.translate(_TO_PYTHON)).encode("gb18030")


def byte_length(text: str) -> int:
    """How many GB18030 bytes the text fills; official columns are as wide as this."""
    return len(text) if text.isascii() else len(encode(text))


def private_use(text: str) -> list[str]:
    """The private-use characters in the text, in order; a name must have none."""
    if text.isascii():
        return []
    return [character for character in text if unicodedata.category(character) == "Co"]


def standard_reading(character: str) -> str | None:
    """What a private-use character stood for in the tables of GBK and GB18030-2000.

    GBK put eighty characters at FE50-FEA0 that Unicode did not have yet; old programs
    left them at U+E815-U+E864, 䶮 for example at U+E863. Returns the real character, or
    None where the code belongs to whoever made the font. It is a hint for a person:
    nothing is replaced by it.
    """
    if character in _BOTH_WAYS or character in _READ_ONLY:
        return character.translate(_REPAIR)
    position = ord(character) - 0xE815
    if not 0 <= position < 80:
        return None
    trail = 0x50 + position
    reading = decode(bytes((0xFE, trail if trail < 0x7F else trail + 1)))
    return None if private_use(reading) else reading


def decode_unlabelled(raw: bytes) -> tuple[str, str]:
    """Read text of unknown encoding: UTF-8 (with or without mark), UTF-16 with mark, GB18030.

    Returns the text and the name of the encoding. Valid UTF-8 that is not ASCII is
    hardly ever valid by accident, so it goes first. Raises UnicodeDecodeError when
    nothing fits.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16"), "utf-16"
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return decode(raw), "gb18030"
