"""What is done by the calendar, not by a person (定时事务): each at most once per interval, whoever ticks."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from xueji.jobs.models import Appointment

logger = logging.getLogger("xueji.jobs")


@dataclass(frozen=True, slots=True)
class Recurring:
    """Something due every so often (定时事务). Must itself be harmless when done twice."""

    name: str
    every: timedelta
    work: Callable[[datetime], object]


APPOINTMENTS: dict[str, Recurring] = {}


def recurring(name: str, every: timedelta, work: Callable[[datetime], object]) -> None:
    """Declare something that the worker does every so often; called at start-up (AppConfig.ready)."""
    APPOINTMENTS[name] = Recurring(name, every, work)


def tick(now: datetime) -> list[str]:
    """Do what is due at ``now``; returns the names of what was done. One worker claims each, others pass by.

    A failure is logged by its kind and does not keep the others from being done; it is tried again after the interval.
    """
    done = []
    for one in APPOINTMENTS.values():
        if not _claimed(one, now):
            continue
        try:
            one.work(now)
            done.append(one.name)
        except Exception as mistake:  # the calendar goes on; the place is in the log, personal values are not
            last = mistake.__traceback__
            while last and last.tb_next:
                last = last.tb_next
            place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
            logger.error("calendar %s: %s at %s", one.name, type(mistake).__name__, place)
    return done


def _claimed(one: Recurring, now: datetime) -> bool:
    with transaction.atomic():
        _, new = Appointment.objects.get_or_create(name=one.name, defaults={"kept_at": now})
        return new or bool(Appointment.objects.filter(name=one.name, kept_at__lte=now - one.every).update(kept_at=now))
