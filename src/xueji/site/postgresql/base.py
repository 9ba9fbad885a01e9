"""The connection to PostgreSQL (数据库连接): kept from request to request, and no longer used when the server has left it."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which asks before every request whether the connection still works; that was a tenth of a request's questions."""

    def is_usable(self) -> bool:
        """Whether the connection works. A quiet one does: a server that ends it says so, or its socket is closed, and either can be seen."""
        if self.errors_occurred or self.connection is None or self.connection.closed:
            return super().is_usable()
        heard = select.poll()
        heard.register(self.connection.fileno(), select.POLLIN)
        return not heard.poll(0) or super().is_usable()
