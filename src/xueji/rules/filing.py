"""Whether a row may go to an authority (报库校验): the rule catalogue, each rule with stage, severity and sentence.

A row is a mapping from column name to text, as it will stand in the file. A stop keeps the row out; a tolerance that an
approver has granted for a rule, with an expected count and a reason, lets those rows through as long as there are no
more of them than expected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xueji.formats.gb18030 import byte_length, private_use
from xueji.rules.findings import Finding, Level, finding
from xueji.rules.identity import number as judge_number

SCHEMA, BUSINESS, CONTINUITY = "schema", "business", "continuity"
STAGES: dict[str, str] = {
    "REPORT.001": SCHEMA, "REPORT.002": SCHEMA, "REPORT.003": SCHEMA, "REPORT.004": SCHEMA, "REPORT.005": BUSINESS,
    "REPORT.006": BUSINESS, "REPORT.007": BUSINESS, "REPORT.008": BUSINESS, "REPORT.009": BUSINESS, "REPORT.010": CONTINUITY,
    "REPORT.011": CONTINUITY,
}  # fmt: skip
"""Rule id → the stage it belongs to: the form of a cell, its sense, its agreement with what was filed before."""
OVERRIDABLE = frozenset({"REPORT.005", "REPORT.006", "REPORT.008", "REPORT.011"})
"""Rules whose stop an approver may tolerate; form and duplicates are never tolerated."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What the rules need to know of a column: width in GB18030 bytes, whether it must be filled, of which kind it is."""

    name: str
    width: int
    required: bool
    form: str = "text"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An approved tolerance (容差): for which rule, how many rows are expected, why, who approved."""

    rule: str
    expected: int
    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome for a whole file: findings by row key, which rows stay out, which tolerances were used or exceeded."""

    findings: Mapping[str, tuple[Finding, ...]]
    left_out: frozenset[str]
    tolerated: Mapping[str, int]
    exceeded: Mapping[str, int]


def cells(row: Mapping[str, str], columns: Sequence[ColumnRule]) -> list[Finding]:
    """What is wrong with the form of a row's cells."""
    found = []
    for column in columns:
        value = row.get(column.name, "")
        if not value:
            if column.required:
                found.append(finding("REPORT.001", field=column.name, column=column.name))
            continue
        if (size := byte_length(value)) > column.width:
            found.append(finding("REPORT.002", field=column.name, column=column.name, size=size, width=column.width))
        if value != value.strip():
            found.append(finding("REPORT.003", field=column.name, column=column.name))
        if strange := private_use(value):
            found.append(finding("REPORT.004", field=column.name, column=column.name, characters="".join(strange)))
    return found


def sense(row: Mapping[str, str], *, document: str, on: date) -> list[Finding]:
    """What is wrong with the sense of a row: the number, the dates, what a conclusion needs."""
    found = []
    number = row.get("SFZH") or row.get("ZJHM") or ""
    if number and document and any(f.level is Level.STOP for f in judge_number(document, number, on=on)):
        found.append(finding("REPORT.005", field="SFZH"))
    if document == "01" and len(number) == 18 and row.get("CSRQ") and number[6:14] != row["CSRQ"]:
        found.append(finding("REPORT.006", field="CSRQ"))
    enrolled, left = row.get("RXRQ", ""), row.get("BYRQ", "")
    if enrolled and left and left <= enrolled:
        found.append(finding("REPORT.007", field="BYRQ"))
    if left and left > f"{on:%Y%m%d}":
        found.append(finding("REPORT.008", field="BYRQ"))
    if "ZSBH" in row and not row["ZSBH"]:
        found.append(finding("REPORT.009", field="ZSBH"))
    return found


def whole(
    rows: Mapping[str, Mapping[str, str]], columns: Sequence[ColumnRule], documents: Mapping[str, str],
    filed_before: Mapping[str, str], *, on: date, tolerances: Sequence[Tolerance] = (),
) -> Judged:  # fmt: skip
    """Judge a whole file. ``rows`` by student number; ``documents`` the kind of identity document of each; ``filed_before``
    the certificate number each student was filed with earlier ("" for none)."""
    unique = [c for c in ("ZSBH", "SFZH", "ZJHM", "KSH") if any(c in row for row in rows.values())]
    counted = {c: Counter(row[c] for row in rows.values() if row.get(c)) for c in unique}
    findings: dict[str, list[Finding]] = {}
    for key, row in rows.items():
        found = cells(row, columns) + sense(row, document=documents.get(key, ""), on=on)
        for column in unique:
            if row.get(column) and counted[column][row[column]] > 1:
                found.append(finding("REPORT.010", field=column, column=column))
        earlier = filed_before.get(key, "")
        if earlier and row.get("ZSBH") and earlier != row["ZSBH"]:
            found.append(finding("REPORT.011", field="ZSBH", before=earlier))
        if found:
            findings[key] = found
    hits = Counter(f.id for found in findings.values() for f in {f.id: f for f in found}.values())
    granted = {t.rule: t for t in tolerances if t.rule in OVERRIDABLE}
    tolerated = {rule: hits[rule] for rule, t in granted.items() if 0 < hits[rule] <= t.expected}
    exceeded = {rule: hits[rule] for rule, t in granted.items() if hits[rule] > t.expected}
    left_out = frozenset(
        key for key, found in findings.items() if any(f.level is Level.STOP and f.id not in tolerated for f in found)
    )
    return Judged({k: tuple(v) for k, v in findings.items()}, left_out, tolerated, exceeded)
