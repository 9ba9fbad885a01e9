"""Giving numbers (编号): places in the line without a gap and versions of a photo, whoever comes at the same instant.

Every scan and every envelope passes here, so the insertions are written by hand.
"""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.models import F, Field, Model

from xueji.photos.day.models import Capture, Line, Turn


class Quicker(Exception):
    """Another station has given the student a turn at this instant: what was done here is to be undone, and looked at again."""


def take_turn(turn: Turn) -> tuple[Turn, bool]:
    """Give a turn the next number and write it; or the turn of the same student and day that somebody else was quicker to write.

    The line's row is the lock, the constraint the proof; the row stays locked until the transaction ends. The second value
    says whether the turn is the given one.
    """
    line = Line.objects.filter(campaign=turn.campaign_id, on=turn.on, campus=turn.campus)
    for _ in range(2):
        taken, entered = _next_in_line(turn)
        if entered:
            turn.number = taken
            return turn, True
        if taken:
            line.update(last=F("last") - 1)
            return Turn.objects.get(case=turn.case_id, on=turn.on), False
        Line.objects.get_or_create(campaign_id=turn.campaign_id, on=turn.on, campus=turn.campus)
    raise LookupError(f"no line at {turn.campus} on {turn.on}")


def _next_in_line(turn: Turn) -> tuple[int, bool]:
    """The number taken, 0 when there is no line yet; and whether the turn was written with it, or the student has one already."""
    take = 'UPDATE photos_line SET last = last + 1 WHERE campaign_id = %s AND "on" = %s AND campus = %s RETURNING last'
    line = [turn.campaign_id, connection.ops.adapt_datefield_value(turn.on), turn.campus]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # in one statement: it is asked at every scan
            enter, values = _insertion(turn, "number", "taken.last", "FROM taken")
            cursor.execute(f"WITH taken AS ({take}), entered AS ({enter}) SELECT last, number FROM taken LEFT JOIN entered ON true", [*line, *values])
            taken, number = cursor.fetchone() or (0, None)
        else:
            cursor.execute(take, line)
            (taken,) = cursor.fetchone() or (0,)
            cursor.execute(*_insertion(turn, "number", str(int(taken)), f"WHERE {int(taken)} > 0"))
            (number,) = cursor.fetchone() or (None,)
    turn._state.adding, turn._state.db = number is None, connection.alias
    return taken, number is not None


def written_version(capture: Capture) -> Capture:
    """Write a version of a photo as the next one of its record; who comes at the same instant gets the one after it."""
    record = Capture._meta.get_field("record").get_db_prep_save(capture.record_id, connection)
    insert, values = _insertion(capture, "version", "COALESCE(MAX(version), 0) + 1", "FROM photos_capture WHERE record_id = %s")
    with connection.cursor() as cursor:
        found = None
        while found is None:  # kept out by somebody at the same instant: by now it is there for good, and the next look sees it
            cursor.execute(insert, [*values, record])
            found = cursor.fetchone()
    capture.version, capture._state.adding, capture._state.db = found[0], False, connection.alias
    return capture


def _insertion(row: Model, numbered: str, number: str, source: str) -> tuple[str, list[object]]:
    """The statement that inserts a row unless a constraint keeps it out; the column ``numbered`` is worked out by the database."""
    fields, columns, marks = _shape(type(row), connection.vendor)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields if field.attname != numbered]
    given = ", ".join(number if field.attname == numbered else mark for field, mark in zip(fields, marks, strict=True))
    return f"INSERT INTO {row._meta.db_table} ({columns}) SELECT {given} {source} ON CONFLICT DO NOTHING RETURNING {numbered}", values


@cache
def _shape(model: type[Model], vendor: str) -> tuple[list[Field], str, list[str]]:
    """The columns of a table and the mark for a value of each; PostgreSQL must be told what a value of a SELECT is."""
    fields = list(model._meta.concrete_fields)
    marks = [f"%s::{field.db_type(connection)}" if vendor == "postgresql" else "%s" for field in fields]
    return fields, ", ".join(f'"{field.column}"' for field in fields), marks


def written_first(row: Model) -> bool:
    """Insert a row with its own key unless a constraint says that it is there already; who comes second waits for the first."""
    fields, columns, marks = _shape(type(row), connection.vendor)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({', '.join(marks)}) ON CONFLICT DO NOTHING", values)
        first = bool(cursor.rowcount == 1)
    row._state.adding, row._state.db = not first, connection.alias
    return first
