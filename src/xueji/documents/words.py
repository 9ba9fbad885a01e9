"""How values are worded on paper (印刷用语): the record keeps codes and ISO dates, a form shows words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Field, Kind
from xueji.catalogue.text import Text

NUMERALS = {n: i for i, n in enumerate("零一二三四五六七八九")}
_RUN = re.compile(r"\d+|[一二三四五六七八九十]+|[^\d一二三四五六七八九十]+")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
BEIJING = ZoneInfo("Asia/Shanghai")


def printed(field: Field, value: Any, *, bilingual: bool = False) -> str:
    """``value`` of ``field`` as it stands on a form: words for codes, 2024年9月2日 for dates, "" for nothing.

    ``bilingual`` sets the English word after the Chinese one, and dates in figures that both read.
    """
    if value in (None, ""):
        return ""
    match field.kind:
        case Kind.DATE | Kind.MONTH | Kind.YEAR:
            return str(value) if bilingual else date_words(str(value))
        case Kind.YES_NO:
            return {"yes": "是 Yes" if bilingual else "是", "no": "否 No" if bilingual else "否"}.get(value, str(value))
        case Kind.CODE:
            word = code_table(field.codes).word(str(value))
            return f"{word.zh} {word.en}" if bilingual and word.en and word.en != word.zh else word.zh
        case _:
            return str(value)


def date_words(iso: str) -> str:
    """2024-09-02 as 2024年9月2日, 2024-06 as 2024年6月, 2024 as 2024年; anything else as it is."""
    parts = iso.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return iso
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def moment_words(at: datetime) -> str:
    """A moment in Beijing time as 2024年9月8日 14:05; ``at`` must know its zone."""
    here = at.astimezone(BEIJING)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def window_words(opens: datetime | None, closes: datetime | None) -> Text:
    """A window as 2024年9月2日 08:00 至 9月10日 17:00; midnight at its end is 24:00 of the day that ends."""
    if opens is None or closes is None:
        return _only(opens, closes)
    same = opens.astimezone(BEIJING).year == _ending(closes)[0].year
    zh_from, en_from = _moment(opens.astimezone(BEIJING), "", year=True)
    zh_until, en_until = _moment(*_ending(closes), year=not same)
    return Text(f"{zh_from} 至 {zh_until}", f"{en_from}, to {en_until}")


def _only(opens: datetime | None, closes: datetime | None) -> Text:
    if closes is not None:
        zh, en = _moment(*_ending(closes), year=True)
        return Text(f"{zh} 前", f"until {en}")
    if opens is not None:
        zh, en = _moment(opens.astimezone(BEIJING), "", year=True)
        return Text(f"{zh} 起", f"from {en}")
    return Text("不限", "at any time")


def _ending(closes: datetime) -> tuple[datetime, str]:
    here = closes.astimezone(BEIJING)
    if here.hour == 0 and here.minute == 0:
        return here - timedelta(minutes=1), "24:00"
    return here, "24:00" if (here.hour, here.minute) == (23, 59) else ""


def _moment(here: datetime, clock: str, *, year: bool) -> tuple[str, str]:
    clock = clock or f"{here:%H:%M}"
    head, tail = (f"{here.year}年", f" {here.year}") if year else ("", "")
    return f"{head}{here.month}月{here.day}日 {clock}", f"{here.day} {MONTHS[here.month - 1]}{tail}, {clock}"


def reading_order(text: str) -> list[tuple[int, int, str]]:
    """A sort key that puts 2班 before 10班 and 二班 before 三班, as a person files them."""
    key = []
    for run in _RUN.findall(text):
        number = int(run) if run.isdecimal() else _numeral(run)
        key.append((0, number, run) if number is not None else (1, 0, run))
    return key


def _numeral(run: str) -> int | None:
    """A Chinese numeral from 一 to 九十九 as a number; None for anything else, such as digits read out (二〇二四)."""
    tens, ten, ones = run.partition("十")
    if len(tens) > 1 or len(ones) > 1 or any(c not in NUMERALS for c in tens + ones):
        return None
    return (NUMERALS[tens] if tens else 1) * 10 + (NUMERALS[ones] if ones else 0) if ten else NUMERALS[run]
