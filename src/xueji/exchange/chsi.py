"""Reading what CHSI and other systems hand out: .dbf in GBK/GB18030, .xlsx, .xls, .csv (在校生下载的导入).

Columns are known by their heading, never by their place; values stay exactly as they came.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xueji.catalogue.fields import Kind
from xueji.confirmation.commands.sources import keep_source
from xueji.exchange.queries.rosters import remembered_columns
from xueji.exchange.roster.columns import recognised
from xueji.formats.sheets import Cell, opened
from xueji.formats.unreadable import Unreadable
from xueji.journal.command import Act, Change, Stopped
from xueji.rules.comparison import KEYS
from xueji.rules.findings import Finding, finding


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of another system, read (外部数据文件): its fields, its rows by number, its digest, what was noticed."""

    fields: list[str]
    rows: list[tuple[int, dict[str, str]]]
    digest: str
    findings: list[Finding]


def read_source(content: bytes) -> SourceFile:
    """Read a file of another system. Raises Stopped when it cannot be read or names none of the three numbers."""
    try:
        with opened(content) as sheet:
            columns = recognised(sheet.columns, remembered=remembered_columns())
            used = [column for column in columns if column.field is not None and column.field.kind is not Kind.TABLE]
            codes = [column.field.code for column in used if column.field is not None]
            if not set(codes) & set(KEYS):
                raise Stopped([finding("CONF.012", field="file")])
            noticed = [finding("CONF.013", heading=c.heading, place=c.heading) for c in columns if c.field is None and c.by == "unknown"]
            rows = []
            for number, cells in sheet.rows:
                row = {code: text for code, column in zip(codes, used, strict=True) if (text := as_text(cells[column.index]))}
                rows.append((number, row))
    except Unreadable as wrong:
        raise Stopped([finding(wrong.id, **wrong.values)]) from wrong
    return SourceFile(list(dict.fromkeys(codes)), rows, hashlib.sha256(content).hexdigest(), noticed)


def as_text(cell: Cell) -> str:
    """A cell as text without changing what it says: whole numbers without a point, days as ISO dates."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def import_source(act: Act, *, source: str, taken_on: date, content: bytes, title: str) -> tuple[Change, SourceFile]:
    """Read a file and keep it as a snapshot of its source. The change's result is the Snapshot. Raises Stopped, Refused."""
    read = read_source(content)
    kept = keep_source(
        act, source=source, taken_on=taken_on, title=Path(title).name, digest=read.digest, fields=read.fields, rows=read.rows
    )
    return kept, read
