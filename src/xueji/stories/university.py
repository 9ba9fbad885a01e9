"""The demo university in the tables: the school, its colleges, its staff, its students, all by the same commands as at the desks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from random import Random

from xueji.accounts.commands import add_staff, grant_role
from xueji.accounts.models import Account
from xueji.accounts.roles import TITLES, Role
from xueji.catalogue.text import Text
from xueji.journal.command import Act
from xueji.records.commands import declare_college, declare_school
from xueji.stories.names import chinese_name
from xueji.stories.places import COLLEGES, EAST, SCHOOL, WEST

PASSWORD = "east-lake-7315"
"""Of every member of staff of the demo university; it is printed when the demo starts."""

REGISTRARS = {"REG01": "刘敏", "REG02": "吴静"}
"""Two registrars, because a master and a print run are released by two people."""


@dataclass(frozen=True, slots=True)
class Door:
    """One account to come in by (演示账号): whose, where it leads, and how."""

    role: Text
    username: str
    password: str
    name: str
    address: str = "/"

    def as_json(self) -> dict[str, str]:
        """Plain text values, to be kept beside the database."""
        return {**asdict(self), "role": self.role.zh, "role_en": self.role.en}


def declare(act: Act) -> dict[str, Account]:
    """Declare the school and its colleges and add their staff. Returns the staff by username."""
    declare_school(act, **SCHOOL)
    draw = Random("staff")
    staff: dict[str, Account] = {}

    def hire(username: str, role: Role, **scope: str) -> Account:
        name = REGISTRARS.get(username) or chinese_name(draw, draw.choice("12"))
        account = Account.objects.filter(username=username).first()
        if account is None:
            account = add_staff(act, username=username, name=name, email=f"{username.lower()}@donghu.example", phone="67390000", password=PASSWORD).result[0]
        grant_role(act, account, role=role, **scope)
        staff[username] = account
        return account

    for position, college in enumerate(COLLEGES, 1):
        secretary = hire(f"SEC{college.code}", Role.SECRETARY, college=college.code)
        hire(f"DEAN{college.code}", Role.DEAN, college=college.code)
        for level, intake in (("S", 24), ("B", 21)):
            for number in (1, 2, 3):
                hire(f"COU{college.code}", Role.COUNSELLOR, college=college.code, class_number=f"{level}{intake}{college.code}{number:02d}")
        declare_college(
            act, code=college.code, name=college.name, name_en=college.name_en, campus=college.campus, contact=secretary.name,
            phone=f"673900{position:02d}", room=college.room, hours="工作日 8:30–11:30，13:30–17:00", email=secretary.email,
        )  # fmt: skip
    hire("REG01", Role.REGISTRAR)
    hire("REG02", Role.REGISTRAR)  # what two people must do needs two
    hire("STA01", Role.OPERATOR, campus=EAST)
    hire("STA02", Role.OPERATOR, campus=WEST)
    hire("ARC01", Role.ARCHIVIST)
    return staff


def staff_doors(staff: dict[str, Account]) -> list[Door]:
    """One door for each role; the college is the one of computer science."""
    wanted = (
        ("REG01", Role.REGISTRAR, "/registry/"),
        ("REG02", Role.REGISTRAR, "/registry/certificates/"),
        ("SEC04", Role.SECRETARY, "/college/"),
        ("COU04", Role.COUNSELLOR, "/college/"),
        ("DEAN04", Role.DEAN, "/college/"),
        ("STA01", Role.OPERATOR, "/capture/"),
        ("ARC01", Role.ARCHIVIST, "/archive/"),
    )
    return [Door(TITLES[role], username, PASSWORD, staff[username].name, address) for username, role, address in wanted]
