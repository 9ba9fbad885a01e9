"""Identity numbers that are well formed and cannot be anybody's.

A resident's card carries the code of a county (GB/T 2260, six digits); these carry the code of a prefecture, which ends in 00 and is
on nobody's card, with a right check character (GB 11643-1999). Permits and passports use series that begin with zeros.
"""

from __future__ import annotations

from datetime import date
from random import Random

from xueji.rules.identity import check_character

PREFECTURES = (
    "130100", "140100", "210100", "220100", "230100", "320100", "320600", "330100", "330300", "340100", "350200", "360100",
    "370200", "410100", "420100", "430100", "440300", "450100", "500100", "510100", "520100", "530100", "610100", "640100",
)  # fmt: skip


def resident(draw: Random, born_on: date, sex: str) -> str:
    """A resident identity number (居民身份证) with an address code that no card carries."""
    while True:
        serial = draw.randrange(100) * 10 + draw.randrange(5) * 2 + (1 if sex == "1" else 0)
        seventeen = f"{draw.choice(PREFECTURES)}{born_on:%Y%m%d}{serial:03d}"
        number = seventeen + check_character(seventeen)
        if not number.endswith("000"):  # looks like one that a spreadsheet rounded
            return number


def residence_permit(draw: Random, born_on: date, sex: str) -> str:
    """A residence permit for Hong Kong, Macao and Taiwan residents (港澳台居民居住证): serials 980 to 999, never reached."""
    serial = 980 + draw.randrange(10) * 2 + (1 if sex == "1" else 0)
    seventeen = f"{draw.choice(('810000', '820000', '830000'))}{born_on:%Y%m%d}{serial:03d}"
    return seventeen + check_character(seventeen)


def travel_permit(number: int, letter: str) -> str:
    """A mainland travel permit (港澳居民来往内地通行证): H or M, and a series that begins with zeros."""
    return f"{letter}{number % 100_000:08d}"


def taiwan_permit(number: int) -> str:
    """A mainland travel permit of a Taiwan resident (台湾居民来往大陆通行证), from a series that begins with zeros."""
    return f"{number % 100_000:08d}"


def passport(number: int) -> str:
    """A passport number of no state's series: X0, six digits."""
    return f"X0{number % 1_000_000:06d}"
