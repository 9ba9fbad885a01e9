"""Reading accounts: what an account may do, and which accounts a viewer may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from xueji.accounts.last_seen import LastSeen, Row, columns_of, taken_apart
from xueji.accounts.models import Account, Grant
from xueji.accounts.permissions import Permission
from xueji.accounts.roles import EVERYBODY, ROLES, STUDENT, Role
from xueji.journal.command import Scope


@dataclass(frozen=True, slots=True)
class AccountActor:
    """An account as an actor: its grants read once, asked many times (操作人)."""

    account: Account
    grants: tuple[Grant, ...] = field(default=())

    @property
    def id_text(self) -> str:
        return f"account:{self.account.pk}"

    @property
    def label(self) -> str:
        return self.account.name or self.account.username

    @property
    def language(self) -> str:
        return self.account.language

    @property
    def is_student(self) -> bool:
        return self.account.kind == Account.Kind.STUDENT

    def may(self, permission: str, scope: Scope) -> bool:
        """Own things by what every account and every student may; everything else by a grant that covers the scope."""
        if scope.account and scope.account == self.id_text:
            if permission in (STUDENT if self.is_student else EVERYBODY):
                return True
        return any(permission in ROLES[Role(g.role)] and covers(g, scope) for g in self.grants)

    def colleges_for(self, permission: str) -> tuple[str, ...] | None:
        """The colleges in which the permission is held anywhere; None means in all of them."""
        held = [g for g in self.grants if permission in ROLES[Role(g.role)]]
        if any(not g.college and not g.campus for g in held):
            return None
        return tuple(sorted({g.college for g in held if g.college}))

    def holds(self, permission: str) -> bool:
        """Whether some grant holds the permission somewhere: for menus, never for access."""
        return any(permission in ROLES[Role(g.role)] for g in self.grants)

    def roles(self) -> set[Role]:
        """The roles held, wherever."""
        return {Role(g.role) for g in self.grants}


@dataclass(frozen=True, slots=True)
class SystemActor:
    """The system itself or the operator at the machine's command line (系统). May everything; is named in the journal."""

    name: str

    @property
    def id_text(self) -> str:
        return f"system:{self.name}"

    @property
    def label(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        return "zh-hans"

    is_student = False

    def may(self, permission: str, scope: Scope) -> bool:
        return True

    def colleges_for(self, permission: str) -> tuple[str, ...] | None:
        return None

    def holds(self, permission: str) -> bool:
        return True

    def roles(self) -> set[Role]:
        return set()


@dataclass(frozen=True, slots=True)
class Nobody:
    """A visitor who has not signed in (访客). May nothing."""

    id_text: str = "nobody"
    label: str = "访客"
    language: str = "zh-hans"
    is_student = False

    def may(self, permission: str, scope: Scope) -> bool:
        return False

    def colleges_for(self, permission: str) -> tuple[str, ...] | None:
        return ()

    def holds(self, permission: str) -> bool:
        return False

    def roles(self) -> set[Role]:
        return set()


Viewer = AccountActor | SystemActor | Nobody
"""Whoever looks: every query takes one first."""


def covers(grant: Grant, scope: Scope) -> bool:
    """Whether the grant's scope contains the asked one. Something without a college belongs to the school alone."""
    if grant.college and grant.college != scope.college:
        return False
    if grant.campus and grant.campus != scope.campus:
        return False
    return not grant.class_number or grant.class_number == scope.class_number


def actor_for(account: Account) -> AccountActor:
    """The account with its grants; one query unless they were read with it."""
    held = account.held_grants
    return AccountActor(account, tuple(account.grants.all()) if held is None else held)


WITH_GRANTS = f"""
SELECT {columns_of(Account, "account")}, held.id AS grant_id, held.role AS held_role, held.college AS held_college, held.campus AS held_campus, held.class_number AS held_class
FROM accounts_account account LEFT JOIN accounts_grant held ON held.account_id = account.id WHERE account.id = %s AND account.is_active
"""


def _with_grants(rows: Sequence[Row]) -> Account:
    account = taken_apart(Account, rows[0])
    account.held_grants = tuple(
        Grant(pk=row["grant_id"], account_id=account.pk, role=row["held_role"], college=row["held_college"], campus=row["held_campus"],
              class_number=row["held_class"])
        for row in rows if row["grant_id"] is not None
    )  # fmt: skip
    return account


with_grants: LastSeen[Account] = LastSeen(WITH_GRANTS, _with_grants)
"""An active account together with its grants, by its number: every request of somebody signed in asks this one question."""


def account_of(id_text: str) -> Account | None:
    """The account behind an actor's id text, if it is one."""
    kind, _, pk = id_text.partition(":")
    return Account.objects.filter(pk=pk).first() if kind == "account" and pk.isdigit() else None


def staff_of(college: str, role: Role) -> QuerySet[Account]:
    """Active accounts that hold the role in the college: whom to ask."""
    return Account.objects.filter(grants__college=college, grants__role=role, is_active=True).order_by("name")


def staff_accounts(viewer: Viewer) -> QuerySet[Account]:
    """Every member of staff with the grants, for whoever grants roles for the whole school."""
    if not viewer.may(Permission.GRANT_ROLES, Scope()):
        return Account.objects.none()
    return Account.objects.filter(kind=Account.Kind.STAFF).prefetch_related("grants").order_by("username")


def class_staff(college: str, role: Role) -> dict[str, str]:
    """Who holds the role for which class of a college: names by class number."""
    held = Grant.objects.filter(college=college, role=role, account__is_active=True).exclude(class_number="")
    names: dict[str, list[str]] = {}
    for number, name in held.order_by("account__name").values_list("class_number", "account__name"):
        names.setdefault(number, []).append(name)
    return {number: "、".join(found) for number, found in names.items()}
