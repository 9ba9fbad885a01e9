"""What the register holds for the rows of a roster, read in bulk (现有学籍).

Straight from the tables: for fifty thousand rows of forty columns the objects of the ORM cost more than everything
else together. Values come in the catalogue's stored form, as ``records.queries.value_of`` gives them one by one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models

from xueji.records.models import College, Person, StudentRecord
from xueji.records.queries import PERSON_COLUMNS, RECORD_COLUMNS, as_text
from xueji.vault.fields import EncryptedJSONField, EncryptedTextField, blind_index, open_sealed

CHUNK = 500
"""Rows asked for at once; SQLite takes a few thousand parameters, and both plan a short list best."""


@dataclass(slots=True)
class Present:
    """One record as it stands: keys, revision, and the values of the fields that were asked for."""

    record: UUID
    person: UUID
    revision: int
    number: str
    values: dict[str, str]
    details: dict[str, Any]


class Register:
    """Reads records with a fixed set of fields. Make one per run; it keeps the colleges."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.colleges: dict[str, str] = dict(College.objects.values_list("code", "name"))
        wanted = list(dict.fromkeys(codes))
        self.in_details = [code for code in wanted if store_of(code) == "details"]
        self.columns = [code for code in wanted if store_of(code) in ("person", "record")]
        self._readers = [(code, read) for code in self.columns if (read := self._reader(code))]
        names = ["r.id", "r.person_id", "r.revision", "r.student_number", "r.details"]
        self._select = ", ".join(names + [_column(code) for code in self.columns])

    def by_number(self, numbers: Sequence[str]) -> dict[str, Present]:
        """The records with these student numbers."""
        return {one.number: one for one in self._read("r.student_number", numbers)}

    def by_key(self, keys: Sequence[UUID]) -> dict[UUID, Present]:
        """The records with these primary keys."""
        return {one.record: one for one in self._read("r.id", [_key(key) for key in keys])}

    def _read(self, column: str, keys: Sequence[Any]) -> Iterable[Present]:
        for start in range(0, len(keys), CHUNK):
            part = list(keys[start : start + CHUNK])
            marks = ", ".join(["%s"] * len(part))
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {self._select} FROM {_RECORD} r JOIN {_PERSON} p ON p.id = r.person_id WHERE {column} IN ({marks})",
                    part,
                )
                for row in cursor:
                    yield self._present(row)

    def _present(self, row: Sequence[Any]) -> Present:
        record, person = _uuid(row[0]), _uuid(row[1])
        values = dict(zip(self.columns, row[5:], strict=True))
        for code, read in self._readers:
            values[code] = read(values[code], person)
        details: dict[str, Any] = {}
        if self.in_details and row[4] is not None:
            details = json.loads(open_sealed(_RECORD, "details", record, bytes(row[4])))
            for code in self.in_details:
                values[code] = details.get(code, "")
        elif self.in_details:
            values.update(dict.fromkeys(self.in_details, ""))
        return Present(record, person, row[2], row[3], values, details)

    def _reader(self, code: str) -> Callable[[Any, UUID], str] | None:
        """What makes a cell of this column the stored form; None where the cell is that already."""
        if code == "college":
            return lambda cell, person: self.colleges.get(cell, "")
        field = _field(code)
        if isinstance(field, EncryptedTextField):
            return lambda cell, person: "" if cell is None else open_sealed(_PERSON, field.column, person, bytes(cell))
        if isinstance(field, models.BooleanField):
            return lambda cell, person: "yes" if cell else "no"
        if isinstance(field, models.CharField):
            return None
        if isinstance(field, models.DateField):
            return lambda cell, person: cell or ""
        return lambda cell, person: as_text(cell)

    def persons_by_number(self, numbers: Iterable[str]) -> dict[str, UUID]:
        """Persons in the register with these document numbers, found by their blind index."""
        by_index = {blind_index(number, purpose="id_number"): number for number in numbers}
        found: dict[str, UUID] = {}
        indexes = list(by_index)
        for start in range(0, len(indexes), CHUNK):
            part = indexes[start : start + CHUNK]
            for key, index in Person.objects.filter(id_index__in=part).values_list("pk", "id_index"):
                found.setdefault(by_index[bytes(index)], key)
        return found

    def person_values(self, keys: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
        """What the register says of persons who get another record."""
        wanted = [code for code in self.columns if store_of(code) == "person"]
        persons = Person.objects.in_bulk(list(keys))
        return {key: {code: as_text(getattr(person, code)) for code in wanted} for key, person in persons.items()}


_RECORD, _PERSON = StudentRecord._meta.db_table, Person._meta.db_table


def store_of(code: str) -> str:
    """Where a catalogue field is kept: "person", "record" (the college too), "school", or "details"."""
    if code in PERSON_COLUMNS:
        return "person"
    if code in RECORD_COLUMNS:
        return "record"
    return "school" if code.startswith("school_") else "details"


def _field(code: str) -> models.Field:
    return (Person if code in PERSON_COLUMNS else StudentRecord)._meta.get_field(code)


def longest(code: str) -> int:
    """The most characters the table can keep for a field; 0 where there is no limit."""
    if store_of(code) not in ("person", "record") or code == "college":
        return 0
    field = _field(code)
    return field.max_length or 0 if isinstance(field, models.CharField | EncryptedTextField) else 0


def _column(code: str) -> str:
    column = f"{'p' if code in PERSON_COLUMNS else 'r'}.{_field(code).column}"
    # a day as YYYY-MM-DD, which both databases write so; no date object is made to be taken apart again
    return f"CAST({column} AS TEXT)" if isinstance(_field(code), models.DateField) else column


def _uuid(cell: Any) -> UUID:
    return cell if isinstance(cell, UUID) else UUID(hex=cell)


def _key(key: UUID) -> Any:
    """A primary key as this database's driver takes it."""
    return key if connection.features.has_native_uuid_field else key.hex


def sealed_json(pk: UUID, details: dict[str, Any]) -> bytes:
    """The cell of ``StudentRecord.details`` for a new content."""
    from xueji.vault.fields import seal

    field: EncryptedJSONField = StudentRecord._meta.get_field("details")
    return seal(_RECORD, field.column, pk, field.dumps(details))
