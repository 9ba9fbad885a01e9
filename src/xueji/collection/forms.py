"""What a browser may send for a step: fields by code, cells of repeating tables by ``table.row.column`` (表单)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xueji.catalogue.fields import Field, Kind
from xueji.collection.queries import Asked
from xueji.collection.terms import MOST_ROWS

_CELL = re.compile(r"([a-z_]+)\.(\d{1,3})\.([a-z_]+)")


def typed_values(asked: Sequence[Asked], sent: Mapping[str, str]) -> dict[str, Any]:
    """Everything typed into a step's own fields, unjudged; names that the step does not ask for are ignored.

    Rows keep their order, empty ones are kept too (somebody is about to fill them); beyond MOST_ROWS they are cut.
    """
    values: dict[str, Any] = {}
    for one in asked:
        field = one.field
        if not one.editable or field.kind is Kind.PHOTO:
            continue
        if field.kind is Kind.TABLE:
            values[field.code] = _rows(field, sent)
        elif field.code in sent:
            values[field.code] = sent[field.code]
    return values


def _rows(field: Field, sent: Mapping[str, str]) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    columns = {column.code for column in field.columns}
    for name, value in sent.items():
        found = _CELL.fullmatch(name)
        if found and found[1] == field.code and found[3] in columns:
            rows.setdefault(int(found[2]), {})[found[3]] = value
    return [rows[number] for number in sorted(rows)][:MOST_ROWS]


def with_row_added(values: dict[str, Any], table: str) -> dict[str, Any]:
    """The same with one empty row at the end of a table."""
    return {**values, table: [*values.get(table, []), {}]}


def with_row_removed(values: dict[str, Any], table: str, number: int) -> dict[str, Any]:
    """The same without row ``number`` (counted from 1) of a table."""
    return {**values, table: [row for place, row in enumerate(values.get(table, []), start=1) if place != number]}
