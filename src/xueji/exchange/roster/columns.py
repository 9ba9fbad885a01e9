"""Which column of a roster means which field (列的对应)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xueji.catalogue.fields import FIELDS, Field, Kind, field_for_heading
from xueji.rules.findings import Finding, finding

OWN_REMARKS = "需要改正"
"""The column that a marked-up copy ends with; it is never read back."""
LEFT_OUT = "-"
"""In a mapping: this column is not imported."""
_BRACKETS = re.compile(r"^(.*?)[(（\[【]([^()（）\[\]【】]*)[)）\]】]\s*$")


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """One column: its place, its heading, the field it means (None: not imported), and who said so.

    ``by`` is "official", "remembered", "chosen", "left out" or "unknown".
    """

    index: int
    heading: str
    field: Field | None
    by: str


def folded_heading(heading: str) -> str:
    """A heading as it is remembered: without spaces, case or a closing mark."""
    return "".join(heading.split()).casefold().rstrip("*:：")[:120]


def meaning(heading: str) -> Field | None:
    """The field a heading means by the catalogue; both parts of “姓名(XM)” are tried."""
    if known := field_for_heading(heading):
        return known
    if parts := _BRACKETS.match(heading):
        return field_for_heading(parts[1]) or field_for_heading(parts[2])
    return None


def recognised(headings: Sequence[str], *, remembered: Mapping[str, str], chosen: Mapping[str, str] | None = None) -> list[RosterColumn]:
    """Every column with what it means. What a person chose now goes before what the school remembers, and both before
    the catalogue. Raises KeyError for a chosen field that the catalogue does not have.
    """
    said_now = {folded_heading(heading): code for heading, code in (chosen or {}).items()}
    columns = []
    for index, heading in enumerate(headings):
        key = folded_heading(heading)
        if not key or heading == OWN_REMARKS:
            columns.append(RosterColumn(index, heading, None, "left out"))
            continue
        for source, by in ((said_now, "chosen"), (remembered, "remembered")):
            if key in source:
                code = source[key]
                left_out = code in ("", LEFT_OUT)
                columns.append(RosterColumn(index, heading, None if left_out else FIELDS[code], "left out" if left_out else by))
                break
        else:
            known = meaning(heading)
            columns.append(RosterColumn(index, heading, known, "official" if known else "unknown"))
    return columns


def importable(field: Field) -> bool:
    """Whether a roster may carry the field: not a photo, not a repeating table, not what the school says of itself."""
    return field.kind not in (Kind.PHOTO, Kind.TABLE)


def judged(columns: Sequence[RosterColumn]) -> list[Finding]:
    """What is wrong with the columns as a whole."""
    found: list[Finding] = []
    first: dict[str, RosterColumn] = {}
    for column in columns:
        if column.field is None:
            if column.by == "unknown":
                found.append(finding("ROSTER.003", heading=column.heading))
            continue
        if not importable(column.field):
            found.append(finding("ROSTER.004", heading=column.heading, label=column.field.label))
        elif column.field.code in first:
            found.append(
                finding(
                    "ROSTER.002",
                    field=column.field.code,
                    first=first[column.field.code].heading,
                    second=column.heading,
                    label=column.field.label,
                )
            )
        else:
            first[column.field.code] = column
    if "student_number" not in first:
        found.append(finding("ROSTER.001", field="student_number"))
    return found
