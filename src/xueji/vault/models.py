"""Tables of the vault: the files it keeps, and marks that tell whether the key ring belongs to this database."""

from __future__ import annotations

import uuid

from django.db import models

from xueji.journal.command import Scope
from xueji.vault.fields import EncryptedTextField
from xueji.vault.terms import PURPOSES, Purpose


class KeyMark(models.Model):
    """A key this database was sealed with (密钥标记): a digest that proves the key without telling it."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    mark = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number}"


class VaultFile(models.Model):
    """An encrypted file (加密文件). The bytes lie under ``place``, a random name; the row says whose and why.

    ``content`` is what the bytes are, not what the sender said. ``digest`` is a keyed digest of the plain bytes: equal
    files can be recognised, the content cannot be guessed from it. ``title`` is the sender's file name, sealed because
    names of files carry names of people. After ``purge_on`` the bytes are removed and the row stays as proof.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=32)
    content = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    digest = models.BinaryField(max_length=32, db_index=True)
    key_number = models.PositiveSmallIntegerField()
    title = EncryptedTextField(max_length=255, blank=True)
    college = models.CharField(max_length=32, blank=True)
    campus = models.CharField(max_length=32, blank=True)
    class_number = models.CharField(max_length=32, blank=True)
    account = models.CharField(max_length=64, blank=True)
    made_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    purge_on = models.DateField(null=True, blank=True, db_index=True)
    purged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    @property
    def scope(self) -> Scope:
        return Scope(self.college, self.campus, self.class_number, self.account)

    @property
    def kept_for(self) -> Purpose:
        return PURPOSES[self.purpose]
