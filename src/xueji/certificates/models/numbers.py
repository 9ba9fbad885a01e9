"""The register of numbers (编号登记册): series, and who holds which serial."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.records.models import StudentRecord


class Series(models.Model):
    """One series of numbers (编号段): everything of a number before its serial, and the last serial given out."""

    prefix = models.CharField(max_length=12, primary_key=True)
    kind = models.CharField(max_length=16)
    last_serial = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["prefix"]
        constraints = [models.CheckConstraint(condition=models.Q(last_serial__lte=999_999), name="a_series_has_six_digits")]

    def __str__(self) -> str:
        return self.prefix


class Number(models.Model):
    """One number and its student, for ever (证书编号). A voided one keeps its row and its reason; it is never given again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    series = models.ForeignKey(Series, models.PROTECT, related_name="numbers")
    serial = models.PositiveIntegerField()
    text = models.CharField("编号", max_length=18, unique=True)
    record = models.ForeignKey(StudentRecord, models.PROTECT, null=True, blank=True, related_name="certificate_numbers")
    conclusion = models.CharField(max_length=16, blank=True)
    allocated_at = models.DateTimeField()
    allocated_by = models.CharField(max_length=120)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField("空号原因", max_length=300, blank=True)

    class Meta:
        ordering = ["series_id", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["series", "serial"], name="a_serial_is_given_once"),
            models.CheckConstraint(condition=models.Q(record__isnull=False) | ~models.Q(reason=""), name="a_number_without_a_student_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.text
