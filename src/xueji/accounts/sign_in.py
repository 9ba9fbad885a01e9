"""Recognising somebody by number and password (登录)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from xueji.accounts.models import Account
from xueji.accounts.queries import with_grants

_NOBODYS_HASH: list[str] = []


def first_password_digest(value: str) -> str:
    """A keyed digest of a first password or one-time code: case and spaces do not matter, the key does.

    A first password has too little entropy for any unkeyed hash, and 50,000 slow hashes on opening day are not
    needed for something that opens one page and then dies.
    """
    return salted_hmac("xueji.first-password", "".join(value.split()).upper(), algorithm="sha256").hexdigest()


def recognise(username: str, password: str, now: datetime) -> Account | None:
    """The active account that these words open at this time, else None; one slow hash in every case.

    Raises nothing. Whether the account does not exist, is locked, or the password is wrong takes the same time.
    """
    account = Account.objects.filter(username=username.strip().upper()[:32]).first()
    if not _NOBODYS_HASH:
        _NOBODYS_HASH.append(make_password("nobody"))
    usable = bool(account and account.has_usable_password() and account.password)
    right = check_password(password, account.password if usable else _NOBODYS_HASH[0]) and usable
    if account is None or not account.is_active:
        return None
    if account.first_password_digest and account.first_password_until and now < account.first_password_until:
        first = constant_time_compare(account.first_password_digest, first_password_digest(password))
        return account if first else None
    return account if right and not account.first_password_digest else None


class StudentNumberBackend(BaseBackend):
    """Sign-in by student or staff number."""

    def authenticate(self, request: Any, username: str = "", password: str = "", **_: Any) -> Account | None:
        return recognise(username, password, timezone.now()) if username and password else None

    def get_user(self, user_id: int) -> Account | None:
        return with_grants(user_id)
