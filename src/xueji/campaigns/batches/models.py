"""The table of batches (学院批次)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.records.models import College
from xueji.vault.fields import EncryptedJSONField
from xueji.vault.models import VaultFile


class Batch(models.Model):
    """One frozen version of one college's sheet in one campaign (批次). Its rows never change.

    ``digest`` is the SHA-256 of the canonical rows. Dates say what happened to it; where it stands is computed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("campaigns.Campaign", models.PROTECT, related_name="batches")
    college = models.ForeignKey(College, models.PROTECT, related_name="batches")
    kind = models.CharField("种类", max_length=32)
    version = models.PositiveSmallIntegerField("版次")
    rows = EncryptedJSONField("冻结的行")
    row_count = models.PositiveIntegerField("行数")
    digest = models.CharField("摘要", max_length=64, db_index=True)
    remarks = models.JSONField("附注", default=list, blank=True)
    beside = models.JSONField("名单以外的人", default=dict, blank=True)
    empty_reason = models.CharField("空表的原因", max_length=500, blank=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.CharField("经办人", max_length=120)
    endorsed_at = models.DateTimeField(null=True, blank=True)
    endorsed_by = models.CharField("主管院长", max_length=120, blank=True)
    scan = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField("上传人", max_length=120, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField("接收人", max_length=120, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.CharField("退回人", max_length=120, blank=True)
    reason = models.CharField("退回原因", max_length=500, blank=True)
    row_reasons = models.JSONField("各行的退回原因", default=dict, blank=True)

    class Meta:
        ordering = ["college_id", "kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["campaign", "college", "kind", "version"], name="a_sheet_version_is_frozen_once")]
        indexes = [models.Index(fields=["campaign", "kind", "college"], name="batch_by_college")]

    def __str__(self) -> str:
        return f"{self.kind} {self.college_id} v{self.version}"


class EditedCopy(models.Model):
    """A workbook that was edited outside and came back (改过的表): what it said, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="copies")
    theirs = EncryptedJSONField("改过的行")
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=120)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    taken = models.PositiveIntegerField("采用的单元格", default=0)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return str(self.pk)
