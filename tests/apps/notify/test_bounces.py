"""Returned e-mails find the person they were meant for, in every shape that mail servers use; forged ones find nobody."""

import mailbox
import uuid
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xueji.accounts.models import Account
from xueji.accounts.queries import SystemActor, actor_for
from xueji.catalogue.text import Text
from xueji.cli.notify import notify
from xueji.journal.command import Act, Refused, Scope
from xueji.journal.models import Event
from xueji.notify.bounces import NotMail, mails_in, report_in
from xueji.notify.commands import note_bounce, note_delivery, send_message
from xueji.notify.models import Delivery
from xueji.notify.queries import reach_for
from xueji.notify.terms import Kind, Notice, Reach, Recipient

NOON = datetime(2024, 9, 7, 4, 0, tzinfo=UTC)
OURS = uuid.UUID("0f8fad5bd9cb469fa16570867728950e")


def report(action="failed", status="5.1.1", reference=OURS):
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: xueji@school.edu.cn
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8

I could not deliver your message to li@example.org.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; li@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <li@example.org>: no such user

--b1
Content-Type: text/rfc822-headers

Message-ID: <xueji.{reference.hex}@school.edu.cn>
Subject: =?utf-8?b?6YCa55+l?=

--b1--
""".encode()


WHOLE_ORIGINAL = report().replace(b"text/rfc822-headers", b"message/rfc822").replace(b"?=\n\n--b1--", b"?=\n\nbody\n--b1--")
PLAIN = f"""From: "Mail Delivery System" <postmaster@mail.163.example>
Return-Path: <>
Subject: 系统退信
Content-Type: text/plain; charset=gb18030

你的邮件被退回。 550 5.2.2 mailbox full
Message-Id: <xueji.{OURS.hex}@school.edu.cn>
""".encode("gb18030")


@pytest.mark.parametrize(
    ("mail", "failed", "code"),
    [
        (report(), True, "5.1.1"),
        (WHOLE_ORIGINAL, True, "5.1.1"),
        (report("delayed", "4.4.1"), None, "4.4.1"),
        (report("delivered", "2.0.0"), False, "2.0.0"),
        (report("relayed", "2.0.0"), False, "2.0.0"),
        (PLAIN, True, "5.2.2"),
        (PLAIN.replace(b"550 5.2.2", b"451 4.2.2"), None, ""),
    ],
)
def test_a_returned_mail_says_which_of_ours_and_what_became_of_it(mail, failed, code):
    found = report_in(mail)
    assert (found.reference, found.failed, found.code) == (OURS, failed, code)


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"From: a student\nSubject: Re: hello\n\nthank you, see <xueji." + OURS.hex.encode() + b"@school.edu.cn>",
        report().replace(OURS.hex.encode(), b"not-a-reference"),
        report().replace(b"Action: failed", b"Action: "),
    ],
)
def test_an_answer_or_another_system_s_mail_is_no_report(mail):
    assert report_in(mail) is None


@given(st.binary(max_size=600), st.booleans())
def test_hostile_mail_never_stops_the_reading(noise, inside):
    report_in(report().replace(b"Reporting-MTA", noise) if inside else noise)


def test_boxes_of_every_kind_are_read(tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    folder = mailbox.Maildir(tmp_path / "maildir")
    for _ in range(3):
        parsed = BytesParser(policy=policy.default).parsebytes(report())
        box.add(parsed)
        folder.add(parsed)
    box.flush()
    (tmp_path / "one.eml").write_bytes(report())
    assert [report_in(raw).reference for raw in mails_in(tmp_path / "box")] == [OURS] * 3
    assert [report_in(raw).reference for raw in mails_in(tmp_path / "maildir")] == [OURS] * 3
    assert [report_in(raw).reference for raw in mails_in(tmp_path / "one.eml")] == [OURS]
    assert [report_in(raw).reference for raw in mails_in(tmp_path)] == [OURS]
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(NotMail):
        list(mails_in(tmp_path / "photo.jpg"))


@pytest.mark.django_db
def test_a_bounce_makes_the_person_count_as_never_reached_and_is_noted_once(tmp_path):
    account = Account.objects.create(username="S1", name="李明", email="li@example.org", kind="student")
    notice = Notice("n1", "1号", Text("通知", "Notice"), Text("学校", "School"), Text("电话", "phone"))
    send_message(Act(SystemActor("t"), NOON, "registry"), notice, Kind.NOTICE, [Recipient(account.pk, Scope(college="A"))])
    delivery = Delivery.objects.get(way="email")
    assert reach_for(SystemActor("t"), "n1")[0].reach is Reach.SENT
    (tmp_path / "box.eml").write_bytes(report(reference=delivery.reference))
    for words in ("退信 1", "已登记过 1"):
        answer = CliRunner().invoke(notify, ["bounces", str(tmp_path / "box.eml")])
        assert answer.exit_code == 0 and words in answer.output, answer.output
    delivery.refresh_from_db()
    assert (delivery.failure, delivery.server_code) == ("returned", "5.1.1") and delivery.failed_at
    assert reach_for(SystemActor("t"), "n1")[0].reach is Reach.UNREACHED
    assert Event.objects.filter(kind="message.bounced").count() == 1
    assert "li@example.org" not in str(list(Event.objects.values("detail")))


@pytest.mark.django_db
def test_a_delivery_report_proves_the_arrival_and_a_forged_one_nothing(tmp_path):
    account = Account.objects.create(username="S1", name="李明", email="li@example.org", kind="student")
    notice = Notice("n1", "1号", Text("通知", "Notice"), Text("学校", "School"), Text("电话", "phone"))
    send_message(Act(SystemActor("t"), NOON, "registry"), notice, Kind.NOTICE, [Recipient(account.pk, Scope())])
    (tmp_path / "a.eml").write_bytes(report("delivered", "2.0.0", Delivery.objects.get(way="email").reference))
    (tmp_path / "b.eml").write_bytes(report())
    answer = CliRunner().invoke(notify, ["bounces", str(tmp_path)])
    assert "送达 1" in answer.output and "无关 1" in answer.output
    assert reach_for(SystemActor("t"), "n1")[0].reach is Reach.DELIVERED


@pytest.mark.django_db
def test_what_came_back_did_not_arrive_and_a_student_cannot_say_otherwise():
    account = Account.objects.create(username="S1", name="李明", email="li@example.org", kind="student")
    notice = Notice("n1", "1号", Text("通知", "Notice"), Text("学校", "School"), Text("电话", "phone"))
    post = Act(SystemActor("post"), NOON, "cli")
    send_message(post, notice, Kind.NOTICE, [Recipient(account.pk, Scope())])
    delivery = Delivery.objects.get(way="email")
    for note in (note_bounce, note_delivery):
        with pytest.raises(Refused):
            note(Act(actor_for(account), NOON, "student"), delivery)
    assert not note_bounce(post, delivery, code="5.7.1").unchanged
    assert note_delivery(post, delivery).unchanged and note_bounce(post, delivery).unchanged
    delivery.refresh_from_db()
    assert delivery.delivered_at is None and delivery.server_code == "5.7.1"
