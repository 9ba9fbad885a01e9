"""An event in words (操作记录的文字)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xueji.catalogue.text import Text
from xueji.journal.events import EVENTS
from xueji.journal.models import Event


@dataclass(frozen=True, slots=True)
class Worded:
    """One event as a person reads it."""

    seq: int
    at: datetime
    actor: str
    sentence: Text
    subject: str
    detail: tuple[tuple[str, str], ...]


def worded(event: Event) -> Worded:
    """The event with its sentence; a kind no longer known stands for itself."""
    sentence = EVENTS.get(event.kind) or Text(event.kind, event.kind)
    detail = tuple((key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
                   for key, value in event.detail.items())  # fmt: skip
    return Worded(event.seq, event.at, event.actor_label, sentence, event.subject, detail)
