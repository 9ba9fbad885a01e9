"""What students confirmed: the spelling of the name, and the record as a whole (拼音、信息确认)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models

from xueji.campaigns.models import Case
from xueji.confirmation.terms import Filler, How
from xueji.records.models import StudentRecord
from xueji.vault.fields import EncryptedJSONField


class Spelling(models.Model):
    """How a student's name is spelled (姓名拼音): syllables and surname length, who filled it in, who confirmed it.

    ``name`` is the name that was spelled: another name needs another spelling. ``copied`` holds the Latin name of a
    document for those whose name is never generated. Only an accepted sheet carries it to the record.
    """

    record = models.OneToOneField(StudentRecord, models.PROTECT, related_name="spelling")
    name = models.CharField("姓名", max_length=100)
    syllables = models.JSONField("音节", default=list)
    surname_length = models.PositiveSmallIntegerField("姓的字数", default=0)
    copied = models.CharField("照录的证件姓名", max_length=120, blank=True)
    filler = models.CharField(max_length=8, choices=Filler)
    filled_at = models.DateTimeField()
    filled_by = models.CharField(max_length=120)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.record_id}"

    def confirm(self, at: datetime, by: str) -> None:
        """Note who confirmed it, and when; inside commands only."""
        self.confirmed_at, self.confirmed_by = at, by
        self.save(update_fields=["confirmed_at", "confirmed_by"])


class Confirmation(models.Model):
    """One act of confirming (确认): the exact values, when, by whom, how. Never changed.

    It holds as long as the record still has these values; ``left_out`` are the fields under correction at that time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="confirmations")
    step = models.CharField(max_length=32)
    how = models.CharField("方式", max_length=12, choices=How)
    values = EncryptedJSONField("确认时的值")
    left_out = models.JSONField("更正中的字段", default=list)
    note = models.CharField("备注", max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["case", "step", "-at"], name="confirmation_newest_first")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"
