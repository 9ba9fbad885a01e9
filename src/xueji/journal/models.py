"""The journal's table (操作记录): one row for every write, never changed, never deleted."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that was done (操作). Names and ids are kept as text, so that the row outlives what it describes.

    ``hash`` is SHA-256 over the row and the hash of the row before it; a changed or missing row breaks the chain.
    The table refuses UPDATE and DELETE by trigger (migration ``refuse_changes``).
    """

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=120)
    desk = models.CharField(max_length=16)
    subject = models.CharField(max_length=120, db_index=True)
    college = models.CharField(max_length=32, blank=True)
    account = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["college", "-seq"], name="journal_by_college"),
                   models.Index(fields=["account", "-seq"], name="journal_by_account")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.subject}"
