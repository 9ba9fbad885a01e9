"""The job row: who asked, what for, how far, what came of it."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.catalogue.text import Text
from xueji.jobs.terms import KINDS, Progress, work_title
from xueji.journal.command import Scope
from xueji.rules.findings import Finding


class Job(models.Model):
    """Background work as a person sees it (后台任务). Holds ids and counts, never personal values.

    ``asked_by`` is the actor's id as text, ``college`` … say where the work belongs; ``result`` is the id of a vault file.
    ``worker`` names the process that works on it: host, pid and the moment the process began, so that a killed one is
    recognised at once. ``reason`` is the finding that ended it early.
    """

    class Outcome(models.TextChoices):
        DONE = "done", "已完成"
        FAILED = "failed", "未能完成"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=64)
    asked_by_label = models.CharField(max_length=120)
    college = models.CharField(max_length=32, blank=True)
    campus = models.CharField(max_length=32, blank=True)
    class_number = models.CharField(max_length=32, blank=True)
    purpose_zh = models.CharField(max_length=200, blank=True)
    purpose_en = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)
    finding_count = models.PositiveIntegerField(default=0)
    result = models.UUIDField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    reason = models.JSONField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["asked_by", "-created_at"], name="jobs_by_who_asked"),
            models.Index(fields=["college", "-created_at"], name="jobs_by_college"),
            models.Index(fields=["outcome", "created_at"], name="jobs_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def scope(self) -> Scope:
        """Where the work belongs, and that it is the asker's own."""
        return Scope(self.college, self.campus, self.class_number, self.asked_by)

    @property
    def title(self) -> Text:
        return work_title(self.kind)

    @property
    def purpose(self) -> Text:
        return Text(self.purpose_zh, self.purpose_en)

    @property
    def unit(self) -> Text:
        return KINDS[self.kind].unit if self.kind in KINDS else Text("项", "items")

    @property
    def progress(self) -> Progress:
        if self.outcome:
            return Progress(self.outcome)
        return Progress.RUNNING if self.started_at else Progress.WAITING

    @property
    def finished(self) -> bool:
        return bool(self.outcome)

    def found(self) -> list[Finding]:
        """The findings so far, the first of them only when there were very many (``finding_count`` counts all)."""
        return [Finding.from_json(stored) for stored in self.findings]

    def why(self) -> Finding | None:
        """Why it ended early."""
        return Finding.from_json(self.reason) if self.reason else None


class Appointment(models.Model):
    """When something recurring was last done (定时事务的上次时间)."""

    name = models.CharField(max_length=60, primary_key=True)
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
