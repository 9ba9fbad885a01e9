"""What students enter until it may reach the register, and the proof of it: drafts, submissions, printed forms."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.campaigns.models import Case
from xueji.collection.terms import Slot
from xueji.vault.fields import EncryptedJSONField


class Draft(models.Model):
    """Something typed and not yet submitted (草稿).

    ``page`` is the opened page that wrote last and ``revision`` counts its writings, so that two devices never
    overwrite each other: the second one's text is set aside and both are shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    step = models.CharField(max_length=32)
    slot = models.CharField(max_length=8, choices=Slot, default=Slot.CURRENT)
    values = EncryptedJSONField("填写内容", default=dict)
    page = models.CharField(max_length=36, blank=True)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step", "slot"], name="one_draft_per_step_and_slot")]

    def __str__(self) -> str:
        return f"{self.step} {self.slot}"


class Submission(models.Model):
    """One submission of one step, never changed (提交): what was sent, when, and its digest.

    ``values`` also holds a random salt, so that the digest on the receipt does not let anybody guess the content.
    ``doubts`` are the findings a person has to look at, without values.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="submissions")
    step = models.CharField(max_length=32)
    number = models.PositiveSmallIntegerField("第几次")
    values = EncryptedJSONField("提交内容")
    digest = models.CharField(max_length=64)
    doubts = models.JSONField(default=list)
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["submitted_at"]
        constraints = [models.UniqueConstraint(fields=["case", "step", "number"], name="a_submission_is_numbered_once")]

    def __str__(self) -> str:
        return f"{self.step} {self.number}"


class PrintedForm(models.Model):
    """One version of a student's record form as printed (登记表的一个版本). A later version makes it void.

    ``values`` are what stands on the paper; ``revision`` is the record's revision they were taken from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="printed_forms")
    document = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    code = models.CharField("校验码", max_length=16, unique=True)
    values = EncryptedJSONField("表中内容")
    digest = models.CharField(max_length=64)
    printed_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["case", "document", "version"], name="a_form_version_is_printed_once")]

    def __str__(self) -> str:
        return self.code
