"""Print runs, certificates, where each is, and the keys they are signed with (印制批次、证书、去向、签发密钥)."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.certificates.models.masters import Master
from xueji.certificates.models.numbers import Number
from xueji.records.models import College, StudentRecord
from xueji.vault.fields import EncryptedJSONField, EncryptedTextField
from xueji.vault.models import VaultFile


class IssuerKey(models.Model):
    """A key that signs statements (Ed25519) or documents (PAdES); the private half is sealed (签发密钥)."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    purpose = models.CharField(max_length=12)
    private = EncryptedTextField(max_length=6000)
    public = models.TextField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.number}"


class PrintRun(models.Model):
    """One batch to be printed (印制批次): set, proved against the records, released by two people."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master = models.ForeignKey(Master, models.PROTECT, related_name="runs")
    issued_on = models.DateField("发证日期")
    title = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    file = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField(default=0)
    proved_at = models.DateTimeField(null=True, blank=True)
    differences = models.JSONField("差异", default=list, blank=True)
    looked_at = models.DateTimeField("样张已看", null=True, blank=True)
    looked_by = models.CharField(max_length=64, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    first_by = models.CharField(max_length=64, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    second_by = models.CharField(max_length=64, blank=True)
    printed_at = models.DateTimeField(null=True, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(second_by="") | (~models.Q(second_by=models.F("first_by")) & ~models.Q(first_by="")),
                name="a_run_is_released_by_two_people",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def released(self) -> bool:
        """Two people released exactly this file."""
        return bool(self.second_at and not self.recalled_at)


class Certificate(models.Model):
    """One certificate (证书): what stands on it, frozen; its signed statement; and the one place where it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="issued_certificates")
    kind = models.CharField(max_length=16)
    number = models.ForeignKey(Number, models.PROTECT, null=True, blank=True, related_name="printed")
    run = models.ForeignKey(PrintRun, models.PROTECT, related_name="certificates")
    position = models.PositiveIntegerField("印制顺序")
    values = EncryptedJSONField("印出的内容")
    photo = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    photo_sha256 = models.CharField(max_length=64, blank=True)
    issued_on = models.DateField()
    token = models.CharField("凭证标识", max_length=24, unique=True)
    statement = EncryptedTextField("签名凭证", max_length=1200)
    place = models.CharField(max_length=12, default="press")
    college = models.ForeignKey(College, models.PROTECT, related_name="certificates")
    commissioned = models.BooleanField(default=False)
    cover_at = models.DateTimeField("封皮已领", null=True, blank=True)
    cover_by = models.CharField(max_length=120, blank=True)
    not_called_at = models.DateTimeField("逾期未领", null=True, blank=True)
    signed_for_at = models.DateTimeField("签收", null=True, blank=True)
    lost_at = models.DateTimeField("遗失或损坏", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["run_id", "position"]
        indexes = [
            models.Index(fields=["college", "place"], name="certificate_by_place"),
            models.Index(fields=["record", "kind"], name="certificate_of_record"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "kind"], condition=models.Q(revoked_at=None), name="one_valid_certificate_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Box(models.Model):
    """A box of certificates on its way to a college (证书箱): what was put in, and what was counted on arrival."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    college = models.ForeignKey(College, models.PROTECT, related_name="boxes")
    count = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.CharField(max_length=120)
    counted = models.PositiveIntegerField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Move(models.Model):
    """One move of a certificate (去向登记): from where to where, when, how, by whom. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="moves")
    step = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=12)
    after = models.CharField(max_length=12)
    how = models.CharField(max_length=12, blank=True)
    box = models.ForeignKey(Box, models.PROTECT, null=True, blank=True, related_name="moves")
    proxy = EncryptedTextField("代领人", max_length=200, blank=True, null=True)
    authorisation = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    tracking = models.CharField("运单号", max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        ordering = ["certificate_id", "step"]
        constraints = [models.UniqueConstraint(fields=["certificate", "step"], name="a_certificate_moves_once_at_a_time")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class PaperRequest(models.Model):
    """A student's request for a further paper (补办申请): an attestation, a study certificate, the exchange after completion."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(StudentRecord, models.PROTECT, related_name="paper_requests")
    kind = models.CharField(max_length=16)
    reason = EncryptedTextField("理由", max_length=500)
    evidence = models.ForeignKey(VaultFile, models.PROTECT, null=True, blank=True, related_name="+")
    fee_paid = models.BooleanField("工本费已缴", default=False)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    reviewed_at = models.DateTimeField("学院审核", null=True, blank=True)
    reviewed_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_reason = models.CharField(max_length=300, blank=True)
    sent_up_at = models.DateTimeField("学院交回学籍部门", null=True, blank=True)
    sent_up_by = models.CharField(max_length=120, blank=True)
    late_reason = models.CharField("逾期说明", max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["record", "kind"], condition=models.Q(refused_at=None), name="a_paper_is_asked_for_once")
        ]

    def __str__(self) -> str:
        return self.kind


class Disclosure(models.Model):
    """What the holder lets a verifier see beyond the minimum (本人授权展示): which items, until when. Never changed, only withdrawn."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="disclosures")
    items = models.JSONField("展示的项目")
    made_at = models.DateTimeField()
    until = models.DateTimeField("有效期至")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["certificate"], condition=models.Q(withdrawn_at=None), name="one_disclosure_of_a_certificate")
        ]

    def __str__(self) -> str:
        return str(self.pk)
