"""Sign-in throttling per account and per address, without telling whether the account exists."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def waiting_until(username: str, address: str, now: datetime) -> datetime | None:
    """The time until which this account name or address has to wait, or None."""
    limits = {key("name", username): PER_ACCOUNT, key("address", address): PER_ADDRESS}
    rows = SignInFailure.objects.filter(key__in=limits, since__gt=now - WINDOW)
    late = [row.since + WINDOW for row in rows if row.count >= limits[row.key]]
    return max(late, default=None)


def failed(username: str, address: str, now: datetime) -> int:
    """Count one failure. Returns how many tries are left for this account name, whether or not it exists."""
    left = PER_ACCOUNT
    for kind, value in (("name", username), ("address", address)):
        row, fresh = SignInFailure.objects.get_or_create(key=key(kind, value), defaults={"since": now, "count": 1})
        if not fresh and row.since <= now - WINDOW:
            SignInFailure.objects.filter(pk=row.pk).update(since=now, count=1)
            row.count = 1
        elif not fresh:
            SignInFailure.objects.filter(pk=row.pk).update(count=F("count") + 1)
            row.count += 1
        if kind == "name":
            left = max(0, PER_ACCOUNT - row.count)
    return left


def succeeded(username: str) -> None:
    """Forget the failures of the account; those of the address stay until their window ends."""
    SignInFailure.objects.filter(key=key("name", username)).delete()


PER_LOOKING = 30
"""Wrong check codes per address and window: enough for a hall of students who mistype, useless for guessing fifty bits."""


def looking_waits_until(address: str, now: datetime) -> datetime | None:
    """The time until which this address may look up no more check codes, or None."""
    row = SignInFailure.objects.filter(key=key("look", address), since__gt=now - WINDOW, count__gte=PER_LOOKING).first()
    return row.since + WINDOW if row else None


def looked_up_wrong(address: str, now: datetime) -> None:
    """Count one look-up that found nothing."""
    row, fresh = SignInFailure.objects.get_or_create(key=key("look", address), defaults={"since": now, "count": 1})
    if not fresh and row.since <= now - WINDOW:
        SignInFailure.objects.filter(pk=row.pk).update(since=now, count=1)
    elif not fresh:
        SignInFailure.objects.filter(pk=row.pk).update(count=F("count") + 1)
