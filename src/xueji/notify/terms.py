"""Words of messages: their kinds, their ways, what became of them (消息用语)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from xueji.catalogue.text import Text
from xueji.journal.command import Scope

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDING = Path(__file__).with_name("wording.toml")

ATTEMPTS = 6
"""How often an e-mail is tried before it counts as not delivered."""
FIRST_PAUSE = timedelta(minutes=5)
"""Before the second try; each later pause is four times as long: 5 min, 20 min, 80 min, 5 h, 21 h. About a day in all."""
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
"""Letters of the code typed from a message, without 0/O, 1/I/L: 887 million codes for a few thousand notices."""


WEEKDAYS = "一二三四五六日"
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
# English names of our own: strftime would follow the machine's locale


class Kind(StrEnum):
    """What a message is for (消息种类)."""

    NOTICE = "notice"
    SUPPLEMENT = "supplement"
    REMINDER = "reminder"
    RETURN = "return"
    RECEIPT = "receipt"
    EXTENSION = "extension"
    DECISION = "decision"
    SESSION = "session"
    READY = "ready"


KINDS: dict[Kind, Text] = {
    Kind.NOTICE: Text("通知", "Notice"),
    Kind.SUPPLEMENT: Text("补充通知", "Supplement"),
    Kind.REMINDER: Text("提醒", "Reminder"),
    Kind.RETURN: Text("退回", "Returned"),
    Kind.RECEIPT: Text("已收到", "Received"),
    Kind.EXTENSION: Text("延期", "Extension"),
    Kind.DECISION: Text("审核结果", "Decision"),
    Kind.SESSION: Text("场次安排", "Session"),
    Kind.READY: Text("可以领取", "Ready"),
}


class Way(StrEnum):
    """How a message goes (渠道). SMS and WeCom join here and in channels.py."""

    APP = "app"
    EMAIL = "email"


class Failure(StrEnum):
    """Why a message did not arrive (未送达原因)."""

    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    RETURNED = "returned"
    GAVE_UP = "gave_up"


FAILURES: dict[Failure, Text] = {
    Failure.NO_ADDRESS: Text("没有登记邮箱", "no e-mail address on record"),
    Failure.REFUSED: Text("对方邮件服务器拒收", "refused by the mail server"),
    Failure.RETURNED: Text("邮件被退回", "returned by the mail server"),
    Failure.GAVE_UP: Text("多次发送未成功", "given up after several tries"),
}


class Reach(StrEnum):
    """How far a person was reached, the farthest (送达程度)."""

    ACKNOWLEDGED = "acknowledged"
    OPENED = "opened"
    DELIVERED = "delivered"
    SENT = "sent"
    WAITING = "waiting"
    UNREACHED = "unreached"


REACHES: dict[Reach, Text] = {
    Reach.ACKNOWLEDGED: Text("已确认知悉", "acknowledged"),
    Reach.OPENED: Text("已打开", "opened"),
    Reach.DELIVERED: Text("邮件已送达，未打开", "e-mail delivered, not opened"),
    Reach.SENT: Text("邮件已发出，未打开", "e-mail sent, not opened"),
    Reach.WAITING: Text("邮件待发送，未打开", "e-mail waiting, not opened"),
    Reach.UNREACHED: Text("未通知到", "never reached"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a message may say of a campaign: all of it public (通知要素). ``path`` is where to go after signing in."""

    campaign: str
    number: str
    title: Text
    school: Text
    contact: Text
    opens: datetime | None = None
    closes: datetime | None = None
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a message goes to (收件人): the account's key, and where the person belongs, for who may see the proof."""

    account: int
    scope: Scope


def clock(at: datetime | None, *, english: bool) -> str:
    """A time as messages say it, to the minute in Shanghai; a closing one second before midnight is 24:00."""
    if at is None:
        return "see the notice" if english else "见通知"
    local = at.astimezone(SHANGHAI)
    time = "24:00" if (local.hour, local.minute) == (23, 59) else f"{local:%H:%M}"
    if english:
        return f"{WEEKDAYS_EN[local.weekday()]} {local.day} {MONTHS_EN[local.month - 1]} {local.year}, {time} (Beijing time)"
    return f"北京时间 {local.year}年{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{time}"


@cache
def wording() -> dict[str, dict[str, str]]:
    """The sentences of every kind in both languages. Raises KeyError at start-up when a kind lacks one (see tests)."""
    return tomllib.loads(WORDING.read_text("utf-8"))


def worded(kind: Kind, notice: Notice, address: str) -> tuple[Text, Text]:
    """Subject and body of a message. They hold what stands in a public notice, nothing of the person."""
    entry = wording()[kind]
    shared = wording()["every_message"]
    filled = {}
    for lang, english in (("zh", False), ("en", True)):
        values = {
            "number": notice.number,
            "title": notice.title.in_(lang),
            "school": notice.school.in_(lang),
            "contact": notice.contact.in_(lang),
            "until": clock(notice.closes, english=english),
            "address": address,
        }
        body = "\n\n".join((shared[f"greeting_{lang}"], entry[f"body_{lang}"], shared[f"footing_{lang}"]))
        filled[lang] = (" ".join(entry[f"subject_{lang}"].format(**values).split()), body.format(**values))
    return Text(filled["zh"][0], filled["en"][0]), Text(filled["zh"][1], filled["en"][1])
