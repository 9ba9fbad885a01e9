"""What the station says of a scanned code (采集台放行): a light and the reasons; and what is wrong with a timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xueji.catalogue.text import Text, listed
from xueji.rules.capture import Duty
from xueji.rules.findings import Finding, Level, finding

RED_DUTIES = {Duty.LATER, Duty.STANDS, Duty.MUST_NOT}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is known of the case behind a code at the moment of the scan (扫码情况)."""

    now: datetime
    expires_at: datetime
    revoked: bool
    this_round: bool
    in_audience: bool
    duty: Duty
    reason: Finding
    own_session: bool
    session_here: bool
    not_ready: tuple[Text | str, ...] = ()
    number: int = 0
    finished: bool = False


def admission(s: Scanned) -> tuple[str, list[Finding]]:
    """"red", "amber" or "green", and every reason. A second scan of a waiting number changes nothing."""
    stops = []
    if s.now >= s.expires_at:
        stops.append(finding("STAT.005", until=s.expires_at))
    if s.revoked:
        stops.append(finding("STAT.006"))
    if not s.this_round:
        stops.append(finding("STAT.007"))
    elif not s.in_audience:
        stops.append(finding("STAT.008"))
    elif s.duty in RED_DUTIES:
        stops.append(s.reason)
    if stops:
        return "red", stops
    if s.number and s.finished:
        return "amber", [finding("STAT.011", number=s.number)]
    found = [finding("STAT.010", number=s.number)] if s.number else []
    doubts = []
    if not s.session_here:
        doubts.append(finding("STAT.015"))
    elif not s.own_session:
        doubts.append(finding("STAT.012"))
    if s.not_ready:
        doubts.append(finding("STAT.013", items=listed(s.not_ready)))
    if s.duty is Duty.MAY:
        doubts.append(s.reason)
    return ("amber" if doubts else "green"), found + doubts


@dataclass(frozen=True, slots=True)
class Planned:
    """One session as planned (场次安排): where, when, for whom, how many places, how many students it has to take."""

    row: int
    campus: str
    room: str
    opens: datetime
    closes: datetime
    capacity: int
    colleges: tuple[str, ...]
    open_day: bool
    students: int = 0
    part_time: bool = False


def timetable(sessions: Sequence[Planned], everybody: Sequence[str] = ()) -> list[Finding]:
    """What is wrong with a timetable: clashes of rooms, too few places, colleges without a session. All at once."""
    found = []
    for n, one in enumerate(sessions):
        place = str(one.row)
        if one.closes <= one.opens:
            found.append(finding("SESS.001", place=place, room=one.room))
        if not one.colleges and not one.open_day:
            found.append(finding("SESS.002", place=place, room=one.room))
        if one.students > one.capacity:
            found.append(finding("SESS.003", place=place, room=one.room, students=one.students, capacity=one.capacity))
        for other in sessions[:n]:
            if (one.campus, one.room) == (other.campus, other.room) and one.opens < other.closes and other.opens < one.closes:
                found.append(finding("SESS.004", place=place, room=one.room, other=other.row))
    planned = {code for one in sessions for code in one.colleges}
    left = [code for code in everybody if code not in planned]
    if left and not any(one.open_day for one in sessions):
        found.append(finding("SESS.005", colleges=listed(left)))
    elif left:
        found.append(finding("SESS.005", level=Level.NOTE, colleges=listed(left)))
    return found
