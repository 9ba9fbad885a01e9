"""Tables of messages: what was said to whom, by which way, and what became of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from xueji.catalogue.text import Text
from xueji.journal.command import Scope
from xueji.notify.terms import FAILURES, KINDS, Failure, Kind, Way


class Message(models.Model):
    """One message to many (消息). Holds what stands in a public notice; nothing of the people it goes to.

    ``code`` is what a person types to see that it is genuine. ``occasion`` keeps a scheduled message from going twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True)
    campaign = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=[(kind.value, text.zh) for kind, text in KINDS.items()])
    occasion = models.CharField(max_length=60, blank=True)
    number = models.CharField("文号", max_length=60)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    subject_zh = models.CharField(max_length=300)
    subject_en = models.CharField(max_length=300)
    body_zh = models.TextField()
    body_en = models.TextField()
    contact_zh = models.CharField(max_length=300, blank=True)
    contact_en = models.CharField(max_length=300, blank=True)
    opens = models.DateTimeField(null=True, blank=True)
    closes = models.DateTimeField(null=True, blank=True)
    path = models.CharField(max_length=200, default="/")
    made_by = models.CharField(max_length=64)
    made_by_label = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["campaign", "kind"], name="messages_of_campaign")]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "kind", "occasion"], condition=~models.Q(occasion=""), name="one_message_per_occasion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.kind} {self.campaign}"

    @property
    def title(self) -> Text:
        return Text(self.title_zh, self.title_en)

    @property
    def subject(self) -> Text:
        return Text(self.subject_zh, self.subject_en)

    @property
    def body(self) -> Text:
        return Text(self.body_zh, self.body_en)

    @property
    def told(self) -> Text:
        """The body as the application shows it: without the last paragraph, which is about e-mail."""
        return Text(self.body_zh.rpartition("\n\n")[0] or self.body_zh, self.body_en.rpartition("\n\n")[0] or self.body_en)

    @property
    def contact(self) -> Text:
        return Text(self.contact_zh, self.contact_en)

    @property
    def kind_word(self) -> Text:
        return KINDS[Kind(self.kind)]


class Delivery(models.Model):
    """One message on its way to one person (送达记录). ``college`` … say where the person belonged when it was sent.

    ``reference`` stands in the e-mail's Message-ID, so that a returned mail finds its row. ``failed_at`` with
    ``failure`` and the server's code (never its text, which quotes addresses) when it did not arrive.
    """

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="deliveries")
    way = models.CharField(max_length=8, choices=[(way.value, way.value) for way in Way])
    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    college = models.CharField(max_length=32, blank=True)
    campus = models.CharField(max_length=32, blank=True)
    class_number = models.CharField(max_length=32, blank=True)
    queued_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=12, blank=True, choices=[(f.value, text.zh) for f, text in FAILURES.items()])
    server_code = models.CharField(max_length=20, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-queued_at", "-id"]
        indexes = [
            models.Index(fields=["account", "way", "-queued_at"], name="inbox"),
            models.Index(fields=["next_attempt_at"], condition=models.Q(next_attempt_at__isnull=False), name="mail_that_waits"),
        ]
        constraints = [models.UniqueConstraint(fields=["message", "account", "way"], name="one_delivery_per_way")]

    def __str__(self) -> str:
        return f"{self.way} {self.reference}"

    @property
    def scope(self) -> Scope:
        """Where the recipient belongs, and whose it is."""
        return Scope(self.college, self.campus, self.class_number, f"account:{self.account_id}")

    @property
    def failure_word(self) -> Text | None:
        return FAILURES[Failure(self.failure)] if self.failure else None
