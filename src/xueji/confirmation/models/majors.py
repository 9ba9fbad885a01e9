"""English names of majors as a governed table (英文学科（专业）名称对照表)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.records.models import College


class EnglishMajor(models.Model):
    """The English name of a major in one version of the table. A version is never edited; a change makes the next."""

    version = models.PositiveSmallIntegerField("版次")
    code = models.CharField("专业代码", max_length=12)
    name = models.CharField("专业名称", max_length=100)
    name_en = models.CharField("英文名称", max_length=160)
    effective = models.CharField("适用批次", max_length=60)
    approved_at = models.DateTimeField()
    approved_by = models.CharField("审定人", max_length=120)

    class Meta:
        ordering = ["version", "code"]
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="one_english_name_per_major_and_version")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class MajorProposal(models.Model):
    """A college proposes another English name for one of its majors, with the reason (名称修改建议)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    college = models.ForeignKey(College, models.PROTECT, related_name="+")
    code = models.CharField("专业代码", max_length=12)
    name = models.CharField("专业名称", max_length=100)
    old = models.CharField("原英文名称", max_length=160, blank=True)
    new = models.CharField("建议的英文名称", max_length=160)
    reason = models.CharField("情况说明", max_length=500)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=120)
    verdict = models.CharField(max_length=8, blank=True)
    note = models.CharField("审定意见", max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(fields=["college", "code"], condition=models.Q(decided_at=None), name="one_open_proposal_per_major")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.college_id}"
