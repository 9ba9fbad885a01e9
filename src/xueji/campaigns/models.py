"""The engine's tables: a notice opened as a campaign, one case per student, and the facts about its steps."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models

from xueji.records.models import College, StudentRecord
from xueji.rules.progress import State
from xueji.vault.fields import EncryptedTextField

STATES = [(s.value, s.value) for s in State]


class Campaign(models.Model):
    """A notice at work (一次工作): its current version, its window, whether it was closed."""

    code = models.CharField(max_length=60, unique=True)
    number = models.CharField("文号", max_length=60)
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    moved_by_days = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-opens", "code"]

    def __str__(self) -> str:
        return self.code


class NoticeVersion(models.Model):
    """The text of a notice as opened or supplemented (通知版本、补充通知). Never edited."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="a_version_is_published_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.version}"


class Case(models.Model):
    """One student in one campaign (事项), with the group and the audience entry that brought the student in.

    ``stage`` is computed by rules/progress.py at every mark and kept for indexes only. ``college_code`` and
    ``class_number`` are the record's, for the same reason; the database itself fills and follows them (migration 0007),
    and nothing here writes them.
    """

    class Origin(models.TextChoices):
        AUDIENCE = "audience", "符合通知条件"
        NOMINATED = "nominated", "学院上报、学校审核"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="cases")
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="cases")
    group = models.CharField(max_length=32)
    alternative = models.PositiveSmallIntegerField(default=0)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.AUDIENCE)
    opened_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=8, choices=STATES, default=State.IDLE.value)
    at_step = models.CharField(max_length=32, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    college_code = models.CharField("学院代码", max_length=32, blank=True, default="", editable=False)
    class_number = models.CharField("班号", max_length=32, blank=True, default="", editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "record"], name="one_case_per_student_and_campaign")]
        indexes = [
            models.Index(fields=["campaign", "stage", "record"], name="case_by_stage"),
            # left_at stands in both although it is always empty there: SQLite reads the table for a column the index lacks
            models.Index(fields=["campaign", "finished_at", "left_at"], condition=models.Q(left_at=None), name="case_by_finish"),
            models.Index(fields=["campaign", "college_code", "stage", "class_number", "left_at"], condition=models.Q(left_at=None), name="case_tally"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Everything but what the database follows by itself: an old copy in hand must not put it back."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            followed = {"college_code", "class_number"}
            kwargs["update_fields"] = [f.name for f in self._meta.concrete_fields if not f.primary_key and f.name not in followed]
        super().save(*args, **kwargs)


class StepMark(models.Model):
    """The newest fact about one step of one case (步骤记录). The history is in the journal."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="marks", db_index=False)  # the constraint's index begins with it
    step = models.CharField(max_length=32)
    mark = models.CharField(max_length=8, choices=STATES)
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="one_mark_per_step")]

    def __str__(self) -> str:
        return f"{self.step} {self.mark}"


class Extension(models.Model):
    """A later end for one student or one college (个人延期、学院延期), with reason and approver."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="extensions")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="extensions")
    college = models.ForeignKey(College, models.PROTECT, null=True, blank=True)
    step = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    granted_at = models.DateTimeField()
    granted_by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case=None) ^ models.Q(college=None), name="an_extension_is_personal_or_of_a_college"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step or '*'} {self.until:%F %T}"


class ExtensionRequest(models.Model):
    """A counsellor asks for a later end for one student (延期申请): until when and why, and what became of it.

    The reason is sealed: why somebody is late is often an illness or a family matter.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="extension_requests")
    until = models.DateTimeField()
    reason = EncryptedTextField("理由", max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    asker = models.CharField("申请人账号", max_length=64)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    note = EncryptedTextField("审批意见", max_length=300, blank=True)
    granted = models.ForeignKey(Extension, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(decided_at=None), name="one_open_extension_request_per_case")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.until:%F %T}"

    @property
    def open(self) -> bool:
        """Whether nobody has decided it."""
        return self.decided_at is None


import xueji.campaigns.batches.models  # noqa: E402, F401  the tables of the batches belong to this app
