"""Reading returned e-mails (退信): delivery status notifications by RFC 3464, and the common ones that are not.

The file is hostile until parsed: sizes are limited, nothing is opened but headers and plain text, and only a 128-bit
reference that we sent ourselves counts as ours.
"""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path
from uuid import UUID

REFERENCE = re.compile(r"<?xueji\.([0-9a-f]{32})@")
STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
LARGEST = 2 * 1024 * 1024
"""Bytes of one returned mail that are looked at; the rest is the original's body."""
SENDERS = re.compile(r"(mailer-daemon|postmaster|mail delivery|bounce)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """What one returned mail says of one of ours: failed for good, delivered, or merely late (``failed`` None)."""

    reference: UUID
    failed: bool | None
    code: str


class NotMail(Exception):
    """The file holds no e-mail at all."""


def mails_in(path: Path) -> Iterator[bytes]:
    """The mails in an mbox file, a maildir folder, a single .eml file, or a folder of .eml files. Raises NotMail."""
    if path.is_dir():
        if (path / "cur").is_dir() or (path / "new").is_dir():
            box: mailbox.Mailbox = mailbox.Maildir(path, create=False)
            for key in box.keys():
                yield box.get_bytes(key)[:LARGEST]
            return
        for one in sorted(path.glob("*.eml")):
            yield _start_of(one)
        return
    start = _start_of(path)
    if start.startswith(b"From "):
        yield from _mbox(path)
    elif re.match(rb"[\x21-\x39\x3b-\x7e]+:", start):
        yield start
    else:
        raise NotMail(path.name)


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST)


def _mbox(path: Path) -> Iterator[bytes]:
    """Mails of an mbox, each cut at LARGEST; read line by line, so that a huge file costs no memory."""
    current: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        blank = True
        for line in file:
            if line.startswith(b"From ") and blank:
                if current:
                    yield b"".join(current)
                current, size = [], 0
            elif size < LARGEST:
                current.append(line[:LARGEST])
                size += len(line)
            blank = line in (b"\n", b"\r\n")
    if current:
        yield b"".join(current)


def report_in(raw: bytes) -> Report | None:
    """What a mail reports of one of ours, or None when it is no report of ours. Never raises for hostile content."""
    try:
        mail = message_from_bytes(raw[:LARGEST], policy=policy.default)
        found = REFERENCE.search(_ours(mail, raw))
        if not found:
            return None
        reference = UUID(hex=found[1])
        if mail.get_content_type() == "multipart/report" and (parts := _status_parts(mail)):
            return _from_status(reference, parts)
        if SENDERS.search(str(mail.get("From", ""))) or str(mail.get("Return-Path", "")).strip() == "<>":
            codes = STATUS.findall(raw[:LARGEST].decode("latin-1"))
            worst = next((code for code in codes if code[0] == "5"), "")
            late = not worst and any(code[0] == "4" for code in codes)
            return Report(reference, None if late else True, worst)
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError):
        return None  # the parser met something that is not mail
    return None


def _ours(mail: Message, raw: bytes) -> str:
    """Where our Message-ID stands: in the original's headers if they came along, else anywhere in the text."""
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], EmailMessage):
                return str(inner[0].get("Message-ID", ""))
    return raw.decode("latin-1")


def _status_parts(mail: Message) -> list[Message]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            return [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    return []


def _from_status(reference: UUID, blocks: list[Message]) -> Report | None:
    """RFC 3464, 2.3: per-recipient fields Action and Status; our mails have one recipient each."""
    for block in blocks:
        action = str(block.get("Action", "")).strip().lower()
        status = STATUS.search(str(block.get("Status", "")))
        code = status[1] if status else ""
        if action == "failed":
            return Report(reference, True, code)
        if action in {"delivered", "relayed", "expanded"}:
            return Report(reference, False, code)
        if action == "delayed":
            return Report(reference, None, code)
    return None
