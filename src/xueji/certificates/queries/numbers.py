"""Reading the register of numbers, viewer first: series, holders, gaps with their reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.certificates.models import Number, Series
from xueji.journal.command import ANYWHERE
from xueji.records.models import StudentRecord
from xueji.records.queries import visible
from xueji.rules.numbering import gaps


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
    return waiting.exclude(certificate_numbers__in=Number.objects.filter(series__kind="qualification", voided_at=None)).order_by(
        "college_id", "class_number", "student_number"
    )
