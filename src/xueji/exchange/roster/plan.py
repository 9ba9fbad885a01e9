"""What a roster would do to the register, packed small (预演结果).

The rows are kept as compressed blocks: fifty thousand changed rows with the old and the new value of every field fit in
some ten megabytes. A packed plan is kept in the vault, encrypted, as the record of what was changed.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.formats import archive
from xueji.rules.fields import masked
from xueji.rules.findings import Finding, Level

BLOCK = 200
"""Rows packed together, and shown on one page of the report."""
KEPT_PROBLEMS = 20_000
"""Problems kept one by one; a file with more is listed so far, and counted to the end."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with (or cleaned in) one cell: row, heading, the value as screens may show it, the finding."""

    row: int
    column: int
    heading: str
    value: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class RowPlan:
    """One row: its number, what it would do, whom, and for each field the old and the new value in stored form."""

    row: int
    outcome: str
    student_number: str
    record: str
    person: str
    changes: dict[str, tuple[str, str]]


@dataclass(slots=True)
class Plan:
    """The dry run of one file. ``tally`` counts findings by (number, heading), the notes of cleaning included."""

    form: str = ""
    sheet: str = ""
    header_row: int = 1
    headings: list[str] = field(default_factory=list)
    meanings: list[str] = field(default_factory=list)
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    of_file: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    tally: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], Problem] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)
    overwrite_own: bool = False
    blocks: list[bytes] = field(default_factory=list)
    _open: list[list[Any]] = field(default_factory=list)

    @property
    def stops(self) -> list[Finding]:
        """What forbids importing anything of this file."""
        return [one for one in self.of_file if one.level is Level.STOP]

    def keep(self, row: RowPlan) -> None:
        """Add a row that would change the register."""
        self._open.append([row.row, row.outcome, row.student_number, row.record, row.person, row.changes])
        self.touched.update(row.changes)
        if len(self._open) == BLOCK:
            self.close()

    def close(self) -> None:
        """Pack what is still open."""
        if self._open:
            self.blocks.append(_packed(self._open))
            self._open = []

    def note(self, problem: Problem) -> None:
        """Add a problem of one cell; notes of cleaning are tallied with an example, everything else is listed."""
        one = problem.finding
        key = (one.id, problem.heading)
        self.tally[key] += 1
        self.examples.setdefault(key, problem)
        if one.level is Level.NOTE:
            return
        self.problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(problem)

    def __iter__(self) -> Iterator[RowPlan]:
        for number in range(len(self.blocks)):
            yield from self.block(number)

    def block(self, number: int) -> Iterator[RowPlan]:
        """The rows of one block, without those that were withdrawn as duplicates."""
        for row, outcome, student_number, record, person, changes in json.loads(_loosened(self.blocks[number])):
            if row not in self.withdrawn:
                yield RowPlan(row, outcome, student_number, record, person, {k: tuple(v) for k, v in changes.items()})

    def summary(self) -> dict[str, Any]:
        """Everything but the rows, as JSON values; problems show masked values only."""
        return {
            "form": self.form,
            "sheet": self.sheet,
            "header_row": self.header_row,
            "headings": self.headings,
            "meanings": self.meanings,
            "rows": self.rows,
            "counts": dict(self.counts),
            "touched": sorted(self.touched),
            "overwrite_own": self.overwrite_own,
            "withdrawn": sorted(self.withdrawn),
            "of_file": [one.as_json() for one in self.of_file],
            "problem_count": self.problem_count,
            "problems": [_problem(one) for one in self.problems],
            "tally": [[*key, count, _problem(self.examples[key])] for key, count in sorted(self.tally.items())],
        }

    def packed(self) -> bytes:
        """The plan as an archive with manifest: ``summary.json`` and the blocks of rows."""
        self.close()
        target = io.BytesIO()
        members = [("summary.json", json.dumps(self.summary(), ensure_ascii=False).encode())]
        members += [(f"rows/{number:05d}.zlib", block) for number, block in enumerate(self.blocks)]
        archive.write(target, members)
        return target.getvalue()

    @classmethod
    def unpacked(cls, raw: bytes) -> Plan:
        """The plan back from ``packed``. Raises archive.Refused or Unreadable for anything else."""
        with archive.opened(io.BytesIO(raw)) as opened:
            told = json.loads(opened.read("summary.json"))
            blocks = [opened.read(name) for name in opened.names if name.startswith("rows/")]
        plan = cls(
            **{key: told[key] for key in ("form", "sheet", "header_row", "headings", "meanings", "rows", "problem_count",
                                          "overwrite_own")},
            counts=Counter(told["counts"]),
            touched=set(told["touched"]),
            withdrawn=set(told["withdrawn"]),
            of_file=[Finding.from_json(one) for one in told["of_file"]],
            problems=[_problem_from(one) for one in told["problems"]],
            blocks=blocks,
        )  # fmt: skip
        for number, heading, count, example in told["tally"]:
            plan.tally[number, heading] = count
            plan.examples[number, heading] = _problem_from(example)
        return plan


def _packed(rows: list[list[Any]]) -> bytes:
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _loosened(block: bytes) -> bytes:
    """The JSON of one block."""
    return zlib.decompress(block)


def _problem(one: Problem) -> dict[str, Any]:
    return asdict(one) | {"finding": one.finding.as_json()}


def _problem_from(stored: dict[str, Any]) -> Problem:
    return Problem(**stored | {"finding": Finding.from_json(stored["finding"])})


def worded(code: str, value: str) -> Text:
    """A stored value in words, for people: the word of a code, yes and no; masked where the catalogue says so."""
    known = FIELDS.get(code)
    if known and known.kind is Kind.YES_NO and value:
        return Text("是", "yes") if value == "yes" else Text("否", "no")
    if known and known.codes and value:
        return code_table(known.codes).word(value)
    return Text(shown(code, value), shown(code, value))


def shown(code: str, value: str) -> str:
    """A stored value as the report shows it: masked where the catalogue says so."""
    known = FIELDS.get(code)
    return masked(known, value) if known else value
