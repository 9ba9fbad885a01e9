"""研通知[2024]53号 told without a browser: roster in, 200 new postgraduates through all steps, forms, receipts, statistics.

Who does what is decided by a student's place in the roster, so that every run is the same. Most are in time; some type wrong
things first, some come a second late, some never begin, some forms come back. Every write is a command with its own act and time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path

from xueji.accounts.models import Account
from xueji.accounts.queries import AccountActor, SystemActor, actor_for
from xueji.campaigns.commands import extend_case, open_campaign
from xueji.campaigns.letters import announce, send_due_reminders
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, cases_for, steps_of
from xueji.campaigns.tallies import progress_by_college
from xueji.collection.commands import keep_draft, receive_form, return_form, submit_step
from xueji.collection.models import Draft, PrintedForm, Submission
from xueji.collection.printing import pdf_of, pdf_of_many, press, sheet_of
from xueji.collection.queries import newest_forms
from xueji.collection.terms import Slot
from xueji.corrections.commands import review_correction
from xueji.corrections.models import Correction
from xueji.corrections.terms import Stage, Verdict
from xueji.documents.engine import Unprintable
from xueji.documents.record_form import findings_for
from xueji.exchange.case_export import cases_workbook
from xueji.exchange.commands.rosters import receive_roster
from xueji.exchange.roster import running
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Act, Refused, Stopped
from xueji.journal.queries import broken_at, head
from xueji.notify.models import Delivery
from xueji.notify.terms import Kind, Way
from xueji.rules.progress import State
from xueji.stories import enrolment
from xueji.stories.roster_file import write_roster
from xueji.stories.students import students
from xueji.stories.telling import Progress, Telling, quietly
from xueji.stories.university import declare

NOTICE = Path(__file__).resolve().parents[3] / "campaigns" / "N1-bjut-2024-enrolment.toml"
PLANS = ("in time", "in time", "wrong first", "in time", "returned once", "in time", "only printed", "in time", "at the last second", "in time",
         "in time", "wrong first", "a second late", "in time", "half way", "in time", "extended", "in time", "never begins", "in time")  # fmt: skip
"""What the students do, in turn; one in twenty of each."""
DONE = {"in time", "wrong first", "returned once", "at the last second", "extended"}


def _at(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 9) -> datetime:
    return datetime(2024, month, day, hour, minute, second, tzinfo=SHANGHAI)


CLOSES = _at(10, 17)


@dataclass(slots=True)
class _Cast:
    """Who acts in the story."""

    registrar: AccountActor
    secretaries: dict[str, AccountActor]
    campaign: Campaign
    plans: dict[str, str] = field(default_factory=dict)


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell the whole notice with `count` students into an empty database. The files are in `folder`; see `Telling.failed`."""
    telling = Telling(folder, progress)
    people = list(islice((one for one in students(count * 6) if one["intake_year"] == "2024" and one["level"] != "undergraduate"), count))
    telling.progress("学校 school", 0, 1)
    staff = declare(Act(SystemActor("故事 N1"), _at(26, 9, month=8), "cli"))
    registrar = actor_for(staff["REG01"])
    _roster_in(telling, registrar, people)
    opened = open_campaign(Act(registrar, _at(1, 16), "registry"), text=NOTICE.read_text("utf-8")).result[0]
    cast = _Cast(registrar, {code[3:]: actor_for(account) for code, account in staff.items() if code.startswith("SEC")}, opened)
    announce(Act(registrar, _at(1, 16, 30), "registry"), opened)
    cases = list(cases_for(registrar, opened).select_related("record__account").order_by("record__student_number"))
    telling.expect("everybody has the notice in the own messages", expected=count, seen=Delivery.objects.filter(message__kind=Kind.NOTICE, way=Way.APP).count())
    telling.expect("every new postgraduate has a case and an account", expected=count, seen=sum(1 for case in cases if case.record.account_id))
    for position, case in enumerate(cases):
        cast.plans[case.record.student_number] = PLANS[position % len(PLANS)]
        _one_student(telling, cast, case, position)
        telling.progress("学生 students", position + 1, len(cases))
    _approvals(telling, cast)
    _reminders(telling, cast)
    _secretaries_receive(telling, cast, cases)
    _who_may_not(telling, cast, cases)
    _forms(telling, cast)
    _figures(telling, cast, cases)
    telling.close()
    return telling


def _roster_in(telling: Telling, registrar: AccountActor, people: list[dict[str, str]]) -> None:
    """The roster comes with three mistakes, is refused, mended, committed; a second time it changes nothing."""
    act = Act(registrar, _at(28, 10, month=8), "registry")
    spoilt = [dict(one) for one in people]
    spoilt[1]["id_number"] = spoilt[1]["id_number"][:-1] + ("0" if spoilt[1]["id_number"][-1] != "0" else "1")
    spoilt[2]["student_number"] = spoilt[3]["student_number"]
    spoilt[4]["born_on"] = "1899-02-30"
    first = telling.folder / "roster-first.xlsx"
    telling.folder.mkdir(parents=True, exist_ok=True)
    write_roster(spoilt, first)
    received = receive_roster(act, first.read_bytes(), title=first.name).result
    plan = running.compare(act, received)
    telling.keep("roster-first-marked.xlsx", running.marked_copy(first, plan))
    wrong = {problem.finding.id for problem in plan.problems}
    telling.expect("a wrong check digit, a number twice and an impossible date are all found at once", expected=True, seen=plan.counts["rejected"] >= 3 and len(wrong) >= 3)
    telling.expect("nothing of a roster with mistakes is written", expected="ROSTER.032", seen=_stopped(lambda: running.commit(act, received, plan=plan)))
    good = telling.folder / "roster.xlsx"
    write_roster(people, good)
    received = receive_roster(act, good.read_bytes(), title=good.name).result
    plan = running.compare(act, received)
    telling.expect("the mended roster adds everybody", expected=(len(people), 0), seen=(plan.counts["added"], plan.counts["rejected"]))
    running.commit(act, received, plan=plan)
    again = running.compare_file(good, act=act)
    telling.expect("importing the same file twice changes nothing", expected=(len(people), 0, 0), seen=(again.counts["unchanged"], again.counts["added"], again.counts["changed"]))
    telling.figures["roster"] = {"rows": len(people), "refused at first": plan.counts["rejected"], "findings of the first file": sorted(wrong)}


def _stopped(attempt) -> str:
    """The number of the first finding that stops an attempt; "" when nothing does."""
    try:
        attempt()
    except Stopped as stopped:
        return stopped.findings[0].id
    return ""


def _one_student(telling: Telling, cast: _Cast, case: Case, position: int) -> None:
    """One student from signing in to the signature, as the plan says."""
    plan = cast.plans[case.record.student_number]
    start = _at(2 + position % 7, 8 + position % 12, position % 60)
    if plan == "never begins":
        return
    if plan in {"a second late", "extended"}:
        _comes_late(telling, cast, case, plan)
        return
    if plan == "at the last second":
        start = CLOSES - timedelta(minutes=30)
    steps = list(enrolment.steps_to_fill(case))
    if plan == "half way":
        enrolment.submit(case, steps[0], start)
        enrolment.begin(case, steps[1], start + timedelta(minutes=9))
        return
    for number, step in enumerate(steps):
        if plan == "wrong first":
            _tries_wrongly(telling, case, step, start + timedelta(minutes=6 * number), position)
        joined = {"political_status": "02"} if plan == "returned once" and case.record.person.population == "domestic" and step == "personal" else {}
        enrolment.submit(case, step, start + timedelta(minutes=6 * number), **joined)
    enrolment.print_and_sign(case, CLOSES - timedelta(seconds=1) if plan == "at the last second" else start + timedelta(minutes=25))


def _tries_wrongly(telling: Telling, case: Case, step: str, at: datetime, kind: int) -> None:
    """Submit a step with a typical mistake; it must be refused with the field named, and nothing kept as submitted."""
    good = enrolment.answers(case, step)
    spoilt = enrolment.wrong(good, kind)
    if spoilt == good:
        return
    enrolment.add_photo(case, step, at)
    named = {code for code in good if good[code] != spoilt.get(code)}
    try:
        submit_step(enrolment.student_of(case, at), case, step=step, values=spoilt)
        seen: set[str] = set()
    except Stopped as stopped:
        seen = {one.field for one in stopped.findings if one.field in named}
    telling.expect(f"{case.record.student_number} {step}: the wrong field is named", expected=named, seen=seen)
    telling.figures["wrong submissions"] = telling.figures.get("wrong submissions", 0) + 1


def _comes_late(telling: Telling, cast: _Cast, case: Case, plan: str) -> None:
    """All but the last submission in time; that one arrives when the clock shows 17:00:00, and is refused but not lost."""
    *early, last = enrolment.steps_to_fill(case)
    for number, step in enumerate(early):
        enrolment.submit(case, step, CLOSES - timedelta(minutes=40 - 6 * number))
    typed = enrolment.answers(case, last)
    late = enrolment.student_of(case, CLOSES)
    telling.expect(f"{case.record.student_number}: 17:00:00 is late", expected="TIME.002", seen=_stopped(lambda: submit_step(late, case, step=last, values=typed)))
    keep_draft(late, case, step=last, values=typed, page="phone")
    kept = Draft.objects.filter(case=case, step=last, slot=Slot.LATE).first()
    telling.expect(f"{case.record.student_number}: what was typed is kept", expected=typed, seen=kept and {k: v for k, v in kept.values.items() if k in typed})
    if plan != "extended":
        return
    secretary = cast.secretaries[case.record.college_id]
    extend_case(Act(secretary, CLOSES + timedelta(hours=16), "college"), case, until=CLOSES + timedelta(days=3), reason="住院，有医院证明")
    enrolment.submit(case, last, CLOSES + timedelta(hours=20))
    enrolment.print_and_sign(case, CLOSES + timedelta(hours=21))


def _approvals(telling: Telling, cast: _Cast) -> None:
    """What a student may not change alone (政治面貌) waits for the own college; another college cannot decide it."""
    waiting = list(Correction.objects.filter(stage=Stage.AT_COLLEGE).select_related("record__person", "record__college"))
    telling.expect("a change of political status waits for the college", expected=True, seen=len(waiting) > 0 and all(one.field == "political_status" for one in waiting))
    for one in waiting:
        stranger = next(actor for code, actor in cast.secretaries.items() if code != one.record.college_id)
        telling.expect(f"{one.record.student_number}: another college may not decide", expected="refused", seen=_refused(lambda one=one, by=stranger: _approve(by, one)))
        _approve(cast.secretaries[one.record.college_id], one)
        one.record.person.refresh_from_db()
        telling.expect(f"{one.record.student_number}: approved and in force", expected=one.new, seen=one.record.person.political_status)
    telling.figures["approvals"] = len(waiting)


def _approve(secretary: AccountActor, correction: Correction) -> None:
    review_correction(Act(secretary, CLOSES - timedelta(hours=1), "college"), correction, verdict=Verdict.APPROVE)


def _refused(attempt) -> str:
    """Whether an attempt is refused for want of permission."""
    try:
        attempt()
    except Refused:
        return "refused"
    return "done"


def _reminders(telling: Telling, cast: _Cast) -> None:
    """Three days and one day before the end the calendar reminds those who have something left to do, and nobody else.

    Told after the students' chapter: who got an extension has finished by then.
    """
    open_ones = {"never begins", "half way", "a second late"}
    wanted = sum(1 for plan in cast.plans.values() if plan in open_ones)
    for day in (7, 9):
        telling.expect(f"reminders of 9月{day}日 reach those who have not finished", expected=wanted, seen=send_due_reminders(_at(day, 9, 5)))
    telling.expect("a reminder goes once", expected=0, seen=send_due_reminders(_at(9, 9, 10)))
    telling.figures["reminders"] = Delivery.objects.filter(message__kind=Kind.REMINDER, way=Way.APP).count()


def _secretaries_receive(telling: Telling, cast: _Cast, cases: list[Case]) -> None:
    """Signed forms come to the college: received by code, a repeated scan is harmless, some go back and come again."""
    told = 0
    for case in cases:
        plan = cast.plans[case.record.student_number]
        if plan not in DONE:
            continue
        secretary = cast.secretaries[case.record.college_id]
        form = PrintedForm.objects.select_related("case__campaign", "case__record__person", "case__record__college").filter(case=case).latest("version")
        at = form.printed_at + timedelta(hours=1)
        if plan == "returned once":
            at = CLOSES - timedelta(minutes=40)
            fresh = form.case
            if fresh.record.corrections.exists():
                void = _stopped(lambda form=form, by=secretary, at=at: receive_form(Act(by, at, "college"), form))
                telling.expect(f"{case.record.student_number}: a sheet printed before the approval is void", expected="COLL.008", seen=void)
            form = enrolment.print_and_sign(fresh, at + timedelta(minutes=5))
            return_form(Act(secretary, at + timedelta(minutes=15), "college"), form, reason="没有本人签字，请签字后再交。")
            form = enrolment.print_and_sign(fresh, at + timedelta(minutes=25))
            at += timedelta(minutes=35)
        receive_form(Act(secretary, at, "college"), form)
        telling.expect(f"{case.record.student_number}: a second scan changes nothing", expected=True, seen=receive_form(Act(secretary, at, "college"), form).unchanged)
        told += 1
        telling.progress("收表 forms received", told, len(cases))


def _who_may_not(telling: Telling, cast: _Cast, cases: list[Case]) -> None:
    """Another college's secretary and another student are refused, and nothing is written."""
    case = next(case for case in cases if cast.plans[case.record.student_number] == "only printed")
    stranger = next(actor for code, actor in cast.secretaries.items() if code != case.record.college_id)
    other = next(one for one in cases if one.record_id != case.record_id)
    before = head()
    form = PrintedForm.objects.select_related("case__campaign", "case__record__person", "case__record__college").get(case=case)
    attempts = {
        "a secretary of another college receives": lambda: receive_form(Act(stranger, CLOSES, "college"), form),
        "another student submits": lambda: submit_step(Act(AccountActor(other.record.account), _at(5, 9), "student"), case, step="semester", values={}),
    }
    for sentence, attempt in attempts.items():
        telling.expect(sentence, expected="refused", seen=_refused(attempt))
    telling.expect("a refused act leaves no trace in the tables", expected=before, seen=head())


def _forms(telling: Telling, cast: _Cast) -> None:
    """Each college's forms as one file; a form with a character that no font has is named and left out, never a box."""
    unprintable: list[str] = []
    colleges = sorted(cast.secretaries)
    pages = 0
    for number, college in enumerate(colleges, 1):
        forms = list(newest_forms(cast.registrar, cast.campaign, college))
        good = []
        for form in forms:
            found = findings_for(press(), [sheet_of(form)])
            unprintable += [one.message.zh for one in found]
            if not found:
                good.append(form)
        for start in range(0, len(good), 25):
            telling.keep(f"forms/{college}-{start // 25 + 1}.pdf", pdf_of_many(good[start : start + 25]))
        pages += len(good)
        telling.progress("登记表 forms printed", number, len(colleges))
    example = PrintedForm.objects.select_related("case__campaign", "case__record__person", "case__record__college").order_by("printed_at")
    for form in example[:3]:
        try:
            telling.keep(f"forms/{form.case.record.student_number}.pdf", pdf_of(form))
        except Unprintable as why:
            unprintable += [one.message.zh for one in why.findings]
    if unprintable:
        telling.keep("forms/unprintable.txt", "\n".join(sorted(set(unprintable))) + "\n")
    wanted = sum(1 for plan in cast.plans.values() if plan in DONE | {"only printed"})
    telling.expect("every printed form is in a college's file, or named as unprintable", expected=wanted, seen=pages + len(set(unprintable)))
    telling.figures["forms"] = {"printed": pages, "unprintable": sorted(set(unprintable))}


def _receipts(cases: list[Case]) -> Iterator[str]:
    """One line of JSON for each submission: which step, which version, when, its digest. No value of a person."""
    for one in Submission.objects.filter(case__in=cases).select_related("case__record").order_by("submitted_at", "pk").defer("values"):
        yield json.dumps(
            {"student_number": one.case.record.student_number, "step": one.step, "version": one.number,
             "at": one.submitted_at.astimezone(SHANGHAI).isoformat(), "digest": one.digest}, ensure_ascii=False,
        )  # fmt: skip


def _figures(telling: Telling, cast: _Cast, cases: list[Case]) -> None:
    """Who stands where when the notice has closed, against the plan; the same as a workbook and as JSON; the journal."""
    after = CLOSES + timedelta(days=4)
    fresh = list(cases_for(cast.registrar, cast.campaign).select_related("record__account"))
    planned = Counter("done" if plan in DONE else "not done" for plan in cast.plans.values())
    stages = Counter(case.stage for case in fresh)
    telling.expect("those are finished who handed in a signed form", expected=planned["done"], seen=stages[State.DONE])
    late = sum(1 for case in fresh if any(one.state is State.LATE for one in steps_of(case, after).standings))
    telling.expect("everybody else is late now", expected=planned["not done"], seen=late)
    tallies = progress_by_college(cast.registrar, cast.campaign)
    telling.expect("the colleges' figures add up", expected=len(fresh), seen=sum(one.total for one in tallies))
    lines = [[one.label, one.total, one.done, one.of(State.BACK), one.of(State.REVIEW), one.of(State.GOING), one.of(State.IDLE)] for one in tallies]
    target = BytesIO()
    titles = ("学院", "应办", "已完成", "退回", "待收表", "进行中", "未开始")
    write(target, [Heading(title, text=position == 0) for position, title in enumerate(titles)], lines, name="统计", title="研通知[2024]53号 完成情况")
    telling.keep("statistics.xlsx", target.getvalue())
    telling.keep("cases.xlsx", cases_workbook(cast.registrar, cast.campaign))
    receipts = list(_receipts(fresh))
    telling.keep("receipts.jsonl", "\n".join(receipts) + "\n")
    telling.expect("no receipt carries an identity number", expected=False, seen=any(case.record.person.id_number in "\n".join(receipts) for case in fresh))
    broken = broken_at()
    telling.expect("the journal's chain is whole", expected=None, seen=broken)
    telling.figures |= {
        "students": len(fresh),
        "stages": dict(stages),
        "late": late,
        "submissions": len(receipts),
        "plans": dict(Counter(cast.plans.values())),
        "accounts": Account.objects.count(),
        "journal": {"events": head()[0], "head": head()[1]},
    }
    telling.keep("statistics.json", json.dumps({"closed": CLOSES.isoformat(), "colleges": [dict(zip(titles, line, strict=True)) for line in lines], **telling.figures}, ensure_ascii=False, indent=1, default=str) + "\n")
