"""Keys and capture codes: made, issued, renewed, revoked (密钥与采集凭证)."""

from __future__ import annotations

from datetime import datetime, timedelta

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import scope_of_case
from xueji.journal.command import ANYWHERE, Act, Change, Scope, command
from xueji.photos.day.models import Code, StationKeys
from xueji.photos.day.queries import code_of, keys_now
from xueji.photos.day.tokens import new_secrets

GRACE = timedelta(hours=12)
"""A code is good until the evening of the round's last day: the make-up has no use for it."""


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


@command(needs=Permission.SCHEDULE_MANAGE, records="capture.keys_made")
def make_keys(act: Act, *, retire: bool = False) -> Change:
    """Make the keys of codes and envelopes (启用采集密钥). With ``retire`` the former ones end at once, and every code with them."""
    now = keys_now()
    if now is not None and not retire:
        return Change("capture:keys", result=now, unchanged=True)
    if now is not None:
        now.retired_at = act.at
        now.save(update_fields=["retired_at"])
    fresh = new_secrets(StationKeys.objects.count() + 1)
    row = StationKeys.objects.create(
        number=fresh.number, signing=fresh.signing.hex(), verifying=fresh.verifying.hex(), opening=fresh.opening.hex(),
        envelope=fresh.envelope.hex(), envelope_public=fresh.envelope_public.hex(), made_at=act.at,
    )  # fmt: skip
    return Change("capture:keys", ANYWHERE, {"number": row.number, "retired": now.number if now else None}, row)


@command(needs=Permission.CASE_FILL, records="capture.code_issued", scope=_of_case)
def issue_code(act: Act, case: Case, *, renew: bool = False) -> Change:
    """Give the student a capture code (领取采集凭证); with ``renew`` the former one is void at once. The result is the Code."""
    return _issued(act, case, renew)


@command(needs=Permission.CASE_RECEIVE, records="capture.code_issued", scope=_of_case)
def issue_code_for(act: Act, case: Case) -> Change:
    """Give out a code for a student's paper slip (代打印采集凭证)."""
    return _issued(act, case, False)


def _issued(act: Act, case: Case, renew: bool) -> Change:
    held = code_of(case)
    if held is not None and not renew and held.expires_at > act.at:
        return Change(f"case:{case.pk}", scope_of_case(case), result=held, unchanged=True)
    if held is not None:
        held.revoked_at, held.reason = act.at, "换新"
        held.save(update_fields=["revoked_at", "reason"])
    row = Code.objects.create(case=case, serial=(held.serial if held else Code.objects.filter(case=case).count()) + 1, issued_at=act.at,
                              expires_at=_until(case.campaign, act.at))  # fmt: skip
    return Change(f"case:{case.pk}", scope_of_case(case), {"serial": row.serial}, row)


def _until(campaign: Campaign, at: datetime) -> datetime:
    last = campaign.sessions.order_by("-closes").values_list("closes", flat=True).first() or campaign.closes
    return max(last + GRACE, at + GRACE)


@command(needs=Permission.CASE_RECEIVE, records="capture.code_revoked", scope=_of_case)
def revoke_code(act: Act, case: Case, *, reason: str) -> Change:
    """Make a student's code void (作废采集凭证): a lost phone, a code passed on."""
    held = code_of(case)
    if held is None:
        return Change(f"case:{case.pk}", scope_of_case(case), unchanged=True)
    held.revoked_at, held.reason = act.at, reason.strip()[:200]
    held.save(update_fields=["revoked_at", "reason"])
    return Change(f"case:{case.pk}", scope_of_case(case), {"serial": held.serial, "reason": held.reason}, held)
