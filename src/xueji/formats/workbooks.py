"""Workbooks and CSV files that leave the office: no formula, no lost zero, headings that stay in sight.

A cell of text is written as text, whatever it begins with, so a name such as
``=HYPERLINK(…)`` cannot act. Numbers of people (student, candidate, identity) are text.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

import rustpy_xlsxwriter as rustpy
import xlsxwriter

from xueji.formats.sheets import Cell
from xueji.formats.undated import undated

_HEAD_FILL = "#E8EEF7"
_MARK_FILL = "#FFE3DC"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that is written: its heading, its width in characters, whether Excel must keep it as text."""

    title: str
    width: float = 14
    text: bool = True


def write(target: BinaryIO, headings: Sequence[Heading], rows: Iterable[Sequence[Cell]], *, name: str, title: str = "") -> None:
    """Write a workbook of one sheet, with the headings frozen and, if given, a title above them.

    Written in a stream: 50,000 rows of 40 columns take some seconds and 60 MB. The same rows give the same bytes. Raises
    ValueError when two headings are equal or a row has another number of cells.
    """
    titles = [heading.title for heading in headings]
    if len(set(titles)) != len(titles):
        raise ValueError("two columns have the same heading")
    above = 1 if title else 0
    first, rows = _peeked(rows)
    if first is None:
        _write_headings(target, titles, name=name, title=title)
        return
    buffer = io.BytesIO()
    text = rustpy.Format().set_num_format("@")
    head = rustpy.Format().set_bold().set_background_color(_HEAD_FILL).set_border_bottom("thin")
    rustpy.write_worksheet(
        (dict(zip(titles, row, strict=True)) for row in rows) if not above else _buffered(titles, rows),
        buffer,
        sheet_name=sheet_name(name),
        freeze_row=above + 1,
        header_format=head,
        header_row=above,
        column_widths={heading.title: heading.width for heading in headings},
        column_formats={heading.title: text for heading in headings if heading.text},
        datetime_format="yyyy-mm-dd",
        autofilter=True,
        merge_ranges=[(0, 0, 0, len(titles) - 1, title, rustpy.Format().set_bold().set_font_size(14))]
        if above and len(titles) > 1
        else None,
    )
    target.write(undated(buffer.getvalue()))


def _peeked(rows: Iterable[Sequence[Cell]]) -> tuple[Sequence[Cell] | None, Iterable[Sequence[Cell]]]:
    """The first row, None if there is none, and all rows."""
    stream = iter(rows)
    first = next(stream, None)
    return first, () if first is None else itertools.chain((first,), stream)


def _write_headings(target: BinaryIO, titles: Sequence[str], *, name: str, title: str) -> None:
    """A workbook without a row still has its headings: the writer of streams would take them from the first row."""
    with io.BytesIO() as buffer:
        book = xlsxwriter.Workbook(buffer, {"strings_to_formulas": False})
        book.set_properties({"created": datetime.fromisoformat("2000-01-01")})
        head, big = book.add_format({"bold": True, "bg_color": _HEAD_FILL, "bottom": 1}), book.add_format({"bold": True, "font_size": 14})
        sheet = book.add_worksheet(sheet_name(name))
        if title:
            sheet.write_string(0, 0, title, big)
        for column, heading in enumerate(titles):
            sheet.write_string(1 if title else 0, column, heading, head)
        book.close()
        target.write(buffer.getbuffer())


def _buffered(titles: list[str], rows: Iterable[Sequence[Cell]]) -> list[dict[str, Cell]]:
    return [dict(zip(titles, row, strict=True)) for row in rows]


def sheet_name(name: str) -> str:
    """A name that Excel accepts: no ``[]:*?/\\``, at most 31 characters, never empty."""
    return "".join("_" if character in "[]:*?/\\'" else character for character in name)[:31].strip() or "Sheet1"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with a cell, in the words a person reads beside it. ``column`` None means the whole row."""

    column: int | None
    sentence: str


def write_marked(
    target: BinaryIO,
    columns: Sequence[str],
    rows: Iterable[tuple[int, Sequence[Cell]]],
    marks: Mapping[int, Sequence[Mark]],
    *,
    name: str,
    header_row: int = 1,
    heading: str = "需要改正",
    notes_limit: int = 20_000,
) -> None:
    """Write a copy of a sheet with its problem cells coloured, to be mended and uploaded again.

    ``marks`` are by row number of the original. Each marked cell carries its reason as a
    note (the first ``notes_limit`` of them: a workbook with more opens too slowly), and the
    column ``heading`` at the end says all reasons of its row. Reading the copy again ignores that
    column. The rows stand where they stood, so row numbers in the report stay true;
    ``header_row`` 0 (a DBF, whose first record is row 1) moves them down by one.
    """
    with io.BytesIO() as buffer:
        book = xlsxwriter.Workbook(
            buffer,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": True,
            },
        )
        # A fixed date makes the same copy the same bytes.
        book.set_properties({"created": datetime.fromisoformat("2000-01-01")})
        head = book.add_format({"bold": True, "bg_color": _HEAD_FILL, "bottom": 1})
        marked = book.add_format({"bg_color": _MARK_FILL, "num_format": "@", "border": 1, "border_color": "#B3261E"})
        reason = book.add_format({"bg_color": _MARK_FILL, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(sheet_name(name))
        above, shift = max(header_row, 1) - 1, 0 if header_row else 1
        sheet.freeze_panes(above + 1, 0)
        sheet.set_column(0, len(columns) - 1, 16, plain)
        sheet.set_column(len(columns), len(columns), 60)
        kept = [*columns, heading]
        for column, title in enumerate(kept):
            sheet.write_string(above, column, title, head)
        notes = 0
        for number, cells in rows:
            row = number - 1 + shift
            here = marks.get(number, ())
            flagged: dict[int, list[str]] = {}
            for mark in here:
                if mark.column is not None:
                    flagged.setdefault(mark.column, []).append(mark.sentence)
            for column, cell in enumerate(cells):
                if column in flagged:
                    _write_cell(sheet, row, column, cell, marked, marked)
                    if notes < notes_limit:
                        notes += 1
                        sheet.write_comment(row, column, "\n".join(flagged[column]), {"x_scale": 2.5, "y_scale": 1.2})
                elif cell is not None and cell != "":
                    _write_cell(sheet, row, column, cell, None, day)
            if here:
                sheet.write_string(row, len(columns), "\n".join(mark.sentence for mark in here), reason)
        book.close()
        target.write(buffer.getbuffer())


def _write_cell(sheet, row: int, column: int, cell: Cell, form, day) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:32_767], form)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, form)
    elif isinstance(cell, datetime | date):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell, form)
    else:
        sheet.write_blank(row, column, None, form)


def write_csv(target: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write UTF-8 with a byte-order mark, which Excel needs, and disarm what a spreadsheet would calculate."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([disarmed(heading) for heading in headings])
    for row in rows:
        writer.writerow([disarmed(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in row])
    text.flush()
    text.detach()


def disarmed(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would read a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
