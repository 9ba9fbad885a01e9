"""The dry run (预演): every row of a roster judged and compared with the register; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from xueji.catalogue.fields import FIELDS, Authority, Population
from xueji.catalogue.text import listed
from xueji.exchange.roster.columns import RosterColumn, importable, judged, recognised
from xueji.exchange.roster.plan import Plan, Problem, RowPlan
from xueji.exchange.roster.register import Present, Register, longest, store_of
from xueji.exchange.roster.values import ColumnReader
from xueji.formats.sheets import Cell, Sheet
from xueji.records.models import College
from xueji.records.queries import school
from xueji.rules import identity
from xueji.rules.fields import masked
from xueji.rules.findings import Finding, Level, finding
from xueji.rules.identity import SUITABLE, Document

STEP = 1000
_ABOUT_THE_PERSON = ("born_on", "sex", "nationality", "id_document", "id_number", "population")
NEEDED = ("name", "college")
"""Without these no record can be opened."""


def dry_run(
    sheet: Sheet,
    *,
    on: date,
    remembered: Mapping[str, str],
    chosen: Mapping[str, str] | None = None,
    overwrite_own: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Plan:
    """Judge and compare a roster. Raises Unreadable while the sheet is walked, KeyError for an unknown chosen field.

    ``on`` is the day it is judged. ``overwrite_own`` lets the roster prevail over what students maintain themselves.
    ``progress`` is told the number of rows done, about every thousand.
    """
    columns = recognised(sheet.columns, remembered=remembered, chosen=chosen)
    plan = Plan(
        form=sheet.form,
        sheet=sheet.name,
        header_row=sheet.header_row,
        headings=list(sheet.columns),
        meanings=[column.field.code if column.field else "" for column in columns],
        of_file=judged(columns),
        overwrite_own=overwrite_own,
    )
    if sheet.other_sheets:
        names = listed(sheet.other_sheets[:8])
        plan.of_file.append(finding("ROSTER.005", count=len(sheet.other_sheets), names=names))
    if sheet.deleted_rows:
        plan.of_file.append(finding("ROSTER.006", count=sheet.deleted_rows))
    if plan.stops:
        return plan
    _Run(plan, columns, on).walk(sheet, progress)
    plan.close()
    if plan.rows == 0:
        plan.of_file.append(finding("ROSTER.007"))
    return plan


class _Row:
    """One row on its way: number, raw cells, stored values, whether a STOP was found."""

    __slots__ = ("cells", "number", "stopped", "values")

    def __init__(self, number: int, cells: Sequence[Cell]) -> None:
        self.number = number
        self.cells = cells
        self.values: dict[str, str] = {}
        self.stopped = False


class _Run:
    """One walk through a sheet: keeps the readers, what was seen, and the plan."""

    def __init__(self, plan: Plan, columns: Sequence[RosterColumn], on: date) -> None:
        self.plan, self.on = plan, on
        used = [column for column in columns if column.field and importable(column.field)]
        colleges = _college_words()
        readers = [
            (column.index, column.field.code, ColumnReader(
                column.field, on=on, limit=longest(column.field.code),
                words=colleges if column.field.code == "college" else None,
            ))
            for column in used
        ]  # fmt: skip
        self.columns = [(index, code, read, read.quiet, read.seen) for index, code, read in readers]
        self.place = {column.field.code: column for column in used}
        codes = [column.field.code for column in used if store_of(column.field.code) != "school"]
        self.written = [code for code in codes if code != "student_number"]
        self.own = frozenset(code for code in self.written if FIELDS[code].authority is Authority.STUDENT)
        self.register = Register([*codes, *_ABOUT_THE_PERSON])
        self.school = school()
        self.first: dict[str, tuple[int, str]] = {}
        self.twins: dict[str, list[int]] = {}
        self.id_rows: dict[str, int] = {}
        self.lengths: Counter[int] = Counter()
        self.short: list[tuple[int, Cell, str]] = []
        self.judges = bool({"id_number", "born_on", "sex"} & set(codes))

    def walk(self, sheet: Sheet, progress: Callable[[int], None]) -> None:
        waiting: list[_Row] = []
        for number, cells in sheet.rows:
            waiting.append(self._read(number, cells))
            if len(waiting) == STEP:
                self._compare(waiting)
                waiting = []
                progress(self.plan.rows)
        self._compare(waiting)
        self._withdraw_twins()
        self._doubt_short_numbers()
        self.plan.problems.sort(key=lambda problem: problem.row)
        progress(self.plan.rows)

    def _read(self, number: int, cells: Sequence[Cell]) -> _Row:
        row = _Row(number, cells)
        self.plan.rows += 1
        values = row.values
        for index, code, read, quiet, seen in self.columns:
            cell = cells[index]
            if cell.__class__ is str:  # what ColumnReader does first, without a call: two million times
                if not cell or (quiet is not None and quiet(cell)):
                    values[code] = cell
                    continue
                known = seen.get(cell)
                values[code], found = known if known is not None else read(cell)
            else:
                values[code], found = read(cell)
            if found:
                for one in found:
                    self._note(row, code, one)
                    if one.level is Level.STOP:
                        values[code] = ""  # what cannot be read is not compared with anything
        return row

    def _note(self, row: _Row, code: str, one: Finding) -> None:
        column = self.place.get(code)
        raw = row.cells[column.index] if column else ""
        known = FIELDS.get(code)
        text = "" if raw is None else str(raw)
        value = masked(known, text) if known else text
        self.plan.note(Problem(row.number, column.index if column else -1, column.heading if column else "", value[:80], one))
        if one.level is Level.STOP:
            row.stopped = True

    def _compare(self, rows: list[_Row]) -> None:
        if not rows:
            return
        present = self.register.by_number([row.values["student_number"] for row in rows if row.values["student_number"]])
        strangers = {number for row in rows if row.values["student_number"] not in present and (number := row.values.get("id_number"))}
        persons = self.register.persons_by_number(strangers) if strangers else {}
        known = self.register.person_values(list(persons.values())) if persons else {}
        for row in rows:
            here = present.get(row.values["student_number"])
            self._number(row)
            self._of_this_school(row)
            if self.judges:
                self._person(row, here)
            if here is None:
                person = persons.get(row.values.get("id_number", ""))
                self._add(row, person, known.get(person, {}) if person else {})
            else:
                self._change(row, here)

    def _number(self, row: _Row) -> None:
        number = row.values["student_number"]
        if not number:
            if not row.stopped or row.cells[self.place["student_number"].index] in (None, ""):
                self._note(row, "student_number", finding("ROSTER.011", field="student_number"))
            return
        self.lengths[len(number)] += 1
        raw = row.cells[self.place["student_number"].index]
        if raw.__class__ is float or raw.__class__ is int:
            self.short.append((row.number, raw, number))
        if number in self.first:
            self.twins.setdefault(number, [self.first[number][0]]).append(row.number)
            row.stopped = True
        given = row.values.get("id_number")
        if given:
            before = self.id_rows.setdefault(given, row.number)
            if before != row.number and number not in self.first:
                self._note(row, "id_number", finding("ROSTER.013", field="id_number", row=before))

    def _of_this_school(self, row: _Row) -> None:
        code = row.values.get("school_code")
        if code and self.school.code.strip("0") and code != self.school.code:
            self._note(row, "school_code", finding("ROSTER.008", field="school_code", value=code, school=self.school.code))

    def _person(self, row: _Row, here: Present | None) -> None:
        """The document number by itself and against birth date, sex and nationality, of the row or else the register."""
        values, before = row.values, here.values if here else {}
        facts = {code: values.get(code) or before.get(code, "") for code in _ABOUT_THE_PERSON}
        number = facts["id_number"]
        if not number:
            return
        document = facts["id_document"]
        if values.get("id_number") and not values.get("id_document"):
            kept = before.get("id_document", "") if before.get("id_number") == number else ""
            document = kept or _document(number, facts)
            if not document:
                found = identity.number(Document.PASSPORT, number, on=self.on)
                broken = identity.rounded_by_a_spreadsheet(number)
                one = next((one for one in found if one.id == "IDENT.011"), None) if broken else _resident_at_heart(number, self.on)
                self._note(row, "id_number", one or finding("ROSTER.023", field="id_number"))
                return
            if document != before.get("id_document", ""):
                values["id_document"] = document
        found = identity.number(document, number, on=self.on) if values.get("id_number") else []
        if not any(one.level is Level.STOP for one in found):
            found += identity.holder(
                document,
                number,
                born_on=_day(facts["born_on"]),
                sex=facts["sex"],
                nationality=facts["nationality"],
                population=facts["population"] or None,
            )
        for one in found:
            self._note(row, one.field if one.field in self.place else "id_number", one)

    def _add(self, row: _Row, person: UUID | None, known: dict[str, str]) -> None:
        values = row.values
        for code in NEEDED:
            if not values.get(code) and not row.stopped:
                self._note(row, code, finding("ROSTER.021", field=code, label=FIELDS[code].label))
        if not values.get("id_number") and not row.stopped:
            self._note(row, "id_number", finding("ROSTER.022", field="id_number"))
        if row.stopped:
            return self._end(row, "rejected")
        if "population" not in self.place:
            values["population"] = _population(values.get("id_document", ""), values.get("nationality", ""))
        changes: dict[str, tuple[str, str]] = {}
        for code, value in values.items():
            if not value or store_of(code) == "school":
                continue
            before = known.get(code, "") if store_of(code) == "person" else ""
            if before != value:
                changes[code] = (before, value)
        self.plan.keep(RowPlan(row.number, "added", values["student_number"], "", str(person) if person else "", changes))
        self._end(row, "added")

    def _change(self, row: _Row, here: Present) -> None:
        if row.stopped:
            return self._end(row, "rejected")
        changes: dict[str, tuple[str, str]] = {}
        before = here.values
        values = row.values
        for code in self.written:
            value = values[code]
            if value and value != before[code]:
                if code in self.own and before[code] and not self.plan.overwrite_own:
                    self._note(row, code, finding("ROSTER.025", field=code, label=FIELDS[code].label))
                else:
                    changes[code] = (before[code], value)
        guessed = values.get("id_document")
        if "id_document" not in self.place and guessed and guessed != before["id_document"]:
            changes["id_document"] = (before["id_document"], guessed)
        if not changes:
            return self._end(row, "unchanged")
        self.plan.keep(RowPlan(row.number, "changed", here.number, str(here.record), str(here.person), changes))
        return self._end(row, "changed")

    def _end(self, row: _Row, outcome: str) -> None:
        self.plan.counts[outcome] += 1
        number = row.values["student_number"]
        if number:
            self.first.setdefault(number, (row.number, outcome))

    def _withdraw_twins(self) -> None:
        """A number that came twice is nobody's: the first row, taken at first, is withdrawn with the others."""
        column = self.place["student_number"]
        for number, rows in self.twins.items():
            first, outcome = self.first[number]
            if outcome != "rejected":
                self.plan.counts[outcome] -= 1
                self.plan.counts["rejected"] += 1
                self.plan.withdrawn.add(first)
            one = finding("ROSTER.012", field="student_number", value=number, rows=listed(rows))
            for row in rows:
                self.plan.note(Problem(row, column.index, column.heading, number, one))

    def _doubt_short_numbers(self) -> None:
        """Numbers that Excel holds as numbers and that are shorter than most: their zeros may be gone."""
        if not self.short:
            return
        usual = self.lengths.most_common(1)[0][0]
        column = self.place["student_number"]
        for row, _, number in self.short:
            if len(number) < usual:
                one = finding("ROSTER.024", field="student_number", value=number, missing=usual - len(number))
                self.plan.note(Problem(row, column.index, column.heading, number, one))


def _college_words() -> dict[str, str]:
    """Names and codes of the registered colleges → the name."""
    words: dict[str, str] = {}
    for code, name, name_en in College.objects.values_list("code", "name", "name_en"):
        for word in (name_en, code, name):
            if word:
                words[word] = name
    return words


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _document(number: str, facts: Mapping[str, str]) -> str:
    """The kind of document a bare number belongs to: by its form, or a passport where the roster says a foreigner."""
    if known := identity.recognise(number):
        return known.value
    foreign = facts["population"] == Population.INTERNATIONAL or facts["nationality"] not in ("", "156")
    return Document.PASSPORT.value if foreign else ""


def _resident_at_heart(number: str, on: date) -> Finding | None:
    """For a number of digits that has no document's form: what is wrong with it as a resident number."""
    digits = sum(character.isdigit() for character in number)
    if digits < 14 or digits < len(number) - 2:
        return None
    return next(iter(identity.number(Document.RESIDENT, number, on=on)), None)


def _population(document: str, nationality: str) -> str:
    """Whose rules apply to a new student, by document and nationality."""
    if not document:
        return Population.DOMESTIC
    if document == Document.PASSPORT and nationality in ("156", "344", "446", "158"):
        return Population.HMT
    for population in (Population.DOMESTIC, Population.INTERNATIONAL, Population.HMT):
        if Document(document) in SUITABLE[population]:
            return population
    return Population.DOMESTIC
