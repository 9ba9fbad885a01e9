"""The college's sheet (信息核对表、更正汇总表): its canonical rows, their digest, and an edited copy coming home.

A sheet is generated, never typed. Frozen means that its canonical rows have a SHA-256; the paper carries it, and a later
change of any row shows. A workbook edited outside is merged three-way: theirs, ours, the frozen one.  研〔2024〕137号 二
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xueji.rules.findings import Finding, finding

Rows = Mapping[str, Mapping[str, str]]
"""Rows by their key (the student number), each a mapping from column to printed text."""


def canonical(columns: Sequence[str], rows: Rows, declared: Sequence[str] = ()) -> bytes:
    """The rows as the bytes that are digested: one JSON array a line, sorted by key, in NFC, UTF-8, no spaces.

    ``declared`` are sentences signed for beside the rows (that nobody is on the list, and why; who is not on it). They
    follow the rows, each an array of one, so that a sheet without them keeps the bytes it had.
    """
    lines = [json.dumps(list(columns), ensure_ascii=False, separators=(",", ":"))]
    for key in sorted(rows):
        cells = [key, *(unicodedata.normalize("NFC", rows[key].get(column, "")) for column in columns)]
        lines.append(json.dumps(cells, ensure_ascii=False, separators=(",", ":")))
    lines += [json.dumps([unicodedata.normalize("NFC", one)], ensure_ascii=False, separators=(",", ":")) for one in declared]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def digest(columns: Sequence[str], rows: Rows, declared: Sequence[str] = ()) -> str:
    """The SHA-256 of the canonical rows, and of what is declared beside them, in hexadecimal (表册摘要)."""
    return hashlib.sha256(canonical(columns, rows, declared)).hexdigest()


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is not what was frozen (变动的行): ``fields`` that changed; no fields for one that came or left."""

    key: str
    fields: tuple[str, ...] = ()
    came: bool = False
    left: bool = False


def drift(columns: Sequence[str], frozen: Rows, now: Rows) -> list[RowChange]:
    """What changed since a sheet was frozen; anything at all voids its sign-off (签字作废)."""
    found = [RowChange(key, left=True) for key in frozen if key not in now]
    for key, row in now.items():
        if key not in frozen:
            found.append(RowChange(key, came=True))
        elif fields := tuple(c for c in columns if row.get(c, "") != frozen[key].get(c, "")):
            found.append(RowChange(key, fields))
    return sorted(found, key=lambda one: one.key)


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that the edited copy changes (修改)."""

    key: str
    column: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell changed on both sides in different ways (冲突): a person decides."""

    key: str
    column: str
    frozen: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """An edited copy laid over the current rows (三方合并): what is taken over, what a person decides, what was found."""

    taken: list[CellChange]
    conflicts: list[Conflict]
    findings: list[Finding]

    def rows(self, ours: Rows) -> dict[str, dict[str, str]]:
        """The current rows with everything taken over that is not in conflict."""
        merged = {key: dict(row) for key, row in ours.items()}
        for change in self.taken:
            merged[change.key][change.column] = change.becomes
        return merged


def merge(
    columns: Sequence[str], editable: frozenset[str], frozen: Rows, ours: Rows, theirs: Sequence[tuple[str, Mapping[str, str]]]
) -> Merge:
    """Merge an edited copy. Nothing is overwritten silently and no row is added or removed by a copy.

    A cell that only they changed is taken over, one that both changed differently is a conflict. ``theirs`` are the copy's
    rows with their keys, in order; a column it lacks counts as unchanged. Columns outside ``editable`` belong to
    corrections and are only reported.
    """
    taken: list[CellChange] = []
    conflicts: list[Conflict] = []
    found: list[Finding] = []
    seen: set[str] = set()
    for number, (key, row) in enumerate(theirs, start=1):
        place = f"第 {number} 行"
        if key in seen:
            found.append(finding("SHEET.003", place=place, key=key))
            continue
        seen.add(key)
        if key not in ours or key not in frozen:
            found.append(finding("SHEET.001", place=place, key=key))
            continue
        for column in columns:
            base, mine = frozen[key].get(column, ""), ours[key].get(column, "")
            other = row.get(column, base)
            if other in (base, mine):
                continue
            if column not in editable:
                found.append(finding("SHEET.006", field=column, place=place, key=key, was=base, becomes=other))
            elif mine == base:
                taken.append(CellChange(key, column, mine, other))
            else:
                conflicts.append(Conflict(key, column, base, mine, other))
    found += [finding("SHEET.002", key=key) for key in frozen if key in ours and key not in seen]
    return Merge(taken, conflicts, found)
