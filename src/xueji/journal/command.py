"""The one door for writes: a command declares who may, and what is recorded; the wrapper does the rest.

Order inside: permission, transaction, the command's own work, one journal event as the last write. The event comes
last so that the lock on the chain is held for a millisecond only. No command reads the clock, the request or a
global user: all three are in ``Act``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol

from django.db import connection, transaction

from xueji.journal.chain import GENESIS, digest
from xueji.journal.events import EVENTS
from xueji.journal.models import Event
from xueji.rules.findings import Finding

CHAIN_LOCK = 0x7875656A69  # PostgreSQL advisory lock: one writer at the end of the chain


@dataclass(frozen=True, slots=True)
class Scope:
    """Where something belongs: college, campus, class, and whose it is (the owner's account). Empty means anywhere."""

    college: str = ""
    campus: str = ""
    class_number: str = ""
    account: str = ""


ANYWHERE = Scope()


class Actor(Protocol):
    """Somebody who may or may not (操作人). All the journal knows of a person."""

    id_text: str
    label: str

    def may(self, permission: str, scope: Scope) -> bool:
        """Whether the actor holds ``permission`` for something that belongs to ``scope``."""


@dataclass(frozen=True, slots=True)
class Act:
    """By whom, at what time, through which desk (student, college, registry, capture, public, cli, job)."""

    by: Actor
    at: datetime
    desk: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an act needs a time with its zone")


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did: the subject ("record:2024…"), its scope, details without sensitive values, a result.

    ``unchanged=True`` says that nothing was to be done (a repeated scan, the same file again): no event is written.
    """

    subject: str
    scope: Scope = ANYWHERE
    detail: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    unchanged: bool = False


class Refused(Exception):
    """The actor may not do this here. A desk answers 404."""


class Stopped(Exception):
    """A rule says no; nothing was written. Carries every finding."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{f.id} {f.message.zh}" for f in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a command declared of itself, for the house tests and the documentation."""

    name: str
    module: str
    needs: str
    records: str
    says: str


COMMANDS: dict[str, Declaration] = {}

P = ParamSpec("P")


def command(
    *, needs: str, records: str, scope: Callable[..., Scope] | None = None
) -> Callable[[Callable[Concatenate[Act, P], Change]], Callable[Concatenate[Act, P], Change]]:
    """Declare a command: the permission it needs, the event kind it records, where its subject belongs.

    ``scope`` is called with the command's arguments by name (without ``act``) and says what the permission is asked
    for; without it the permission must be held for the whole school. Raises LookupError at import time when the event
    kind has no sentence. The command itself raises Refused or Stopped and then writes nothing.
    """
    if records not in EVENTS:
        raise LookupError(f"event kind {records!r} has no sentence in journal/events/*.toml")

    def declare(body: Callable[Concatenate[Act, P], Change]) -> Callable[Concatenate[Act, P], Change]:
        signature = inspect.signature(body)
        qualified = f"{body.__module__}.{body.__name__}"
        COMMANDS[qualified] = Declaration(
            body.__name__, body.__module__, str(needs), records, (body.__doc__ or "").strip().split("\n")[0]
        )

        @functools.wraps(body)
        def run(act: Act, *args: P.args, **kwargs: P.kwargs) -> Change:
            where = ANYWHERE
            if scope is not None:
                bound = signature.bind(act, *args, **kwargs)
                bound.apply_defaults()
                arguments = dict(bound.arguments)
                arguments.pop(next(iter(signature.parameters)))
                where = scope(**arguments)
            if not act.by.may(needs, where):
                raise Refused(f"{act.by.id_text} may not {needs}")
            with transaction.atomic():
                change = body(act, *args, **kwargs)
                if not change.unchanged:
                    append_event(act, records, change)
            return change

        run.declaration = COMMANDS[qualified]  # type: ignore[attr-defined]
        return run

    return declare


def append_event(act: Act, kind: str, change: Change) -> Event:
    """Write one event at the end of the chain. Called by the command wrapper only, inside its transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    before = Event.objects.order_by("-seq").values_list("hash", flat=True).first() or GENESIS
    event = Event(
        at=act.at,
        kind=kind,
        actor=act.by.id_text,
        actor_label=act.by.label,
        desk=act.desk,
        subject=change.subject,
        college=change.scope.college,
        account=change.scope.account,
        detail=change.detail,
        previous=before,
    )
    event.hash = digest(event, before)
    event.save(force_insert=True)
    return event
