"""Writes of collecting: drafts, the photo, submissions, printed forms, and receiving them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.campaigns.admission import why_not
from xueji.campaigns.commands import mark_own_step, mark_step
from xueji.campaigns.models import Case
from xueji.campaigns.queries import SHANGHAI, CaseSteps, marks_of, notice_of, scope_of_case, steps_of
from xueji.catalogue.fields import FIELDS, Kind
from xueji.collection.models import Draft, PrintedForm, Submission
from xueji.collection.printing import unprintable_in
from xueji.collection.queries import (
    Asked,
    Filling,
    digest_of,
    drafts_over,
    filling,
    form_values,
    given_by_notice,
    hand_in_step,
    newest_form,
    population_of,
    print_step,
    proof_of,
)
from xueji.collection.terms import PHOTO_MEGABYTES, Slot, new_code
from xueji.imaging.form_picture import PictureRefused, form_picture
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.records.commands import hold_record, save_own_values
from xueji.records.queries import value_of, values_of
from xueji.rules.fields import Effect, effect, submission
from xueji.rules.findings import Finding, finding, stops
from xueji.rules.progress import State
from xueji.vault.commands import set_term, store_file
from xueji.vault.queries import files_for


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


def _of_form(form: PrintedForm, **_: object) -> Scope:
    return scope_of_case(form.case)


@dataclass(frozen=True, slots=True)
class Kept:
    """How a draft was kept: ``beside`` when another device's newer draft stands, ``late`` with the reason it is too late."""

    draft: Draft
    beside: bool = False
    late: tuple[Finding, ...] = ()


def _hold(case: Case) -> None:
    """Lock a case until the transaction ends: two devices, or two clicks, are served one after the other."""
    Case.objects.select_for_update(no_key=True).only("pk").get(pk=case.pk)


def _filling(case: Case, step: str, act: Act) -> Filling:
    try:
        return filling(case, step, act.at)
    except KeyError:
        raise Stopped([finding("COLL.011", step=step)]) from None


def _editable(asked: list[Asked], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was sent, only what the student types in this step; a photo is never taken from what was sent."""
    return {
        one.field.code: values[one.field.code]
        for one in asked
        if one.editable and one.field.kind is not Kind.PHOTO and one.field.code in values
    }


def _photos(asked: list[Asked], draft: Draft | None) -> dict[str, Any]:
    kept = draft.values if draft else {}
    return {one.field.code: kept[one.field.code] for one in asked if one.field.kind is Kind.PHOTO and one.field.code in kept}


def _is_newer(draft: Draft | None, page: str, base: int) -> bool:
    """Whether another page has written since this one was opened."""
    return draft is not None and draft.page != page and draft.revision != base


@command(needs=Permission.CASE_FILL, records="draft.begun", scope=_of_case)
def keep_draft(act: Act, case: Case, *, step: str, values: Mapping[str, Any], page: str, base: int = 0) -> Change:
    """Keep what is typed, unjudged (保存草稿). The result is Kept; only the first writing is journaled.

    A newer draft of another device is never overwritten: this one is set aside. After the closing, what is typed is
    kept as late and says so. Stopped before the opening, before an earlier step, and when the form has been received.
    """
    _hold(case)
    now = _filling(case, step, act)
    asked, problems = now.asked, now.problems
    late = tuple(one for one in problems if one.id == "TIME.002")
    if len(late) < len(problems):
        raise Stopped(problems)
    current = Draft.objects.filter(case=case, step=step, slot=Slot.CURRENT).first()
    beside = not late and _is_newer(current, page, base)
    slot = Slot.LATE if late else Slot.ASIDE if beside else Slot.CURRENT
    draft = current if slot == Slot.CURRENT else Draft.objects.filter(case=case, step=step, slot=slot).first()
    fresh = draft is None
    if draft is None:
        draft = Draft(case=case, step=step, slot=slot)
    draft.values = {**_photos(asked, current), **_editable(asked, values)}
    draft.page, draft.saved_at, draft.revision = page[:36], act.at, draft.revision + 1
    draft.save()
    if not late and not beside and step not in marks_of(case):
        mark_own_step(act, case, step=step, mark=State.GOING)
    detail = {"step": step, "slot": str(slot), "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, Kept(draft, beside, late), unchanged=not fresh)


@command(needs=Permission.CASE_FILL, records="draft.chosen", scope=_of_case)
def choose_draft(act: Act, case: Case, *, step: str, take_aside: bool) -> Change:
    """Choose between the draft in work and the one another device set aside (选用草稿). The other one is dropped."""
    _hold(case)
    drafts = {d.slot: d for d in Draft.objects.filter(case=case, step=step)}
    aside = drafts.get(Slot.ASIDE)
    if aside is None:
        return Change(f"case:{case.pk}", scope_of_case(case), unchanged=True)
    if take_aside:
        current = drafts.get(Slot.CURRENT) or Draft(case=case, step=step, slot=Slot.CURRENT)
        current.values, current.page, current.saved_at = aside.values, "", act.at
        current.revision += 1
        current.save()
    aside.delete()
    return Change(f"case:{case.pk}", scope_of_case(case), {"step": step, "taken": "aside" if take_aside else "current"})


@command(needs=Permission.CASE_FILL, records="photo.for_form_stored", scope=_of_case)
def keep_form_photo(act: Act, case: Case, *, step: str, field: str, content: bytes) -> Change:
    """Keep the picture for the form, made small and without the camera's notes (上传登记表照片).

    It stands in the draft and reaches the record with the submission. Stopped when the bytes are no picture, or too
    small or large, and outside the window. The result is the VaultFile.
    """
    _hold(case)
    now = _filling(case, step, act)
    asked, problems = now.asked, now.problems
    if not any(one.field.code == field and one.field.kind is Kind.PHOTO and one.editable for one in asked):
        problems.append(finding("COLL.011", step=step))
    if problems:
        raise Stopped(problems)
    if not content:
        raise Stopped([finding("COLL.005", field=field)])
    if len(content) > PHOTO_MEGABYTES * 1024 * 1024:
        raise Stopped([finding("COLL.010", field=field, limit=PHOTO_MEGABYTES)])
    try:
        picture = form_picture(content)
    except PictureRefused as refused:
        raise Stopped([refused.said]) from None
    kept = store_file(act, picture, purpose="form_photo", scope=scope_of_case(case), title=f"{field}.jpg").result
    draft = Draft.objects.filter(case=case, step=step, slot=Slot.CURRENT).first()
    if draft is None:
        draft = Draft(case=case, step=step)
    _end_photo(act, case, field, draft)
    draft.values = {**draft.values, field: str(kept.pk)}
    draft.saved_at, draft.revision = act.at, draft.revision + 1
    draft.save()
    return Change(f"case:{case.pk}", scope_of_case(case), {"step": step, "file": str(kept.pk)}, kept)


def _end_photo(act: Act, case: Case, field: str, draft: Draft) -> None:
    """A picture that never reached the record is removed at the next purge; one on the record or on paper stays."""
    left = draft.values.get(field)
    if left and left != value_of(case.record, field):
        for file in files_for(act.by, [UUID(left)]).values():
            set_term(act, file, purge_on=act.at.astimezone(SHANGHAI).date())


@command(needs=Permission.VAULT_KEEP, records="drafts.cleared")
def clear_drafts(act: Act) -> Change:
    """Remove drafts whose time is over, with the pictures that were never submitted (清除过期草稿). The result is how many."""
    drafts = list(drafts_over(act.at)[:500])
    for draft in drafts:
        for code, field in FIELDS.items():
            if field.kind is Kind.PHOTO:
                _end_photo(act, draft.case, code, draft)
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).delete()
    return Change("drafts", ANYWHERE, {"count": len(drafts)}, len(drafts), unchanged=not drafts)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission and the changes that are not the student's to put in force: field → (old, new)."""

    submission: Submission
    to_approve: dict[str, tuple[Any, Any]]


@command(needs=Permission.CASE_FILL, records="step.submitted", scope=_of_case)
def submit_step(act: Act, case: Case, *, step: str, values: Mapping[str, Any], page: str = "", base: int | None = None) -> Change:
    """Submit a step (提交): an immutable version with its digest; what the student owns is in force at once.

    The result is Submitted; the caller asks for approval of what needs it, in the same transaction. Stopped with every
    finding at once: a value that is wrong, a closed window (by ``act.at``, to the instant), a newer draft of another
    device (only asked for when ``base`` is given), a form that the college holds. Sending once more what was sent last
    (a second click, "back" and "submit" again) gives the same submission and changes nothing.
    """
    _hold(case)
    hold_record(case.record)
    now = _filling(case, step, act)
    steps, asked, problems = now.steps, now.asked, now.problems
    drafts = {d.slot: d for d in Draft.objects.filter(case=case, step=step)}
    current = drafts.get(Slot.CURRENT)
    if base is not None and not problems and _is_newer(current, page, base):
        problems.append(finding("COLL.002", at=f"{current.saved_at.astimezone(SHANGHAI):%H:%M}"))
    if problems:
        raise Stopped(problems)
    declared = steps.notice.step(step)
    record = case.record
    known = values_of(record)
    editable = [one for one in asked if one.editable]
    raw = {one.field.code: known.get(one.field.code, "") for one in editable}
    raw |= _photos(asked, current) | _editable(asked, values)
    judged = submission(
        [one.field for one in editable], raw, population=population_of(record), known=known,
        on=act.at.astimezone(SHANGHAI).date(), also_required=declared.extra.get("required", ()),
    )  # fmt: skip
    if wrong := stops(judged.findings):
        raise Stopped(judged.findings if len(wrong) == len(judged.findings) else [*wrong, *(f for f in judged.findings if f not in wrong)])
    at_once, to_approve = dict(given_by_notice(steps.notice, declared)), {}
    for one in editable:
        old, new = known.get(one.field.code, ""), judged.values[one.field.code]
        match effect(one.policy, one.field.authority, old, new):
            case Effect.AT_ONCE:
                at_once[one.field.code] = new
            case Effect.REQUEST:
                to_approve[one.field.code] = (old, new)
    last = Submission.objects.filter(case=case, step=step).order_by("-number").first()
    in_force = all(known.get(code, "") == value for code, value in at_once.items())
    if last is not None and now.standing.state is State.DONE and in_force and last.values["values"] == judged.values:
        Draft.objects.filter(case=case, step=step).delete()
        return Change(f"case:{case.pk}", scope_of_case(case), result=Submitted(last, to_approve), unchanged=True)
    number = last.number + 1 if last else 1
    content = {
        "case": str(case.pk),
        "step": step,
        "number": number,
        "at": act.at.isoformat(),
        "values": judged.values,
        "salt": token_hex(16),
    }
    made = Submission.objects.create(
        case=case, step=step, number=number, values=content, digest=digest_of(content), submitted_at=act.at,
        doubts=[f.as_json() for f in judged.findings],
    )  # fmt: skip
    save_own_values(act, record, values=at_once)
    Draft.objects.filter(case=case, step=step).delete()
    mark_own_step(act, case, step=step, mark=State.DONE, note="")
    _void_printed(act, case, steps)
    detail = {"step": step, "number": number, "digest": made.digest, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, Submitted(made, to_approve))


def _void_printed(act: Act, case: Case, steps: CaseSteps) -> None:
    """A form that was printed before this submission is to be printed again."""
    marks = marks_of(case)
    for declared, standing in steps.pairs():
        if declared.kind == "print" and declared.code in marks and marks[declared.code].state is State.DONE:
            form = newest_form(case, declared.document)
            if form is not None and form.digest != digest_of(form_values(case.record)) and not standing.waits_for:
                mark_own_step(
                    act, case, step=declared.code, mark=State.BACK, note="资料有更新，请重新打印。 The record changed; print it again."
                )


@command(needs=Permission.CASE_FILL, records="form.printed", scope=_of_case)
def print_form(act: Act, case: Case, *, step: str) -> Change:
    """Print the record form (打印登记表): a new version when the content changed, the same one when it did not.

    The result is the PrintedForm. Stopped outside the window, before the steps that it needs, and when a character of
    it has no glyph: a version that cannot be printed does not come into being.
    """
    _hold(case)
    steps = steps_of(case, act.at)
    problems = [finding("CAMP.024", step=step)]
    for declared, standing in steps.pairs():
        if declared.code == step and declared.kind == "print":
            problems = why_not(case, declared, standing, act.at)
    if problems:
        raise Stopped(problems)
    document = steps.notice.step(step).document
    values = form_values(case.record)
    form = newest_form(case, document)
    fresh = form is None or form.digest != digest_of(values)
    if fresh:
        version = (form.version if form else 0) + 1
        form = PrintedForm.objects.create(
            case=case, document=document, version=version, code=new_code(), values=values, digest=digest_of(values), printed_at=act.at
        )
    if unprintable := unprintable_in(form):
        raise Stopped(unprintable)
    mark_own_step(act, case, step=step, mark=State.DONE)
    detail = {"document": document, "version": form.version, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, form, unchanged=not fresh)


@command(needs=Permission.CASE_RECEIVE, records="form.received", scope=_of_form)
def receive_form(act: Act, form: PrintedForm) -> Change:
    """Receive a signed form by its check code (收表). Repeating the scan is harmless.

    Stopped for a version that a later one made void, and when the record changed after it was printed.
    """
    _hold(form.case)
    proof = proof_of(form.code)
    if form.version != proof.newest:
        raise Stopped([finding("COLL.007", version=form.version, newest=proof.newest)])
    case = form.case
    declared = hand_in_step(notice_of(case.campaign), form.document, case.group)
    marks = marks_of(case)
    if declared is None or (declared.code in marks and marks[declared.code].state is State.DONE):
        return Change(f"case:{case.pk}", scope_of_case(case), result=form, unchanged=True)
    if proof.outdated:
        raise Stopped([finding("COLL.008", version=form.version)])
    form.received_at, form.received_by = act.at, act.by.label
    form.save(update_fields=["received_at", "received_by"])
    mark_step(act, case, step=declared.code, mark=State.DONE)
    detail = {"document": form.document, "version": form.version, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, form)


@command(needs=Permission.CASE_RECEIVE, records="form.returned", scope=_of_form)
def return_form(act: Act, form: PrintedForm, *, reason: str) -> Change:
    """Return a form with a reason that the student sees (退表); it is to be printed and handed in again."""
    if not reason.strip():
        raise Stopped([finding("COLL.009", field="reason")])
    case = form.case
    _hold(case)
    notice = notice_of(case.campaign)
    note = reason.strip()[:500]
    for declared in (print_step(notice, form.document, case.group), hand_in_step(notice, form.document, case.group)):
        if declared is not None:
            mark_step(act, case, step=declared.code, mark=State.BACK, note=note)
    form.received_at, form.received_by = None, ""
    form.save(update_fields=["received_at", "received_by"])
    detail = {"document": form.document, "version": form.version, "reason": note, "campaign": case.campaign.code}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, form)
