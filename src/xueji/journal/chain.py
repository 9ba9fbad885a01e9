"""The hash chain of the journal: what is hashed, in which order, and how a break is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

GENESIS = "0" * 64


class Row(Protocol):
    """The columns of an event that the chain covers."""

    seq: int
    at: datetime
    kind: str
    actor: str
    actor_label: str
    desk: str
    subject: str
    college: str
    account: str
    detail: dict[str, Any]
    previous: str
    hash: str


def digest(row: Row, previous: str) -> str:
    """SHA-256 (hex) over the row's columns in canonical JSON and the hash of the row before."""
    covered = [
        row.at.astimezone(UTC).isoformat(timespec="microseconds"), row.kind, row.actor, row.actor_label, row.desk,
        row.subject, row.college, row.account, row.detail, previous,
    ]  # fmt: skip
    canonical = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_bad_row(rows: Iterable[Row]) -> tuple[int, str] | None:
    """The first row that does not fit the chain, as (seq, reason); None when the chain is whole.

    ``rows`` come in the order of ``seq`` from the very first. A deleted row shows as a broken link at the row
    after it; rows cut off at the end are found by comparing the head with a hash kept elsewhere.
    """
    before = GENESIS
    for row in rows:
        if row.previous != before:
            return row.seq, "the link to the row before is broken: a row was removed, inserted or moved"
        if row.hash != digest(row, before):
            return row.seq, "the content does not fit its hash: the row was changed"
        before = row.hash
    return None
