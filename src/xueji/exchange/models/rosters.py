"""Rosters on their way into the register, and what the school's own headings mean."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.exchange.terms import RosterState


class Roster(models.Model):
    """One uploaded roster (名册). Its file, its dry run and its marked copy lie encrypted in the vault.

    ``digest`` is the SHA-256 of the file in hex, ``counts`` say how many rows are added, changed, unchanged, rejected.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    file = models.UUIDField()
    plan = models.UUIDField(null=True)
    marked = models.UUIDField(null=True)
    job = models.UUIDField(null=True)
    state = models.CharField(max_length=12, choices=RosterState, default=RosterState.RECEIVED)
    headings = models.JSONField(default=list)
    chosen = models.JSONField(default=dict)
    overwrite_own = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    problem_count = models.PositiveIntegerField(default=0)
    refusal = models.JSONField(null=True)
    by = models.CharField(max_length=64)
    by_label = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["-received_at"], name="rosters_newest_first")]

    def __str__(self) -> str:
        return f"{self.title} {self.id}"


class ColumnMeaning(models.Model):
    """What a heading of the school's own rosters means (列的含义), as somebody once said. An empty field: leave it out."""

    heading = models.CharField(max_length=120, unique=True)
    field = models.CharField(max_length=64, blank=True)
    by = models.CharField(max_length=64)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.heading} = {self.field or '-'}"
