"""Official layouts (官方格式): our fields as an authority's columns, written as .dbf and .xlsx with a manifest, and read back.

Widths are counted in GB18030 bytes. Nothing is ever cut: what does not fit is an error with row and column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.formats import archive, dbf
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Stopped
from xueji.rules.fields import canonical
from xueji.rules.findings import finding

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column of a layout: our field, its official name, its width in bytes, and whether codes go out as words, dates without dashes."""

    field: str
    name: str
    width: int
    write: str = "plain"


@dataclass(frozen=True, slots=True)
class Layout:
    """One official layout."""

    code: str
    label: Text
    source: str
    columns: tuple[LayoutColumn, ...]


@cache
def layout(code: str) -> Layout:
    """The layout of ``profiles/<code>.toml``; raises FileNotFoundError."""
    raw = tomllib.loads(files("xueji.exchange").joinpath(f"profiles/{code}.toml").read_text("utf-8"))
    return Layout(code, Text(raw["label"], raw["label_en"]), raw["source"], tuple(LayoutColumn(**column) for column in raw["column"]))


def written(column: LayoutColumn, value: str) -> str:
    """A stored value as the authority wants it."""
    field = FIELDS[column.field]
    if column.write == "word" and value and field.kind in (Kind.CODE, Kind.REGION):
        return code_table(field.codes).word(value).zh
    return value.replace("-", "") if column.write == "compact" else value


def as_dbf(code: str, rows: Sequence[Row], *, on: date) -> bytes:
    """The rows as a .dbf. Raises Stopped with every cell that does not fit; nothing is written then."""
    made = layout(code)
    target = BytesIO()
    try:
        dbf.write(
            target,
            [dbf.Column(column.name, column.width) for column in made.columns],
            ([written(column, row.get(column.field, "")) for column in made.columns] for row in rows),
            on=on,
        )
    except dbf.Overflow as wrong:
        raise Stopped(
            [
                finding(
                    "LAYOUT.001",
                    field=cell.column,
                    place=f"第 {cell.row} 行",
                    row=cell.row,
                    column=cell.column,
                    bytes=cell.bytes,
                    width=cell.width,
                )
                for cell in wrong.cells
            ]
        ) from wrong
    return target.getvalue()


def as_workbook(code: str, rows: Sequence[Row]) -> bytes:
    """The same rows as a workbook with the official column names, every cell text."""
    made = layout(code)
    target = BytesIO()
    cells = ([written(column, row.get(column.field, "")) for column in made.columns] for row in rows)
    write(target, [Heading(column.name) for column in made.columns], cells, name=made.label.zh)
    return target.getvalue()


def read_dbf(code: str, content: bytes) -> list[dict[str, str]]:
    """A .dbf of the layout read back into stored forms, empty values left out. Raises Unreadable, KeyError for a missing column."""
    made = layout(code)
    table = dbf.read(content)
    place = {column.name: index for index, column in enumerate(table.columns)}
    rows = []
    for cells in table.rows:
        row = {column.field: canonical(FIELDS[column.field], cells[place[column.name]]) for column in made.columns}
        rows.append({field: value for field, value in row.items() if value})
    return rows


def package(code: str, rows: Sequence[Row], *, on: date, name: str) -> tuple[bytes, dict[str, str]]:
    """A .zip with the .dbf, the .xlsx and the manifest of SHA-256 digests. Returns it with the digests by file name."""
    members = [(f"{name}.dbf", as_dbf(code, rows, on=on)), (f"{name}.xlsx", as_workbook(code, rows))]
    target = BytesIO()
    digests = archive.write(target, members)
    return target.getvalue(), digests
