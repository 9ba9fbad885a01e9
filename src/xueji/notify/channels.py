"""The ways a message goes (渠道). A way is one class with one method; SMS and WeCom need no more than that."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from xueji.notify.terms import Failure, Way


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one person, ready to go: in the person's language, without anything personal in it."""

    address: str
    subject: str
    body: str
    reference: str


class NotDelivered(Exception):
    """It will never arrive this way (拒收). ``code`` is the server's number, without its words."""

    def __init__(self, failure: Failure, code: str = ""):
        super().__init__(f"{failure} {code}")
        self.failure = failure
        self.code = code


class TryLater(Exception):
    """It may arrive later (稍后重试): the server is busy, away, or greylists."""

    def __init__(self, code: str = ""):
        super().__init__(code)
        self.code = code


class Channel(Protocol):
    """A way (渠道). ``send`` returns when the next station has taken the message over."""

    way: Way

    def send(self, envelope: Envelope) -> None:
        """Hand one envelope over. Raises NotDelivered or TryLater."""

    def close(self) -> None:
        """End what was kept open between envelopes."""


class EmailChannel:
    """E-mail by SMTP with the settings EMAIL_* (电子邮件). Keeps one connection for many envelopes."""

    way = Way.EMAIL

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, envelope: Envelope) -> None:
        mail = EmailMessage(
            subject=envelope.subject,
            body=envelope.body,
            to=[envelope.address],
            headers={
                "Message-ID": f"<xueji.{envelope.reference}@{_own_domain()}>",
                "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office replies
                "X-Auto-Response-Suppress": "All",
            },
        )
        try:
            if self._connection is None:
                self._connection = get_connection()
                self._connection.open()
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()), (0, b""))
            self._judge(code, words)
        except smtplib.SMTPResponseException as answer:
            self.close()
            self._judge(answer.smtp_code, answer.smtp_error)
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            raise TryLater(type(problem).__name__[:20]) from None
        except ValueError:  # an address or header that no mail can carry
            raise NotDelivered(Failure.NO_ADDRESS) from None

    def _judge(self, code: int, words: bytes | str) -> None:
        """RFC 5321, 4.2.1: 5yz is final, 4yz may pass later. 535 and 530 are our own sign-in, not the address."""
        shown = " ".join(filter(None, (str(code), _enhanced(words))))
        if 500 <= code < 600 and code not in {530, 534, 535, 538}:
            raise NotDelivered(Failure.REFUSED, shown) from None
        raise TryLater(shown) from None

    def close(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except (smtplib.SMTPException, OSError):
                pass  # it was broken already
            self._connection = None


def _enhanced(words: bytes | str) -> str:
    """The enhanced status code at the start of an answer, ``5.1.1`` (RFC 3463), or nothing."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    first = text.split(" ", 1)[0]
    return first if len(first) <= 9 and first.count(".") == 2 and first.replace(".", "").isdigit() else ""


def _own_domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def email_is_set_up() -> bool:
    """Whether this installation sends e-mail at all."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


CHANNELS: dict[Way, type[EmailChannel]] = {Way.EMAIL: EmailChannel}
"""The ways that need a journey. The application's own inbox needs none: its row is its delivery."""
