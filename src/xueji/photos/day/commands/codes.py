"""Keys and capture codes: made, issued, renewed, revoked (密钥与采集凭证)."""

from __future__ import annotations

from datetime import datetime, timedelta

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import scope_of_case
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.photos.day.models import Code, StationKeys
from xueji.photos.day.queries import code_of, keys_now
from xueji.photos.day.tokens import new_secrets
from xueji.records.models import StudentRecord
from xueji.rules.findings import finding

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
    """Give out a code for a student's paper slip (代打印采集凭证). A code in force stays: phone and paper are then the same code."""
    return _issued(act, case, False)


@command(needs=Permission.STATION_OPERATE, records="capture.code_issued", scope=lambda campaign, campus, **_: Scope(campus=campus))
def issue_code_at_the_door(act: Act, campaign: Campaign, *, campus: str, number: str) -> Change:
    """A slip for somebody at the door without a phone (现场打印凭证), by the student number on the student card.

    The result is the Code. Stopped without keys, for a number that is in no list of this round, and for one that must not come.
    """
    if keys_now() is None:
        raise Stopped([finding("STAT.035")])
    case = Case.objects.select_related("campaign", "record__college", "record__person").filter(
        campaign=campaign, left_at=None, record__student_number=number.strip().upper()
    ).first()  # fmt: skip
    if case is None:
        known = StudentRecord.objects.filter(student_number=number.strip().upper()).exists()
        raise Stopped([finding("STAT.008", field="number") if known else finding("STAT.036", field="number", number=number.strip()[:20] or "—")])
    given = _issued(act, case, False)
    return Change(given.subject, given.scope, {**given.detail, "door": campus}, given.result, unchanged=given.unchanged)


def _issued(act: Act, case: Case, renew: bool, reason: str = "换新") -> Change:
    Case.objects.select_for_update().get(pk=case.pk)  # two pages at one instant: the second finds the first one's code
    held = code_of(case)
    if held is not None and not renew and held.expires_at > act.at:
        return Change(f"case:{case.pk}", scope_of_case(case), result=held, unchanged=True)
    if held is not None:
        _voided(act, held, reason)
    last = Code.objects.filter(case=case).order_by("-serial").values_list("serial", flat=True).first() or 0
    row = Code.objects.create(case=case, serial=last + 1, issued_at=act.at, expires_at=_until(case.campaign, act.at))
    return Change(f"case:{case.pk}", scope_of_case(case), {"serial": row.serial, "reason": reason} if renew else {"serial": row.serial}, row)


def _voided(act: Act, code: Code, reason: str) -> None:
    code.revoked_at, code.reason = act.at, reason[:200]
    code.save(update_fields=["revoked_at", "reason"])


def _until(campaign: Campaign, at: datetime) -> datetime:
    last = campaign.sessions.order_by("-closes").values_list("closes", flat=True).first() or campaign.closes
    return max(last + GRACE, at + GRACE)


@command(needs=Permission.CASE_RECEIVE, records="capture.code_revoked", scope=_of_case)
def revoke_code(act: Act, case: Case, *, reason: str) -> Change:
    """Make a student's code void (作废采集凭证): a lost phone, a code passed on. Stopped without a reason.

    The result is the voided Code, None when none was in force.
    """
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    held = code_of(case)
    if held is None:
        return Change(f"case:{case.pk}", scope_of_case(case), unchanged=True)
    _voided(act, held, reason.strip())
    return Change(f"case:{case.pk}", scope_of_case(case), {"serial": held.serial, "reason": held.reason}, held)


@command(needs=Permission.CASE_RECEIVE, records="capture.code_issued", scope=_of_case)
def rotate_code(act: Act, case: Case, *, reason: str) -> Change:
    """Void a student's code and give out a new one in the same breath (换发采集凭证). Stopped without a reason. The result is the new Code."""
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    return _issued(act, case, True, reason.strip())
