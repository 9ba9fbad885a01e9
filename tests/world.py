"""The cast (演员表): the same people in every test, so that a test reads like a sentence about the world.

李明    a new postgraduate of college A, class S240101                王秘书  the secretary of college A
王芳    another student of the same class                            赵秘书  the secretary of college B, must never see 李明
赵强    a student of college B                                       陈院长  the dean who signs for A
Anna    an international student of A, without a resident ID         高辅导员 the counsellor of 李明's class
欧阳静  an undergraduate of A, outside N1's audience                 刘老师  the registrar

It is 2024-09-05, 10:00 in Shanghai: N1's window (2 to 10 September, 17:00) is open. Use the fixture `world`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.test import Client

from xueji.accounts.models import Account
from xueji.accounts.queries import AccountActor, SystemActor, actor_for
from xueji.accounts.roles import Role
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.journal.command import Act
from xueji.records.models import College, Person, School, StudentRecord
from xueji.records.terms import Population, Standing

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2024, 9, 5, 10, 0, tzinfo=SHANGHAI)
PASSWORD = "north-lake-7315"
N1 = Path(__file__).resolve().parent.parent / "campaigns" / "N1-bjut-2024-enrolment.toml"

STAFF = {
    "王秘书": ("T001", Role.SECRETARY, {"college": "A"}),
    "赵秘书": ("T002", Role.SECRETARY, {"college": "B"}),
    "陈院长": ("T003", Role.DEAN, {"college": "A"}),
    "高辅导员": ("T004", Role.COUNSELLOR, {"college": "A", "class_number": "S240101"}),
    "刘老师": ("T005", Role.REGISTRAR, {}),
    "周操作员": ("T006", Role.OPERATOR, {}),
    "孙档案员": ("T007", Role.ARCHIVIST, {}),
}


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


@dataclass
class World:
    """Two colleges, their students and staff; N1 opens when a test asks for `campaign` or `case_of`."""

    now: datetime = NOW

    def account(self, name: str) -> Account:
        """The account of one of the cast, by name."""
        return Account.objects.get(name=name)

    def actor(self, name: str) -> AccountActor:
        return actor_for(self.account(name))

    def act(self, name: str, desk: str = "", at: datetime | None = None) -> Act:
        """An act by one of the cast, at the world's time, through the desk where that person sits."""
        actor = self.actor(name)
        usual = "student" if actor.is_student else "registry" if Role.REGISTRAR in actor.roles() else "college"
        return Act(actor, at or self.now, desk or usual)

    def system(self, at: datetime | None = None) -> Act:
        return Act(SystemActor("tests"), at or self.now, "cli")

    def record(self, name: str) -> StudentRecord:
        return StudentRecord.objects.select_related("person", "college").get(person__name=name)

    def client(self, name: str = "", language: str = "zh-hans") -> Client:
        """A browser without JavaScript in which that person is signed in; nobody for an empty name."""
        client = Client(HTTP_ACCEPT_LANGUAGE=language)
        if name:
            client.force_login(self.account(name))
        return client

    @cached_property
    def campaign(self) -> Campaign:
        """N1, opened on the morning of 2 September by the registrar."""
        opened = open_campaign(self.act("刘老师", at=datetime(2024, 9, 2, 8, tzinfo=SHANGHAI)), text=N1.read_text("utf-8"))
        return opened.result[0]

    def case_of(self, name: str) -> Case:
        """The case of that student in N1."""
        return Case.objects.select_related("campaign", "record__person", "record__college").get(
            campaign=self.campaign, record__person__name=name
        )

    def enrol(self, name: str, number: str, college: str, **values) -> StudentRecord:
        """One more student, with account; anything of the person or the record may be given by keyword."""
        columns = {field.name for field in Person._meta.concrete_fields}
        person = {"sex": "1", "born_on": date(2002, 5, 6), "id_document": "01", "nationality": "156", "ethnic_group": "01", "political_status": "03"}
        person |= {key: value for key, value in values.items() if key in columns and key != "id"}
        record = {
            "class_number": f"S24{number[5:7]}01", "campus": "东湖校区" if college == "A" else "西山校区", "level": "master", "major_code": "081200",
            "major_name": "计算机科学与技术", "major_name_en": "Computer Science and Technology", "schooling_years": "3", "study_mode": "full_time",
            "intake_year": 2024, "enrolled_on": date(2024, 9, 2), "expected_on": date(2027, 6, 30), "first_expected_on": date(2027, 6, 30),
            "standing": Standing.ADMITTED, "record_state": "pending", "commissioned": "no", "department": "计算机系",
            "candidate_number": f"19990{number[1:]}",
        } | {key: value for key, value in values.items() if key not in columns}  # fmt: skip
        record["details"] = {"email": f"{number.lower()}@stu.donghu.example"} | record.get("details", {})
        account = Account.objects.create(
            username=number, name=name, kind=Account.Kind.STUDENT, password=_hashed(), email=record["details"]["email"],
            language="en" if person.get("population") == Population.INTERNATIONAL else "zh-hans",
        )  # fmt: skip
        return StudentRecord.objects.create(
            person=Person.objects.create(name=name, **person), account=account, student_number=number, college_id=college, **record
        )


def build() -> World:
    """Declare the school, the colleges and the cast."""
    world = World()
    School.objects.create(
        id=1, code="19990", name="东湖理工大学", name_en="Donghu University of Technology", office="研究生院", office_en="Graduate School",
        president="沈致远", notice_address="xueji.donghu.example",
    )  # fmt: skip
    for code, name, english, campus, contact in (
        ("A", "计算机学院", "School of Computer Science", "东湖校区", "王秘书"),
        ("B", "化学与化工学院", "School of Chemistry", "西山校区", "赵秘书"),
    ):
        College.objects.create(
            code=code, name=name, name_en=english, campus=campus, contact=contact, phone=f"6700000{ord(code) - 64}", room="信息楼 B205",
            hours="工作日 9:00–11:30，14:00–17:00", email=f"{code.lower()}@donghu.example",
        )  # fmt: skip
    for name, (number, role, scope) in STAFF.items():
        account = Account.objects.create(username=number, name=name, kind=Account.Kind.STAFF, password=_hashed(), email=f"{number.lower()}@donghu.example")
        account.grants.create(role=role, **scope)
    world.enrol("李明", "S202401001", "A", class_number="S240101", id_number="32060020020506001X")
    world.enrol("王芳", "S202401002", "A", class_number="S240101", sex="2", id_number="320600200205060028")
    world.enrol("赵强", "S202402001", "B", class_number="S240201", id_number="320600200205060036")
    world.enrol(
        "SCHMIDT ANNA", "S202401003", "A", class_number="S240102", sex="2", id_document="06", id_number="X0000001", nationality="276",
        population=Population.INTERNATIONAL, name_pinyin="SCHMIDT ANNA", ethnic_group="", political_status="", candidate_number="",
    )  # fmt: skip
    world.enrol(
        "欧阳静", "B202101001", "A", class_number="B210101", sex="2", id_number="320600200205060044", level="undergraduate", intake_year=2021,
        enrolled_on=date(2021, 9, 2), expected_on=date(2025, 7, 1), first_expected_on=date(2025, 7, 1), standing=Standing.ENROLLED,
        record_state="registered", schooling_years="4", major_code="080901",
    )  # fmt: skip
    return world
