"""Words of the photo day (图像采集用语), and what a notice declares about it in its table ``[capture]``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from xueji.campaigns.notice import Notice
from xueji.catalogue.text import Text
from xueji.rules.capture import Round


class Mode(StrEnum):
    """Who captures (采集方式): the authorised bureau with CHSI's code, or the school itself with its own."""

    OFFICIAL = "official"
    IN_HOUSE = "in_house"


class Origin(StrEnum):
    """Where a photo comes from (照片来源)."""

    BUREAU = "bureau"
    HOUSE = "house"
    ONLINE = "online"
    CHSI = "chsi"


ORIGINS: dict[str, Text] = {
    Origin.BUREAU: Text("图像采集单位", "the photo bureau"),
    Origin.HOUSE: Text("学校采集台", "the school’s station"),
    Origin.ONLINE: Text("线上采集", "online capture"),
    Origin.CHSI: Text("学信网已有照片", "a photo known to CHSI"),
}
METHODS: dict[str, Text] = {
    "cash": Text("现金", "cash"),
    "alipay": Text("支付宝", "Alipay"),
    "wechat": Text("微信", "WeChat Pay"),
    "free": Text("免费重拍", "free retake"),
}


class Light(StrEnum):
    """What the station shows for a scanned code (放行、提醒、不放行)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Entry(StrEnum):
    """What happens to prints (洗印照片去向)."""

    RECEIVED = "received"
    USED = "used"
    RETURNED = "returned"
    SPOILED = "spoiled"


ENTRIES: dict[str, Text] = {
    Entry.RECEIVED: Text("领取", "received"),
    Entry.USED: Text("用于证书", "used on certificates"),
    Entry.RETURNED: Text("退还本人", "returned to students"),
    Entry.SPOILED: Text("损坏", "spoiled"),
}


@dataclass(frozen=True, slots=True)
class ReadyItem:
    """One thing to have read or prepared before the day (采集前准备)."""

    code: str
    title: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Makeup:
    """Where and when who missed the day is photographed (补采)."""

    until: datetime | None
    address: Text
    hours: Text
    closed: Text
    phone: str
    fee: int | None


@dataclass(frozen=True, slots=True)
class Capturing:
    """What a notice declares of the capture (采集规定). Fees in fen; ``online_words``: what the notice itself says
    of sending photos online; ``disputes``: whether a student may object to a photo later, in the verification or without one."""

    mode: Mode
    by: Text
    round: Round
    online: bool
    online_clause: str
    online_words: Text
    fee: int
    methods: tuple[str, ...]
    retake: Text
    needs_code: bool
    ready: tuple[ReadyItem, ...]
    makeup: Makeup
    proof_opens: datetime | None
    proof_until: datetime | None
    disputes: bool
    profile: str


def _both(table: dict[str, Any], key: str) -> Text:
    return Text(str(table.get(key, "")), str(table.get(f"{key}_en", "")) or str(table.get(key, "")))


def _fen(table: dict[str, Any], key: str) -> int:
    return round(float(table.get(key, 0)) * 100)


_read: dict[str, Capturing | None] = {}


def capturing(notice: Notice) -> Capturing | None:
    """What the notice declares of the capture; None for a notice without ``[capture]``. A text is read once: it never changes its meaning."""
    if notice.sha256 not in _read:
        _read[notice.sha256] = _declared(notice)
    return _read[notice.sha256]


def _declared(notice: Notice) -> Capturing | None:
    raw = notice.tables.get("capture")
    if not isinstance(raw, dict):
        return None
    late = raw.get("makeup", {})
    proof = next((s for s in notice.steps if s.kind == "confirm"), None)
    opens = notice.window.opens
    terms = Round(
        years=tuple(raw.get("years", ())), months=tuple(raw.get("months", ())), own_batch_only=bool(raw.get("own_batch_only")),
        again_until=raw.get("again_until"), completed_stands=bool(raw.get("completed_stands")), both_only=bool(raw.get("both_only")),
        proofread=proof is not None, opens=opens.date() if opens else None,
    )  # fmt: skip
    return Capturing(
        mode=Mode(raw.get("mode", Mode.OFFICIAL)), by=_both(raw, "by"), round=terms, online=raw.get("online") == "allowed",
        online_clause=str(raw.get("online_clause", notice.source)), online_words=_both(raw, "online_words"), fee=_fen(raw, "fee"), methods=tuple(raw.get("methods", ("cash",))),
        retake=_both(raw, "retake"), needs_code=bool(raw.get("needs_code", True)),
        ready=tuple(ReadyItem(r["code"], _both(r, "title"), tuple(Text(line.get("zh", ""), line.get("en", "")) for line in r.get("line", ())))
                    for r in raw.get("ready", ())),
        makeup=Makeup(notice.makeup, _both(late, "address"), _both(late, "hours"), _both(late, "closed"), str(late.get("phone", "")),
                      _fen(late, "fee") if "fee" in late else None),
        proof_opens=proof.window.opens if proof else None, proof_until=proof.window.closes if proof else None,
        disputes=proof is not None or raw.get("disputes") == "allowed",
        profile=str(raw.get("profile", "chsi-graduation")),
    )  # fmt: skip


def yuan(fen: int) -> str:
    """An amount as it is said: 20, 20.50."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"
