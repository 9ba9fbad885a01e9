"""Writes to accounts: first passwords, own passwords, resets, grants."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from xueji.accounts.models import Account, Grant
from xueji.accounts.permissions import Permission
from xueji.accounts.roles import Role
from xueji.accounts.sign_in import first_password_digest
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.rules.findings import Finding, finding

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RESET_HOURS = 72
"""How long a code that a secretary hands over stays good."""


def new_code() -> str:
    """Eight characters without 0/O and 1/I, some 40 bits, as handed over on paper: ``K7QF-2MXA``."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _own(account: Account, **_: object) -> Scope:
    return Scope(account=f"account:{account.pk}")


def weakness_of(account: Account, new: str) -> list[Finding]:
    """Everything that speaks against a new password (密码太弱); empty when it will do."""
    if account.first_password_digest and account.first_password_digest == first_password_digest(new):
        return [finding("ACCT.015", field="new")]
    try:
        validate_password(new, account)
    except ValidationError as weak:
        codes = {e.code for e in weak.error_list}
        ids = {"password_too_short": "ACCT.011", "password_too_common": "ACCT.012", "password_entirely_numeric": "ACCT.013",
               "password_too_similar": "ACCT.014"}  # fmt: skip
        return [finding(ids[c], field="new") for c in sorted(codes & ids.keys())]
    return []


@command(needs=Permission.OWN_PASSWORD, records="account.password_changed", scope=_own)
def change_password(act: Act, account: Account, *, new: str) -> Change:
    """Set one's own password; the first password dies with it (修改密码). Stopped when the password is too weak."""
    problems = weakness_of(account, new)
    if problems:
        raise Stopped(problems)
    account.set_password(new)
    account.first_password_digest = ""
    account.first_password_until = None
    account.save(update_fields=["password", "first_password_digest", "first_password_until"])
    return Change(f"account:{account.pk}", Scope(account=f"account:{account.pk}"))


@command(
    needs=Permission.PASSWORD_RESET, records="account.password_reset", scope=lambda account, within: within
)
def reset_password(act: Act, account: Account, *, within: Scope) -> Change:
    """Give a one-time code that lets the owner choose a new password (重置密码). ``within`` is where the owner belongs.

    The result is the code; it is shown once and kept nowhere.
    """
    code = _one_time_code(act, account)
    return Change(f"account:{account.pk}", Scope(college=within.college, account=f"account:{account.pk}"),
                  {"hours": RESET_HOURS}, result=code)  # fmt: skip


@command(needs=Permission.GRANT_ROLES, records="account.staff_password_reset")
def reset_staff_password(act: Act, account: Account) -> Change:
    """Give a member of staff a one-time code (重置教职工密码). The result is the code, shown once and kept nowhere."""
    return Change(f"account:{account.pk}", Scope(account=f"account:{account.pk}"), result=_one_time_code(act, account))


def _one_time_code(act: Act, account: Account) -> str:
    code = new_code()
    account.first_password_digest = first_password_digest(code)
    account.first_password_until = act.at + timedelta(hours=RESET_HOURS)
    account.set_unusable_password()
    account.save(update_fields=["password", "first_password_digest", "first_password_until"])
    return code


@command(needs=Permission.CAMPAIGN_MANAGE, records="account.students_admitted")
def admit_students(act: Act, *, students: Iterable[tuple[Account, str]], until: datetime, reason: str) -> Change:
    """Open accounts for students who have none yet, each with a first password that dies at ``until`` (开通账号).

    ``students`` are unsaved accounts with their first password. The result is the list of saved accounts.
    """
    accounts = []
    for account, first in students:
        account.username = account.username.strip().upper()
        account.kind = Account.Kind.STUDENT
        account.first_password_digest = first_password_digest(first)
        account.first_password_until = until
        account.set_unusable_password()
        accounts.append(account)
    saved = Account.objects.bulk_create(accounts, batch_size=1000)
    return Change(f"accounts:{reason}", ANYWHERE, {"count": len(saved), "until": until.isoformat()}, saved,
                  unchanged=not saved)  # fmt: skip


@command(needs=Permission.GRANT_ROLES, records="account.staff_added")
def add_staff(act: Act, *, username: str, name: str, email: str = "", phone: str = "", password: str = "") -> Change:
    """Open an account for a member of staff (开通教职工账号). Without a password the result carries a one-time code."""
    account = Account(username=username, name=name, email=email, phone=phone, kind=Account.Kind.STAFF)
    code = ""
    if password:
        account.set_password(password)
    else:
        code = new_code()
        account.set_unusable_password()
        account.first_password_digest = first_password_digest(code)
        account.first_password_until = act.at + timedelta(hours=RESET_HOURS)
    account.save(force_insert=True)
    return Change(f"account:{account.pk}", detail={"name": name}, result=(account, code))


@command(needs=Permission.GRANT_ROLES, records="account.role_granted")
def grant_role(
    act: Act, account: Account, *, role: Role, college: str = "", campus: str = "", class_number: str = ""
) -> Change:
    """Grant a role in a scope (授予角色). Granting it again changes nothing."""
    held, fresh = Grant.objects.get_or_create(
        account=account, role=role, college=college, campus=campus, class_number=class_number
    )
    return Change(f"account:{account.pk}", Scope(college=college), {"role": role, "college": college, "campus": campus,
                  "class_number": class_number}, held, unchanged=not fresh)  # fmt: skip


@command(needs=Permission.GRANT_ROLES, records="account.role_taken")
def take_role(act: Act, grant: Grant) -> Change:
    """Take a granted role back (收回角色)."""
    change = Change(f"account:{grant.account_id}", Scope(college=grant.college), {"role": grant.role,
                    "college": grant.college, "class_number": grant.class_number})  # fmt: skip
    grant.delete()
    return change


@command(needs=Permission.OWN_PASSWORD, records="account.language_chosen", scope=_own)
def choose_language(act: Act, account: Account, *, language: str) -> Change:
    """Remember the language for pages and messages (选择语言)."""
    same = account.language == language
    account.language = language
    if not same:
        account.save(update_fields=["language"])
    return Change(f"account:{account.pk}", Scope(account=f"account:{account.pk}"), {"language": language}, unchanged=same)
