"""Sessions in the database (会话), as Django keeps them, read by one short question: it is asked at every request."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone


class SessionStore(DatabaseStore):
    """Django's own store with another way to read; making, changing and ending a session stay as they are."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and no key, when there is none or its time is over."""
        row = None if "\0" in self.session_key else self._row()  # a quoted cookie may hold one; PostgreSQL keeps no such text
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    def _row(self) -> tuple[str] | None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, connection.ops.adapt_datetimefield_value(timezone.now())],
            )
            return cursor.fetchone()
