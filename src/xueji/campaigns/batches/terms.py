"""Kinds of sheets, and where a batch stands (表册种类、批次状态)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding

if TYPE_CHECKING:
    from xueji.campaigns.batches.models import Batch
    from xueji.campaigns.models import Campaign
    from xueji.journal.command import Act
    from xueji.records.models import College

Rows = dict[str, dict[str, str]]
KEY = "学号"
"""The heading of the column by which rows are told apart in every sheet."""


class Stage(StrEnum):
    """Where a batch stands; computed from its facts, never stored."""

    FROZEN = "frozen"
    SIGNED = "signed"
    VOID = "void"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REPLACED = "replaced"


STAGE_WORDS: dict[str, Text] = {
    Stage.FROZEN: Text("已冻结，待签字盖章", "frozen, to be signed and sealed"),
    Stage.SIGNED: Text("已交签字件，待学校接收", "signed copy handed in, waiting for the registry"),
    Stage.VOID: Text("有变动，签字作废", "changed since: sign-off void"),
    Stage.RETURNED: Text("已退回", "returned"),
    Stage.ACCEPTED: Text("已接收，已生效", "accepted and in force"),
    Stage.REPLACED: Text("已有新版", "replaced by a newer version"),
}
DRAWN: dict[str, str] = {
    Stage.FROZEN: "going", Stage.SIGNED: "review", Stage.VOID: "back", Stage.RETURNED: "back", Stage.ACCEPTED: "done",
    Stage.REPLACED: "idle",
}  # fmt: skip
"""How each stage is drawn: one of the six states of a page."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet (列): its heading, its share of the width, whether an edited copy may change it."""

    code: str
    label: Text
    weight: float = 1.0
    editable: bool = False


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A kind of sheet (表册种类), brought by a topic at start-up.

    ``rows`` builds the rows as they are now, by student number. ``hindrances`` say why it may not be frozen yet.
    ``accept`` puts an accepted batch in force, inside the transaction. ``edit`` takes over one cell of an edited copy.
    ``beside`` says, by student number, who of the college is not on the sheet and why: frozen, digested and printed with
    the rows. ``nobody`` is what a college declares that has no row; a kind without it cannot be empty.
    """

    code: str
    label: Text
    columns: tuple[SheetColumn, ...]
    rows: Callable[[Campaign, College], Rows]
    hindrances: Callable[[Campaign, College, Rows], list[Finding]]
    accept: Callable[[Act, Batch], None]
    edit: Callable[[Act, Campaign, str, str, str], None] | None = None
    states: Callable[[Campaign], Mapping[str, Any]] | None = None
    beside: Callable[[Campaign, College], dict[str, str]] | None = None
    nobody: Text | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(column.code for column in self.columns)

    @property
    def editable(self) -> frozenset[str]:
        return frozenset(column.code for column in self.columns if column.editable)


KINDS: dict[str, SheetKind] = {}


def register(kind: SheetKind) -> None:
    """Bring a kind of sheet; called by a topic's AppConfig.ready. Raises ValueError for a code that is taken."""
    if KINDS.get(kind.code, kind) is not kind:
        raise ValueError(f"two kinds of sheet are called {kind.code}")
    KINDS[kind.code] = kind
