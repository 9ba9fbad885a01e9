"""Writes to the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField, DateField, IntegerField, QuerySet

from xueji.accounts.permissions import Permission
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.models import College, Person, School, StandingChange, StudentRecord
from xueji.records.queries import PERSON_COLUMNS, RECORD_COLUMNS, Value, scope_of, standing_history, value_of
from xueji.rules.findings import finding
from xueji.rules.standing import MOVES, Wish, judge


@command(needs=Permission.GRANT_ROLES, records="school.declared")
def declare_school(act: Act, **columns: Any) -> Change:
    """Say which school this installation serves (登记学校)."""
    school, _ = School.objects.update_or_create(id=1, defaults=columns)
    return Change("school", detail={k: str(v) for k, v in columns.items()}, result=school)


@command(needs=Permission.GRANT_ROLES, records="college.declared")
def declare_college(act: Act, *, code: str, **columns: Any) -> Change:
    """Add a college or change what is known of it (登记学院)."""
    before = College.objects.filter(code=code).first()
    same = before is not None and all(getattr(before, k) == v for k, v in columns.items())
    college, _ = College.objects.update_or_create(code=code, defaults=columns)
    return Change(f"college:{code}", Scope(college=code), {"columns": sorted(columns)}, college, unchanged=same)


@command(
    needs=Permission.RECORD_CHANGE, records="record.changed", scope=lambda record, values, reason: scope_of(record)
)
def change_record(act: Act, record: StudentRecord, *, values: Mapping[str, Value], reason: str) -> Change:
    """Change official fields of a record (变更学籍信息), with the reason. Values are stored forms by catalogue code."""
    changed = write_values(record, values, act)
    return Change(f"record:{record.student_number}", scope_of(record), {"fields": changed, "reason": reason}, record,
                  unchanged=not changed)  # fmt: skip


@command(needs=Permission.CASE_FILL, records="record.own_values_saved", scope=lambda record, values: scope_of(record))
def save_own_values(act: Act, record: StudentRecord, *, values: Mapping[str, Value]) -> Change:
    """Put what the student owns in force at once (学生可直接修改的信息): the caller passes ``free`` fields only."""
    changed = write_values(record, values, act)
    return Change(f"record:{record.student_number}", scope_of(record), {"fields": changed}, record,
                  unchanged=not changed)  # fmt: skip


@command(needs=Permission.CORRECTION_REVIEW, records="record.corrected", scope=lambda record, values, request: scope_of(record))
def put_correction_in_force(act: Act, record: StudentRecord, *, values: Mapping[str, Value], request: str) -> Change:
    """Put an approved correction in force (更正生效). ``request`` names the approved request."""
    changed = write_values(record, values, act)
    return Change(f"record:{record.student_number}", scope_of(record), {"fields": changed, "request": request}, record,
                  unchanged=not changed)  # fmt: skip


@command(needs=Permission.STUDENT_REVEAL, records="record.revealed", scope=lambda record, fields, reason: scope_of(record))
def reveal_values(act: Act, record: StudentRecord, *, fields: tuple[str, ...], reason: str) -> Change:
    """Show sensitive values in full (查看完整的敏感信息); who looked, at which fields and why stays in the journal.

    The result maps each field to its value. Stopped without a reason.
    """
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    shown = {code: value_of(record, code) for code in fields}
    detail = {"fields": sorted(fields), "reason": reason.strip()[:200]}
    return Change(f"record:{record.student_number}", scope_of(record), detail, shown)


@command(needs=Permission.STUDENT_REVEAL, records="record.revealed", scope=lambda record, field: scope_of(record))
def reveal_value(act: Act, record: StudentRecord, *, field: str) -> Change:
    """Look at one sensitive value in full (查看完整信息): nothing changes, but who looked is recorded."""
    return Change(f"record:{record.student_number}", scope_of(record), {"field": field}, value_of(record, field))


@command(
    needs=Permission.RECORD_CHANGE, records="record.standing_changed", scope=lambda record, **_: scope_of(record)
)
def change_standing(
    act: Act,
    record: StudentRecord,
    *,
    move: str,
    effective_on: date,
    until: date | None = None,
    reason: str = "",
    document_number: str = "",
    freeze_on: date | None = None,
) -> Change:
    """Change where a student stands (学籍异动). Prolonging moves the expected date to ``until`` and keeps the first one.

    Stopped with every finding when the move is not legal from the present standing or comes after the batch's freeze.
    """
    record = StudentRecord.objects.select_for_update().get(pk=record.pk)
    last = standing_history(record).last()
    wish = Wish(
        move, record.standing, effective_on, until, last.effective_on if last else None, freeze_on,
        StandingChange.objects.filter(record=record, move="upgrade").exists(), reason,
    )  # fmt: skip
    problems = judge(wish)
    if problems:
        raise Stopped(problems)
    made = StandingChange.objects.create(
        record=record, move=move, before=record.standing, after=MOVES[move].target, effective_on=effective_on, until=until,
        document_number=document_number, reason=reason, expected_before=record.expected_on, decided_at=act.at,
        decided_by=act.by.label,
    )  # fmt: skip
    record.standing = MOVES[move].target
    if move == "prolong":
        record.first_expected_on = record.first_expected_on or record.expected_on
        record.expected_on = until
    record.revision += 1
    record.changed_at = act.at
    record.save(update_fields=["standing", "first_expected_on", "expected_on", "revision", "changed_at"])
    detail = {"move": move, "before": made.before, "after": made.after, "effective_on": str(effective_on), "document": document_number}
    return Change(f"record:{record.student_number}", scope_of(record), detail, made)


def hold_record(record: StudentRecord) -> None:
    """Lock a record and its person until the transaction ends, and bring the object up to what the tables hold now.

    Everything outside the columns is one sealed document: written from an object that was read before an import or
    before another device saved, it would undo what they wrote. SQLite has one writer; there the reading is what helps.
    """
    now = StudentRecord.objects.select_related("person", "college").select_for_update(of=("self", "person"), no_key=True)
    record.refresh_from_db(from_queryset=now)


def hold_records(records: QuerySet[StudentRecord]) -> None:
    """Lock many records, then their persons, each in the order of their keys, until the transaction ends.

    Whoever writes several records takes them first, all in this order and before the journal's chain, which every event
    holds to the end: two who took them one by one, in their own orders, would wait for each other for ever. Nothing on
    SQLite, which has one writer.
    """
    if connection.vendor != "postgresql":
        return
    held = list(records.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", "person_id"))
    persons = Person.objects.filter(pk__in={person for _, person in held})
    list(persons.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def write_values(record: StudentRecord, values: Mapping[str, Value], act: Act) -> list[str]:
    """Write values in the catalogue's stored form to person, record and details. Returns the codes that changed.

    What is compared and written over is what the tables hold now, not what ``record`` held when it was read. Called by
    commands only. Raises ValidationError of the framework for a text its column cannot hold.
    """
    hold_record(record)
    changed = [code for code, value in values.items() if value_of(record, code) != value]
    on_person = [code for code in changed if code in PERSON_COLUMNS]
    on_record = [code for code in changed if code in RECORD_COLUMNS]
    in_details = [code for code in changed if code not in PERSON_COLUMNS and code not in RECORD_COLUMNS]
    for code in on_person:
        setattr(record.person, code, column_value(Person, code, values[code]))
    if on_person:
        record.person.save(update_fields=[*on_person, *(["id_index"] if "id_number" in on_person else [])])
    columns = []
    for code in on_record:
        if code == "college":
            record.college = College.objects.get(name=values[code])
        else:
            if code == "expected_on" and record.first_expected_on is None:
                record.first_expected_on = record.expected_on
                columns.append("first_expected_on")
            setattr(record, code, column_value(StudentRecord, code, values[code]))
        columns.append(code)
    for code in in_details:
        if values[code]:
            record.details[code] = values[code]
        else:
            record.details.pop(code, None)
    if changed:
        record.revision += 1
        record.changed_at = act.at
        record.save(update_fields=[*columns, "revision", "changed_at", *(["details"] if in_details else [])])
    return sorted(changed)


def column_value(model: type[Person] | type[StudentRecord], code: str, value: Value) -> object:
    """A value in stored form as its column wants it: a date, a number, True or False, text."""
    column = model._meta.get_field(code)
    if value == "" and column.null:
        return None
    if isinstance(column, BooleanField):
        return value == "yes"
    return column.to_python(value) if isinstance(column, DateField | IntegerField) else value
