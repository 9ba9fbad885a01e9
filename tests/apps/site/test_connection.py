"""The kept connection to PostgreSQL: a quiet one is believed, one that the server ended is not used again."""

import psycopg
import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]


def number_of_the_server_process():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_quiet_connection_is_believed_without_a_question(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "cursor", lambda *_, **__: pytest.fail("the server was asked"))
    assert connection.is_usable()


def test_a_connection_that_the_server_ended_is_replaced_before_the_next_request_asks_anything():
    number = number_of_the_server_process()
    known = connection.get_connection_params()
    with psycopg.connect(**{name: known[name] for name in ("dbname", "user", "host", "port") if name in known}) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    assert not connection.is_usable()
    connection.health_check_done = False  # as a request begins
    assert number_of_the_server_process() != number
