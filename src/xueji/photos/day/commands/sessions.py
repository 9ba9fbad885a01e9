"""The timetable and what goes before the day (场次、时段、采集前准备)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Count

from xueji.accounts.permissions import Permission
from xueji.campaigns.commands import mark_own_step
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, notice_of, scope_of_case
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.photos.day.models import Readiness, Session, Slot
from xueji.photos.day.queries import sessions_for, terms_of, unready
from xueji.photos.day.worklists import UNCALLED, has_come
from xueji.records.models import StandingChange
from xueji.rules.findings import finding, stops
from xueji.rules.progress import State
from xueji.rules.station import Planned, timetable


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


def with_students(campaign: Campaign, rows: Sequence[Planned]) -> list[Planned]:
    """The planned sessions with the number of students each has to take: a college's students spread over its sessions."""
    counts = dict(_who_comes(campaign).values_list("record__college").annotate(n=Count("pk")).order_by())
    sharing = {code: sum(code in row.colleges for row in rows) for code in counts}
    return [replace(row, students=sum(-(-counts[c] // sharing[c]) for c in row.colleges if c in counts)) for row in rows]


def _who_comes(campaign: Campaign):
    return Case.objects.filter(campaign=campaign, left_at=None).exclude(group__in=UNCALLED)


def judged_timetable(campaign: Campaign, rows: Sequence[Planned]) -> list:
    """Everything that is wrong with a timetable for this round; clashes and gaps stop, too few places warn."""
    everybody = sorted(set(_who_comes(campaign).values_list("record__college", flat=True)))
    return timetable(with_students(campaign, rows), everybody)


@command(needs=Permission.SCHEDULE_MANAGE, records="sessions.planned")
def plan_sessions(act: Act, campaign: Campaign, *, rows: Sequence[Planned]) -> Change:
    """Publish the timetable (发布采集时间安排): replaces the former one and gives every student a place in it.

    Inside a college: those with a change of standing first, then by class and student number. Who chose an open session keeps
    it where it is in the new timetable too. Stopped with every clash and gap; too few places only warn. The result is
    (sessions, findings, students without a place).
    """
    found = judged_timetable(campaign, rows)
    if stops(found):
        raise Stopped(found)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # two people publishing at one instant: one after the other
    chosen = _chosen(campaign)
    Slot.objects.filter(session__campaign=campaign).delete()
    Session.objects.filter(campaign=campaign).delete()
    made = Session.objects.bulk_create(
        [Session(campaign=campaign, campus=r.campus, room=r.room, opens=r.opens, closes=r.closes, capacity=r.capacity,
                 colleges=list(r.colleges), open_day=r.open_day, part_time=r.part_time) for r in rows]
    )  # fmt: skip
    left = _placed(campaign, made, chosen)
    return Change(f"campaign:{campaign.code}", ANYWHERE, {"sessions": len(made), "without": left}, (made, found, left))


def _when_and_where(session: Session) -> tuple[str, str, datetime, datetime]:
    return session.campus, session.room, session.opens, session.closes


def _chosen(campaign: Campaign) -> dict[object, tuple[str, str, datetime, datetime]]:
    """Who chose an open session instead of the college's own, by case."""
    slots = Slot.objects.filter(session__campaign=campaign, session__open_day=True).select_related("session", "case__record")
    return {slot.case_id: _when_and_where(slot.session) for slot in slots if slot.case.record.college_id not in slot.session.colleges}


def _placed(campaign: Campaign, sessions: Sequence[Session], chosen: dict[object, tuple[str, str, datetime, datetime]]) -> int:
    changed = set(StandingChange.objects.values_list("record", flat=True))
    cases = list(_who_comes(campaign).select_related("record"))
    cases.sort(key=lambda c: (c.record_id not in changed, c.record.class_number, c.record.student_number))
    taken: dict[object, int] = {s.pk: 0 for s in sessions}
    slots, left = [], 0
    for case in cases:
        kept = [s for s in sessions if s.open_day and chosen.get(case.pk) == _when_and_where(s) and taken[s.pk] < s.capacity]
        room = kept or [s for s in sessions if case.record.college_id in s.colleges and taken[s.pk] < s.capacity]
        own = min(room, key=lambda s: (s.campus != case.record.campus, s.opens), default=None)
        if own is None:
            left += 1
            continue
        position = taken[own.pk] = taken[own.pk] + 1
        slots.append(Slot(case=case, session=own, position=position, starts=own.opens + (own.closes - own.opens) * (position - 1) / own.capacity))
    Slot.objects.bulk_create(slots, batch_size=1000)
    return left


@command(needs=Permission.SCHEDULE_MANAGE, records="session.moved")
def move_session(act: Act, session: Session, *, room: str, opens: datetime, closes: datetime, reason: str) -> Change:
    """Move a session to another room or time (改期、换地点), with its places. The result is the cases that are to be told (tell_places).

    The reason stands on the students' pages beside the former place and time.
    """
    others = [o for o in Session.objects.filter(campaign=session.campaign, campus=session.campus).exclude(pk=session.pk)]
    rows = [Planned(n, o.campus, o.room, o.opens, o.closes, o.capacity, tuple(o.colleges), o.open_day) for n, o in enumerate(others, 1)]
    own = Planned(0, session.campus, room.strip(), opens, closes, session.capacity, tuple(session.colleges), session.open_day)
    if (session.room, session.opens, session.closes) == (own.room, opens, closes):
        return Change(f"session:{session.pk}", result=[], unchanged=True)  # the same again: nobody is told twice
    found = stops([f for f in timetable([*rows, own]) if f.place == "0"])
    if closes <= act.at:
        found.append(finding("SESS.010", field="opens", opens=opens.astimezone(SHANGHAI)))
    if not reason.strip():
        found.append(finding("CAMP.022", field="reason"))
    if found:
        raise Stopped(found)
    session.moved_from = f"{session.room} {session.opens.astimezone(SHANGHAI):%F %H:%M}"
    session.moved_because = reason.strip()[:200]
    shift = opens - session.opens
    session.room, session.opens, session.closes = room.strip(), opens, closes
    session.save()
    slots = list(session.slots.all())
    for slot in slots:
        slot.starts += shift
    Slot.objects.bulk_update(slots, ["starts"], batch_size=500)
    detail = {"reason": session.moved_because, "was": session.moved_from, "students": len(slots)}
    return Change(f"session:{session.pk}", ANYWHERE, detail, sorted(str(slot.case_id) for slot in slots))


@command(needs=Permission.CASE_FILL, records="slot.chosen", scope=_of_case)
def choose_slot(act: Act, case: Case, *, session: Session) -> Change:
    """Take a place in an open session instead of the own one (改到开放时段).

    Stopped when it is full or not for this student, and for who was photographed already.
    """
    locked = Session.objects.select_for_update().get(pk=session.pk)
    if has_come(case):
        raise Stopped([finding("SESS.011", field="session")])
    if case.group in UNCALLED:
        raise Stopped([finding("SESS.008", field="session")])
    allowed = {s.pk for s in sessions_for(case, act.at)}
    used = Slot.objects.filter(session=locked).exclude(case=case)
    if locked.pk not in allowed or used.count() >= locked.capacity:
        raise Stopped([finding("SESS.008", field="session")])
    positions = set(used.values_list("position", flat=True))
    position = next(n for n in range(1, locked.capacity + 1) if n not in positions)
    starts = locked.opens + (locked.closes - locked.opens) * (position - 1) / locked.capacity
    slot, _ = Slot.objects.update_or_create(case=case, defaults={"session": locked, "position": position, "starts": starts})
    return Change(f"case:{case.pk}", scope_of_case(case), {"session": str(locked), "position": position}, slot)


@command(needs=Permission.CASE_FILL, records="capture.readied", scope=_of_case)
def acknowledge_item(act: Act, case: Case, *, item: str) -> Change:
    """The student has read and prepared one thing (采集前准备). The last one finishes the notice's step; CHSI's code is never asked for."""
    terms = terms_of(case.campaign)
    if item not in {one.code for one in terms.ready}:
        raise Stopped([finding("CAMP.024", step=item)])
    _, fresh = Readiness.objects.get_or_create(case=case, item=item, defaults={"at": act.at})
    steps = [s for s in notice_of(case.campaign).steps_for(case.group) if s.kind == "acknowledge"]
    if not unready([case], terms)[case.pk] and steps and (steps[0].window.closes is None or act.at < steps[0].window.closes):
        mark_own_step(act, case, step=steps[0].code, mark=State.DONE)
    return Change(f"case:{case.pk}", scope_of_case(case), {"item": item}, unchanged=not fresh)
