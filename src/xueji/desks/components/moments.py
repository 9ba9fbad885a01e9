"""Dates and times as a notice writes them (时间): figure, unit and clock together, always on Beijing time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def moment_text(at: datetime, language: str, *, year: int | None = None) -> str:
    """`9月10日（周四）17:00`, or `Thu 10 September, 17:00`. The year is written when it is not `year`.

    A closing at midnight is written as 24:00 of the day that ends, because a reader takes
    "9月11日 0:00" for one day more than it is.
    """
    local = at.astimezone(SHANGHAI)
    clock = f"{local.hour}:{local.minute:02d}"
    day = local.date()
    if language == "en":
        return f"{day_text(day, language, year=year)}, {clock}"
    return f"{day_text(day, language, year=year)}{clock}"


def closing_text(at: datetime, language: str, *, year: int | None = None) -> str:
    """Like `moment_text` for the end of a window: midnight, and the last second before it, are 24:00 of the day that ends."""
    local = at.astimezone(SHANGHAI)
    last = (local.hour, local.minute) in ((0, 0), (23, 59))
    if not last:
        return moment_text(at, language, year=year)
    day = (local - timedelta(minutes=1)).date() if local.hour == 0 else local.date()
    joint = ", " if language == "en" else ""
    return f"{day_text(day, language, year=year)}{joint}24:00"


def day_text(day: date, language: str, *, year: int | None = None) -> str:
    """`9月10日（周四）`, or `Thu 10 September`; with the year when it is not `year`."""
    if language == "en":
        tail = "" if day.year == year else f" {day.year}"
        return f"{WEEKDAYS_EN[day.weekday()]} {day.day} {MONTHS_EN[day.month - 1]}{tail}"
    head = "" if day.year == year else f"{day.year}年"
    return f"{head}{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）"


def dated_text(day: date, language: str) -> str:
    """`2026年11月22日`, or `22 November 2026`: a date as it stands on a paper, always with its year."""
    return f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"


def span_text(left: timedelta, language: str) -> str:
    """What is left of a window, in the two largest units: `2 天 2 小时`, `5 小时 10 分`, `不到 1 分钟`."""
    seconds = max(0, int(left.total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    if not (days or hours or minutes):
        return "less than a minute" if language == "en" else "不到 1 分钟"
    if language == "en":
        parts = [_count(days, "day"), _count(hours, "hour"), _count(minutes, "minute")]
    else:
        parts = [f"{n} {unit}" for n, unit in ((days, "天"), (hours, "小时"), (minutes, "分")) if n]
    parts = [part for part in parts if part]
    if days:
        parts = parts[: 2 if hours else 1]
    return " ".join(parts[:2])


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""


def this_year() -> int:
    """The year on the wall in Shanghai; dates of this year are written without it."""
    return timezone.now().astimezone(SHANGHAI).year
