"""Reading the register, viewer first. What a viewer may not see is not in the answer; a refusal becomes a 404."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import CharField, Lookup, Q, QuerySet

from xueji.accounts.models import Account
from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.accounts.roles import ROLES, Role
from xueji.catalogue.fields import FIELDS
from xueji.journal.command import Scope
from xueji.records.models import College, Person, School, StandingChange, StudentRecord
from xueji.records.terms import Standing
from xueji.rules.values import Values, school_values
from xueji.vault.fields import blind_index


def scope_of(record: StudentRecord) -> Scope:
    """Where a record belongs: its college, campus and class, and whose it is."""
    return Scope(
        college=record.college_id,
        campus=record.campus,
        class_number=record.class_number,
        account=f"account:{record.account_id}" if record.account_id else "",
    )


def visible(viewer: Viewer, permission: str = Permission.STUDENT_READ, prefix: str = "", *, college: str = "", class_number: str = "") -> Q:
    """The condition "the viewer holds the permission for this record", for any table that leads to one by ``prefix``.

    Students see their own; staff what one of their grants covers; the system everything. A table that keeps the record's
    college or class in columns of its own names them, and is not joined for them.
    """
    if not isinstance(viewer, AccountActor):
        return Q() if viewer.may(permission, Scope()) else Q(pk__in=[])
    seen = Q(pk__in=[])
    if viewer.is_student:
        seen |= Q(**{f"{prefix}account_id": viewer.account.pk})
    for grant in viewer.grants:
        if permission not in ROLES[Role(grant.role)]:
            continue
        if not (grant.college or grant.campus):
            return Q()
        held: dict[str, str] = {}
        if grant.college:
            held[college or f"{prefix}college_id"] = grant.college
        if grant.campus:
            held[f"{prefix}campus"] = grant.campus
        if grant.class_number:
            held[class_number or f"{prefix}class_number"] = grant.class_number
        seen |= Q(**held)
    return seen


def records_for(viewer: Viewer, permission: str = Permission.STUDENT_READ) -> QuerySet[StudentRecord]:
    """The student records the viewer may see, with their persons and colleges."""
    return StudentRecord.objects.filter(visible(viewer, permission)).select_related("person", "college")


_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅．.｡", "·"))


@CharField.register_lookup
class Begins(Lookup):
    """``number__begins="S2024"``: a prefix that both databases find by the column's index, the case of letters as it is.

    SQLite uses no index for LIKE when case matters, so there it is a range of the binary order; PostgreSQL uses the
    pattern index that a unique text column has.
    """

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        escaped = "".join(f"\\{ch}" if ch in "\\%_" else ch for ch in self.rhs)
        return f"{column} LIKE %s", [*params, f"{escaped}%"]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"({column} >= %s AND {column} < %s)", [*params, self.rhs, *params, f"{self.rhs}\U0010ffff"]


def matching(words: str, prefix: str = "") -> Q:
    """The condition "is meant by these words", for any table that leads to a record by ``prefix``; none for no words.

    Chinese words are part of a name, whatever the dot and the spaces; words with a digit are the beginning of a student
    number or a whole identity number; Latin words are part of a passport name, in any case of letters.
    """
    words = " ".join(words.replace("\0", "").split())
    if not words:
        return Q(pk__in=[])
    if not words.isascii():
        named = Person.objects.filter(name__contains=words.replace(" ", "").translate(_DOTS))
        return Q(**{f"{prefix}person__in": named.values("pk")})
    if not any(ch.isdigit() for ch in words):
        named = Person.objects.filter(Q(name__icontains=words) | Q(name_pinyin__icontains=words))
        return Q(**{f"{prefix}person__in": named.values("pk")}) | Q(**{f"{prefix}student_number__begins": words.upper()})
    number = words.replace(" ", "")
    meant = Q(**{f"{prefix}student_number__begins": number.upper()})
    if number != number.upper():
        meant |= Q(**{f"{prefix}student_number__begins": number})
    if len(number) >= 8:
        holder = Person.objects.filter(id_index=blind_index(number.upper(), purpose="id_number"))
        meant |= Q(**{f"{prefix}person__in": holder.values("pk")})
    return meant


def found(viewer: Viewer, words: str) -> QuerySet[StudentRecord]:
    """Records found by part of a name, by the beginning of a student number, or by a whole identity number."""
    return records_for(viewer).filter(matching(words)).order_by("student_number")


def own_record(account: Account) -> StudentRecord | None:
    """The student record this account belongs to."""
    return StudentRecord.objects.filter(account=account).select_related("person", "college").first()


def colleges_for(viewer: Viewer, permission: str = Permission.CASE_READ) -> QuerySet[College]:
    """The colleges in which the viewer holds the permission."""
    codes = viewer.colleges_for(permission)
    return College.objects.all() if codes is None else College.objects.filter(code__in=codes)


def college_contact(code: str) -> College | None:
    """A college with whom to ask there: public knowledge, printed in every notice."""
    return College.objects.filter(code=code).first()


def school() -> School:
    """The school of this installation; an unnamed one before it is declared."""
    return School.objects.first() or School(code="00000", name="（未登记学校）", name_en="(school not declared)")


PERSON_COLUMNS = frozenset(f.name for f in Person._meta.concrete_fields) - {"id", "id_index"}
RECORD_COLUMNS = frozenset(f.name for f in StudentRecord._meta.concrete_fields) - {
    "id", "person", "account", "details", "revision", "changed_at"
}  # fmt: skip
SCHOOL_FIELDS = {"school_code": "code", "school_name": "name", "school_president": "president"}


def values_in_force() -> Values:
    """The national values under the school's own, ``XUEJI_HOME/values/*.toml`` (学校自定数值); read again when a file changed."""
    folder = Path(settings.XUEJI_HOME) / "values"
    return _values(folder, tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*.toml"))))


@lru_cache(maxsize=4)
def _values(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Values:
    return school_values(folder)


Value = str | list[dict[str, str]]
"""A value in the catalogue's stored form: text (codes, ISO dates, "yes"/"no"), or the rows of a table."""


def as_text(value: object) -> str:
    """A column's value in the catalogue's stored form; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def value_of(record: StudentRecord, code: str, of_school: School | None = None) -> Value:
    """What a record holds for a catalogue field, in the catalogue's stored form; "" for nothing.

    ``college`` answers with the college's name, ``school_*`` with the school's; a sensitive column is opened.
    """
    if code == "college":
        return record.college.name
    if code in SCHOOL_FIELDS:
        return getattr(of_school or school(), SCHOOL_FIELDS[code])
    if code in PERSON_COLUMNS:
        return as_text(getattr(record.person, code))
    if code in RECORD_COLUMNS:
        return as_text(getattr(record, code))
    return record.details.get(code, "")


def values_of(record: StudentRecord) -> dict[str, Value]:
    """Every catalogue field with what the record holds, empty ones left out."""
    of_school = school()
    values = {code: value_of(record, code, of_school) for code in FIELDS}
    return {code: value for code, value in values.items() if value}


def standing_history(record: StudentRecord) -> QuerySet[StandingChange]:
    """Every change of standing of a record in order of the days they took effect (学籍异动记录)."""
    return StandingChange.objects.filter(record=record).order_by("effective_on", "decided_at")


def suspended_days(changes: Iterable[StandingChange], on: date) -> int:
    """How many days of suspension or kept record lie before ``on``: they do not count towards the duration of study."""
    days, since = 0, None
    for change in changes:
        if change.effective_on > on:
            break
        if change.after in {Standing.SUSPENDED, Standing.KEPT} and since is None:
            since = change.effective_on
        elif since is not None and change.after not in {Standing.SUSPENDED, Standing.KEPT}:
            days += (change.effective_on - since).days
            since = None
    return days + ((on - since).days if since is not None else 0)
