"""Reading the journal: by whom the viewer is, and whether the chain is whole."""

from __future__ import annotations

from django.db.models import QuerySet

from xueji.journal.chain import GENESIS, first_bad_row
from xueji.journal.command import ANYWHERE, Actor, Scope
from xueji.journal.models import Event

READ = "journal.read"


def events_for(viewer: Actor, *, subject: str = "", college: str = "") -> QuerySet[Event]:
    """The events the viewer may read, newest first: the whole school, one college, or the own ones."""
    events = Event.objects.order_by("-seq")
    if subject:
        events = events.filter(subject=subject)
    if viewer.may(READ, ANYWHERE):
        return events.filter(college=college) if college else events
    if college and viewer.may(READ, Scope(college=college)):
        return events.filter(college=college)
    return events.filter(account=viewer.id_text)


def broken_at() -> tuple[int, str] | None:
    """The first row that breaks the chain, as (seq, reason), or None (核对操作记录)."""
    return first_bad_row(Event.objects.order_by("seq").iterator(chunk_size=2000))


def head() -> tuple[int, str]:
    """The number and hash of the newest event: write them down elsewhere, and a cut-off end becomes evident."""
    last = Event.objects.order_by("-seq").values_list("seq", "hash").first()
    return last or (0, GENESIS)


def knows(noted: str) -> bool:
    """Whether a hash noted earlier is still in the chain."""
    return Event.objects.filter(hash=noted).exists()
