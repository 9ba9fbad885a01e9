"""When something is open: exact to the instant, closing excluded (研通知[2024]53号 四.1: 17:00 关闭)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding

NOTHING = Text("", "")


class Phase(StrEnum):
    """Where an instant lies in a window."""

    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time (起止时间), both ends aware. ``opens`` belongs to it, ``closes`` does not.

    A notice's "17:00 关闭" is 17:00:00: what arrives at that instant is late. Raises ValueError for a naive end.
    """

    opens: datetime | None
    closes: datetime | None

    def __post_init__(self) -> None:
        for end in (self.opens, self.closes):
            if end is not None and end.tzinfo is None:
                raise ValueError("a window needs times with their zone")

    def phase(self, now: datetime) -> Phase:
        """Before, open or after."""
        if self.opens is not None and now < self.opens:
            return Phase.BEFORE
        return Phase.AFTER if self.closes is not None and now >= self.closes else Phase.OPEN

    def extended(self, untils: Iterable[datetime]) -> Window:
        """The window with the latest of the granted ends, if one is later than its own. Never shorter."""
        latest = max(untils, default=None)
        if latest is None or self.closes is None or latest <= self.closes:
            return self
        return Window(self.opens, latest)


def admission(window: Window, now: datetime, *, step: Text, ask: Text, late: Text = NOTHING) -> list[Finding]:
    """What stands in the way of acting in this window now: not yet open, or closed.

    ``ask`` is whom to ask, ``late`` what became of what came after the closing; nothing where nothing was brought.
    """
    phase = window.phase(now)
    if phase is Phase.BEFORE:
        return [finding("TIME.001", step=step, opens=window.opens)]
    if phase is Phase.AFTER:
        return [finding("TIME.002", step=step, closes=window.closes, ask=ask, late=late)]
    return []
