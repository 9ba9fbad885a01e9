"""Paper slips with a capture code (采集凭证条): for who comes without a phone. Eight on a page of A4, to be cut apart.

A slip shows the student number, so that it reaches the right hand, and nothing else of a person: no name, no identity
number, no birthday. What the QR holds is described in docs/capture-code.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xueji.documents.engine import Press
from xueji.documents.pictures import code
from xueji.documents.words import moment_words


@dataclass(frozen=True, slots=True)
class Slip:
    """One student's slip (凭证条). ``starts`` is None and ``place`` "" for who has no place in the timetable."""

    token: str
    number: str
    class_number: str
    serial: int
    until: datetime
    starts: datetime | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """The slips of a class or a session (凭证条页): the notice they belong to and when they were made."""

    school: str
    title: str
    notice: str
    slips: Sequence[Slip]
    made_at: datetime


def render(press: Press, sheet: SlipSheet) -> bytes:
    """The slips in the given order as PDF/A-2b. Raises Unprintable for a character without a glyph, ValueError for no slip at all."""
    if not sheet.slips:
        raise ValueError("a page of slips needs at least one slip")
    values = {
        "title": f"{sheet.title} 采集凭证",
        "school": sheet.school,
        "heading": sheet.title,
        "notice": sheet.notice,
        "made": moment_words(sheet.made_at),
        "slips": [
            {
                "number": slip.number,
                "class_number": slip.class_number,
                "serial": str(slip.serial),
                "until": moment_words(slip.until),
                "starts": moment_words(slip.starts) if slip.starts else "",
                "place": slip.place,
                "picture_qr": code(slip.token),
            }
            for slip in sheet.slips
        ],
    }
    return press.print("capture_slips", values, at=sheet.made_at, place=f"{sheet.notice} 采集凭证")
