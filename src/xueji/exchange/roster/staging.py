"""From a dry run into the register: everything prepared beside it, then one short transaction (暂存与提交).

The new rows are sealed and written to temporary tables first. Those belong to this connection alone, on SQLite even to
a file of their own, so students go on saving meanwhile. The transaction itself is two UPDATEs and two INSERTs. A
record that somebody changed since it was read is seen by its revision and prepared again; one whose very field changed
since the dry run stops the whole import.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from xueji.exchange.roster.plan import Plan, RowPlan
from xueji.exchange.roster.register import Present, Register, sealed_json, store_of
from xueji.journal.command import Stopped
from xueji.records.models import College, Person, StudentRecord
from xueji.rules.findings import finding
from xueji.vault.fields import EncryptedTextField, blind_index, seal

_PERSON, _RECORD = Person._meta.db_table, StudentRecord._meta.db_table


class Staging:
    """The prepared import of one plan. Use: ``prepare`` outside a transaction, ``apply`` inside, ``drop`` at the end."""

    def __init__(self, plan: Plan, *, at: datetime) -> None:
        self.plan, self.at = plan, at
        touched = sorted(plan.touched)
        self.of_person = [code for code in touched if store_of(code) == "person"]
        self.of_record = [code for code in touched if store_of(code) == "record" and code != "student_number"]
        self.in_details = [code for code in touched if store_of(code) == "details"]
        self.register = Register(touched)
        self.college_codes = {name: code for code, name in College.objects.values_list("code", "name")}
        self.changed_person = _Table("staged_changed_person", Person, ["id", *self._person_columns()])
        record_columns = ["id", "revision", *self._record_columns()]
        self.changed_record = _Table("staged_changed_record", StudentRecord, record_columns)
        self.new_person = _Table("staged_new_person", Person)
        self.new_record = _Table("staged_new_record", StudentRecord)
        self.tables = (self.changed_person, self.changed_record, self.new_person, self.new_record)
        self.persons: dict[UUID, dict[str, str]] = {}
        self.fresh_persons: dict[str, UUID] = {}

    def _person_columns(self) -> list[str]:
        return [*self.of_person, *(["id_index"] if "id_number" in self.of_person else [])]

    def _record_columns(self) -> list[str]:
        return [*self.of_record, *(["details"] if self.in_details else [])]

    def prepare(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Fill the temporary tables. Raises Stopped when the register no longer is what the dry run saw."""
        for table in self.tables:
            table.create()
        done = 0
        conflicts: list[str] = []
        for number in range(len(self.plan.blocks)):
            rows = list(self.plan.block(number))
            self._change([row for row in rows if row.outcome == "changed"], conflicts)
            self._add([row for row in rows if row.outcome == "added"])
            for table in self.tables:
                table.flush()
            done += len(rows)
            progress(done)
        _stop_for(conflicts)

    def _change(self, rows: Sequence[RowPlan], conflicts: list[str]) -> None:
        present = self.register.by_key([UUID(row.record) for row in rows])
        for row in rows:
            here = present.get(UUID(row.record))
            if here is None or any(here.values[code] != old for code, (old, _) in row.changes.items()):
                conflicts.append(row.student_number)
                continue
            values = here.values | {code: new for code, (_, new) in row.changes.items()}
            self.changed_record.add([here.record, here.revision, *self._record_cells(here, values, row)])
            self._person_of(here.person, values, {code for code in row.changes if store_of(code) == "person"}, row, conflicts)

    def _record_cells(self, here: Present, values: dict[str, str], row: RowPlan) -> list[Any]:
        cells = [self._cell(StudentRecord, code, values[code], here.record) for code in self.of_record]
        if self.in_details:
            new = {code: row.changes[code][1] for code in self.in_details if code in row.changes}
            cells.append(sealed_json(here.record, here.details | new))
        return cells

    def _person_of(self, key: UUID, values: dict[str, str], changed: set[str], row: RowPlan, conflicts: list[str]) -> None:
        """Stage a person once, even where two rows are the same person; two different wishes are a conflict."""
        if not changed:
            return
        wish = {code: values[code] for code in changed}
        before = self.persons.setdefault(key, wish)
        if before is not wish:
            if before != wish:
                conflicts.append(row.student_number)
            return
        self.changed_person.add([key, *self._person_cells(key, values)])

    def _person_cells(self, key: UUID, values: dict[str, str]) -> list[Any]:
        cells = [self._cell(Person, code, values[code], key) for code in self.of_person]
        if "id_number" in self.of_person:
            cells.append(_index(values["id_number"]))
        return cells

    def _cell(self, model: type[models.Model], code: str, value: str, key: UUID) -> Any:
        """A value in stored form as its column wants it."""
        if code == "college":
            return self.college_codes[value]
        field = model._meta.get_field(code)
        if isinstance(field, EncryptedTextField):
            return seal(model._meta.db_table, field.column, key, value) if value else None
        if isinstance(field, models.BooleanField):
            return value == "yes"
        if isinstance(field, models.IntegerField):
            return int(value) if value else None
        if isinstance(field, models.DateField):
            return value or None
        return value

    def _add(self, rows: Sequence[RowPlan]) -> None:
        for row in rows:
            new = {code: value for code, (_, value) in row.changes.items()}
            self._add_record(row, new, self._person_for(row, new))

    def _person_for(self, row: RowPlan, new: dict[str, str]) -> UUID:
        """Whose record it is: a person of the register, one added a moment ago, or a new one."""
        if row.person:
            key = UUID(row.person)
            changed = {code for code in new if store_of(code) == "person"}
            if changed:
                known = Person.objects.get(pk=key)
                values = self.register.person_values([key])[key] | {code: new[code] for code in changed}
                if values.get("id_number") is None:
                    values["id_number"] = known.id_number or ""
                self._person_of(key, values, changed, row, [])
            return key
        number = new.get("id_number", "")
        if number and number in self.fresh_persons:
            return self.fresh_persons[number]
        key = uuid.uuid4()
        cells = _defaults(Person) | {"id": key, "id_index": _index(number)}
        for code, value in new.items():
            if store_of(code) == "person":
                cells[code] = self._cell(Person, code, value, key)
        self.new_person.add([cells[name] for name in self.new_person.names])
        if number:
            self.fresh_persons[number] = key
        return key

    def _add_record(self, row: RowPlan, new: dict[str, str], person: UUID) -> None:
        key = uuid.uuid4()
        details = {code: value for code, value in new.items() if store_of(code) == "details"}
        cells = _defaults(StudentRecord) | {
            "id": key,
            "person": person,
            "student_number": row.student_number,
            "details": sealed_json(key, details),
            "changed_at": self.at,
        }
        for code, value in new.items():
            if store_of(code) == "record":
                cells[code] = self._cell(StudentRecord, code, value, key)
        if cells["first_expected_on"] is None:
            cells["first_expected_on"] = cells["expected_on"]
        self.new_record.add([cells[name] for name in self.new_record.names])

    def apply(self) -> None:
        """Write it all. Inside a transaction; raises Stopped, and then nothing must be kept."""
        self._stop_for_numbers_taken()
        self._apply_changes()
        if self.of_person:
            self._hold_persons()
            self.changed_person.update(self._person_columns())
        self.new_person.insert()
        self.new_record.insert()

    def _apply_changes(self) -> None:
        columns = self._record_columns()
        extra = ["revision = r.revision + 1", "changed_at = %s"]
        if "expected_on" in self.of_record and "first_expected_on" not in self.of_record:
            # 最初的预计毕业日期: set when the date first moves
            extra.append(
                "first_expected_on = COALESCE(r.first_expected_on, CASE WHEN s.expected_on <> r.expected_on THEN r.expected_on END)"
            )
        self._prepare_late_ones_again()
        written = self.changed_record.update(columns, extra=extra, values=[_moment(self.at)])
        if written != self.changed_record.count:
            raise Stopped([finding("ROSTER.031", count=self.changed_record.count - written, example="–")])

    def _prepare_late_ones_again(self) -> None:
        """Read and stage anew the records that somebody saved since they were staged.

        From here to the end of the transaction nobody else writes them: SQLite has one writer, PostgreSQL locks the rows,
        in the order of their keys.
        """
        lock = " ORDER BY r.id FOR NO KEY UPDATE OF r" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                # Materialized: in a subquery PostgreSQL would look for `late` first and lock only those rows.
                "WITH staged AS MATERIALIZED (SELECT r.id, r.revision <> s.revision AS late"
                f" FROM {_RECORD} r JOIN {self.changed_record.name} s ON s.id = r.id{lock}) SELECT id FROM staged WHERE late"
            )
            late = {str(cell if isinstance(cell, UUID) else UUID(hex=cell)) for (cell,) in cursor}
        if not late:
            return
        conflicts: list[str] = []
        rows = [row for row in self.plan if row.record in late]
        self.changed_record.forget([UUID(row.record) for row in rows])
        self.changed_person.forget([UUID(row.person) for row in rows])
        for row in rows:
            self.persons.pop(UUID(row.person), None)
        self._change(rows, conflicts)
        self.changed_record.flush()
        self.changed_person.flush()
        _stop_for(conflicts)

    def _hold_persons(self) -> None:
        """Lock the persons after the records, by key, as records.commands.hold_records does: nobody waits for the other."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT p.id FROM {_PERSON} p JOIN {self.changed_person.name} s ON s.id = p.id ORDER BY p.id FOR NO KEY UPDATE OF p")

    def _stop_for_numbers_taken(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT r.student_number FROM {_RECORD} r JOIN {self.new_record.name} s ON s.student_number = r.student_number")
            _stop_for([number for (number,) in cursor])

    def drop(self) -> None:
        """Remove the temporary tables."""
        for table in self.tables:
            table.drop()


def _stop_for(conflicts: Sequence[str]) -> None:
    if conflicts:
        raise Stopped([finding("ROSTER.031", count=len(conflicts), example=conflicts[0])])


def _index(number: str | None) -> bytes | None:
    return blind_index(number, purpose="id_number") if number else None


def _defaults(model: type[models.Model]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        default = field.get_default() if field.has_default() else None
        if default is None and isinstance(field, models.CharField) and not field.null:
            default = ""
        cells[field.name] = json.dumps(default) if isinstance(field, models.JSONField) else default
    return cells


def _moment(at: datetime) -> Any:
    return StudentRecord._meta.get_field("changed_at").get_db_prep_value(at, connection)


class _Table:
    """A temporary table shaped like some columns of a model's table, filled in blocks."""

    def __init__(self, name: str, model: type[models.Model], names: Sequence[str] | None = None) -> None:
        self.name, self.model = name, model
        self.names = list(names) if names else [field.name for field in model._meta.concrete_fields]
        self.columns = [model._meta.get_field(one).column for one in self.names]
        self.rows: list[list[Any]] = []
        self.count = 0

    def create(self) -> None:
        self.drop()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {self.name} AS SELECT {', '.join(self.columns)} FROM {self.model._meta.db_table} WHERE 1 = 0"
            )

    def drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {'pg_temp' if connection.vendor == 'postgresql' else 'temp'}.{self.name}")

    def add(self, cells: list[Any]) -> None:
        self.rows.append(cells)

    def flush(self) -> None:
        """Write the waiting rows: COPY where the database has it, otherwise one small transaction of its own."""
        if not self.rows:
            return
        self.count += len(self.rows)
        columns = ", ".join(self.columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self.columns))
                with _of_its_own(cursor):
                    cursor.executemany(
                        f"INSERT INTO {self.name} ({columns}) VALUES ({marks})",
                        [[_for_sqlite(cell) for cell in row] for row in self.rows],
                    )
        self.rows = []

    def forget(self, keys: Iterable[UUID]) -> None:
        """Take rows out again."""
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute(
                    f"DELETE FROM {self.name} WHERE id = %s",
                    [key if connection.vendor == "postgresql" else key.hex],
                )
                self.count -= cursor.rowcount

    def update(self, names: Sequence[str], *, extra: Sequence[str] = (), values: Sequence[Any] = ()) -> int:
        """Update the model's table from this one; returns how many rows were written."""
        columns = [self.model._meta.get_field(name).column for name in names]
        sets = ", ".join([f"{column} = s.{column}" for column in columns] + list(extra))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.model._meta.db_table} AS r SET {sets} FROM {self.name} s WHERE r.id = s.id",
                list(values),
            )
            return cursor.rowcount

    def insert(self) -> None:
        if not self.count:
            return
        columns = ", ".join(self.columns)
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.model._meta.db_table} ({columns}) SELECT {columns} FROM {self.name}")


def _for_sqlite(cell: Any) -> Any:
    if isinstance(cell, UUID):
        return cell.hex
    return _moment(cell) if isinstance(cell, datetime) else cell


@contextmanager
def _of_its_own(cursor: Any):
    """One transaction for a block. It touches the temporary file only, so nobody waits for it."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN DEFERRED")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")
