"""The one door for writes: a command declares who may, and what is recorded; the wrapper does the rest.

Order inside: permission, transaction, the command's own work, its journal event. Commands call commands; the events of
all of them are written together as the last write of the outermost one, in the order in which they ended, so that the
lock on the chain is held for a millisecond only. One that is called by another has no savepoint of its own: who goes on
after it has stopped calls it inside ``undoable``, or can write nothing any more. No command reads the clock, the request
or a global user: all three are in ``Act``.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol

from django.db import transaction

from xueji.journal.appending import append
from xueji.journal.events import EVENTS
from xueji.journal.models import Event
from xueji.rules.findings import Finding


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
        names, defaults = _parameters(body)
        qualified = f"{body.__module__}.{body.__name__}"
        COMMANDS[qualified] = Declaration(
            body.__name__, body.__module__, str(needs), records, (body.__doc__ or "").strip().split("\n")[0]
        )

        @functools.wraps(body)
        def run(act: Act, *args: P.args, **kwargs: P.kwargs) -> Change:
            where = ANYWHERE
            if scope is not None:
                where = scope(**{**defaults, **dict(zip(names, args, strict=False)), **kwargs})
            if not act.by.may(needs, where):
                raise Refused(f"{act.by.id_text} may not {needs}")
            with transaction.atomic(savepoint=not _under_way.depth), _written_together() as events:
                change = body(act, *args, **kwargs)
                if not change.unchanged:
                    events.append(_event(act, records, change))
            return change

        run.declaration = COMMANDS[qualified]  # type: ignore[attr-defined]
        return run

    return declare


def _parameters(body: Callable[..., Change]) -> tuple[list[str], dict[str, Any]]:
    """The names of a command's arguments without ``act``, in their order, and what stands for those that may be left out."""
    _, *rest = inspect.signature(body).parameters.values()
    return [one.name for one in rest], {one.name: one.default for one in rest if one.default is not one.empty}


class _UnderWay(threading.local):
    """How many commands of this thread are inside one another, and the events that wait for the outermost to end."""

    depth = 0

    def __init__(self) -> None:
        self.events: list[Event] = []


_under_way = _UnderWay()


@contextmanager
def _written_together() -> Iterator[list[Event]]:
    """Give the list for the command's event; the outermost command writes all. What was undone leaves no event behind."""
    events, before = _under_way.events, len(_under_way.events)
    _under_way.depth += 1
    try:
        yield events
        if _under_way.depth == 1:
            append(events)
    except BaseException:
        del events[before:]
        raise
    finally:
        _under_way.depth -= 1
        if not _under_way.depth:
            events.clear()


@contextmanager
def undoable() -> Iterator[None]:
    """A part of an act that is undone as a whole when it raises: what it wrote, and the events of the commands it called.

    Commands use this where they go on after an exception; desks where several commands stand or fall together. Never a plain
    savepoint or transaction: it knows nothing of the waiting events, and would hold the end of the chain from the first
    command on, while the second waits for a row whose holder waits for the chain.
    """
    with transaction.atomic(), _written_together():
        yield


def _event(act: Act, kind: str, change: Change) -> Event:
    return Event(
        at=act.at,
        kind=kind,
        actor=act.by.id_text,
        actor_label=act.by.label,
        desk=act.desk,
        subject=change.subject,
        college=change.scope.college,
        account=change.scope.account,
        detail=change.detail,
    )
