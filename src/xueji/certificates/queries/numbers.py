"""Reading the register of numbers, viewer first: series, holders, gaps with their reasons."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.certificates.models import Number, Series
from xueji.journal.command import ANYWHERE
from xueji.records.models import StudentRecord
from xueji.records.queries import visible
from xueji.rules.numbering import DEGREE, DEGREE_LEVELS, QUALIFICATION, gaps


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of serials without a student (空号): first and last number, and why; "" when nobody knows."""

    series: str
    first: str
    last: str
    reason: str


def series_for(viewer: Viewer) -> QuerySet[Series]:
    """Every series with how many numbers are held and how many are void."""
    if not viewer.may(Permission.CERTIFICATE_NUMBER, ANYWHERE):
        return Series.objects.none()
    return Series.objects.annotate(
        held=Count("numbers", filter=Q(numbers__voided_at=None)), void=Count("numbers", filter=Q(numbers__voided_at__isnull=False))
    )


def gaps_for(viewer: Viewer) -> Iterator[Gap]:
    """Every serial that no student holds, with its reason; one without a row would be a fault and has no reason."""
    for series in series_for(viewer):
        rows = list(series.numbers.values_list("serial", "reason", "voided_at"))
        for serial, reason, voided in rows:
            if voided:
                text = f"{series.prefix}{serial:06d}"
                yield Gap(series.prefix, text, text, reason)
        for first, last in gaps([serial for serial, *_ in rows], series.last_serial):
            yield Gap(series.prefix, f"{series.prefix}{first:06d}", f"{series.prefix}{last:06d}", "")


def to_be_numbered(viewer: Viewer) -> QuerySet[StudentRecord]:
    """Concluded students without a number in force, in the order in which they are numbered."""
    waiting = StudentRecord.objects.filter(visible(viewer, Permission.CERTIFICATE_NUMBER), conclusion__in=["graduation", "completion", "upgrade"])
    return waiting.exclude(certificate_numbers__in=Number.objects.filter(series__kind=QUALIFICATION, voided_at=None)).order_by(
        "college_id", "class_number", "student_number"
    )


def to_be_degree_numbered(viewer: Viewer) -> QuerySet[StudentRecord]:
    """Graduates who take a degree and have no degree number in force, in the order in which they are numbered.

    Who holds the certificate of graduation only is not on it; nor is who completed, for a degree follows graduation.
    """
    waiting = StudentRecord.objects.filter(visible(viewer, Permission.CERTIFICATE_NUMBER), conclusion__in=["graduation", "upgrade"])
    waiting = waiting.filter(certificates__in=["both", "degree"], level__in=DEGREE_LEVELS)
    return waiting.exclude(certificate_numbers__in=Number.objects.filter(series__kind=DEGREE, voided_at=None)).order_by(
        "college_id", "class_number", "student_number"
    )


def degree_numbers(viewer: Viewer) -> QuerySet[Number]:
    """The degree numbers in force with their holders, in the order of the numbers: the degree office's list."""
    if not viewer.may(Permission.CERTIFICATE_NUMBER, ANYWHERE):
        return Number.objects.none()
    held = Number.objects.filter(series__kind=DEGREE, voided_at=None, record__isnull=False)
    return held.select_related("record__person", "record__college", "series").order_by("text")


def number_in_force(viewer: Viewer, text: str) -> Number | None:
    """The number that stands in force with these digits, of either kind; typed white space and full-width digits are forgiven."""
    if not viewer.may(Permission.CERTIFICATE_NUMBER, ANYWHERE):
        return None
    typed = unicodedata.normalize("NFKC", "".join(text.split()))
    return Number.objects.filter(text=typed, voided_at=None).select_related("record__person", "record__college", "series").first()


def gap_rows(viewer: Viewer) -> list[tuple[str, str, str, str, str]]:
    """The gap report (空号表): series, number, reason, who voided it, when; a gap that nobody explained has an empty reason."""
    voided = {n.text: n for n in Number.objects.filter(voided_at__isnull=False)}
    found = []
    for gap in gaps_for(viewer):
        row = voided.get(gap.first)
        numbers = gap.first if gap.first == gap.last else f"{gap.first} – {gap.last}"
        found.append((gap.series, numbers, gap.reason, row.voided_by if row else "", row.voided_at.date().isoformat() if row and row.voided_at else ""))
    return sorted(found, key=lambda one: one[1])
