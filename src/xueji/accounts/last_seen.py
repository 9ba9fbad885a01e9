"""Rows that every request asks for (逐次查询的行): asked for each time, taken apart only when they differ from the last time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import connection, models

Row = dict[str, Any]
M = TypeVar("M", bound=models.Model)


def columns_of(model: type[models.Model], named: str) -> str:
    """The model's columns for a question, by name: of a ``*`` PostgreSQL refuses the kept plan once a migration adds a column."""
    return ", ".join(f'{named}."{field.column}"' for field in model._meta.concrete_fields)


def taken_apart(model: type[M], row: Row) -> M:
    """An instance from a row as the database gave it; columns of other tables in it are left alone."""
    fields = model._meta.concrete_fields
    values = []
    for field in fields:
        value, column = row[field.column], field.cached_col
        for convert in (*connection.ops.get_db_converters(column), *field.get_db_converters(connection)):
            value = convert(value, column, connection)
        values.append(value)
    return model.from_db(connection.alias, [field.attname for field in fields], values)


class LastSeen(Generic[M]):
    """A question with one parameter, and what is made of its rows. Gives a copy: what a request does to it stays with that request.

    Nothing is believed from memory: a role taken away, a password changed or a notice supplemented shows in the rows.
    """

    def __init__(self, question: str, made: Callable[[Sequence[Row]], M], most: int = 512) -> None:
        self.question, self.made, self.most = question, made, most
        self._seen: OrderedDict[Any, tuple[Any, M]] = OrderedDict()

    def __call__(self, key: Any) -> M | None:
        """What is there now for the key, None when nothing is."""
        with connection.cursor() as cursor:
            cursor.execute(self.question, [key])
            rows = cursor.fetchall()
            before, found = self._seen.get(key, (None, None))
            if rows and before != rows:
                names = [column[0] for column in cursor.description]
                found = self.made([dict(zip(names, row, strict=True)) for row in rows])
                self._seen[key] = rows, found
                if len(self._seen) > self.most:
                    self._seen.popitem(last=False)
        return copy(found) if rows else None
