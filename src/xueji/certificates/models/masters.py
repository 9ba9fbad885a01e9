"""Masters, and the register of official wording they are held against (证书模板、官方用语登记)."""

from __future__ import annotations

import uuid

from django.db import models


class Wording(models.Model):
    """One official wording from a day on (官方用语): the school's name, a president's name. Proposed and confirmed by two people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    since = models.DateField()
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=300, blank=True)
    source = models.CharField("依据", max_length=200)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["code", "-since"]
        constraints = [models.UniqueConstraint(fields=["code", "since"], name="a_wording_begins_once_on_a_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.since}"


class Master(models.Model):
    """One version of a master (证书模板): a layout and fixed phrases, linted, approved by two people, then frozen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16)
    version = models.PositiveSmallIntegerField()
    text = models.TextField("固定用语")
    sha256 = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=64)
    linted_at = models.DateTimeField(null=True, blank=True)
    lint = models.JSONField(default=list, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    first_by = models.CharField(max_length=64, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    second_by = models.CharField(max_length=64, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="a_master_version_is_drafted_once"),
            models.CheckConstraint(
                condition=models.Q(second_by="") | (~models.Q(second_by=models.F("first_by")) & ~models.Q(first_by="")),
                name="a_master_is_approved_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"

    @property
    def frozen(self) -> bool:
        """Approved twice and not recalled: prints may use it, nobody may change it."""
        return bool(self.second_at and not self.recalled_at)
