"""What other systems say of our students, as it came, by source and date (外部数据)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.records.models import StudentRecord
from xueji.vault.fields import EncryptedJSONField


class Snapshot(models.Model):
    """One download of one source (一次导入): which system, of which day, from which file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField("来源", max_length=32)
    taken_on = models.DateField("数据日期")
    title = models.CharField("文件名", max_length=255)
    digest = models.CharField("文件摘要", max_length=64)
    fields = models.JSONField("字段", default=list)
    row_count = models.PositiveIntegerField()
    matched = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-taken_on", "-imported_at"]
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="a_source_file_is_imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.taken_on}"


class SourceRow(models.Model):
    """One row of a source, its values as they came, by catalogue code; the record it was matched with, if any."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    record = models.ForeignKey(StudentRecord, models.SET_NULL, null=True, blank=True, related_name="source_rows")
    values = EncryptedJSONField("原始值")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "number"], name="a_row_of_a_source_is_kept_once")]
        indexes = [models.Index(fields=["record", "snapshot"], name="source_row_by_record")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.number}"
