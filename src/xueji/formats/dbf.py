"""dBASE III tables as the authorities exchange them (DBF).

Widths are counted in GB18030 **bytes**. Nothing is ever cut: what does not fit is
reported, every cell at once, before a single byte is written. The language byte is
0x4D (simplified Chinese), which the programs of the authorities expect.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from xueji.formats import gb18030
from xueji.formats.unreadable import Unreadable

SIMPLIFIED_CHINESE = 0x4D
MAX_COLUMNS = 255
MAX_ROWS = 2_000_000
HIDDEN = b"0"  # FoxPro's _NullFlags: stands in every record, belongs to nobody
_CHINESE_MARKS = {0x4D, 0x7A}
_VERSIONS = {0x02, 0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xF5, 0xFB}
_HEAD = struct.Struct("<BBBBIHH17xB2x")
_COLUMN = struct.Struct("<11sc4xBB14x")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: name, kind (C text, N number, D date, L yes/no), width in bytes."""

    name: str
    width: int
    kind: str = "C"
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class TooLong:
    """A cell that does not fit; ``row`` counts data rows from 1."""

    row: int
    column: str
    value: str
    bytes: int
    width: int


class Overflow(ValueError):
    """Cells that do not fit their columns, all of them; nothing was written."""

    def __init__(self, cells: list[TooLong]) -> None:
        self.cells = cells
        first = cells[0]
        super().__init__(
            f"{len(cells)} cells do not fit; the first is row {first.row}, column {first.column}: {first.bytes} bytes for {first.width}"
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was opened: its columns, its rows, how many rows were marked as deleted.

    A row is one string per column. Leading and trailing blanks of numbers and the
    filling blanks of text are gone; a character cut by the program that wrote the
    table reads as U+FFFD.
    """

    columns: list[Column]
    rows: list[list[str]]
    deleted: int
    encoding: str


def write(target: BinaryIO, columns: Sequence[Column], rows: Iterable[Sequence[object]], *, on: date) -> int:
    """Write a table and return the number of its rows.

    ``on`` is the date in the header. A cell is a string, an int, a date, a bool or None.
    Raises Overflow with every cell that is too long, and ValueError for a column that
    dBASE III cannot name.
    """
    for column in columns:
        if not column.name.isascii() or not 1 <= len(column.name) <= 10 or not 1 <= column.width <= 254:
            raise ValueError(f"dBASE III has no column {column.name!r} of {column.width} bytes")
    problems: list[TooLong] = []
    body: list[bytes] = []
    shapes = [(column.name, column.width, column.kind) for column in columns]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(shapes):
            raise ValueError(f"row {number} has {len(row)} cells for {len(shapes)} columns")
        cells = [b" "]
        for value, (name, width, kind) in zip(row, shapes, strict=True):
            text = _as_text(value, kind)
            raw = text.encode("ascii") if text.isascii() else gb18030.encode(text)
            if len(raw) > width:
                problems.append(TooLong(number, name, text, len(raw), width))
            cells.append(raw.rjust(width) if kind in "NF" else raw.ljust(width))
        body.append(b"".join(cells))
    if problems:
        raise Overflow(problems)
    width = 1 + sum(column.width for column in columns)
    head = _HEAD.pack(0x03, on.year - 1900, on.month, on.day, len(body), 33 + 32 * len(columns), width, SIMPLIFIED_CHINESE)
    target.write(head)
    for column in columns:
        target.write(_COLUMN.pack(column.name.encode(), column.kind.encode(), column.width, column.decimals))
    target.write(b"\r")
    target.writelines(body)
    target.write(b"\x1a")
    return len(body)


def _as_text(value: object, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("T" if value else "F") if kind == "L" else str(int(value))
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    text = str(value)
    if "\x00" in text or "\x1a" in text:
        raise ValueError("a cell holds a control character that ends a table")
    return text


def read(raw: bytes) -> Table:
    """Read a table. The header is believed only as far as the bytes bear it out.

    Raises Unreadable for what is not a table, for one that ends early (as after a
    broken transfer) and for one with more records than its header counts.
    """
    if len(raw) < 33 or raw[0] not in _VERSIONS:
        raise Unreadable("FORMAT.012")
    _, _, _, _, promised, head_size, row_size, mark = _HEAD.unpack_from(raw)
    if head_size < 65 or head_size > len(raw) or promised > MAX_ROWS:
        raise Unreadable("FORMAT.012")
    shapes = list(_shapes(raw, head_size))
    if not shapes or row_size != 1 + sum(width for _, _, width, _ in shapes):
        raise Unreadable("FORMAT.012")
    present = (len(raw) - head_size) // row_size
    if present < promised:
        raise Unreadable("FORMAT.013", promised=promised, present=present)
    after = raw[head_size + promised * row_size :]
    if after[:1] != b"\x1a" and len(after) >= row_size and after.strip(b"\x00\x1a "):
        raise Unreadable("FORMAT.014", promised=promised, present=present)
    end = head_size + promised * row_size
    encoding = _encoding(raw[head_size:end], mark)
    columns = [Column(_text(name, encoding), width, kind, decimals) for name, kind, width, decimals in shapes]
    rows, deleted = _records(raw, head_size, end, row_size, columns, encoding)
    return Table([column for column in columns if column.kind != HIDDEN.decode()], rows, deleted, encoding)


def _shapes(raw: bytes, head_size: int) -> Iterator[tuple[bytes, str, int, int]]:
    for offset in range(32, min(head_size, 32 + 32 * MAX_COLUMNS) - 1, 32):
        if raw[offset] == 0x0D:
            return
        if offset + 32 > head_size:
            raise Unreadable("FORMAT.012")
        name, kind, width, decimals = _COLUMN.unpack_from(raw, offset)
        name = name.split(b"\x00")[0].strip()
        if not name or width == 0:
            raise Unreadable("FORMAT.012")
        if kind not in b"CNFDL" and kind != HIDDEN:
            raise Unreadable("FORMAT.015", column=name.decode("ascii", "replace"), kind=kind.decode("ascii", "replace"))
        if kind == b"C":
            width += decimals * 256  # FoxPro's wide text: the high byte stands where decimals would
            decimals = 0
        yield name, kind.decode(), width, decimals


def _encoding(body: bytes, mark: int) -> str:
    if mark in _CHINESE_MARKS or body.isascii():
        return "gb18030"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _text(raw: bytes, encoding: str) -> str:
    if raw.isascii():
        return raw.decode("ascii")
    return gb18030.decode(raw, errors="replace") if encoding == "gb18030" else raw.decode(encoding, "replace")


def _records(raw, start, end, row_size, columns, encoding) -> tuple[list[list[str]], int]:
    deleted = 0
    cuts = []
    offset = 1
    for column in columns:
        if column.kind != HIDDEN.decode():
            cuts.append((offset, offset + column.width, column.kind in "NF"))
        offset += column.width
    rows = []
    for position in range(start, end, row_size):
        if raw[position] == 0x2A:  # "*": deleted, waiting for a PACK that never came
            deleted += 1
            continue
        record = raw[position : position + row_size]
        plain = record.isascii()
        cells = []
        for first, last, is_number in cuts:
            piece = record[first:last].rstrip(b" \x00")
            if is_number:
                piece = piece.lstrip(b" ")
            cells.append(piece.decode("ascii") if plain or piece.isascii() else _text(piece, encoding))
        rows.append(cells)
    return rows, deleted
