"""Sign-in throttling per account and per address, without telling whether the account exists."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from xueji.accounts.models import SignInFailure

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 8
PER_ADDRESS = 200
"""An address may be a whole dormitory behind one router: generous, but bounded."""


def key(kind: str, value: str) -> str:
    """A keyed digest, so that the table holds neither names nor addresses."""
    return f"{kind}:{salted_hmac('xueji.sign-in', value.strip().upper(), algorithm='sha256').hexdigest()}"


def network(address: str) -> str:
    """What is counted as one address: an IPv6 host owns a whole /64 and could take another one for every try."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def waiting_until(username: str, address: str, now: datetime) -> datetime | None:
    """The time until which this account name or address has to wait, or None."""
    limits = {key("name", username): PER_ACCOUNT, key("address", network(address)): PER_ADDRESS}
    rows = SignInFailure.objects.filter(key__in=limits, since__gt=now - WINDOW)
    late = [row.since + WINDOW for row in rows if row.count >= limits[row.key]]
    return max(late, default=None)


def failed(username: str, address: str, now: datetime) -> int:
    """Count one try as failed, before it is looked at: a hundred at the same instant are a hundred, not one.

    Returns how many are left for this account name, whether or not it exists; less than nought for one too many.
    ``succeeded`` takes it back.
    """
    with transaction.atomic():
        _count(key("address", network(address)), now)
        return PER_ACCOUNT - _count(key("name", username), now)


def _count(counted: str, now: datetime) -> int:
    """One more under this key; how many they are now. Inside a transaction, so that the row is held until it is read."""
    row, fresh = SignInFailure.objects.get_or_create(key=counted, defaults={"since": now, "count": 1})
    if fresh:
        return 1
    here = SignInFailure.objects.filter(pk=row.pk)
    if not here.filter(since__lte=now - WINDOW).update(since=now, count=1):
        here.update(count=F("count") + 1)
    return here.values_list("count", flat=True).first() or 1


def succeeded(username: str, address: str) -> None:
    """Forget the failures of the account and this one try of the address, whose others stay until their window ends."""
    SignInFailure.objects.filter(key=key("name", username)).delete()
    SignInFailure.objects.filter(key=key("address", network(address)), count__gt=0).update(count=F("count") - 1)


PER_LOOKING = 30
"""Wrong check codes, or wrong statements, per address and window: enough for a hall of students who mistype, useless for guessing fifty bits."""


CODES, STATEMENTS = "look", "statement"
"""What is looked up without signing in; each is counted apart, so that somebody who mistypes one is not locked out of the other."""


def looking_waits_until(address: str, now: datetime, what: str = CODES) -> datetime | None:
    """The time until which this address may look up no more of ``what``, or None."""
    row = SignInFailure.objects.filter(key=key(what, network(address)), since__gt=now - WINDOW, count__gte=PER_LOOKING).first()
    return row.since + WINDOW if row else None


def looked_up_wrong(address: str, now: datetime, what: str = CODES) -> None:
    """Count one look-up that found nothing."""
    with transaction.atomic():
        _count(key(what, network(address)), now)


def forget_old(now: datetime) -> int:
    """Take away what is older than the window; returns how many rows (定时清理)."""
    return SignInFailure.objects.filter(since__lte=now - WINDOW).delete()[0]
