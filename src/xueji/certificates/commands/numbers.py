"""Writes to the register of numbers: allocate, skip, void."""

from __future__ import annotations

from collections.abc import Iterable

from xueji.accounts.permissions import Permission
from xueji.certificates.models import Number, Series
from xueji.journal.command import ANYWHERE, Act, Change, Stopped, command
from xueji.records.commands import write_values
from xueji.records.models import StudentRecord
from xueji.records.queries import school
from xueji.rules.findings import Finding, finding
from xueji.rules.numbering import DEGREE, KEEP, NEW, NONE, ORDINARY, QUALIFICATION, numbered, series_of, wanted

MOST_SKIPPED = 500
"""As many serials as a spoiled packet of paper holds; more than that is a slip of the finger."""


def _locked(prefix: str, kind: str) -> Series:
    """The series, held until the transaction ends: the second registrar waits here, and then sees what the first gave out."""
    Series.objects.bulk_create([Series(prefix=prefix, kind=kind)], ignore_conflicts=True)
    return Series.objects.select_for_update().get(prefix=prefix)


@command(needs=Permission.CERTIFICATE_NUMBER, records="certificate.numbered")
def allocate_numbers(
    act: Act, *, records: Iterable[StudentRecord], year: int, upgrade: str = KEEP, schooling: str = ORDINARY
) -> Change:
    """Give qualification numbers (编学历证书编号) to concluded students, in order of college, class and student number.

    All in one transaction or none. Who has a number keeps it; 结业 stands in the same series; 肄业 gets none; 结业转毕业
    keeps its number unless ``upgrade`` is "new". The result maps student numbers to numbers. Stopped with every finding.
    """
    listed = sorted(records, key=lambda r: (r.college_id, r.class_number, r.student_number))
    held = _held([r.pk for r in listed], QUALIFICATION)
    code, problems, wishes = school().code, [], []
    for record in listed:
        if record.conclusion not in {"graduation", "completion", "incompletion", "upgrade"}:
            problems.append(finding("NUM.005", place=record.student_number, who=record.student_number))
            continue
        old = held.get(record.pk)
        # A number that this very upgrade brought is not renewed again.
        wish = KEEP if old and old.conclusion == record.conclusion else wanted(record.conclusion, has_number=old is not None, upgrade=upgrade)
        if wish == NONE:
            continue
        prefix, found = series_of(QUALIFICATION, school=code, year=year, level=record.level, schooling=schooling)
        problems += [one.at(record.student_number) for one in found]
        wishes.append((record, wish, prefix, old))
    if problems:
        raise Stopped(problems)
    new = [(record, prefix) for record, wish, prefix, _ in wishes if wish == NEW]
    for _, wish, _, old in wishes:
        if wish == NEW and old is not None:
            old.voided_at, old.voided_by, old.reason = act.at, act.by.label, "结业转毕业，按学校规定另编新号"
            old.save(update_fields=["voided_at", "voided_by", "reason"])
    given = {n.record.student_number: n.text for n in held.values() if n.voided_at is None}
    numbers, made = _give(act, new, QUALIFICATION)
    given |= {n.record.student_number: n.text for n in numbers}
    changed = [write_values(r, {"certificate_number": given[r.student_number]}, act) for r, *_ in wishes]
    detail = {"year": year, "new": made, "kept": len(wishes) - made}
    return Change(f"numbers:{year}", ANYWHERE, detail, given, unchanged=not made and not any(changed))


@command(needs=Permission.CERTIFICATE_NUMBER, records="certificate.degree_numbered")
def allocate_degree_numbers(act: Act, *, records: Iterable[StudentRecord], year: int) -> Change:
    """Give degree numbers (编学位证书编号, 16 digits) for the degree office's list; who has one keeps it."""
    listed = sorted(records, key=lambda r: (r.college_id, r.class_number, r.student_number))
    held = _held([r.pk for r in listed], DEGREE)
    code, problems, new = school().code, [], []
    for record in listed:
        if record.pk in held:
            continue
        prefix, found = series_of(DEGREE, school=code, year=year, level=record.level)
        problems += [one.at(record.student_number) for one in found]
        new.append((record, prefix))
    if problems:
        raise Stopped(problems)
    numbers, made = _give(act, new, DEGREE)
    given = {n.record.student_number: n.text for n in [*held.values(), *numbers]}
    return Change(f"degree-numbers:{year}", ANYWHERE, {"year": year, "new": made}, given, unchanged=not made)


def _held(records: list[object], kind: str) -> dict[object, Number]:
    rows = Number.objects.filter(record__in=records, series__kind=kind, voided_at=None).select_related("record")
    return {row.record_id: row for row in rows}


def _give(act: Act, new: list[tuple[StudentRecord, str]], kind: str) -> tuple[list[Number], int]:
    """The next serials of each series. Series are locked in one order, so that two registrars never wait for each other.

    Who was given a number while this registrar waited for the lock keeps that one. Returns the numbers, and how many of them are new.
    """
    made: list[Number] = []
    problems: list[Finding] = []
    held_series = [_locked(prefix, kind) for prefix in sorted({prefix for _, prefix in new})]
    meanwhile = _held([record.pk for record, _ in new], kind)
    for series in held_series:
        prefix = series.prefix
        for record in [r for r, p in new if p == prefix and r.pk not in meanwhile]:
            series.last_serial += 1
            text, found = numbered(prefix, series.last_serial)
            problems += found
            made.append(Number(series=series, serial=series.last_serial, text=text, record=record, conclusion=record.conclusion,
                               allocated_at=act.at, allocated_by=act.by.label))  # fmt: skip
        if problems:
            raise Stopped(problems[:1])
        series.save(update_fields=["last_serial"])
    return [*meanwhile.values(), *Number.objects.bulk_create(made, batch_size=500)], len(made)


@command(needs=Permission.CERTIFICATE_NUMBER, records="certificate.number_skipped")
def skip_numbers(act: Act, series: Series, *, count: int, reason: str) -> Change:
    """Leave the next serials of a series out (留空号), each with the reason; they are never given to anybody."""
    problems = [] if reason.strip() else [finding("NUM.006", field="reason")]
    if not 1 <= count <= MOST_SKIPPED:
        problems.append(finding("NUM.009", field="count", count=count))
    if problems:
        raise Stopped(problems)
    series = _locked(series.prefix, series.kind)
    made = []
    for _ in range(count):
        series.last_serial += 1
        text, found = numbered(series.prefix, series.last_serial)
        if found:
            raise Stopped(found)
        made.append(Number(series=series, serial=series.last_serial, text=text, allocated_at=act.at, allocated_by=act.by.label,
                           voided_at=act.at, voided_by=act.by.label, reason=reason.strip()[:300]))  # fmt: skip
    Number.objects.bulk_create(made)
    series.save(update_fields=["last_serial"])
    return Change(f"series:{series.prefix}", ANYWHERE, {"count": count, "reason": reason.strip()[:300]}, made)


@command(needs=Permission.CERTIFICATE_NUMBER, records="certificate.number_voided")
def void_number(act: Act, number: Number, *, reason: str) -> Change:
    """Void a number that was given but not printed (编号作废): the row stays, the number is never given again."""
    if not reason.strip():
        raise Stopped([finding("NUM.006", field="reason")])
    number = Number.objects.select_for_update(of=("self",)).select_related("record__person", "record__college").get(pk=number.pk)
    if number.printed.filter(revoked_at=None).exists():
        raise Stopped([finding("NUM.007", number=number.text)])
    if number.voided_at:
        return Change(f"number:{number.text}", result=number, unchanged=True)
    number.voided_at, number.voided_by, number.reason = act.at, act.by.label, reason.strip()[:300]
    number.save(update_fields=["voided_at", "voided_by", "reason"])
    if number.record is not None and number.record.certificate_number == number.text:
        write_values(number.record, {"certificate_number": ""}, act)
    return Change(f"number:{number.text}", ANYWHERE, {"reason": number.reason}, number)
