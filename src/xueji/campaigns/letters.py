"""What a campaign tells its students: the notice, reminders, and a word to one of them (通知、提醒到人)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import SystemActor
from xueji.campaigns.models import Campaign, Case, Extension
from xueji.campaigns.queries import SHANGHAI, campaigns, cases_for, narrowed, notice_of, scope_of_case, steps_of_all
from xueji.catalogue.text import Text
from xueji.jobs.commands import start_job
from xueji.journal.command import ANYWHERE, Act, Actor, Change, Scope, Stopped, undoable
from xueji.notify.commands import send_message
from xueji.notify.models import Message
from xueji.notify.queries import Reminded, messages_on, reminders_of, unreached_among
from xueji.notify.sending import send_to_many
from xueji.notify.terms import Kind, Notice, Recipient
from xueji.records.models import StudentRecord
from xueji.records.queries import college_contact, school, scope_of
from xueji.rules.findings import Finding
from xueji.rules.progress import Doer, State

REMINDERS_FROM, REMINDERS_UNTIL = time(9), time(20)
"""Scheduled reminders go out in the daytime of Shanghai: "three days before" is 9:00 of that day."""
PAGE = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """What came of telling many (发送结果): the messages, to how many people, and what was noticed."""

    messages: tuple[Message, ...]
    people: int
    findings: tuple[Finding, ...]


def letter_of(campaign: Campaign, *, college: str = "", closes: datetime | None = None) -> Notice:
    """What a message may say of a campaign: number, title, school, dates, whom to ask. All of it stands in the notice."""
    notice, of_school = notice_of(campaign), school()
    return Notice(
        campaign=campaign.code,
        number=campaign.number,
        title=Text(campaign.title, campaign.title_en),
        school=Text(of_school.name, of_school.name_en),
        contact=_whom_to_ask(notice.contacts, college),
        opens=campaign.opens,
        closes=closes or campaign.closes,
        path="/student/",
    )


def _whom_to_ask(contacts: Iterable[object], college: str) -> Text:
    """The notice's offices, and the own college's when the message is for one college."""
    lines: list[Text] = []
    own = college_contact(college) if college else None
    if own is not None and (own.contact or own.phone):
        lines.append(Text(f"{own.name} {own.contact} {own.phone}".strip(), f"{own.name_en or own.name} {own.contact} {own.phone}".strip()))
    for one in list(contacts)[:2]:
        reach = " ".join(filter(None, (one.phone, one.email)))
        lines.append(Text(" ".join(filter(None, (one.office.zh, one.name, reach))),
                          " ".join(filter(None, (one.office.en or one.office.zh, one.name_en or one.name, reach)))))  # fmt: skip
    if not lines:
        return Text("所在学院秘书", "the secretary of your college")
    return Text("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))


def announce(act: Act, campaign: Campaign, *, heard: Callable[[int, int], None] = lambda done, total: None) -> Told:
    """Send the notice, or its supplement, to everybody in its audience whom the actor looks after (发布通知到人).

    Nobody gets a version twice; a repeated call reaches those who joined the audience since. ``heard`` is told how far it is.
    """
    kind = Kind.NOTICE if campaign.version == 1 else Kind.SUPPLEMENT
    cases = cases_for(act.by, campaign, Permission.CASE_REMIND)
    return tell_all(act, campaign, cases, kind=kind, occasion=f"v{campaign.version}", heard=heard)


def announce_by_job(act: Act, campaign: Campaign) -> Change:
    """The same by the worker, for an audience that is too large to wait for; the result is the Job."""
    arguments = {"campaign": campaign.code, "version": campaign.version}
    return start_job(act, "telling_students", arguments=arguments, purpose=Text(campaign.number, campaign.number))


def tell_extension(act: Act, extension: Extension, *, heard: Callable[[int, int], None] = lambda done, total: None) -> Told:
    """Tell the students of a college that it has a later end (学院延期告知本人). Who is finished hears nothing.

    Repeated, it goes on where it stopped. Raises Stopped MSG.002 when nobody of the college has anything left to do.
    """
    cases = cases_for(act.by, extension.campaign, Permission.CASE_REMIND).exclude(stage=State.DONE)
    cases = cases.filter(record__college_id=extension.college_id)
    return tell_all(act, extension.campaign, cases, kind=Kind.EXTENSION, occasion=f"ext{extension.pk}", closes=extension.until, heard=heard)


def tell_extension_by_job(act: Act, extension: Extension) -> Change:
    """The same by the worker; the result is the Job."""
    number = extension.campaign.number
    return start_job(act, "telling_extension", arguments={"extension": str(extension.pk)}, purpose=Text(number, number))


def remind(act: Act, campaign: Campaign, *, college: str = "", class_number: str = "", step: str = "") -> Told:
    """Remind those whom the actor looks after and who have something left to do themselves (催办). Never anybody else.

    Raises Stopped MSG.001, MSG.002 when nobody is left, for instance because all were reminded today.
    """
    cases = narrowed(cases_for(act.by, campaign, Permission.CASE_REMIND), class_number=class_number, step=step)
    cases = cases.exclude(stage__in=[State.DONE, State.REVIEW])
    if college:
        cases = cases.filter(record__college_id=college)
    return tell_all(act, campaign, cases, kind=Kind.REMINDER)


def remind_cases(act: Act, campaign: Campaign, cases: Iterable[Case]) -> Told:
    """Remind the students of the chosen cases that are not finished (催办所选). Raises as remind.

    Somebody who has only to bring the signed form is reminded as well, when chosen by hand.
    """
    wanted = [case.pk for case in cases]
    unfinished = cases_for(act.by, campaign, Permission.CASE_REMIND).exclude(stage=State.DONE)
    chosen = [case for start in range(0, len(wanted), PAGE) for case in unfinished.filter(pk__in=wanted[start : start + PAGE])]
    return tell_all(act, campaign, chosen, kind=Kind.REMINDER)


def reminders_for(cases: Iterable[Case]) -> dict[object, Reminded]:
    """How often the students of a page of cases (of one campaign) were reminded, by the case's key. One query."""
    page = [case for case in cases if case.record.account_id]
    counts = reminders_of(page[0].campaign.code, [case.record.account_id for case in page]) if page else {}
    return {case.pk: counts[case.record.account_id] for case in page if case.record.account_id in counts}


def unreached_in(cases: Iterable[Case]) -> frozenset[object]:
    """Which cases of a page (of one campaign) belong to students whom no message reached. One query (N4: 务必通知到).

    Who has begun knows of the notice, whether or not the message was opened; who got something back must hear of that too.
    """
    page = [case for case in cases if case.record.account_id and (case.touched_at is None or case.stage == State.BACK)]
    lost = unreached_among(page[0].campaign.code, [case.record.account_id for case in page]) if page else set()
    return frozenset(case.pk for case in page if case.record.account_id in lost)


def tell(act: Act, case: Case, kind: Kind, *, closes: datetime | None = None) -> None:
    """A word to one student: returned, received, extended, decided. The reason itself is read after signing in (告知本人)."""
    if case.record.account_id:
        where = _place(case)
        notice = letter_of(case.campaign, college=case.record.college_id, closes=closes)
        send_message(act, notice, kind, [Recipient(case.record.account_id, scope_of_case(case))], scope=where)


def tell_of_request(act: Act, record: StudentRecord) -> None:
    """A word to one student that a request to correct the record was decided (更正申请审核结果). Which field is read after signing in."""
    if record.account_id:
        of_school, where = school(), Scope(record.college_id, record.campus, record.class_number)
        notice = Notice(
            campaign="", number="更正申请", title=Text("学籍信息更正", "Correction of the student record"),
            school=Text(of_school.name, of_school.name_en), contact=_whom_to_ask((), record.college_id), path="/student/corrections/",
        )  # fmt: skip
        send_message(act, notice, Kind.DECISION, [Recipient(record.account_id, scope_of(record))], scope=where)


def tell_all(
    act: Act, campaign: Campaign, cases: Iterable[Case], *, kind: Kind, occasion: str = "", closes: datetime | None = None,
    heard: Callable[[int, int], None] = lambda done, total: None,
) -> Told:  # fmt: skip
    """Send one message per place that the actor's right reaches: the school at once, else each college, else each class."""
    messages: list[Message] = []
    findings: list[Finding] = []
    nobody: list[Finding] = []
    people = 0
    groups = _by_right(act.by, [case for case in cases if case.record.account_id])
    for scope, group in groups.items():
        recipients = [Recipient(case.record.account_id, scope_of_case(case)) for case in group]
        named = f"{occasion}:{scope.college}:{scope.class_number}".rstrip(":") if occasion else ""
        letter = letter_of(campaign, college=scope.college, closes=closes)
        try:
            with undoable():
                sent = send_to_many(act, letter, kind, recipients, scope=scope, occasion=named[:60], tell=heard)
        except Stopped as stopped:
            nobody += stopped.findings
            continue
        findings += sent.findings
        if sent.people:
            messages.append(sent.message)
            people += sent.people
    if nobody and not messages:
        raise Stopped(nobody[:1])
    if not groups:
        send_message(act, letter_of(campaign), kind, [], scope=_any_place(act.by))  # raises MSG.002
    return Told(tuple(messages), people, tuple(findings))


def _place(case: Case) -> Scope:
    return Scope(case.record.college_id, case.record.campus, case.record.class_number)


def _by_right(by: Actor, cases: list[Case]) -> dict[Scope, list[Case]]:
    """The cases by the widest scope in which the actor may send messages."""
    if by.may(Permission.MESSAGE_SEND, ANYWHERE):
        return {ANYWHERE: cases} if cases else {}
    groups: dict[Scope, list[Case]] = defaultdict(list)
    for case in cases:
        college = Scope(college=case.record.college_id)
        groups[college if by.may(Permission.MESSAGE_SEND, college) else _place(case)].append(case)
    return dict(groups)


def _any_place(by: Actor) -> Scope:
    """Some scope in which the actor may send, so that "nobody to send to" is said and not "not found"."""
    grants = getattr(by, "grants", ())
    for grant in grants:
        scope = Scope(grant.college, grant.campus, grant.class_number)
        if by.may(Permission.MESSAGE_SEND, scope):
            return scope
    return ANYWHERE


def send_due_reminders(now: datetime) -> int:
    """Send the reminders that the notices declare for today (``[reminders] days_before = [3, 1]``); returns how many people.

    Called by the calendar every few minutes. A deadline that an extension moved is reminded of by its new date. Each
    (deadline, days before) goes once; nobody is reminded who has nothing left to do by then.
    """
    local = now.astimezone(SHANGHAI)
    if not REMINDERS_FROM <= local.time() < REMINDERS_UNTIL:
        return 0
    act = Act(SystemActor("calendar"), now, "job")
    told = 0
    for campaign in campaigns().filter(opens__lte=now, closed_at=None):
        notice = notice_of(campaign)
        due = {local.date() + timedelta(days=before): before for before in notice.reminders}
        if not _still_to_be_sent(campaign, {step.window.closes for step in notice.steps}, due):
            continue
        for (closes, before), cases in _with_something_due(act, campaign, now, due).items():
            try:
                told += tell_all(act, campaign, cases, kind=Kind.REMINDER, occasion=_occasion(closes, before), closes=closes).people
            except Stopped:
                continue  # all of them were reminded today by their college
    return told


def _occasion(closes: datetime, before: int) -> str:
    return f"{closes.astimezone(SHANGHAI):%Y%m%d%H%M}-{before}"


def _still_to_be_sent(campaign: Campaign, declared: set[datetime | None], due: dict[date, int]) -> bool:
    """Whether some deadline of today's reminders has not been written about: asked often, so without looking at cases."""
    ends = declared | set(Extension.objects.filter(campaign=campaign).values_list("until", flat=True))
    wanted = {_occasion(end, due[day]) for end in ends if end and (day := end.astimezone(SHANGHAI).date()) in due}
    return bool(wanted) and bool(wanted - messages_on(campaign.code, Kind.REMINDER, wanted))


def _with_something_due(act: Act, campaign: Campaign, now: datetime, due: dict[date, int]) -> dict[tuple[datetime, int], list[Case]]:
    """Unfinished cases by the deadline that is near, with extensions put in."""
    found: dict[tuple[datetime, int], list[Case]] = defaultdict(list)
    open_cases = list(cases_for(act.by, campaign).exclude(stage__in=[State.DONE, State.REVIEW]))
    for start in range(0, len(open_cases), PAGE):
        for one in steps_of_all(open_cases[start : start + PAGE], now):
            nearest = min(
                (
                    s.step.window.closes
                    for s in one.standings
                    if s.step.who is Doer.STUDENT
                    and not s.step.optional
                    and s.state in {State.IDLE, State.GOING, State.BACK}
                    and s.step.window.closes
                    and s.step.window.closes > now
                    and s.step.window.closes.astimezone(SHANGHAI).date() in due
                ),
                default=None,
            )
            if nearest is not None:
                found[nearest, due[nearest.astimezone(SHANGHAI).date()]].append(one.case)
    return found
