"""Comparisons as they were made: what was counted, and the sealed file with every line (比对结果)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.campaigns.models import Campaign
from xueji.vault.models import VaultFile


class ComparisonRun(models.Model):
    """One comparison of the register with the newest sources (一次比对), of one notice or of everybody.

    ``facts`` are counts by source, kind and field, never a person's values; those lie in ``lines``. ``taken`` are the
    snapshots that were read, so that a page can say that a newer one has come since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    taken = models.JSONField("所用数据", default=list)
    lines = models.ForeignKey(VaultFile, models.PROTECT, related_name="+")
    workbook = models.ForeignKey(VaultFile, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["campaign", "-made_at"], name="comparison_newest_first")]

    def __str__(self) -> str:
        return f"{self.campaign_id or '*'} {self.made_at:%F %T}"
