"""How values are worded on paper (印刷用语): the record keeps codes and ISO dates, a form shows words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Field, Kind

NUMERALS = {n: i for i, n in enumerate("零一二三四五六七八九")}
_RUN = re.compile(r"\d+|[一二三四五六七八九十]+|[^\d一二三四五六七八九十]+")
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
