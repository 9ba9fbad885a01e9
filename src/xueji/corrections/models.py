"""Requests to change what is not the student's own to change, with their evidence (更正申请、证明材料)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.corrections.terms import OPEN, Origin, Stage
from xueji.records.models import StudentRecord
from xueji.vault.fields import EncryptedTextField
from xueji.vault.models import VaultFile


class Correction(models.Model):
    """One request to change one field of one record (更正申请): old and new value, reason, and where it stands."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="corrections")
    field = models.CharField("字段", max_length=40)
    old = EncryptedTextField("原值", max_length=400, blank=True)
    new = EncryptedTextField("新值", max_length=400, blank=True)
    reason = EncryptedTextField("理由", max_length=1000, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.REQUEST)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.AT_COLLEGE)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=120)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=120, blank=True)
    reviewer = models.CharField("审核人账号", max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    note = models.CharField("审核意见", max_length=500, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "field"], condition=models.Q(stage__in=[str(stage) for stage in OPEN]), name="one_open_request_per_field"
            )
        ]
        indexes = [models.Index(fields=["stage", "requested_at"], name="correction_by_stage")]

    def __str__(self) -> str:
        return f"{self.field} {self.stage}"


class Evidence(models.Model):
    """One file that proves a request (证明材料); its bytes lie in the vault."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=40)
    file = models.ForeignKey(VaultFile, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.kind
