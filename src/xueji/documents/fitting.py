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
SIDE_MM = 254.0
HEADING_MM = {False: 26.0, True: 37.0}
BAND_MM = 6.4
TABLE_HEAD_MM = 7.6
TRACKS = 24
WIDTH_MM, BESIDE_PHOTO_MM = 178.0, 139.0
PADDING_MM, INSET_MM = 3.4, 2.6
CLOSING_MM = {False: 70.0, True: 79.0}
"""The places to sign, the remarks and the line under the frame."""
COMFORTABLE_MM, LOWEST_MM = 8.3, 7.0


@dataclass(frozen=True, slots=True)
class Fit:
    """The measures one form is set with: sections on the first side, height of rows in mm, empty lines per table.

    ``breaks`` says whether the second side begins on a page of its own; false only when one section alone is longer
    than a page.
    """

    front: int
    row_mm: float
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


def height_of(cells: list[dict[str, Any]], width_mm: float, label_tracks: int, lowest: float) -> float:
    """The height in mm of one row of labelled cells that share ``width_mm``."""
    heights = [lowest]
    share = TRACKS // len(cells)
    for cell in cells:
        size = 12 if cell.get("large") else 10
        wide = (share - label_tracks) * width_mm / TRACKS
        heights.append(_block(lines_of(cell["value"], wide, size), size))
        label_wide = label_tracks * width_mm / TRACKS + 1.8
        label = lines_of(cell["label"], label_wide, 8.5) * 3.1
        english = lines_of(cell["label_en"], label_wide, 6.3) * 2.4 if "label_en" in cell else 0
        heights.append(label + english + INSET_MM - (0.8 if english else 0))
    return max(heights)


def fit(sections: list[dict[str, Any]], *, bilingual: bool) -> Fit:
    """The roomiest measures with which ``sections`` stand on two sides; the tightest ones when they cannot."""
    fields = [s for s in sections if "rows" in s]
    tables = [s for s in sections if "columns" in s]
    wanted = [table["empty_lines"] for table in tables]
    for front in range(len(fields), 0, -1):
        for row_mm in (COMFORTABLE_MM, LOWEST_MM):
            used = HEADING_MM[bilingual] + sum(_fields(s, bilingual, row_mm) for s in fields[:front])
            over = CLOSING_MM[bilingual] + sum(_fields(s, bilingual, row_mm) for s in fields[front:])
            room = int((SIDE_MM - over - sum(_table(t, row_mm) for t in tables)) // row_mm)
            if used <= SIDE_MM and room >= (sum(wanted) if row_mm == COMFORTABLE_MM else 0):
                return Fit(front, row_mm, tuple(_shared(wanted, room)))
    front = _first_side(fields, bilingual)
    return Fit(front, LOWEST_MM, (0,) * len(tables), breaks=front > 0)


def _first_side(fields: list[dict[str, Any]], bilingual: bool) -> int:
    used, count = HEADING_MM[bilingual], 0
    for section in fields:
        used += _fields(section, bilingual, LOWEST_MM)
        if used > SIDE_MM:
            break
        count += 1
    return count


def _shared(wanted: list[int], room: int) -> list[int]:
    total = sum(wanted)
    return wanted if total <= room else [n * room // total for n in wanted]


def _block(lines: int, size_pt: float) -> float:
    return (0.75 + (lines - 1) * 1.25) * size_pt / MM + INSET_MM


def _fields(section: dict[str, Any], bilingual: bool, row_mm: float) -> float:
    beside = sum(height_of(row, BESIDE_PHOTO_MM, 5 if bilingual else 4, row_mm) for row in section["beside_photo"])
    below = sum(height_of(row, WIDTH_MM, 4 if bilingual else 3, row_mm) for row in section["rows"])
    return BAND_MM + max(beside, 48.7 if section["beside_photo"] else 0) + below


def _table(table: dict[str, Any], row_mm: float) -> float:
    total = sum(column["weight"] for column in table["columns"])
    widths = [WIDTH_MM * column["weight"] / total for column in table["columns"]]
    lines = sum(
        max(row_mm, *(_block(lines_of(v, wide, 9.5), 9.5) for v, wide in zip(line, widths, strict=True))) for line in table["lines"]
    )
    return BAND_MM + TABLE_HEAD_MM + lines
