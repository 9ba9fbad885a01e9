"""Where a certificate may go next (证书去向): facts in, findings out. A certificate is at exactly one place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding

SHANGHAI = ZoneInfo("Asia/Shanghai")
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
    box_counted: bool = True
    holder: str = ""
    signer: str = ""


def move(wish: Wish) -> list[Finding]:
    """What stands in the way of this move. 研函〔2020〕61号 四.1."""
    found = []
    if wish.after not in MOVES.get(wish.before, ()) or (wish.revoked and wish.after in {"holder", "post", "college"} and wish.before != "holder"):
        found.append(finding("HAND.001", before=wish.before, after=wish.after))
    if wish.commissioned and wish.after in {"college", "holder", "post"}:
        found.append(finding("HAND.002"))
    if wish.after in {"holder", "post"} and not wish.old_one_in:
        found.append(finding("HAND.003"))
    if wish.before == "college" and wish.after in {"holder", "post"} and not wish.box_counted:
        found.append(finding("HAND.015"))
    if wish.after == "holder" and wish.how == "screen" and bare(wish.signer) != bare(wish.holder):
        found.append(finding("HAND.014", field="signer", typed=wish.signer.strip()))
    if wish.after == "holder" and wish.how == "proxy" and not (wish.proxy.strip() and wish.authorised):
        found.append(finding("HAND.004", field="proxy"))
    if wish.after == "post" and not (wish.tracking.strip() and wish.declared):
        found.append(finding("HAND.005", field="tracking"))
    return found


def bare(name: str) -> str:
    """A name as two are compared: without white space, in one form of its characters, the separating dot in one spelling."""
    kept = "".join(unicodedata.normalize("NFKC", name).split())
    return re.sub("[·•‧・.]", "·", kept).casefold()


def return_to_registry(*, college: Text, until: datetime | None, now: datetime, reason: str) -> list[Finding]:
    """What stands in the way of a college handing old certificates up (结业证书统一交回): after the day, the reason for being late.

    ``until`` comes from the notice; None where it names no day. 研函〔2020〕61号 四.1（3）.
    """
    if until is None or now <= until or reason.strip():
        return []
    return [finding("HAND.012", field="late_reason", college=college.zh, college_en=college.en, until=moment_words(until).zh, until_en=moment_words(until).en)]


def moment_words(at: datetime) -> Text:
    """A moment in a sentence, Beijing time: 2020年6月28日 23:59, 28 June 2020, 23:59."""
    local = at.astimezone(SHANGHAI)
    return Text(f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}", f"{local.day} {local:%B %Y, %H:%M}")
