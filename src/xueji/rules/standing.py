"""Where a student stands and the legal moves between standings (学籍状态与异动).

Source: 教育部令第41号 第八至三十三条; the kinds of change are those of JY/T 1001 4.2.39 that the review needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding

ENROLLED, SUSPENDED, KEPT = "enrolled", "suspended", "kept"
ENDED = ("withdrawn", "transferred", "cancelled", "expelled", "deceased", "graduated", "left")


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of change (异动): from which standings, to which, the article, whether it ends on a date, is adverse."""

    code: str
    label: Text
    origins: tuple[str, ...]
    target: str
    article: str
    ends: bool = False
    adverse: bool = False


MOVES: dict[str, Move] = {
    m.code: m
    for m in (
        Move("enrol", Text("注册学籍", "Registration of the record"), ("admitted", "retained"), ENROLLED, "第九条"),
        Move("retain", Text("保留入学资格", "Admission kept"), ("admitted",), "retained", "第十条", ends=True),
        Move("give_up", Text("放弃入学资格", "Admission given up"), ("admitted", "retained"), "cancelled", "第八条"),
        Move("refuse", Text("取消入学资格", "Admission cancelled"), ("admitted", "retained"), "cancelled", "第九条", adverse=True),
        Move("suspend", Text("休学", "Suspension"), (ENROLLED,), SUSPENDED, "第二十五条", ends=True),
        Move("keep", Text("保留学籍", "Record kept (military service)"), (ENROLLED, SUSPENDED), KEPT, "第二十七条", ends=True),
        Move("resume", Text("复学", "Resumption"), (SUSPENDED, KEPT), ENROLLED, "第二十九条"),
        Move("prolong", Text("延长学习年限", "Prolonged studies"), (ENROLLED,), ENROLLED, "第二十五条", ends=True),
        Move("change_major", Text("转专业", "Change of major"), (ENROLLED,), ENROLLED, "第二十一条"),
        Move("transfer", Text("转学（转出）", "Transfer to another university"), (ENROLLED,), "transferred", "第二十二条"),
        Move("withdraw", Text("退学", "Withdrawal"), (ENROLLED, SUSPENDED, KEPT), "withdrawn", "第三十条", adverse=True),
        Move("cancel", Text("取消学籍", "Record cancelled"), (ENROLLED, SUSPENDED, KEPT), "cancelled", "第十一条", adverse=True),
        Move("expel", Text("开除学籍", "Expulsion"), (ENROLLED, SUSPENDED, KEPT), "expelled", "第五十一条", adverse=True),
        Move("die", Text("死亡", "Death"), ("admitted", "retained", ENROLLED, SUSPENDED, KEPT), "deceased", "—"),
        Move("graduate", Text("毕业", "Graduation"), (ENROLLED,), "graduated", "第三十二条"),
        Move("complete", Text("结业", "Completion"), (ENROLLED,), "completed", "第三十二条", adverse=True),
        Move("leave", Text("肄业", "Incompletion"), (ENROLLED, SUSPENDED), "left", "第三十三条", adverse=True),
        Move("upgrade", Text("结业转毕业", "Completion upgraded to graduation"), ("completed",), "graduated", "第三十三条"),
    )
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as it is asked for (异动申请)."""

    move: str
    standing: str
    effective_on: date
    until: date | None = None
    last_change_on: date | None = None
    freeze_on: date | None = None
    upgraded_before: bool = False
    reason: str = ""


def judge(wish: Wish) -> list[Finding]:
    """What stands in the way of a change. Empty means it may be made.

    ``freeze_on`` is the day from which the changes of a graduating batch rest (北京大学 2017: 4月30日起冻结).
    """
    move = MOVES.get(wish.move)
    if move is None:
        return [finding("STAND.001", move=wish.move)]
    found = []
    if wish.standing not in move.origins:
        found.append(finding("STAND.002", move=move.label, standing=wish.standing))
    if move.ends and wish.until is None:
        found.append(finding("STAND.003", move=move.label, field="until"))
    if wish.until is not None and wish.until <= wish.effective_on:
        found.append(finding("STAND.004", field="until"))
    if wish.last_change_on is not None and wish.effective_on < wish.last_change_on:
        found.append(finding("STAND.005", last=wish.last_change_on, field="effective_on"))
    if wish.freeze_on is not None and wish.effective_on >= wish.freeze_on and wish.move not in _NEVER_FROZEN:
        found.append(finding("STAND.006", freeze=wish.freeze_on, move=move.label))
    if wish.move == "upgrade" and wish.upgraded_before:
        found.append(finding("STAND.007"))
    if move.adverse and not wish.reason.strip():
        found.append(finding("STAND.008", move=move.label, field="reason"))
    return found


_NEVER_FROZEN = ("graduate", "complete", "leave", "upgrade", "prolong", "die", "expel")
"""The review's own outcomes, and what cannot wait."""


def within_limit(enrolled_on: date | None, limit_years: float | None, suspended_days: int, on: date) -> bool | None:
    """Whether the time of study, without suspensions, is within the school's maximum on the day ``on``; None if unknown."""
    if enrolled_on is None or limit_years is None:
        return None
    return (on - enrolled_on).days - suspended_days <= round(limit_years * 365.25)
