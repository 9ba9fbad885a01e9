"""Filings as files and as differences (报库文件)."""

from __future__ import annotations

import io
from dataclasses import dataclass

from xueji.exchange.filing_profiles import profiles
from xueji.formats import dbf
from xueji.formats.workbooks import Heading, write
from xueji.graduation.models import Filing
from xueji.records.queries import school


def _rows(filing: Filing) -> list[dict[str, str]]:
    return [row.values for row in filing.rows.order_by("position").iterator(chunk_size=2000)]


def as_dbf(filing: Filing) -> bytes:
    """The filing as dBASE III, byte for byte the same whenever it is asked for."""
    profile = profiles()[filing.profile]
    target = io.BytesIO()
    columns = [dbf.Column(c.name, c.width) for c in profile.columns]
    dbf.write(target, columns, ([row[c.name] for c in profile.columns] for row in _rows(filing)), on=filing.made_at.date())
    return target.getvalue()


def as_workbook(filing: Filing) -> bytes:
    """The same rows as a workbook."""
    profile = profiles()[filing.profile]
    target = io.BytesIO()
    headings = [Heading(c.name) for c in profile.columns]
    write(target, headings, ([row[c.name] for c in profile.columns] for row in _rows(filing)), name=profile.code)
    return target.getvalue()


def file_name(filing: Filing, ending: str) -> str:
    """What the authority wants the file to be called."""
    stem = profiles()[filing.profile].file.format(school=school().code, number=filing.number)
    return f"{stem}.{ending}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between a filing and the one before it."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[tuple[str, tuple[str, ...]], ...]


def difference(filing: Filing) -> Difference:
    """Students added, removed, and changed with the columns that changed, against the previous filing."""
    now = {row.record.student_number: row.values for row in filing.rows.select_related("record")}
    before = {}
    if filing.previous_id:
        before = {row.record.student_number: row.values for row in filing.previous.rows.select_related("record")}
    changed = tuple(
        (key, tuple(c for c in now[key] if now[key][c] != before[key].get(c))) for key in sorted(now.keys() & before.keys()) if now[key] != before[key]
    )
    return Difference(tuple(sorted(now.keys() - before.keys())), tuple(sorted(before.keys() - now.keys())), changed)
