"""Official layouts (官方格式): our fields as an authority's columns, declared as data, written as .dbf and .xlsx, read back.

One declaration serves both files. A .dbf column is as wide as its ``width`` in GB18030 bytes; a cell of an .xlsx holds
``characters``. Nothing is ever cut: what does not fit is an error with row and column. A school's own layouts lie in
``XUEJI_HOME/layouts`` and stand before ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.conf import settings

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.formats import archive, dbf
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Stopped
from xueji.rules.fields import canonical
from xueji.rules.filing import ColumnRule
from xueji.rules.findings import finding

FOLDER = Path(__file__).parent / "profiles"
FORMS = ("text", "word", "date8", "month6", "capitals")
WIDEST = 254
NAME = 10
"""Bytes of a dBASE III character column, characters of its name."""

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LayoutColumn:
    """One column (列): its official name in the .dbf, its ``heading`` in the .xlsx if that is another, our field, its width in bytes and in characters, how the value is written.

    ``form``: text as stored, word for a code, date8 as YYYYMMDD, month6 as YYYYMM, capitals. ``words`` replaces stored
    values by the authority's own; a value that is not among them is left empty.
    """

    name: str
    field: str
    width: int
    characters: int
    form: str = "text"
    required: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""

    def written(self, value: str) -> str:
        """A stored value as the authority wants it."""
        if self.words:
            return self.words.get(value, "")
        if self.form == "word" and value:
            return code_table(FIELDS[self.field].codes).word(value).zh
        if self.form == "date8":
            return value.replace("-", "")
        if self.form == "month6":
            return value.replace("-", "")[:6]
        return value.upper() if self.form == "capitals" else value


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout (格式): where its widths come from and its columns in order.

    A layout for filing (报库) also says whom it takes (``conclusions``) and how its ``file`` is called. ``text`` is the
    declaration itself, which a filing keeps.
    """

    code: str
    label: Text
    source: str
    columns: tuple[LayoutColumn, ...]
    file: str = ""
    conclusions: tuple[str, ...] = ()
    text: str = field(default="", repr=False)

    def rules(self) -> list[ColumnRule]:
        """The columns as the rule book wants them."""
        return [ColumnRule(c.name, c.width, c.required, c.form) for c in self.columns]

    def cells(self, row: Row) -> list[str]:
        """A row of stored values by field, written in the order of the columns."""
        return [column.written(row.get(column.field, "")) for column in self.columns]


def read_layout(text: str) -> Layout:
    """A layout from its TOML. Raises ValueError with everything that is wrong: a field, form or width that is none, a column twice."""
    raw = tomllib.loads(text)
    head, filing = raw["layout"], raw.get("filing", {})
    wrong, columns = [], []
    for entry in raw["column"]:
        name, form, width = entry["name"], entry.get("form", "text"), entry["width"]
        known = FIELDS.get(entry["field"])
        if known is None:
            wrong.append(f"{name}: no field {entry['field']}")
        elif form == "word" and known.kind not in (Kind.CODE, Kind.REGION):
            wrong.append(f"{name}: {known.code} has no words")
        if form not in FORMS:
            wrong.append(f"{name}: no form {form}")
        if not name.isascii() or not 1 <= len(name) <= NAME:
            wrong.append(f"{name}: dBASE III has names of 1 to {NAME} ASCII characters, say it as heading")
        if not 1 <= width <= WIDEST:
            wrong.append(f"{name}: a width of {width} bytes, 1 to {WIDEST} are possible")
        if name in {c.name for c in columns}:
            wrong.append(f"{name} stands twice")
        columns.append(LayoutColumn(name, entry["field"], width, entry.get("characters", width), form, entry.get("required", False),
                                    dict(entry.get("words", {})), entry.get("heading", name)))  # fmt: skip
    if wrong:
        raise ValueError(f"{head['code']}: {'; '.join(wrong)}")
    return Layout(head["code"], Text(head["label"], head["label_en"]), head["source"], tuple(columns), filing.get("file", ""),
                  tuple(filing.get("conclusions", ())), text)  # fmt: skip


def layouts() -> dict[str, Layout]:
    """Every layout by its code, the school's own before ours; read again when a file changed."""
    own = Path(settings.XUEJI_HOME) / "layouts"
    paths = [*sorted(FOLDER.glob("*.toml")), *(sorted(own.glob("*.toml")) if own.is_dir() else ())]
    found = [_read(path, path.stat().st_mtime_ns) for path in paths]
    return {one.code: one for one in found}


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Layout:
    return read_layout(path.read_text("utf-8"))


@lru_cache(maxsize=64)
def kept_layout(text: str) -> Layout:
    """The layout that was in force when ``text`` was kept with a filing."""
    return read_layout(text)


def layout(code: str) -> Layout:
    """The layout of that code; raises KeyError."""
    return layouts()[code]


def filing_layouts() -> dict[str, Layout]:
    """The layouts in which conclusions are filed (报库格式)."""
    return {code: one for code, one in layouts().items() if one.conclusions}


def dbf_of(made: Layout, rows: Iterable[Sequence[str]], *, on: date) -> bytes:
    """Written rows as a .dbf dated ``on``. Raises Stopped with every cell that does not fit; nothing is written then."""
    target = BytesIO()
    try:
        dbf.write(target, [dbf.Column(column.name, column.width) for column in made.columns], rows, on=on)
    except dbf.Overflow as wrong:
        raise Stopped(
            [finding("LAYOUT.001", field=c.column, place=f"第 {c.row} 行", row=c.row, column=c.column, bytes=c.bytes, width=c.width) for c in wrong.cells]
        ) from wrong
    return target.getvalue()


def workbook_of(made: Layout, rows: Iterable[Sequence[str]]) -> bytes:
    """Written rows as a workbook with the official column names, every cell text. Raises Stopped like ``dbf_of``, by characters."""
    target, problems = BytesIO(), []
    limits = [(column.heading, column.characters) for column in made.columns]

    def fitting() -> Iterable[Sequence[str]]:
        for number, cells in enumerate(rows, 1):
            for (name, characters), cell in zip(limits, cells, strict=True):
                if len(cell) > characters:
                    problems.append(finding("LAYOUT.002", field=name, place=f"第 {number} 行", row=number, column=name,
                                            characters=len(cell), most=characters))  # fmt: skip
            yield cells

    headings = [Heading(column.heading, width=min(max(column.characters, len(column.heading)), 40) + 2) for column in made.columns]
    write(target, headings, fitting(), name=made.label.zh)
    if problems:
        raise Stopped(problems)
    return target.getvalue()


def as_dbf(code: str, rows: Sequence[Row], *, on: date) -> bytes:
    """Rows of stored values by field as a .dbf; see ``dbf_of``."""
    made = layout(code)
    return dbf_of(made, (made.cells(row) for row in rows), on=on)


def as_workbook(code: str, rows: Sequence[Row]) -> bytes:
    """Rows of stored values by field as a workbook; see ``workbook_of``."""
    made = layout(code)
    return workbook_of(made, (made.cells(row) for row in rows))


def read_dbf(code: str, content: bytes) -> list[dict[str, str]]:
    """A .dbf of the layout read back into stored forms, empty values left out. Raises Unreadable, KeyError for a missing column."""
    made = layout(code)
    table = dbf.read(content)
    place = {column.name: index for index, column in enumerate(table.columns)}
    rows = []
    for cells in table.rows:
        row = {column.field: canonical(FIELDS[column.field], cells[place[column.name]]) for column in made.columns}
        rows.append({code_: value for code_, value in row.items() if value})
    return rows


def package(code: str, rows: Sequence[Row], *, on: date, name: str) -> tuple[bytes, dict[str, str]]:
    """A .zip with the .dbf, the .xlsx and the manifest of SHA-256 digests. Returns it with the digests by file name."""
    members = [(f"{name}.dbf", as_dbf(code, rows, on=on)), (f"{name}.xlsx", as_workbook(code, rows))]
    target = BytesIO()
    digests = archive.write(target, members)
    return target.getvalue(), digests
