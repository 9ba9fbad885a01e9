"""The demo university as a person finds it on the first morning: real notices moved so that they are open today, desks that are alive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from xueji.accounts.commands import change_password
from xueji.accounts.queries import AccountActor, SystemActor, actor_for
from xueji.campaigns.commands import first_password_of, open_campaign
from xueji.campaigns.letters import announce
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.notice import moved_by_days, read_notice
from xueji.campaigns.queries import SHANGHAI, cases_for
from xueji.catalogue.text import Text
from xueji.certificates.models import Certificate
from xueji.collection.commands import receive_form, return_form
from xueji.exchange.commands.rosters import receive_roster
from xueji.exchange.roster import running
from xueji.journal.command import Act, Stopped
from xueji.records.models import StudentRecord
from xueji.stories import enrolment
from xueji.stories.demo_certificates import COLLEGE, bring_to_certificates
from xueji.stories.demo_confirmation import bring_in_chsi, confirm_some
from xueji.stories.demo_graduation import bring_to_review
from xueji.stories.demo_photos import PLANNED, bring_to_camera
from xueji.stories.roster_file import write_roster
from xueji.stories.students import students
from xueji.stories.telling import Progress, quietly
from xueji.stories.university import PASSWORD, Door, declare, staff_doors

NOTICES = Path(__file__).resolve().parents[3] / "campaigns"
ALIVE = 220
"""How many of the new postgraduates have done something already."""
OWN_PASSWORD = "south-gate-2468"
"""Of the students who have signed in before."""


def days_to_move(text: str, now: datetime) -> int:
    """By how many whole days a notice's dates move so that `now` lies in it, about a third of the students' first step gone.

    Raises ValueError for a notice that does not read.
    """
    notice, findings = read_notice(text)
    if notice is None:
        raise ValueError("; ".join(one.message.zh for one in findings))
    window = next((step.window for step in notice.steps if step.who == "student" and step.window.closes), notice.window)
    opens, closes = window.opens or notice.window.opens, window.closes
    wanted = now - (closes - opens) / 3
    days = (wanted - opens).days
    while closes + timedelta(days=days) <= now:
        days += 1
    while opens + timedelta(days=days) > now:
        days -= 1
    return days


def build(now: datetime, folder: Path, *, count: int = 3000, seed: int = 2024, progress: Progress = quietly) -> list[Door]:
    """Build the university into an empty database and return the doors to come in by. The roster stays in `folder`."""
    early = now - timedelta(days=30)
    progress("学校 school", 0, 1)
    staff = declare(Act(SystemActor("演示"), early, "cli"))
    progress("学校 school", 1, 1)
    registrar = actor_for(staff["REG01"])
    _roster_in(Act(registrar, early + timedelta(hours=2), "registry"), folder, count, seed, progress)
    opened = _open_notices(registrar, now, progress)
    doors = staff_doors(staff)
    bring_in_chsi(registrar, now)
    for campaign in opened:
        if campaign.kind == "confirmation":
            confirm_some(_cases(registrar, campaign), campaign, now)
        if campaign.kind == "graduation":
            bring_to_review(registrar, staff, _cases(registrar, campaign), campaign, now)
        if campaign.kind == "enrolment":
            secretaries = {code[3:]: actor_for(account) for code, account in staff.items() if code.startswith("SEC")}
            _bring_to_life(registrar, secretaries, campaign, now, progress)
            doors += _students_doors(registrar, campaign, now)
    bring_to_camera(registrar, opened, now, progress)
    bring_to_certificates(staff, now, progress)
    return doors + _later_doors(opened, now)


def _roster_in(act: Act, folder: Path, count: int, seed: int, progress: Progress) -> None:
    """The whole university by the same import as a real roster."""
    path = folder / "demo-roster.xlsx"
    write_roster(students(count, seed), path)
    received = receive_roster(act, path.read_bytes(), title=path.name).result
    plan = running.compare(act, received, progress=lambda done: progress("名册核对 roster compared", done, count))
    running.commit(act, received, plan=plan, progress=lambda done: progress("名册导入 roster imported", done, count))


def _open_notices(registrar: AccountActor, now: datetime, progress: Progress) -> list[Campaign]:
    """Open every notice of campaigns/, each moved by whole days so that it is open now."""
    paths = sorted(NOTICES.glob("*.toml"))
    opened = []
    for number, path in enumerate(paths, 1):
        text = path.read_text("utf-8")
        days = days_to_move(text, now)
        notice, _ = read_notice(moved_by_days(text, days))
        act = Act(registrar, min(now, notice.window.opens - timedelta(hours=15)), "registry")
        campaign = open_campaign(act, text=text, move_by_days=days).result[0]
        announce(act, campaign)
        opened.append(campaign)
        progress("通知 notices", number, len(paths))
    return opened


def _cases(registrar: AccountActor, campaign: Campaign) -> list[Case]:
    return list(cases_for(registrar, campaign).select_related("record__account").order_by("record__student_number"))


def _bring_to_life(registrar: AccountActor, secretaries: dict[str, AccountActor], campaign: Campaign, now: datetime, progress: Progress) -> None:
    """Some students are done, some wait for the secretary, some are half way, some forms came back; spread over the days so far."""
    draw = Random("alive")
    cases = [case for case in _cases(registrar, campaign) if case.record.college_id != "12"]  # one college has not begun
    chosen = draw.sample(cases, min(ALIVE, len(cases) * 2 // 3))
    hours = max(2.0, (now - campaign.opens).total_seconds() / 3600 - 4)
    for number, case in enumerate(sorted(chosen, key=lambda case: case.record.student_number), 1):
        start = campaign.opens + timedelta(hours=draw.uniform(1, hours))
        if start.astimezone(SHANGHAI).hour < 7:
            start += timedelta(hours=8)
        _live(case, min(start, now - timedelta(hours=3)), number, secretaries, now)
        progress("学生 students at work", number, len(chosen))


def _live(case: Case, start: datetime, number: int, secretaries: dict[str, AccountActor], now: datetime) -> None:
    """What one student has done so far, by turns."""
    steps = list(enrolment.steps_to_fill(case))
    turn = number % 10
    try:
        if turn == 0:
            enrolment.begin(case, steps[0], start)
            return
        for position, step in enumerate(steps[: 1 if turn == 1 else 2 if turn == 2 else len(steps)]):
            joined = {"political_status": "02"} if number % 20 == 4 and step == "personal" and case.record.person.political_status == "03" else {}
            enrolment.submit(case, step, start + timedelta(minutes=7 * position), **joined)  # waits for the secretary's approval
        if turn in {1, 2}:
            enrolment.begin(case, steps[turn], start + timedelta(minutes=15))
            return
        form = enrolment.print_and_sign(case, start + timedelta(minutes=30))
        at = min(start + timedelta(hours=2, minutes=number % 50), now - timedelta(minutes=5))
        secretary = Act(secretaries[case.record.college_id], at, "college")
        form.case = case
        if turn == 3:
            return_form(secretary, form, reason="缺本人签字，请签字后再交。")
        elif turn > 4:
            receive_form(secretary, form)
    except Stopped:
        return  # a window of this notice does not reach so far; the student simply has not come further


def _students_doors(registrar: AccountActor, campaign: Campaign, now: datetime) -> list[Door]:
    """A student who signs in for the first time, one who is back, and an international one."""
    untouched = [case for case in _cases(registrar, campaign) if case.touched_at is None]
    untouched.sort(key=lambda case: (case.record.college_id != "04", case.record.level != "master"))  # where SEC04 sees them
    fresh, back = [case for case in untouched if case.record.person.id_document == "01"][:2]
    abroad = next((case for case in untouched if case.record.person.population == "international"), None)
    change_password(Act(AccountActor(back.record.account), now, "student"), back.record.account, new=OWN_PASSWORD)
    found = [
        _door(Text("新生，首次登录（会先要求改密码）", "New postgraduate, first sign-in (asks for a new password)"), fresh.record, first_password_of(fresh.record)),
        _door(Text("新生，已改过密码", "New postgraduate, has signed in before"), back.record, OWN_PASSWORD),
    ]
    if abroad:
        found.append(_door(Text("国际学生，首次登录（英文）", "International student, first sign-in (English)"), abroad.record, first_password_of(abroad.record)))
    return found


def _later_doors(campaigns: Sequence[Campaign], now: datetime) -> list[Door]:
    """A student who graduates next year (photo, name, confirmation), and one whose certificate waits at the college."""
    found = []
    planned = next((campaign for campaign in campaigns if campaign.code == PLANNED), None)
    coming = Case.objects.filter(campaign=planned, record__college=COLLEGE, readiness=None, slot__isnull=False).select_related("record__person", "record__account").first()
    if coming:
        found.append(_own_password(coming.record, now, Text("预毕业研究生：拍照、姓名拼音", "Graduates next year: photo, name in pinyin")))
    waiting = Certificate.objects.filter(place="college", record__college=COLLEGE).select_related("record__person", "record__account").first()
    if waiting:
        found.append(_own_password(waiting.record, now, Text("毕业生：证书在学院待领", "Graduate: the certificate waits at the college")))
    return found


def _own_password(record: StudentRecord, now: datetime, role: Text) -> Door:
    change_password(Act(AccountActor(record.account), now, "student"), record.account, new=OWN_PASSWORD)
    return _door(role, record, OWN_PASSWORD)


def _door(role: Text, record: StudentRecord, password: str) -> Door:
    return Door(role, record.student_number, password, record.person.name, "/student/")


def lines(doors: Sequence[dict[str, str]], address: str) -> list[str]:
    """One line per role: address, account, password, and whose they are."""
    wide = max((len(address + door["address"]) for door in doors), default=0)
    return [
        f"{address + door['address']:<{wide}}  {door['username']:<12} {door['password']:<16} {door['role']} {door['name']} · {door['role_en']}"
        for door in doors
    ]


__all__ = ["OWN_PASSWORD", "PASSWORD", "build", "days_to_move", "lines"]
