"""Filings as files and as differences (报库文件)."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.exchange.layouts import Layout, dbf_of, kept_layout, layout, workbook_of
from xueji.graduation.models import Filing
from xueji.records.queries import school


def _rows(filing: Filing) -> list[dict[str, str]]:
    return [row.values for row in filing.rows.order_by("position").iterator(chunk_size=2000)]


def layout_of(filing: Filing) -> Layout:
    """The layout as it was when the filing was made; a layout that changed since does not change what was filed."""
    return kept_layout(filing.layout) if filing.layout else layout(filing.profile)


def as_dbf(filing: Filing) -> bytes:
    """The filing as dBASE III, byte for byte the same whenever it is asked for."""
    made = layout_of(filing)
    names = [c.name for c in made.columns]
    return dbf_of(made, ([row[name] for name in names] for row in _rows(filing)), on=filing.made_at.date())


def as_workbook(filing: Filing) -> bytes:
    """The same rows as a workbook."""
    made = layout_of(filing)
    names = [c.name for c in made.columns]
    return workbook_of(made, ([row[name] for name in names] for row in _rows(filing)))


def file_name(filing: Filing, ending: str) -> str:
    """What the authority wants the file to be called."""
    stem = layout_of(filing).file.format(school=school().code, number=filing.number)
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
