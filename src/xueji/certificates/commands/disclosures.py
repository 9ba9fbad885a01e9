"""Writes of what a holder lets verifiers see beyond the minimum (本人授权展示): given by the holder alone, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from xueji.accounts.permissions import Permission
from xueji.certificates.models import Certificate, Disclosure
from xueji.certificates.terms import DISCLOSED_DAYS, Item
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.queries import scope_of
from xueji.rules.findings import finding


def _of_certificate(certificate: Certificate, **_: object) -> Scope:
    return scope_of(certificate.record)


@command(needs=Permission.CASE_FILL, records="certificate.disclosed", scope=_of_certificate)
def disclose(act: Act, certificate: Certificate, *, items: Collection[str], days: int) -> Change:
    """Let whoever verifies this certificate see some more items for some days (授权展示). A new choice replaces the last.

    Stopped without an item, for other days than are offered, and for a certificate that is not the holder's yet or is revoked.
    """
    problems = []
    chosen = [item for item in Item if item in items]
    if not chosen or len(chosen) != len(set(items)) or days not in DISCLOSED_DAYS:
        problems.append(finding("SHOW.001", field="items"))
    held = Certificate.objects.select_for_update(of=("self",)).select_related("record__college").get(pk=certificate.pk)
    if held.revoked_at:
        problems.append(finding("SHOW.002", why="证书已吊销", why_en="the certificate is revoked"))
    elif not held.signed_for_at and held.place != "archive":
        problems.append(finding("SHOW.002", why="证书还没有签收", why_en="the certificate was not signed for yet"))
    if problems:
        raise Stopped(problems)
    Disclosure.objects.filter(certificate=held, withdrawn_at=None).update(withdrawn_at=act.at)
    row = Disclosure.objects.create(certificate=held, items=[str(item) for item in chosen], made_at=act.at, until=act.at + timedelta(days=days))
    detail = {"items": row.items, "until": row.until.isoformat(timespec="seconds")}
    return Change(f"certificate:{held.pk}", scope_of(held.record), detail, row)


@command(needs=Permission.CASE_FILL, records="certificate.disclosure_withdrawn", scope=_of_certificate)
def withdraw_disclosure(act: Act, certificate: Certificate) -> Change:
    """Take the permission back (收回授权): from this moment a verifier sees the minimum again."""
    taken = Disclosure.objects.filter(certificate=certificate, withdrawn_at=None).update(withdrawn_at=act.at)
    return Change(f"certificate:{certificate.pk}", scope_of(certificate.record), {}, taken, unchanged=not taken)
