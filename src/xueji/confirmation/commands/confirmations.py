"""Confirming a record: by the student, on behalf, or by silence (信息确认)."""

from __future__ import annotations

from collections.abc import Collection

from xueji.accounts.permissions import Permission
from xueji.campaigns.admission import why_not
from xueji.campaigns.commands import refresh_stage
from xueji.campaigns.models import Campaign, Case, StepMark
from xueji.campaigns.queries import notice_of, scope_of_case, steps_of
from xueji.confirmation.models import Confirmation
from xueji.confirmation.queries.confirmations import PINYIN, changed_since, newest_confirmation, spelling_of, value_to_confirm
from xueji.confirmation.queries.sources import round_of
from xueji.confirmation.terms import How
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.rules.findings import finding
from xueji.rules.progress import State
from xueji.rules.windows import Phase


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


@command(needs=Permission.CASE_CONFIRM, records="record.confirmed", scope=_of_case)
def confirm_record(act: Act, case: Case, *, step: str, left_out: Collection[str] = ()) -> Change:
    """The student says that everything is right (全部无误), an act of its own with time and exact values. The result is the Confirmation.

    ``left_out`` are fields under correction: their values are not confirmed, and the corrected ones will be asked again.
    Stopped outside the window, before an earlier step, and while the pinyin the round asks for is empty.
    """
    problems = [finding("CAMP.024", step=step)]
    for declared, standing in steps_of(case, act.at).pairs():
        if declared.code == step:
            problems = why_not(case, declared, standing, act.at)
    if problems:
        raise Stopped(problems)
    made = _confirm(act, case, step, How.ONLINE, left_out, "")
    detail = {"step": step, "fields": sorted(made.values), "left_out": made.left_out, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, made)


@command(needs=Permission.CONFIRM_ON_BEHALF, records="record.confirmed_on_behalf", scope=_of_case)
def register_confirmation(act: Act, case: Case, *, step: str, how: str, note: str = "", left_out: Collection[str] = ()) -> Change:
    """The counsellor registers what a student confirmed in person or by telephone (代为登记). The result is the Confirmation.

    Stopped before the round opens, and for another way than these two; the student's own deadline does not bind the college.
    """
    if how not in (How.IN_PERSON, How.TELEPHONE):
        raise Stopped([finding("CONF.001", field="how")])
    for declared, standing in steps_of(case, act.at).pairs():
        if declared.code == step and standing.phase is Phase.BEFORE:
            raise Stopped(why_not(case, declared, standing, act.at))
    made = _confirm(act, case, step, how, left_out, note)
    detail = {"step": step, "how": str(how), "fields": sorted(made.values), "left_out": made.left_out, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, made)


def _confirm(act: Act, case: Case, step: str, how: str, left_out: Collection[str], note: str) -> Confirmation:
    record = case.record
    fields = round_of(notice_of(case.campaign)).fields
    spelling = spelling_of(record)
    codes = [field.code for field in fields if field.code not in left_out]
    if PINYIN in codes:
        if spelling is None:
            raise Stopped([finding("NAME.021", name=record.person.name)])
        if spelling.confirmed_at is None and how != How.SILENCE:
            spelling.confirm(act.at, act.by.label)
    values = {code: value_to_confirm(record, code, spelling) for code in codes}
    made = Confirmation.objects.create(
        case=case, step=step, how=how, values=values, left_out=sorted(left_out), note=note.strip()[:300], at=act.at, by=act.by.label
    )
    words = How(how).label if how != How.ONLINE else ""
    StepMark.objects.update_or_create(case=case, step=step, defaults={"mark": State.DONE, "at": act.at, "note": words, "by": act.by.label})
    refresh_stage(case, act.at)
    return made


@command(needs=Permission.CAMPAIGN_MANAGE, records="silence.taken")
def take_silence(act: Act, campaign: Campaign, *, step: str) -> Change:
    """After the deadline: who has not answered counts as confirmed and is marked so, if the notice declares it (逾期视为确认).

    The result is how many were taken. Stopped before the end of the step, and when the notice says that silence confirms nothing.
    """
    notice = notice_of(campaign)
    closes = notice.step(step).window.closes
    if notice.silence != "confirmed":
        raise Stopped([finding("CONF.002", field="silence")])
    if closes is None or act.at <= closes:
        raise Stopped([finding("CONF.003", until=f"{closes:%Y-%m-%d %H:%M}" if closes else "")])
    waiting = Case.objects.filter(campaign=campaign, left_at=None).select_related("campaign", "record__person", "record__college")
    taken = 0
    asks_pinyin = any(field.code == PINYIN for field in round_of(notice).fields)
    for case in waiting:
        newest = newest_confirmation(case, step)
        if newest is not None and not changed_since(newest, case.record):
            continue
        empty = [PINYIN] if asks_pinyin and spelling_of(case.record) is None else []
        _confirm(act, case, step, How.SILENCE, empty, "")
        taken += 1
    return Change(f"campaign:{campaign.code}", ANYWHERE, {"step": step, "taken": taken}, taken, unchanged=not taken)


@command(needs=Permission.CASE_READ, records="case.confirmation_void", scope=_of_case)
def void_confirmation(act: Act, case: Case, *, step: str) -> Change:
    """A confirmed value changed: the step is open again and the student is asked again (确认作废). The result names the fields."""
    newest = newest_confirmation(case, step)
    changed = changed_since(newest, case.record) if newest is not None else []
    mark = StepMark.objects.filter(case=case, step=step).first()
    if not changed or mark is None or mark.mark != State.DONE:
        return Change(f"case:{case.pk}", scope_of_case(case), result=changed, unchanged=True)
    mark.mark, mark.at, mark.by = State.BACK, act.at, act.by.label
    mark.note = "确认后信息有变动，请再确认一次。"
    mark.save(update_fields=["mark", "at", "by", "note"])
    refresh_stage(case, act.at)
    return Change(f"case:{case.pk}", scope_of_case(case), {"step": step, "fields": changed}, changed)
