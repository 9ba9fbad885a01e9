"""How much stands on which side of a record form (版面).

The typesetter could measure, but setting a form twice costs twice; the heights of rows follow from their text closely
enough. The estimate decides only how roomy the rows are, how many empty lines a table shows and where the second side
begins. Nothing is cut when it errs: the form then runs on to a further side.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import ceil
from typing import Any

MM = 72 / 25.4
SIDE_MM = 256.0
HEADING_MM = {False: 19.0, True: 29.0}
BAND_MM = 6.4
TABLE_HEAD_MM = 7.6
TRACKS, PHOTO_TRACKS = 24, 5
TRACK_MM = 178.0 / TRACKS
PADDING_MM, INSET_MM = 3.4, 2.6
CLOSING_MM = {False: 70.0, True: 80.0}
"""The places to sign, the remarks and the line under the frame."""
FRONT_ROWS_MM = (8.6, 8.2, 7.8, 7.4, 7.0)
BACK_ROWS_MM = (10.4, 9.6, 8.8, 8.0, 7.4, 7.0)
"""Heights of rows to try, the roomiest first."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The measures one form is set with: sections on the first side, heights of rows in mm, empty lines per table.

    ``breaks`` says whether the second side begins on a page of its own; false only when one section alone is longer
    than a page.
    """

    front: int
    front_mm: float
    back_mm: float
    empty: tuple[int, ...]
    breaks: bool = True


def ems(text: str) -> float:
    """The width of ``text`` in em, rounded up: 1 for Chinese characters, less for letters and figures."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.78 if c.isupper() or c in "@mwMW" else 0.56 for c in text)


def lines_of(text: str, width_mm: float, size_pt: float) -> int:
    """How many lines ``text`` takes in a cell of ``width_mm`` including its padding."""
    per_line = (width_mm - PADDING_MM) * MM / size_pt
    # A line rarely ends exactly at its edge: words and figures move on whole.
    return max(1, ceil(ems(text) / (per_line - 0.7)))


def height_of(cells: list[dict[str, Any]], tracks: int, label_tracks: int, lowest: float) -> float:
    """The height in mm of one row of labelled cells that share ``tracks``."""
    heights = [lowest]
    share = tracks // len(cells)
    for cell in cells:
        size = 12 if cell.get("large") else 10
        wide = (share - label_tracks) * TRACK_MM
        heights.append(_block(lines_of(cell["value"], wide, size), size))
        label_wide = label_tracks * TRACK_MM + 1.8
        label = lines_of(cell["label"], label_wide, 8.5) * 3.1
        english = lines_of(cell["label_en"], label_wide, 6.3) * 2.4 if "label_en" in cell else 0
        heights.append(label + english + INSET_MM - (0.8 if english else 0))
    return max(heights)


def fit(sections: list[dict[str, Any]], *, bilingual: bool) -> Fit:
    """The roomiest measures with which ``sections`` stand on two sides; the tightest ones when they cannot."""
    fields = [s for s in sections if "rows" in s]
    tables = [s for s in sections if "columns" in s]
    for front in range(len(fields), 0, -1):
        for front_mm in FRONT_ROWS_MM:
            if HEADING_MM[bilingual] + sum(_fields(s, bilingual, front_mm) for s in fields[:front]) <= SIDE_MM:
                return Fit(front, front_mm, *_second_side(fields[front:], tables, bilingual))
    return Fit(0, FRONT_ROWS_MM[-1], *_second_side(fields, tables, bilingual), breaks=False)


def _second_side(fields: list[dict[str, Any]], tables: list[dict[str, Any]], bilingual: bool) -> tuple[float, tuple[int, ...]]:
    """The height of rows and the empty lines that the second side has room for."""
    wanted = [table["empty_lines"] for table in tables]
    for row_mm in BACK_ROWS_MM:
        used = CLOSING_MM[bilingual] + sum(_fields(s, bilingual, row_mm) for s in fields) + sum(_table(t, row_mm) for t in tables)
        room = max(0, int((SIDE_MM - used) // row_mm))
        if room >= sum(wanted):
            break
    return row_mm, tuple(_shared(wanted, room))


def _shared(wanted: list[int], room: int) -> list[int]:
    total = sum(wanted)
    return wanted if total <= room else [n * room // total for n in wanted]


def _block(lines: int, size_pt: float) -> float:
    return (0.75 + (lines - 1) * 1.25) * size_pt / MM + INSET_MM


def _fields(section: dict[str, Any], bilingual: bool, row_mm: float) -> float:
    labels = 4 if bilingual else 3
    beside = sum(height_of(row, TRACKS - PHOTO_TRACKS, labels, row_mm) for row in section["beside_photo"])
    below = sum(height_of(row, TRACKS, labels, row_mm) for row in section["rows"])
    return BAND_MM + max(beside, 48.7 if section["beside_photo"] else 0) + below


def _table(table: dict[str, Any], row_mm: float) -> float:
    total = sum(column["weight"] for column in table["columns"])
    widths = [TRACK_MM * TRACKS * column["weight"] / total for column in table["columns"]]
    lines = sum(
        max(row_mm, *(_block(lines_of(v, wide, 9.5), 9.5) for v, wide in zip(line, widths, strict=True))) for line in table["lines"]
    )
    return BAND_MM + TABLE_HEAD_MM + lines
