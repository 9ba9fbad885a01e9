"""Writes of the engine: opening and closing notices, extensions, marks on steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from xueji.accounts.commands import admit_students, new_code
from xueji.accounts.models import Account
from xueji.accounts.permissions import Permission
from xueji.campaigns.admission import why_not
from xueji.campaigns.models import Campaign, Case, Extension, ExtensionRequest, NoticeVersion, StepMark
from xueji.campaigns.notice import Notice, moved_by_days, read_notice
from xueji.campaigns.queries import audience_of, marks_of, notice_of, rule_steps, scope_of_case, steps_of
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.records.models import College, StudentRecord
from xueji.records.statistics import refresh_statistics
from xueji.rules.findings import Finding, finding
from xueji.rules.progress import Mark, State, current, stage, standings


@command(needs=Permission.CAMPAIGN_MANAGE, records="campaign.opened")
def open_campaign(act: Act, *, text: str, move_by_days: int = 0) -> Change:
    """Open a notice (开启通知): read it, give every student of its audience a case, and an account to sign in with.

    The result is (campaign, codes): activation codes by student number where the notice declares them. Opening the
    very same text again changes nothing. Stopped with every finding when the notice is wrong, or when a campaign of
    that code has another text (that is a supplement).
    """
    moved = moved_by_days(text, move_by_days) if move_by_days else text
    notice, findings = read_notice(moved)
    if notice is None:
        raise Stopped(findings)
    before = Campaign.objects.filter(code=notice.code).first()
    if before is not None:
        if notice_of(before).sha256 == notice.sha256:
            return Change(f"campaign:{notice.code}", result=(before, {}), unchanged=True)
        raise Stopped([finding("CAMP.020", code=notice.code, version=before.version)])
    campaign = Campaign.objects.create(
        code=notice.code, number=notice.number, kind=notice.kind, title=notice.title.zh, title_en=notice.title.en,
        opens=notice.window.opens, closes=notice.window.closes, moved_by_days=move_by_days,
    )  # fmt: skip
    _publish(act, campaign, notice, reason="")
    added, left = _bring_in(act, campaign, notice)
    codes = _admit(act, campaign, notice)
    transaction.on_commit(refresh_statistics)
    detail = {"version": 1, "sha256": notice.sha256, "cases": added, "number": notice.number}
    return Change(f"campaign:{campaign.code}", ANYWHERE, detail, (campaign, codes))


@command(needs=Permission.CAMPAIGN_MANAGE, records="campaign.supplemented")
def supplement_campaign(act: Act, campaign: Campaign, *, text: str, reason: str) -> Change:
    """Publish a supplement (补充通知): a new version with its reason; cases and marks stay, the audience follows."""
    notice, findings = read_notice(moved_by_days(text, campaign.moved_by_days) if campaign.moved_by_days else text)
    if notice is not None and notice.code != campaign.code:
        findings = [finding("CAMP.021", code=notice.code, expected=campaign.code)]
    if notice is not None and not reason.strip():
        findings = [*findings, finding("CAMP.022")]
    if notice is None or findings:
        raise Stopped(findings)
    if notice_of(campaign).sha256 == notice.sha256:
        return Change(f"campaign:{campaign.code}", result=campaign, unchanged=True)
    campaign.version += 1
    campaign.number, campaign.title, campaign.title_en = notice.number, notice.title.zh, notice.title.en
    campaign.opens, campaign.closes = notice.window.opens, notice.window.closes  # type: ignore[assignment]
    campaign.save()
    _publish(act, campaign, notice, reason)
    added, left = _bring_in(act, campaign, notice)
    codes = _admit(act, campaign, notice)
    detail = {"version": campaign.version, "sha256": notice.sha256, "reason": reason, "cases": added, "left": left}
    return Change(f"campaign:{campaign.code}", ANYWHERE, detail, (campaign, codes))


@command(needs=Permission.CAMPAIGN_MANAGE, records="campaign.audience_followed")
def follow_audience(act: Act, campaign: Campaign) -> Change:
    """Let the cases follow the records (名单随学籍更新): bring in who now belongs, take out who no longer does.

    A case in which something was done already is never taken out.
    """
    notice = notice_of(campaign)
    added, left = _bring_in(act, campaign, notice)
    codes = _admit(act, campaign, notice)
    return Change(f"campaign:{campaign.code}", ANYWHERE, {"cases": added, "left": left}, codes,
                  unchanged=not (added or left or codes))  # fmt: skip


@command(needs=Permission.CAMPAIGN_MANAGE, records="campaign.closed")
def close_campaign(act: Act, campaign: Campaign, *, reason: str) -> Change:
    """Close a campaign before its time (提前关闭). What was done stays; nothing more is accepted."""
    if campaign.closes <= act.at:
        return Change(f"campaign:{campaign.code}", result=campaign, unchanged=True)
    notice = notice_of(campaign)
    campaign.closed_at = act.at
    campaign.save(update_fields=["closed_at"])
    return Change(f"campaign:{campaign.code}", ANYWHERE, {"reason": reason, "was": str(notice.window.closes)}, campaign)


def _publish(act: Act, campaign: Campaign, notice: Notice, reason: str) -> None:
    NoticeVersion.objects.create(
        campaign=campaign, version=campaign.version, text=notice.text, sha256=notice.sha256, reason=reason,
        published_at=act.at, published_by=act.by.label,
    )  # fmt: skip


def _bring_in(act: Act, campaign: Campaign, notice: Notice) -> tuple[int, int]:
    """Cases for who belongs and has none; a leaving date for who no longer belongs. Returns both counts."""
    belonging = dict(audience_of(notice).values_list("pk", "entry"))
    known = {c.record_id: c for c in Case.objects.filter(campaign=campaign)}
    fresh = [
        Case(campaign=campaign, record_id=pk, group=notice.audiences[n].group, alternative=n, opened_at=act.at)
        for pk, n in belonging.items()
        if pk not in known
    ]
    Case.objects.bulk_create(fresh, batch_size=2000)
    moved, gone = [], []
    for pk, case in known.items():
        if case.origin == Case.Origin.NOMINATED:
            continue
        if pk not in belonging:
            if case.left_at is None and case.stage == State.IDLE:
                case.left_at = act.at
                gone.append(case)
        elif case.left_at is not None or case.alternative != belonging[pk]:
            case.left_at, case.alternative = None, belonging[pk]
            case.group = notice.audiences[belonging[pk]].group
            moved.append(case)
    Case.objects.bulk_update(moved + gone, ["left_at", "alternative", "group"], batch_size=500)
    return len(fresh) + len(moved), len(gone)


def _admit(act: Act, campaign: Campaign, notice: Notice) -> dict[str, str]:
    """Accounts for the students of the campaign who have none; their activation codes, if the notice declares them."""
    waiting = list(
        StudentRecord.objects.filter(cases__campaign=campaign, cases__left_at=None, account=None).select_related("person")
    )
    codes: dict[str, str] = {}
    students = []
    for record in waiting:
        if notice.first_password == "document_suffix" and record.person.id_number:
            first = first_password_of(record)
        else:
            first = codes[record.student_number] = new_code()
        students.append(
            (Account(username=record.student_number, name=record.person.name, email=record.details.get("email", "")), first)
        )
    if not waiting:
        return {}
    accounts = admit_students(act, students=students, until=notice.window.closes, reason=campaign.code).result
    for record, account in zip(waiting, accounts, strict=True):
        record.account = account
    StudentRecord.objects.bulk_update(waiting, ["account"], batch_size=500)
    return codes


def first_password_of(record: StudentRecord) -> str:
    """N1's first password: the last six of the resident number; the whole passport number in capitals for others."""
    number = (record.person.id_number or "").upper()
    return number[-6:] if record.person.id_document == "01" else number


def _until(campaign: Campaign, step: str) -> datetime | None:
    notice = notice_of(campaign)
    if not step:
        return notice.window.closes
    return notice.step(step).window.closes


@command(needs=Permission.CASE_EXTEND, records="case.extended", scope=lambda case, **_: scope_of_case(case))
def extend_case(act: Act, case: Case, *, until: datetime, reason: str, step: str = "") -> Change:
    """Give one student a later end (个人延期), for one step or all of them. Stopped without a reason or a later end."""
    granted = _extend(act, case.campaign, until, reason, step, case=case)
    detail = {"until": until.isoformat(), "step": step, "reason_given": True}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, granted)


@command(needs=Permission.CASE_EXTEND, records="college.extended")
def extend_college(
    act: Act, campaign: Campaign, *, college: College, until: datetime, reason: str, step: str = ""
) -> Change:
    """Give a whole college a later end (学院延期). Only who may extend for the whole school."""
    granted = _extend(act, campaign, until, reason, step, college=college)
    detail = {"until": until.isoformat(), "step": step, "reason": reason, "campaign": campaign.code}
    return Change(f"college:{college.code}", Scope(college=college.code), detail, granted)


def _extend(act: Act, campaign: Campaign, until: datetime, reason: str, step: str, **whose: Any) -> Extension:
    problems = []
    if not reason.strip():
        problems.append(finding("CAMP.022", field="reason"))
    closes = _until(campaign, step)
    if closes is None or until <= closes or until <= act.at:
        problems.append(finding("CAMP.023", field="until", closes=closes or campaign.closes))
    if problems:
        raise Stopped(problems)
    return Extension.objects.create(
        campaign=campaign, until=until, reason=reason.strip(), step=step, granted_at=act.at, granted_by=act.by.label, **whose
    )


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


@command(needs=Permission.CASE_FILL, records="case.step_marked", scope=_of_case)
def mark_own_step(act: Act, case: Case, *, step: str, mark: State, note: str = "") -> Change:
    """The student has begun or done a step (学生办理步骤). Stopped outside the window or before an earlier step.

    The window decides by ``act.at``, to the instant.
    """
    problems = [finding("CAMP.024", step=step)]
    for declared, standing in steps_of(case, act.at).pairs():
        if declared.code == step:
            problems = why_not(case, declared, standing, act.at)
    if problems:
        raise Stopped(problems)
    return _mark(act, case, step, mark, note)


@command(needs=Permission.CASE_RECEIVE, records="case.step_marked_by_college", scope=_of_case)
def mark_step(act: Act, case: Case, *, step: str, mark: State, note: str = "") -> Change:
    """The college or the registry has done, received or sent back a step (学院办理步骤). Their own windows are theirs."""
    return _mark(act, case, step, mark, note)


def _mark(act: Act, case: Case, step: str, mark: State, note: str) -> Change:
    marks = marks_of(case)
    before = marks.get(step)
    if before is not None and before.state == mark and before.note == note:
        return Change(f"case:{case.pk}", scope_of_case(case), result=before, unchanged=True)
    row = StepMark(case=case, step=step, mark=mark, at=act.at, note=note, by=act.by.label)
    StepMark.objects.bulk_create([row], update_conflicts=True, unique_fields=["case", "step"], update_fields=["mark", "at", "note", "by"])
    refresh_stage(case, act.at, marks | {step: Mark(mark, act.at, note, act.by.label)})
    return Change(f"case:{case.pk}", scope_of_case(case), {"step": step, "mark": mark, "campaign": case.campaign.code}, row)


def refresh_stage(case: Case, at: datetime, marks: dict[str, Mark] | None = None) -> None:
    """Bring the indexed stage of a case up to its marks, read here unless they are given. Called inside commands only."""
    _, steps = rule_steps(notice_of(case.campaign), case.group)
    marks = marks_of(case) if marks is None else marks
    case.stage = stage(steps, marks)
    now = current(standings(steps, marks, at))
    case.at_step = now.step.code if now else ""
    case.touched_at = at
    case.finished_at = (case.finished_at or at) if case.stage == State.DONE else None
    case.save(update_fields=["stage", "at_step", "touched_at", "finished_at"])


LONGEST = 300
"""Characters of the reason of a request for a later end."""


def _against(case: Case, until: datetime, reason: str, at: datetime) -> list[Finding]:
    closes = notice_of(case.campaign).window.closes or case.campaign.closes
    found = [] if reason.strip() else [finding("CAMP.022", field="reason")]
    if until <= closes or until <= at:
        found.append(finding("CAMP.023", field="until", closes=closes))
    return found


@command(needs=Permission.CASE_ASK_EXTENSION, records="extension.requested", scope=lambda case, **_: scope_of_case(case))
def request_extension(act: Act, case: Case, *, until: datetime, reason: str) -> Change:
    """Ask for a later end for one student (申请个人延期). The result is the ExtensionRequest.

    Stopped without a reason, for an end that is not later, and while another request for the student waits.
    """
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)  # two who ask at once: the second one learns of the first
    problems = _against(case, until, reason, act.at)
    if ExtensionRequest.objects.filter(case=case, decided_at=None).exists():
        problems.append(finding("CAMP.040"))
    if problems:
        raise Stopped(problems)
    made = ExtensionRequest.objects.create(
        case=case, until=until, reason=reason.strip()[:LONGEST], asked_at=act.at, asked_by=act.by.label, asker=act.by.id_text
    )
    return Change(f"case:{case.pk}", scope_of_case(case), {"until": until.isoformat(), "campaign": case.campaign.code}, made)


def _of_request(request: ExtensionRequest, **_: object) -> Scope:
    return scope_of_case(request.case)


@command(needs=Permission.CASE_EXTEND, records="extension.decided", scope=_of_request)
def decide_extension(act: Act, request: ExtensionRequest, *, grant: bool, until: datetime | None = None, note: str = "") -> Change:
    """Grant a request, with its own end or another one, or refuse it with a reason (审批延期申请). The result is the request.

    Stopped for who asked, when somebody decided meanwhile, and for a refusal without a reason.
    """
    now = ExtensionRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    if now.decided_at is not None:
        raise Stopped([finding("CAMP.041", by=now.decided_by)])
    if request.asker == act.by.id_text:
        raise Stopped([finding("CAMP.042")])
    if not grant and not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    if grant:
        request.granted = extend_case(act, request.case, until=until or request.until, reason=request.reason).result
    request.decided_at, request.decided_by, request.note = act.at, act.by.label, note.strip()[:LONGEST]
    request.save(update_fields=["granted", "decided_at", "decided_by", "note"])
    detail = {"granted": grant, "until": request.granted.until.isoformat() if request.granted else None, "campaign": request.case.campaign.code}
    return Change(f"case:{request.case.pk}", scope_of_case(request.case), detail, request)
