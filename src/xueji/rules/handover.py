"""Where a certificate may go next (证书去向): facts in, findings out. A certificate is at exactly one place."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.rules.findings import Finding, finding

MOVES: dict[str, frozenset[str]] = {
    "press": frozenset({"registry", "destroyed"}),
    "registry": frozenset({"college", "archive", "holder", "post", "destroyed"}),
    "college": frozenset({"holder", "post", "registry"}),
    "post": frozenset({"holder", "college", "registry"}),
    "holder": frozenset({"college", "registry"}),
    "archive": frozenset({"registry"}),
    "destroyed": frozenset(),
}
"""From where to where. From the holder only an original comes back that is exchanged or revoked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One move that somebody wants to record (一次移交)."""

    before: str
    after: str
    commissioned: bool = False
    old_one_in: bool = True
    how: str = ""
    proxy: str = ""
    authorised: bool = False
    tracking: str = ""
    declared: bool = False
    revoked: bool = False


def move(wish: Wish) -> list[Finding]:
    """What stands in the way of this move. 研函〔2020〕61号 四.1."""
    found = []
    if wish.after not in MOVES.get(wish.before, ()) or (wish.revoked and wish.after in {"holder", "post", "college"} and wish.before != "holder"):
        found.append(finding("HAND.001", before=wish.before, after=wish.after))
    if wish.commissioned and wish.after in {"college", "holder", "post"}:
        found.append(finding("HAND.002"))
    if wish.after in {"holder", "post"} and not wish.old_one_in:
        found.append(finding("HAND.003"))
    if wish.after == "holder" and wish.how == "proxy" and not (wish.proxy.strip() and wish.authorised):
        found.append(finding("HAND.004", field="proxy"))
    if wish.after == "post" and not (wish.tracking.strip() and wish.declared):
        found.append(finding("HAND.005", field="tracking"))
    return found
