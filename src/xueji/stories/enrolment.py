"""What one invented student does in an enrolment notice (N1), step by step, by the same commands as at the student's desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from xueji.accounts.queries import AccountActor
from xueji.campaigns.models import Case
from xueji.campaigns.queries import SHANGHAI, notice_of
from xueji.collection.commands import keep_draft, keep_form_photo, print_form, submit_step
from xueji.collection.models import PrintedForm
from xueji.collection.queries import asked_of, population_of
from xueji.corrections.commands import request_correction
from xueji.corrections.models import Correction
from xueji.corrections.terms import Origin
from xueji.journal.command import Act
from xueji.records.queries import values_of
from xueji.stories.answers import answers_for
from xueji.stories.portrait import portrait


def student_of(case: Case, at: datetime) -> Act:
    """An act of the case's own student at the student desk."""
    return Act(AccountActor(case.record.account), at, "student")


def steps_to_fill(case: Case) -> Iterator[str]:
    """The codes of the steps that the student fills, in the notice's order."""
    for step in notice_of(case.campaign).steps_for(case.group):
        if step.kind == "fill":
            yield step.code


def answers(case: Case, step: str) -> dict[str, Any]:
    """Complete answers of this student for one step: everything that is typed in it."""
    notice = notice_of(case.campaign)
    asked = asked_of(notice, notice.step(step), population_of(case.record))
    known = values_of(case.record)
    arrived = notice.window.opens.astimezone(SHANGHAI).date()
    return answers_for(known, [one.field.code for one in asked if one.editable], arrived)


def wrong(values: dict[str, Any], kind: int) -> dict[str, Any]:
    """The same answers with one of the mistakes that students make; unchanged where the step has no such field."""
    mistakes: tuple[tuple[str, Any], ...] = (
        ("mobile", "1990000123"),
        ("email", "xiaoming@@stu.donghu"),
        ("emergency_phone", values.get("mobile")),
        ("arrived_on", "2024-13-45"),
    )
    spoilt = dict(values)
    for code, value in mistakes[kind % len(mistakes) :] + mistakes[: kind % len(mistakes)]:
        if code in spoilt:
            spoilt[code] = value
            break
    return spoilt


def add_photo(case: Case, step: str, at: datetime) -> None:
    """Upload the drawn portrait where the step asks for a picture."""
    notice = notice_of(case.campaign)
    for one in asked_of(notice, notice.step(step), population_of(case.record)):
        if one.field.kind == "photo" and one.editable:
            number = sum(map(ord, case.record.student_number))
            keep_form_photo(student_of(case, at), case, step=step, field=one.field.code, content=portrait(number % 12))


def begin(case: Case, step: str, at: datetime) -> None:
    """Type half of a step and leave: a draft stays."""
    values = list(answers(case, step).items())
    keep_draft(student_of(case, at), case, step=step, values=dict(values[: max(1, len(values) // 2)]), page="phone")


def submit(case: Case, step: str, at: datetime, **other: Any) -> list[Correction]:
    """Fill a step completely and submit it; `other` answers take the place of the usual ones. Raises Stopped as the desk would.

    Returns the requests that follow from it: what the student may not change alone waits for the college.
    """
    add_photo(case, step, at)
    act = student_of(case, at + timedelta(minutes=4))
    made = submit_step(act, case, step=step, values=answers(case, step) | other).result
    case.record.refresh_from_db()
    case.record.person.refresh_from_db()
    return [
        request_correction(act, case.record, field=code, new=new, origin=Origin.STEP).result for code, (_, new) in made.to_approve.items()
    ]


def print_and_sign(case: Case, at: datetime) -> PrintedForm | None:
    """Print the form of the notice, if it has one; the student signs it with a pen."""
    for step in notice_of(case.campaign).steps_for(case.group):
        if step.kind == "print":
            return print_form(student_of(case, at), case, step=step.code).result
    return None
