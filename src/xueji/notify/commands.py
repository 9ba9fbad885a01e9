"""Writes of messages: send, open, acknowledge, note what the mail servers say."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from xueji.accounts.models import Account
from xueji.accounts.permissions import Permission
from xueji.jobs.commands import start_job
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.notify.channels import Channel, Envelope, NotDelivered, TryLater, email_is_set_up
from xueji.notify.models import Delivery, Message
from xueji.notify.queries import reminded_on, waiting_mail
from xueji.notify.terms import (
    ATTEMPTS,
    CODE_LENGTH,
    CODE_LETTERS,
    FIRST_PAUSE,
    SHANGHAI,
    Failure,
    Kind,
    Notice,
    Recipient,
    Way,
    worded,
)
from xueji.rules.findings import finding

BATCH = 1000
MAILS_AT_ONCE = 20
LEASE = timedelta(minutes=20)
"""How long a worker may take over MAILS_AT_ONCE e-mails: each may wait EMAIL_TIMEOUT for its server."""


@command(
    needs=Permission.MESSAGE_SEND,
    records="message.sent",
    scope=lambda notice, kind, recipients, scope, occasion: scope,
)
def send_message(
    act: Act,
    notice: Notice,
    kind: Kind,
    recipients: Iterable[Recipient],
    *,
    scope: Scope = ANYWHERE,
    occasion: str = "",
) -> Change:
    """Send one message to many people, in the application at once and by e-mail as soon as the worker comes to it (发送消息).

    ``scope`` is what the permission is asked for: every recipient must lie within it. The result is (message, findings).
    A reminder leaves out whoever was reminded today. With an ``occasion`` ("3-days-before") a message goes once per
    campaign and kind; the second call changes nothing. Raises Stopped MSG.001, MSG.002 when nobody is left.
    """
    if occasion and (sent := Message.objects.filter(campaign=notice.campaign, kind=kind, occasion=occasion).first()):
        return Change(f"message:{sent.code}", scope, unchanged=True, result=(sent, []))
    wanted = {one.account: one for one in recipients}
    if outside := [one for one in wanted.values() if not _within(one.scope, scope)]:
        raise ValueError(f"{len(outside)} recipients lie outside the scope the message was permitted for")
    left_out: set[int] = set()
    if kind is Kind.REMINDER:
        left_out = reminded_on(act.at.astimezone(SHANGHAI).date(), list(wanted))
    people = [one for key, one in wanted.items() if key not in left_out]
    if not people:
        raise Stopped([finding("MSG.001", done=len(left_out)) if left_out else finding("MSG.002")])
    message = _message(act, notice, kind, occasion)
    mailed = _deliver(act, message, people)
    if mailed:
        send_mail_by_job(act.at)
    detail = {"kind": str(kind), "campaign": notice.campaign, "people": len(people), "by_email": mailed, "left_out": len(left_out)}
    notes = [finding("MSG.003", done=len(left_out))] if left_out else []
    return Change(f"message:{message.code}", scope, detail, result=(message, notes))


@command(needs=Permission.MESSAGE_SEND, records="message.sent", scope=lambda message, recipients, scope: scope)
def send_on(act: Act, message: Message, recipients: Iterable[Recipient], *, scope: Scope = ANYWHERE) -> Change:
    """Send a message that is out already to more people (续发消息); the result is how many had not got it yet."""
    wanted = {one.account: one for one in recipients}
    if outside := [one for one in wanted.values() if not _within(one.scope, scope)]:
        raise ValueError(f"{len(outside)} recipients lie outside the scope the message was permitted for")
    have = set(Delivery.objects.filter(message=message, account__in=list(wanted)).values_list("account", flat=True))
    people = [one for key, one in wanted.items() if key not in have]
    if not people:
        return Change(f"message:{message.code}", scope, unchanged=True, result=0)
    mailed = _deliver(act, message, people)
    detail = {"kind": message.kind, "campaign": message.campaign, "people": len(people), "by_email": mailed}
    return Change(f"message:{message.code}", scope, detail, result=len(people))


def _within(where: Scope, scope: Scope) -> bool:
    """Whether a recipient's place lies within the scope that was permitted."""
    return all(
        not asked or asked == has
        for asked, has in (
            (scope.college, where.college), (scope.campus, where.campus), (scope.class_number, where.class_number),
            (scope.account, where.account),
        )
    )  # fmt: skip


def _message(act: Act, notice: Notice, kind: Kind, occasion: str) -> Message:
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    subject, body = worded(kind, notice, f"{settings.XUEJI_ADDRESS}/n/{code}")
    return Message.objects.create(
        code=code, campaign=notice.campaign, kind=kind, occasion=occasion, number=notice.number,
        title_zh=notice.title.zh, title_en=notice.title.en,
        subject_zh=subject.zh[:300], subject_en=subject.en[:300], body_zh=body.zh, body_en=body.en,
        contact_zh=notice.contact.zh[:300], contact_en=notice.contact.en[:300],
        opens=notice.opens, closes=notice.closes, path=notice.path,
        made_by=act.by.id_text, made_by_label=act.by.label, created_at=act.at,
    )  # fmt: skip


def _deliver(act: Act, message: Message, people: list[Recipient]) -> int:
    """Write the deliveries, in batches; returns how many go by e-mail."""
    by_mail = email_is_set_up()
    mailed = 0
    for start in range(0, len(people), BATCH):
        batch = people[start : start + BATCH]
        addresses = dict(Account.objects.filter(pk__in=[one.account for one in batch]).values_list("pk", "email"))
        rows = []
        for one in batch:
            place = {"college": one.scope.college, "campus": one.scope.campus, "class_number": one.scope.class_number}
            common = {"message": message, "account_id": one.account, "queued_at": act.at, **place}
            rows.append(Delivery(way=Way.APP, sent_at=act.at, delivered_at=act.at, **common))
            if by_mail and addresses.get(one.account):
                rows.append(Delivery(way=Way.EMAIL, next_attempt_at=act.at, **common))
                mailed += 1
            elif by_mail:
                rows.append(Delivery(way=Way.EMAIL, failed_at=act.at, failure=Failure.NO_ADDRESS, **common))
        Delivery.objects.bulk_create(rows, batch_size=BATCH)
    return mailed


def send_mail_by_job(at: datetime) -> None:
    """Let the worker send what waits; one such job at a time suffices."""
    from xueji.accounts.queries import SystemActor

    start_job(Act(SystemActor("post"), at, "job"), "sending_mail", arguments={})


def take_waiting(now: datetime) -> list[Delivery]:
    """Take the next e-mails whose turn has come, for this worker alone: they come up again after LEASE if it dies."""
    with transaction.atomic():
        rows = waiting_mail(now)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        batch = list(rows.select_related("message", "account")[:MAILS_AT_ONCE])
        Delivery.objects.filter(pk__in=[one.pk for one in batch]).update(next_attempt_at=now + LEASE)
    return batch


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of handing one e-mail over: ``failure`` says never, ``later`` says not now, neither says sent."""

    delivery: Delivery
    failure: Failure | None = None
    later: bool = False
    code: str = ""


def attempt(delivery: Delivery, channel: Channel) -> Attempt:
    """Hand one e-mail over, in the recipient's language. Outside any transaction: a slow server must not hold a table."""
    message, account = delivery.message, delivery.account
    if not account.email:
        return Attempt(delivery, Failure.NO_ADDRESS)
    subject, body = message.subject.in_(account.language), message.body.in_(account.language)
    try:
        channel.send(Envelope(account.email, subject, body, delivery.reference.hex))
    except NotDelivered as refused:
        return Attempt(delivery, refused.failure, code=refused.code)
    except TryLater as busy:
        return Attempt(delivery, later=True, code=busy.code)
    return Attempt(delivery)


@command(needs=Permission.MESSAGE_SEND, records="message.attempted")
def note_attempts(act: Act, attempts: list[Attempt]) -> Change:
    """Write down what came of handing e-mails over (登记发信结果).

    What a server refuses for good is final at once; what may pass later is tried again after a growing pause.
    """
    counts = {"sent": 0, "refused": 0, "later": 0, "given_up": 0}
    for one in attempts:
        delivery = one.delivery
        delivery.attempts += 1
        delivery.next_attempt_at = None
        delivery.server_code = one.code[:20]
        if one.failure:
            delivery.failed_at, delivery.failure = act.at, one.failure
            counts["refused"] += 1
        elif one.later and delivery.attempts >= ATTEMPTS:
            delivery.failed_at, delivery.failure = act.at, Failure.GAVE_UP
            counts["given_up"] += 1
        elif one.later:
            delivery.next_attempt_at = act.at + FIRST_PAUSE * 4 ** (delivery.attempts - 1)
            counts["later"] += 1
        else:
            delivery.sent_at = act.at
            counts["sent"] += 1
    columns = ["attempts", "next_attempt_at", "sent_at", "failed_at", "failure", "server_code"]
    Delivery.objects.bulk_update([one.delivery for one in attempts], columns)
    return Change("mail", ANYWHERE, counts, result=len(attempts), unchanged=not attempts)


@command(needs=Permission.MESSAGE_ANSWER, records="message.opened", scope=lambda delivery: delivery.scope)
def open_message(act: Act, delivery: Delivery) -> Change:
    """Note that the recipient opened the message in the application, the first time (打开消息). No tracking pixel."""
    changed = Delivery.objects.filter(pk=delivery.pk, opened_at=None).update(opened_at=act.at)
    return Change(f"message:{delivery.message.code}", delivery.scope, unchanged=not changed)


@command(needs=Permission.MESSAGE_ANSWER, records="message.acknowledged", scope=lambda delivery: delivery.scope)
def acknowledge_message(act: Act, delivery: Delivery) -> Change:
    """Note that the recipient says "I know" (确认知悉); repeating it changes nothing."""
    changed = Delivery.objects.filter(pk=delivery.pk, acknowledged_at=None).update(acknowledged_at=act.at)
    Delivery.objects.filter(pk=delivery.pk, opened_at=None).update(opened_at=act.at)
    return Change(f"message:{delivery.message.code}", delivery.scope, unchanged=not changed)


@command(needs=Permission.MESSAGE_SEND, records="message.bounced")
def note_bounce(act: Act, delivery: Delivery, *, code: str = "") -> Change:
    """Note that an e-mail came back (登记退信). ``code`` is the status, ``5.1.1``, without the server's words."""
    changed = Delivery.objects.filter(pk=delivery.pk, failed_at=None).update(
        failed_at=act.at, failure=Failure.RETURNED, server_code=code[:20], next_attempt_at=None
    )
    return Change(f"message:{delivery.message.code}", delivery.scope, {"code": code[:20]}, unchanged=not changed)


@command(needs=Permission.MESSAGE_SEND, records="message.delivered")
def note_delivery(act: Act, delivery: Delivery) -> Change:
    """Note that the recipient's server reported the e-mail as delivered (登记送达)."""
    changed = Delivery.objects.filter(pk=delivery.pk, delivered_at=None, failed_at=None).update(delivered_at=act.at)
    return Change(f"message:{delivery.message.code}", delivery.scope, unchanged=not changed)
