"""Writing at the end of the hash chain (记入操作记录): one writer at a time, all events of an act in one statement.

Every write of every desk passes here, so the statements are written by hand; PostgreSQL and SQLite read the same insertion.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from xueji.journal.chain import GENESIS, digest
from xueji.journal.models import Event

AT_ONCE = 500
"""Rows of one statement: far below the 32,766 values that SQLite takes."""

COLUMNS = ("at", "kind", "actor", "actor_label", "desk", "subject", "college", "account", "detail", "previous", "hash")
ROW = f"({', '.join(['%s'] * len(COLUMNS))})"


def append(events: Sequence[Event]) -> None:
    """Chain and write events in their order. Called by the command wrapper only, as the last write of its transaction."""
    if not events:
        return
    with connection.cursor() as cursor:
        # PostgreSQL: waits for its turn at the end of the chain; SQLite has one writer anyway
        cursor.execute(
            "SELECT journal_head()" if connection.vendor == "postgresql" else "SELECT hash FROM journal_event ORDER BY seq DESC LIMIT 1"
        )
        head = cursor.fetchone()
        before = (head and head[0]) or GENESIS
        for event in events:
            event.previous, event.hash = before, digest(event, before)
            before = event.hash
        for start in range(0, len(events), AT_ONCE):
            part = events[start : start + AT_ONCE]
            cursor.execute(
                f"INSERT INTO journal_event ({', '.join(COLUMNS)}) VALUES {', '.join([ROW] * len(part))}",
                [value for event in part for value in _values(event)],
            )


def _values(event: Event) -> tuple[object, ...]:
    at = connection.ops.adapt_datetimefield_value(event.at)
    return (at, event.kind, event.actor, event.actor_label, event.desk, event.subject, event.college, event.account,
            json.dumps(event.detail), event.previous, event.hash)  # fmt: skip
