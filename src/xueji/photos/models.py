"""Verdicts on photos, and overruled findings (照片判断、人工放行). No face point and no picture is kept here."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.photos.terms import Taken
from xueji.records.models import StudentRecord


class Judgement(models.Model):
    """What the rules said of one photo of one student record (照片判断), with the measured values and limits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="photo_judgements")
    taken = models.CharField("来源", max_length=8, choices=Taken)
    photo_digest = models.CharField("照片校验值", max_length=64)
    profile = models.CharField("规格", max_length=40)
    profile_digest = models.CharField("规格校验值", max_length=16)
    outcome = models.CharField("判断", max_length=12)
    findings = models.JSONField("问题", default=list)
    judged_at = models.DateTimeField("判断时间")
    judged_by = models.CharField("操作人", max_length=64)

    class Meta:
        ordering = ["-judged_at"]
        indexes = [models.Index(fields=["record", "-judged_at"])]

    def __str__(self) -> str:
        return str(self.pk)


class Overrule(models.Model):
    """One finding that an authorised person overruled, with the reason (人工放行)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    judgement = models.ForeignKey(Judgement, models.PROTECT, related_name="overrules")
    rule = models.CharField("规则", max_length=24)
    reason = models.CharField("理由", max_length=200)
    overruled_at = models.DateTimeField("放行时间")
    overruled_by = models.CharField("放行人", max_length=64)

    class Meta:
        ordering = ["overruled_at"]
        constraints = [models.UniqueConstraint(fields=["judgement", "rule"], name="one_overrule_per_rule")]

    def __str__(self) -> str:
        return f"{self.judgement_id} {self.rule}"


import xueji.photos.day.models  # noqa: E402, F401  the tables of the photo day belong to this app
