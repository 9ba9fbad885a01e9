"""Giving numbers in the line (排队取号): one turn per student and day, numbers without a gap, whoever comes at the same instant."""

from __future__ import annotations

from django.db import connection
from django.db.models import F, Model

from xueji.photos.day.models import Line, Turn


def take_turn(turn: Turn) -> tuple[Turn, bool]:
    """Give a turn the next number and write it; or the turn of the same student and day that somebody else was quicker to write.

    The line's row is the lock, the constraint the proof. The second value says whether the turn is the given one.
    """
    turn.number = _next_number(turn)
    if written_first(turn):
        return turn, True
    Line.objects.filter(campaign=turn.campaign_id, on=turn.on, campus=turn.campus).update(last=F("last") - 1)
    return Turn.objects.get(case=turn.case_id, on=turn.on), False


def _next_number(turn: Turn) -> int:
    """The next number of the place and day; its row stays locked until the transaction ends."""
    take = 'UPDATE photos_line SET last = last + 1 WHERE campaign_id = %s AND "on" = %s AND campus = %s RETURNING last'
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(take, [turn.campaign_id, connection.ops.adapt_datefield_value(turn.on), turn.campus])
            if row := cursor.fetchone():
                return int(row[0])
        Line.objects.get_or_create(campaign_id=turn.campaign_id, on=turn.on, campus=turn.campus)
    raise LookupError(f"no line at {turn.campus} on {turn.on}")


def written_first(row: Model) -> bool:
    """Insert a row with its own key unless a constraint says that it is there already; who comes second waits for the first."""
    fields = row._meta.concrete_fields
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {row._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))}) ON CONFLICT DO NOTHING", values
        )
        first = bool(cursor.rowcount == 1)
    row._state.adding, row._state.db = not first, connection.alias
    return first
