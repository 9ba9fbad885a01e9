"""The demo university's photo days as students, stations and registry find them: the school's own round is under way, the real ones are planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from xueji.accounts.queries import AccountActor, SystemActor
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.letters import announce
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, cases_for, notice_of
from xueji.journal.command import Act, Stopped
from xueji.photos.day.commands.after import dispute_photo, send_online
from xueji.photos.day.commands.codes import issue_code, make_keys
from xueji.photos.day.commands.sessions import acknowledge_item, plan_sessions
from xueji.photos.day.commands.turns import accept_shot, add_shot, arrive, call_turn, finish_turn
from xueji.photos.day.models import Slot
from xueji.photos.day.queries import terms_of, token_of
from xueji.photos.day.telling import moved_since, tell_places
from xueji.rules.station import Planned
from xueji.stories.confirming import student_act
from xueji.stories.photo_day import jpeg
from xueji.stories.telling import Progress

OWN_ROUND = Path(__file__).with_name("campus_card.toml")
PLANNED, ONLINE = "2025-bit-photo", "2020-bit-photo"
STAYED_AWAY, OBJECTED = 4, 1
"""Of yesterday's session of the school's own round."""
WRITTEN_FOR = date(2024, 9, 8)
"""The day of the round's text that becomes today."""
DAYS_OPEN = 7
"""On each of the next days the station is open to everybody, so that it can be tried on any of them."""
HOURS_OPEN = 9
CAPACITY = 1000


def bring_to_camera(registrar: AccountActor, campaigns: Sequence[Campaign], now: datetime, progress: Progress) -> Campaign:
    """Keys, timetables, a day that is over and one that is under way. The result is the school's own round."""
    progress("采集 photo days", 0, 3)
    early = Act(registrar, now - timedelta(days=4), "registry")
    make_keys(early)
    moved = (now.astimezone(SHANGHAI).date() - WRITTEN_FOR).days
    own = open_campaign(early, text=OWN_ROUND.read_text("utf-8"), move_by_days=moved).result[0]
    announce(early, own)
    _own_days(early, own, now)
    progress("采集 photo days", 1, 3)
    for campaign in campaigns:
        if campaign.code == PLANNED:
            _plan_as_declared(early, campaign, now)
            progress("采集 photo days", 2, 3)
        if campaign.code == ONLINE:
            _sent_online(campaign, now)
    progress("采集 photo days", 3, 3)
    return own


def _cases(registrar: AccountActor, campaign: Campaign) -> list[Case]:
    return list(cases_for(registrar, campaign).select_related("record__account", "record__college").order_by("record__student_number"))


def _published(act: Act, campaign: Campaign, rows: list[Planned]) -> None:
    plan_sessions(act, campaign, rows=rows)
    tell_places(act, campaign, moved_since(campaign, {}))


def _own_days(act: Act, campaign: Campaign, now: datetime) -> None:
    """Yesterday one college came, nearly; today the others come; on the days after, whoever could not."""
    cases = _cases(act.by, campaign)
    today = now.astimezone(SHANGHAI).date()

    def span(day: int, begins: int, ends: int) -> tuple[datetime, datetime]:
        return tuple(datetime.combine(today + timedelta(days=day), time(hour), SHANGHAI) for hour in (begins, ends))  # type: ignore[return-value]

    sizes = Counter(case.record.college_id for case in cases)
    large = [code for code in sizes if sizes[code] >= 3 * STAYED_AWAY] or [max(sizes, key=sizes.__getitem__)]
    first = min(large, key=lambda code: (sizes[code], code))
    rows = []
    for campus in sorted({case.record.campus for case in cases}):
        here = sorted({case.record.college_id for case in cases if case.record.campus == campus})
        if first in here:
            rows.append(Planned(len(rows) + 2, campus, "体育馆一层", *span(-1, 9, 17), CAPACITY, (first,), False))
        coming = sum(case.record.campus == campus and case.record.college_id != first for case in cases)
        opens = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
        rows.append(Planned(len(rows) + 2, campus, "体育馆一层", opens, opens + timedelta(hours=HOURS_OPEN), coming, tuple(code for code in here if code != first), False))
        rows += [Planned(len(rows) + 2 + day, campus, "行政楼108", *span(day, 8, 20), CAPACITY, (), True) for day in range(1, DAYS_OPEN)]
    _published(act, campaign, rows)
    _yesterday(campaign, [case for case in cases if case.record.college_id == first], now)


def _yesterday(campaign: Campaign, cases: list[Case], now: datetime) -> None:
    """Some came, were judged and went; one of them objects to the photo."""
    slots = {slot.case_id: slot for slot in Slot.objects.filter(case__in=cases).select_related("session")}
    station = SystemActor("采集台")
    came = []
    for number, case in enumerate(cases[:-STAYED_AWAY]):
        slot = slots[case.pk]
        when = slot.session.opens + timedelta(minutes=4 * number)
        for item in terms_of(campaign).ready:
            acknowledge_item(student_act(case.record, when - timedelta(hours=14)), case, item=item.code)
        token = token_of(issue_code(student_act(case.record, when - timedelta(hours=14)), case).result)
        turn = arrive(Act(station, when, "capture"), campaign, token=token, campus=slot.session.campus, station="1").result[2]
        act = Act(station, when + timedelta(minutes=2), "capture")
        call_turn(act, turn)
        add_shot(act, turn, content=jpeg(number))
        try:
            accept_shot(act, turn)
            finish_turn(act, turn, outcome="done")
            came.append(case)
        except Stopped:
            finish_turn(act, turn, outcome="left")  # the rules sent the drawing back
    for case in came[:OBJECTED]:
        dispute_photo(student_act(case.record, now - timedelta(hours=2)), case, reason="照片上有一缕头发遮住了眉毛，想重拍。")


def _plan_as_declared(act: Act, campaign: Campaign, now: datetime) -> None:
    """The notice's own days: a day for each campus, then one for who cannot come; some have read everything."""
    cases = _cases(act.by, campaign)
    step = next(step for step in notice_of(campaign).steps if step.kind == "attend")
    first = max(step.window.opens or campaign.opens, now).astimezone(SHANGHAI).date()
    rows = []
    campuses = sorted({case.record.campus for case in cases})
    for n, campus in enumerate(campuses):
        colleges = tuple(sorted({case.record.college_id for case in cases if case.record.campus == campus}))
        at = lambda hour, minute=0, day=first + timedelta(days=n): datetime.combine(day, time(hour, minute), SHANGHAI)  # noqa: E731
        half = len(colleges) // 2
        rows.append(Planned(len(rows) + 2, campus, "报告厅", at(8, 30), at(12), CAPACITY, colleges[:half] or colleges, False))
        if half:
            rows.append(Planned(len(rows) + 2, campus, "报告厅", at(13), at(16), CAPACITY, colleges[half:], False))
    last = first + timedelta(days=len(campuses))
    rows.append(Planned(len(rows) + 2, campuses[0], "报告厅", datetime.combine(last, time(8, 30), SHANGHAI), datetime.combine(last, time(16), SHANGHAI), 120, (), True))
    _published(act, campaign, rows)
    for case in cases[::4]:
        for item in terms_of(campaign).ready:
            acknowledge_item(student_act(case.record, now - timedelta(hours=5)), case, item=item.code)


def _sent_online(campaign: Campaign, now: datetime) -> None:
    """The window of four days is open: some have sent their photo."""
    for number, case in enumerate(list(Case.objects.filter(campaign=campaign, left_at=None).select_related("campaign", "record__account", "record__person", "record__college"))[:6]):
        try:
            send_online(student_act(case.record, now - timedelta(hours=3)), case, content=jpeg(number))
        except Stopped:
            return  # the window of this notice, moved, has not opened yet
