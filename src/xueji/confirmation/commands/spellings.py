"""Spelling names: the person chooses, the college completes what is empty, the person confirms (姓名拼音)."""

from __future__ import annotations

from collections.abc import Sequence

from xueji.accounts.permissions import Permission
from xueji.confirmation.models import Spelling
from xueji.confirmation.queries.confirmations import copies_name, spelling_of
from xueji.confirmation.terms import Filler
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.rules import names
from xueji.rules.findings import finding, stops


def _of_record(record: StudentRecord, **_: object) -> Scope:
    return scope_of(record)


@command(needs=Permission.CASE_CONFIRM, records="spelling.chosen", scope=_of_record)
def choose_spelling(act: Act, record: StudentRecord, *, syllables: Sequence[str] = (), surname_length: int = 0, copied: str = "") -> Change:
    """The student says how the name is spelled (本人填写姓名拼音), which also confirms it. The result is the Spelling.

    Stopped for a spelling that cannot be, and for a generated one where the name is copied from a document.
    """
    spelling = _write(act, record, syllables, surname_length, copied, Filler.STUDENT)
    spelling.confirm(act.at, act.by.label)
    return Change(f"record:{record.student_number}", scope_of(record), {"surname_length": surname_length}, spelling)


@command(needs=Permission.BATCH_PREPARE, records="spelling.completed", scope=_of_record)
def complete_spelling(
    act: Act, record: StudentRecord, *, syllables: Sequence[str] = (), surname_length: int = 0, copied: str = ""
) -> Change:
    """The college fills in what the student left empty or mends it (学院补全姓名拼音); it counts when the student confirms it."""
    before = spelling_of(record)
    same = before is not None and (tuple(before.syllables), before.surname_length, before.copied) == (
        tuple(syllables),
        surname_length,
        copied,
    )
    if same:
        return Change(f"record:{record.student_number}", scope_of(record), result=before, unchanged=True)
    spelling = _write(act, record, syllables, surname_length, copied, Filler.COLLEGE)
    return Change(f"record:{record.student_number}", scope_of(record), {"surname_length": surname_length}, spelling)


@command(needs=Permission.CASE_CONFIRM, records="spelling.confirmed", scope=_of_record)
def confirm_spelling(act: Act, record: StudentRecord) -> Change:
    """The student confirms the spelling that stands there (本人确认姓名拼音). Stopped when there is none."""
    spelling = spelling_of(record)
    if spelling is None:
        raise Stopped([finding("NAME.021", name=record.person.name)])
    if spelling.confirmed_at:
        return Change(f"record:{record.student_number}", scope_of(record), result=spelling, unchanged=True)
    spelling.confirm(act.at, act.by.label)
    return Change(f"record:{record.student_number}", scope_of(record), {"filler": spelling.filler}, spelling)


def _write(act: Act, record: StudentRecord, syllables: Sequence[str], surname_length: int, copied: str, filler: str) -> Spelling:
    name = record.person.name
    if copies_name(record):
        problems = names.copied(copied)
    else:
        problems = stops(names.characters(name)) + stops(names.chosen(name, syllables, surname_length))
        copied = ""
    if problems:
        raise Stopped(problems)
    spelling, _ = Spelling.objects.update_or_create(
        record=record,
        defaults={
            "name": name, "syllables": [] if copied else list(syllables), "surname_length": 0 if copied else surname_length,
            "copied": copied.strip(), "filler": filler, "filled_at": act.at, "filled_by": act.by.label, "confirmed_at": None,
            "confirmed_by": "",
        },
    )  # fmt: skip
    return spelling
