"""Sending one message to a whole school, in parts (群发消息)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

from xueji.journal.command import ANYWHERE, Act, Scope, Stopped
from xueji.notify.commands import BATCH, send_mail_by_job, send_message, send_on
from xueji.notify.models import Message
from xueji.notify.queries import reminded_on
from xueji.notify.terms import SHANGHAI, Kind, Notice, Recipient
from xueji.rules.findings import Finding, finding

PART = 200
"""People in one transaction: on SQLite everybody else waits that long, some 50 ms."""
PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending to many: the message, how many got it now, and what was noticed."""

    message: Message
    people: int
    findings: list[Finding]


def send_to_many(
    act: Act, notice: Notice, kind: Kind, recipients: Iterable[Recipient], *, scope: Scope = ANYWHERE, occasion: str = "",
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Sent:  # fmt: skip
    """Send one message to many, PART people in a transaction, so that whoever saves meanwhile does not wait.

    Interrupted and repeated with the same ``occasion`` it goes on where it stopped; people who joined since get it too.
    ``tell`` hears how far it is. Raises Stopped as send_message does.
    """
    wanted = {one.account: one for one in recipients}
    left_out = _reminded(act, wanted) if kind is Kind.REMINDER else set()
    people = [one for key, one in wanted.items() if key not in left_out]
    if not people:
        raise Stopped([finding("MSG.001", done=len(left_out)) if left_out else finding("MSG.002")])
    first = send_message(act, notice, kind, people[:PART], scope=scope, occasion=occasion)
    message, sent = first.result[0], 0 if first.unchanged else len(people[:PART])
    for start in range(0 if first.unchanged else PART, len(people), PART):
        if connection.vendor == "sqlite":
            time.sleep(PAUSE)  # its one writer at a time is not always the one who waits longest
        sent += send_on(act, message, people[start : start + PART], scope=scope).result
        tell(start, len(people))
    if sent > PART:
        send_mail_by_job(act.at)
    return Sent(message, sent, [finding("MSG.003", done=len(left_out))] if left_out else [])


def _reminded(act: Act, wanted: dict[int, Recipient]) -> set[int]:
    today, keys = act.at.astimezone(SHANGHAI).date(), list(wanted)
    return set().union(*(reminded_on(today, keys[start : start + BATCH]) for start in range(0, len(keys), BATCH)))
