"""Certificate numbers (证书编号): how they are made, read, kept and counted. Nothing is allocated here.

Qualification certificate (学历证书编号), 18 digits: school 5, kind of schooling 1, year 4, level 2, serial 6.
Degree certificate (学位证书编号), 16 digits: unit 5, level 1, year 4, serial 6. Neither has a check digit, so only the
table of allocated numbers proves one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xueji.rules.findings import Finding, finding

QUALIFICATION, DEGREE = "qualification", "degree"
ORDINARY = "1"
"""办学类型: 1 普通, 5 成人, 6 自考、文凭考试, 7 网络."""
LEVELS = {"doctor": "01", "master": "02", "second_degree": "04", "undergraduate": "05", "associate": "06"}
DEGREE_LEVELS = {"doctor": "2", "master": "3", "undergraduate": "4", "second_degree": "4"}
LAST_SERIAL = 999_999
LENGTHS = {QUALIFICATION: 18, DEGREE: 16}
NEW, KEEP, NONE = "new", "keep", "none"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a number says of itself (编号的组成)."""

    series: str
    serial: int
    school: str
    year: int
    level: str
    schooling: str = ""


def series_of(kind: str, *, school: str, year: int, level: str, schooling: str = ORDINARY) -> tuple[str, list[Finding]]:
    """The part of a number before its serial, or what is missing to form it."""
    found = []
    if not (len(school) == 5 and school.isascii() and school.isdigit()):
        found.append(finding("NUM.001", value=school))
    codes = LEVELS if kind == QUALIFICATION else DEGREE_LEVELS
    if level not in codes:
        found.append(finding("NUM.002", field="level", value=level))
    if not 1000 <= year <= 9999:
        found.append(finding("NUM.003", value=year))
    if found:
        return "", found
    return (f"{school}{schooling}{year}{codes[level]}" if kind == QUALIFICATION else f"{school}{codes[level]}{year}"), []


def numbered(series: str, serial: int) -> tuple[str, list[Finding]]:
    """The whole number; a series ends at 999999."""
    if not 1 <= serial <= LAST_SERIAL:
        return "", [finding("NUM.004", series=series)]
    return f"{series}{serial:06d}", []


def read(number: str) -> Parts | None:
    """The parts of a typed number; None for what is no number of either kind. Spaces and width are forgiven by the caller."""
    if not (number.isascii() and number.isdigit()):
        return None
    if len(number) == LENGTHS[QUALIFICATION]:
        level = next((word for word, code in LEVELS.items() if code == number[10:12]), "")
        return Parts(number[:12], int(number[12:]), number[:5], int(number[6:10]), level, number[5]) if level else None
    if len(number) == LENGTHS[DEGREE]:
        level = next((word for word, code in DEGREE_LEVELS.items() if code == number[5]), "")
        return Parts(number[:10], int(number[10:]), number[:5], int(number[6:10]), level) if level else None
    return None


def wanted(conclusion: str, *, has_number: bool, upgrade: str = KEEP) -> str:
    """What number a conclusion brings: ``new``, ``keep`` the one there is, or ``none``.

    结业 stands in the same series as 毕业; 肄业 has no number (浙江教育厅2008-80); on 结业转毕业 the number stays unless
    the school's policy ``upgrade`` says ``new`` (教学司〔2001〕80号 第三条, policy because today's rule is not confirmed).
    """
    if conclusion in {"graduation", "completion"}:
        return KEEP if has_number else NEW
    if conclusion == "upgrade":
        return KEEP if has_number and upgrade == KEEP else NEW
    return NONE


def gaps(serials: Iterable[int], last: int) -> list[tuple[int, int]]:
    """The runs of serials from 1 to ``last`` that nobody holds, each as its first and last."""
    found, expected = [], 1
    for serial in sorted(set(serials)):
        if serial > expected:
            found.append((expected, serial - 1))
        expected = serial + 1
    if expected <= last:
        found.append((expected, last))
    return found
