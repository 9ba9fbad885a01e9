"""What the four photo stories share: a school of graduands, a day at the station with double scans and an offline hour (图像采集故事)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

from xueji.accounts.queries import SystemActor
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.imaging.form_picture import form_picture
from xueji.journal.command import Act
from xueji.journal.queries import broken_at
from xueji.photos.day.commands.codes import issue_code, make_keys
from xueji.photos.day.commands.envelopes import deliver_envelope
from xueji.photos.day.commands.sessions import acknowledge_item, plan_sessions
from xueji.photos.day.commands.turns import accept_shot, add_shot, arrive, call_turn, finish_turn
from xueji.photos.day.models import Capture, Envelope, Fee, Turn
from xueji.photos.day.queries import absentees, terms_of, token_of
from xueji.photos.day.terms import Mode
from xueji.rules.station import Planned
from xueji.stories.confirming import NOTICES, Staff, cases_of, fill_school, student_act
from xueji.stories.portrait import portrait
from xueji.stories.students import students
from xueji.stories.telling import Progress, Telling, quietly


def graduands(count: int, expected: date, *, level: tuple[str, ...] = ("master", "doctor"), **more: str) -> list[dict[str, str]]:
    """Invented students who graduate then, with both certificates unless ``more`` says otherwise."""
    pool = (one for one in students(count * 8) if one["level"] in level)
    people = []
    for one in islice(pool, count):
        both = {"expected_on": expected.isoformat(), "first_expected_on": expected.isoformat(), "certificates": "both", "standing": "enrolled",
                "record_state": "registered", "conclusion": "", "graduated_on": ""}  # fmt: skip
        people.append(dict(one) | both | more)
    return people


def jpeg(number: int) -> bytes:
    """A drawn portrait as the JPEG a camera stores."""
    return form_picture(portrait(number))


def sessions(campaign: Campaign, days: Sequence[tuple[datetime, datetime, str]], *, open_day: tuple[datetime, datetime, str] | None = None) -> list[Planned]:
    """A timetable: every campus on its day, the colleges of the round in it."""
    cases = cases_of(campaign)
    campuses = sorted({c.record.campus for c in cases if c.group not in {"must_not", "later", "stands"}})
    rows = []
    for n, campus in enumerate(campuses):
        opens, closes, room = days[n % len(days)]
        here = tuple(sorted({c.record.college_id for c in cases if c.record.campus == campus and c.group not in {"must_not", "later", "stands"}}))
        rows.append(Planned(len(rows) + 2, campus, f"{room}", opens, closes, 5000, here, False))
    if open_day:
        rows.append(Planned(len(rows) + 2, campuses[0], open_day[2], open_day[0], open_day[1], 200, (), True))
    return rows


class PhotoDay:
    """One round told through the commands the desks use (一次采集)."""

    def __init__(self, telling: Telling, notice: str, people: Sequence[dict[str, str]], when: datetime, *, before: dict[str, date] | None = None,
                 in_house: bool = False) -> None:  # fmt: skip
        self.telling = telling
        self.staff = Staff(when - timedelta(days=3))
        fill_school(telling.folder, self.staff.registrar, when - timedelta(days=2), people)
        from xueji.records.models import StudentRecord

        for number, on in (before or {}).items():
            record = StudentRecord.objects.get(student_number=number)
            Capture.objects.create(record=record, version=1, origin="bureau", taken_on=on, taken_by="中国图片社", recorded_at=when, recorded_by="历史数据")
        text = (NOTICES / f"{notice}.toml").read_text("utf-8")
        if in_house:
            text = text.replace('mode    = "official"', 'mode    = "in_house"')
        self.campaign = open_campaign(self.office(when), text=text).result[0]
        make_keys(self.office(when))

    def office(self, when: datetime) -> Act:
        """The registrar acting."""
        return Act(self.staff.registrar, when, "registry")

    def operator(self, when: datetime) -> Act:
        """A station acting; the operators of the demo university have a campus each, so the story uses the machine's own."""
        return Act(SystemActor("采集台"), when, "capture")

    def plan(self, when: datetime, rows: list[Planned]) -> None:
        """Publish the timetable."""
        _, found, left = plan_sessions(self.office(when), self.campaign, rows=rows).result
        self.telling.expect("要来的人都有时段 — everybody who has to come has a place", expected=0, seen=left)

    def come(self) -> list[Case]:
        """Who is called to the station."""
        return [c for c in cases_of(self.campaign) if c.group not in {"must_not", "later", "stands"}]

    def ready(self, cases: Sequence[Case], when: datetime) -> None:
        """The students acknowledge everything."""
        for case in cases:
            for item in terms_of(self.campaign).ready:
                acknowledge_item(student_act(case.record, when), case, item=item.code)

    def run(self, cases: Sequence[Case], *, absent: int = 9, offline: int = 7) -> dict[str, int]:
        """The day itself: one in ``absent`` does not come, every third is scanned twice, one in ``offline`` comes while the network is away."""
        in_house = terms_of(self.campaign).mode == Mode.IN_HOUSE
        method = terms_of(self.campaign).methods[0]
        waiting, came, doubles, twice = [], 0, 0, 0
        for n, case in enumerate(cases):
            self.telling.progress("采集 capture", n + 1, len(cases))
            slot = case.slot
            when = slot.starts + timedelta(seconds=30)
            token = token_of(issue_code(student_act(case.record, slot.session.opens - timedelta(days=1)), case).result)
            if n % absent == absent - 1:
                continue
            came += 1
            if n % offline == offline - 1:
                inside = {"token": token, "at": when.isoformat(), "outcome": "done", "method": method}
                waiting.append((uuid4(), slot.session.campus, inside, jpeg(n) if in_house else b"", slot.session.closes + timedelta(minutes=30)))
                continue
            _, _, turn = arrive(self.operator(when), self.campaign, token=token, campus=slot.session.campus, station="一号台").result
            if n % 3 == 0:
                again = arrive(self.operator(when + timedelta(seconds=2)), self.campaign, token=token, campus=slot.session.campus, station="二号台").result[2]
                doubles, twice = doubles + (again.pk != turn.pk), twice + 1
            then = self.operator(when + timedelta(minutes=2))
            call_turn(then, turn)
            if in_house:
                add_shot(then, turn, content=jpeg(n))
                accept_shot(then, turn)
            finish_turn(then, turn, outcome="done", method=method)
        for _ in range(2):
            for key, campus, inside, photo, when in waiting:
                deliver_envelope(self.operator(when), self.campaign, campus=campus, station="二号台", id=key, inside=inside, photo=photo)
        self.telling.expect("重复扫码不会多取号 — a second scan never gives a second turn", expected=0, seen=doubles)
        self.telling.expect("来的人一人一号，断网的一小时也在内 — one turn for everybody who came, the hour without network included", expected=came, seen=Turn.objects.filter(outcome="done").count())
        self.telling.expect("断网时的每一封送两次只算一次，没有冲突 — every envelope sent twice arrives once, without a conflict", expected=(len(waiting), 0), seen=(Envelope.objects.count(), Envelope.objects.exclude(conflicts=[]).count()))
        self.telling.expect("来的人只收一次费 — everybody who came has paid once", expected=came, seen=Fee.objects.count())
        self.telling.figures |= {"called": len(cases), "came": came, "absent": len(cases) - came, "scanned twice": twice, "offline": len(waiting)}
        return {"came": came, "absent": len(cases) - came}

    def missing(self, when: datetime) -> list[Case]:
        """The make-up list."""
        return list(absentees(self.staff.registrar, self.campaign, when))

    def close(self) -> Telling:
        """The journal is whole; the story's files are written."""
        self.telling.expect("日志完整 — the journal is whole", expected=None, seen=broken_at())
        self.telling.close()
        return self.telling


def begin(folder: Path, progress: Progress = quietly) -> Telling:
    """A telling whose folder exists."""
    folder.mkdir(parents=True, exist_ok=True)
    return Telling(folder, progress)


