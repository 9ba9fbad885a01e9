"""The lists that people of a round work through (采集工作名单): where each student stands, how many stand there, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.catalogue.text import Text
from xueji.photos.day.models import Capture, Dispute, FaceCase, Nomination, PrintEntry, Readiness, Session, Slot, Turn
from xueji.photos.day.queries import (
    absentees,
    captures_of,
    cases_in,
    face_cases_for,
    graduand,
    may_be_absent,
    sessions_for,
    sessions_of,
    taken,
    terms_of,
)
from xueji.records.queries import matching
from xueji.rules.capture import duty
from xueji.rules.findings import Finding
from xueji.rules.station import Planned

UNCALLED = ("must_not", "later", "stands")
"""The groups a notice names in order to keep them away."""


class Whereabouts(StrEnum):
    """Where a student stands in a round (采集进度). They overlap: who is absent may also not be ready."""

    NOT_READY = "not_ready"
    NO_PLACE = "no_place"
    ABSENT = "absent"
    ATTENDED = "attended"
    PHOTOGRAPHED = "photographed"
    UNCONFIRMED = "unconfirmed"
    DISPUTED = "disputed"
    FACE = "face"


WHEREABOUTS: dict[str, Text] = {
    Whereabouts.NOT_READY: Text("未准备好", "Not ready"),
    Whereabouts.NO_PLACE: Text("没有时段", "No session"),
    Whereabouts.ABSENT: Text("应到未到", "Absent"),
    Whereabouts.ATTENDED: Text("到场待结果", "Came, no result yet"),
    Whereabouts.PHOTOGRAPHED: Text("本次已采集", "Photographed"),
    Whereabouts.UNCONFIRMED: Text("待本人核对", "To be verified"),
    Whereabouts.DISPUTED: Text("有异议", "Disputed"),
    Whereabouts.FACE: Text("身份待复核", "Identity in doubt"),
}

NOT_YET = Text("应到未到：还没到时候", "Absent: not yet")


def _of_round(campaign: Campaign) -> QuerySet[Capture]:
    return Capture.objects.filter(record=OuterRef("record"), campaign=campaign)


def standing_at(cases: QuerySet[Case], campaign: Campaign, where: str, *, viewer: Viewer, now: datetime) -> QuerySet[Case]:
    """The cases of a round that stand there; all of them for a word that is none."""
    items = [item.code for item in terms_of(campaign).ready]
    if where == Whereabouts.NOT_READY:
        have = Readiness.objects.filter(case=OuterRef("pk"), item__in=items).order_by().values("case").annotate(n=Count("pk")).values("n")
        cases = cases.exclude(group__in=UNCALLED).exclude(Exists(_of_round(campaign))).annotate(have=Subquery(have))
        return cases.filter(Q(have=None) | Q(have__lt=len(items))) if items else cases.none()
    if where == Whereabouts.NO_PLACE:
        return cases.filter(slot=None).exclude(group__in=UNCALLED).exclude(Exists(_of_round(campaign)))
    if where == Whereabouts.ABSENT:
        return cases.filter(pk__in=absentees(viewer, campaign, now).order_by().values("pk"))
    if where == Whereabouts.ATTENDED:
        came = Turn.objects.filter(case=OuterRef("pk"), outcome="done")
        return cases.filter(Exists(came)).exclude(Exists(_of_round(campaign)))
    if where == Whereabouts.PHOTOGRAPHED:
        return cases.filter(Exists(_of_round(campaign)))
    if where == Whereabouts.UNCONFIRMED:
        last = _of_round(campaign).order_by("-version")
        cases = cases.filter(Exists(last)).annotate(confirmed=Subquery(last.values("confirmed_at")[:1]))
        return cases.filter(confirmed=None) if terms_of(campaign).round.proofread else cases.none()
    if where == Whereabouts.DISPUTED:
        return cases.filter(Exists(Dispute.objects.filter(capture__record=OuterRef("record"), capture__campaign=campaign, decided_at=None)))
    if where == Whereabouts.FACE:
        return cases.filter(Exists(FaceCase.objects.filter(record=OuterRef("record"), agreed_at=None, passed_at=None)))
    return cases


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the viewer's students stand at a place (人数); None where nobody can stand there yet."""

    where: str
    word: Text
    count: int | None


def tallied(viewer: Viewer, campaign: Campaign, now: datetime) -> list[Tally]:
    """Every place with its number of students, everybody ("") first; one query each, however many students there are.

    "No session" is left out while no timetable is published, "to be verified" where the notice asks for no verification.
    Absent is nobody before the first session is over; the tally says so, and does not say that everybody came.
    """
    cases, planned = cases_in(viewer, campaign).select_related(None).order_by(), Session.objects.filter(campaign=campaign).exists()
    found = [Tally("", Text("名单", "On the lists"), cases.count())]
    for where, word in WHEREABOUTS.items():
        if where == Whereabouts.NO_PLACE and not planned or where == Whereabouts.UNCONFIRMED and not terms_of(campaign).round.proofread:
            continue
        count = standing_at(cases, campaign, where, viewer=viewer, now=now).count()
        early = where == Whereabouts.ABSENT and not count and not may_be_absent(campaign, now)
        found.append(Tally(where, NOT_YET if early else word, None if early else count))
    return found


def narrowed(viewer: Viewer, campaign: Campaign, now: datetime, *, group: str = "", where: str = "", words: str = "", college: str = "",
             class_number: str = "") -> QuerySet[Case]:  # fmt: skip
    """The list of a round as asked for: a group, where they stand, a name or number, a college, a class."""
    cases = cases_in(viewer, campaign).select_related("slot__session")
    if group:
        cases = cases.filter(group=group)
    if words:
        cases = cases.filter(matching(words, "record__"))
    if college:
        cases = cases.filter(record__college=college)
    if class_number:
        cases = cases.filter(record__class_number=class_number)
    return standing_at(cases, campaign, where, viewer=viewer, now=now)


def last_day(campaign: Campaign) -> datetime | None:
    """When the last session of a round ends; None before a timetable is published."""
    return Session.objects.filter(campaign=campaign).order_by("-closes").values_list("closes", flat=True).first()


def other_sessions(case: Case, slot: Slot | None, now: datetime) -> list[Session]:
    """Where a student may go instead of the own session: those with a place left, how many in ``free``."""
    found = []
    for session in sessions_for(case, now):
        session.free = session.capacity - session.planned  # type: ignore[attr-defined]
        if session.free > 0 and (slot is None or session.pk != slot.session_id):  # type: ignore[attr-defined]
            found.append(session)
    return found


def open_first(rows: QuerySet, decided: str = "decided_at") -> QuerySet:
    """The rows that wait for a decision first, on every database; then the latest decisions."""
    return rows.order_by(F(decided).desc(nulls_first=True), "pk")


def classes_in(viewer: Viewer, campaign: Campaign) -> list[str]:
    """The classes of the viewer's students in a round."""
    return list(cases_in(viewer, campaign).order_by("record__class_number").values_list("record__class_number", flat=True).distinct())


def planned_rows(campaign: Campaign) -> list[Planned]:
    """The published timetable as rows to judge or to write out again, numbered from 1."""
    return [
        Planned(n, s.campus, s.room, s.opens, s.closes, s.capacity, tuple(s.colleges), s.open_day, part_time=s.part_time) for n, s in enumerate(sessions_of(campaign), 1)
    ]  # fmt: skip


def rules_say(nominations: Iterable[Nomination], campaign: Campaign) -> list[tuple[Nomination, Finding]]:
    """Reported students, each with what the rules of the round say of them: the registry sees it before it decides. Two questions."""
    rows = list(nominations)
    photos, terms = captures_of([row.record for row in rows]), terms_of(campaign).round
    return [(row, duty([taken(one) for one in photos[row.record_id]], graduand(row.record), terms)[1]) for row in rows]


def own_disputes(viewer: Viewer, case: Case) -> list[Dispute]:
    """What the student wrote about the photos of a round, newest first; nothing for a case that is not the viewer's own."""
    if getattr(getattr(viewer, "account", None), "pk", None) != case.record.account_id:
        return []
    return list(Dispute.objects.filter(capture__record=case.record, capture__campaign=case.campaign).select_related("capture").order_by("-made_at"))


def has_come(case: Case) -> bool:
    """Whether the student was at a station in this round and finished there."""
    return Turn.objects.filter(case=case, outcome="done").exists()


def faces_of(case: Case) -> list[FaceCase]:
    """The identity cases of a student whose case the viewer already holds, newest first."""
    return list(FaceCase.objects.filter(record=case.record).order_by("-found_at"))


def print_entries(viewer: Viewer, campaign: Campaign) -> QuerySet[PrintEntry]:
    """The lines of the register of prints, newest first, of the colleges the viewer looks after; ``reversed_by``: the line that reverses it."""
    rows = PrintEntry.objects.filter(campaign=campaign).select_related("college", "campaign", "reverses").order_by("-at", "-pk")
    rows = rows.annotate(reversed_by=F("reversal"))
    codes = viewer.colleges_for(Permission.CASE_READ)
    return rows if codes is None else rows.filter(college__in=codes)


def faces_in(viewer: Viewer, campaign: Campaign) -> QuerySet[FaceCase]:
    """The identity cases of the students of a round that the viewer may see."""
    return face_cases_for(viewer).filter(record__in=cases_in(viewer, campaign).order_by().values("record"))
