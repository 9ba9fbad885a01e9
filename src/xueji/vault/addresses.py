"""Signed addresses of files (文件的短时地址): for one account, for a few minutes, worthless to anybody else.

It carries no file name, and from one address no other can be made. Opening it asks the same rights again, so a right
that was taken away meanwhile closes it at once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core import signing

from xueji.accounts.queries import Viewer
from xueji.vault import keys
from xueji.vault.models import VaultFile
from xueji.vault.queries import file_for
from xueji.vault.terms import ADDRESS_SECONDS

_SALT = "vault.file"


def ticket_for(viewer: Viewer, file: VaultFile, *, now: datetime) -> str:
    """A ticket with which the viewer may open the file until ADDRESS_SECONDS after ``now``."""
    ends = int(now.timestamp()) + ADDRESS_SECONDS
    return signing.Signer(key=keys.token_key(), salt=_SALT).sign_object([file.pk.hex, viewer.id_text, ends])


def file_by_ticket(viewer: Viewer, ticket: str, *, now: datetime) -> VaultFile:
    """The file behind a ticket. Raises VaultFile.DoesNotExist for a forged, expired, foreign or withdrawn one."""
    try:
        file_hex, account, ends = signing.Signer(key=keys.token_key(), salt=_SALT).unsign_object(ticket)
    except (signing.BadSignature, ValueError):
        raise VaultFile.DoesNotExist from None
    if account != viewer.id_text or now.timestamp() > ends:
        raise VaultFile.DoesNotExist
    return file_for(viewer, UUID(hex=file_hex))
