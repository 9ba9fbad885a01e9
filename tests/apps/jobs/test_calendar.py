"""The calendar does what is due once per interval, and one mistake does not stop the rest."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from xueji.jobs import calendar

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 9, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def appointments(monkeypatch):
    monkeypatch.setattr(calendar, "APPOINTMENTS", {})


def test_what_is_due_is_done_once_per_interval_however_often_the_worker_ticks(appointments):
    done = []
    calendar.recurring("remind", timedelta(minutes=10), done.append)
    for minute in (0, 1, 9, 10, 12, 31):
        calendar.tick(NOON + timedelta(minutes=minute))
    assert [at.minute for at in done] == [0, 10, 31]


def test_a_mistake_in_one_does_not_keep_the_others_from_being_done(appointments, caplog):
    def fails(now):
        raise ValueError("110105200203151238")

    done = []
    calendar.recurring("a", timedelta(days=1), fails)
    calendar.recurring("b", timedelta(days=1), done.append)
    with caplog.at_level(logging.ERROR):
        assert calendar.tick(NOON) == ["b"]
    assert "calendar a: ValueError at" in caplog.text and "110105" not in caplog.text


def test_the_house_has_its_own_appointments():
    assert "forget_old_jobs" in calendar.APPOINTMENTS
