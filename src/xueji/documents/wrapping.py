"""Where a text breaks into lines (断行), reckoned from the fonts' own widths before anything is set.

The typesetter gets lines that are known to fit, so the height of every place on a page is exact, nothing has to be
measured twice, and what does not fit is known before a page is set. The rules are those of 标点禁则: no line begins
with a closing mark or ends with an opening one; a word or a figure moves on whole, and only one that is wider than
the line is broken inside.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

NOT_FIRST = frozenset("，。、；：？！）》」』】〉〕”’…—·・,.;:?!)]}%％‰℃°〃々ー～~")
NOT_LAST = frozenset("（《「『【〈〔“‘([{￥$#№")


def width(text: str, advance: Callable[[str], float], tracking: float = 0.0) -> float:
    """The width of ``text`` in em on one line; ``tracking`` is added after each character, as the typesetter does."""
    return sum(map(advance, text)) + tracking * len(text)


def lines(text: str, room: float, advance: Callable[[str], float], *, tracking: float = 0.0, indent: float = 0.0) -> list[str]:
    """``text`` broken into lines of at most ``room`` em, the first one shorter by ``indent``; no line for no text.

    White space at a break stays at the end of its line, where it does not show and a reader still finds it. A line break
    in ``text`` breaks there.
    """
    broken: list[str] = []
    for part in text.splitlines():
        broken += _filled(part, room, indent if not broken else 0.0, advance, tracking)
    return broken


def _filled(text: str, room: float, indent: float, advance: Callable[[str], float], tracking: float) -> Iterator[str]:
    line, used = "", indent
    for piece in _pieces(text):
        whole = width(piece, advance, tracking)
        wide = width(piece.rstrip(), advance, tracking) if piece[-1].isspace() else whole
        if line and used + wide > room:
            yield line
            line, used = "", 0.0
        if wide > room - used:
            *full, piece = _forced(piece, room - used, room, advance, tracking)
            yield from full
            used, whole = 0.0 if full else used, width(piece, advance, tracking)
        line += piece
        used += whole
    if line.strip():
        yield line


def _pieces(text: str) -> Iterator[str]:
    """What moves on as a whole: a word with the space after it, a Chinese character with the marks that cling to it."""
    piece = ""
    for character in text:
        if piece and _may_break(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


@lru_cache(maxsize=1 << 15)
def _may_break(before: str, after: str) -> bool:
    if after in NOT_FIRST or before in NOT_LAST or after.isspace() or unicodedata.category(after).startswith("M"):
        return False
    return before.isspace() or _is_wide(before) or _is_wide(after) or before in "·・—"


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "，。、；：？！（）《》“”‘’…—"


def _forced(piece: str, first: float, room: float, advance: Callable[[str], float], tracking: float) -> list[str]:
    """A piece wider than a line, broken between any two characters; the last part may go on."""
    parts, part, left = [], "", first
    for character in piece:
        wide = advance(character) + tracking
        if part and wide > left and not character.isspace():
            parts.append(part)
            part, left = "", room
        part += character
        left -= wide
    return [*parts, part]
