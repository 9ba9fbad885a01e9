"""The college's progress page, the registry's overview and the search by name or number: the same questions at 1,000 and at 100,000 students.

Both are asked through the whole application (address, session, permissions, template) in this process, without a network.
The secretary sees one of twelve colleges, the registrar all of them.
"""

import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from xueji.accounts.models import Account
from xueji.accounts.queries import SystemActor
from xueji.accounts.roles import Role
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case, StepMark
from xueji.journal.command import Act
from xueji.records.models import College, Person, School, StudentRecord

DATABASES = ("sqlite", "postgresql")
SIZES = (1_000, 100_000)
TIMES = 15
NOTICE = Path(__file__).resolve().parent.parent / "campaigns" / "N1-bjut-2024-enrolment.toml"
STEPS = ("semester", "personal", "enrolment", "print", "hand_in")
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def invent(first: int, count: int, draw: Random) -> None:
    """Two 欧阳文静 a college, whom every size finds; students `first` to `first + count`, in twelve colleges and classes of thirty-five.

    Who comes after the campaign was opened has an account that nobody has used yet, as opening it would have made.
    """
    persons, records, accounts = [], [], []
    for n in range(first, first + count):
        name = "欧阳文静" if n < 24 else draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)
        college = n % 12
        if first:
            accounts.append(Account(username=f"S2024{n:07d}", name=name, kind=Account.Kind.STUDENT, password="!"))
        persons.append(Person(name=name, id_document="01", id_number=f"1101012002{n:08d}", sex="1", nationality="156"))
        records.append(
            StudentRecord(
                person=persons[-1], account=accounts[-1] if first else None, student_number=f"S2024{n:07d}", college_id=f"C{college:02d}", class_number=f"S24{college:02d}{n // 12 // 35:03d}",
                level="master", intake_year=2024, standing="admitted", major_name="计算机科学与技术", details={"email": f"s{n}@example.edu.cn"},
            )
        )  # fmt: skip
    Account.objects.bulk_create(accounts, batch_size=2000)
    Person.objects.bulk_create(persons, batch_size=2000)
    StudentRecord.objects.bulk_create(records, batch_size=2000)


def under_way(case: Case, draw: Random, at: datetime) -> list[StepMark]:
    """Some have done nothing, some everything, most are between; the case is changed, its marks are returned."""
    done = draw.choice((0, 0, 1, 2, 3, 4, 5, 5, 5))
    case.stage = "idle" if done == 0 else "done" if done == 5 else "review" if done == 4 else "going"
    case.at_step, case.touched_at = (STEPS[done] if done < 4 else ""), at if done else None
    case.finished_at = at if done == 5 else None
    return [StepMark(case_id=case.pk, step=step, mark="done", at=at, by="") for step in STEPS[:done]]


def asked(client: Client, address: str) -> tuple[int, float]:
    """How many queries a page costs, and the median of its milliseconds."""
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    queries = len(seen)  # now: the next request begins a new list
    assert answer.status_code == 200, (address, answer.status_code)
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address)
        spent.append((time.perf_counter() - began) * 1000)
    return queries, median(spent)


def run(report):
    call_command("collectstatic", verbosity=0, interactive=False)
    draw, now = Random(7), timezone.now()
    system = Act(SystemActor("bench"), now, "cli")
    School.objects.get_or_create(id=1, defaults={"code": "19990", "name": "东湖理工大学", "name_en": "Donghu University of Technology"})
    for n in range(12):
        College.objects.get_or_create(code=f"C{n:02d}", defaults={"name": f"第{n + 1}学院"})
    clients = {}
    for who, role, scope in (("secretary", Role.SECRETARY, {"college": "C03"}), ("registrar", Role.REGISTRAR, {})):
        account = Account.objects.create(username=f"B{uuid.uuid4().hex[:8]}", name=who, kind="staff", password="!")
        account.grants.create(role=role, **scope)
        clients[who] = Client(SERVER_NAME="127.0.0.1")
        clients[who].force_login(account)
    text = NOTICE.read_text("utf-8").replace('first_password = "document_suffix"', 'first_password = "activation_code"')
    days = (now - datetime(2024, 9, 5, tzinfo=now.tzinfo)) // timedelta(days=1)
    pages = {
        "progress page of a college": ("secretary", "/college/bjut-2024-enrolment/"),
        "progress page, filtered by name": ("secretary", "/college/bjut-2024-enrolment/?q=欧阳文"),
        "last page of a college": ("secretary", "/college/bjut-2024-enrolment/?page=999"),
        "notices that concern a college": ("secretary", "/college/?all=1"),
        "overview of the registry": ("registrar", "/registry/"),
        "search by name, one college": ("secretary", "/college/students/?q=欧阳文"),
        "search by number, one college": ("secretary", "/college/students/?q=S20240000"),
        "search by name, whole school": ("registrar", "/college/students/?q=欧阳文"),
        "search by number, whole school": ("registrar", "/college/students/?q=S20240000"),
    }
    found, there = {}, 0
    for size in SIZES:
        invent(there, size - there, draw)
        there = size
        if size == SIZES[0]:
            campaign = open_campaign(system, text=text, move_by_days=days).result[0]
            cases = list(Case.objects.filter(campaign=campaign))
        else:  # opening accounts for 100,000 is not what is measured
            known = set(Case.objects.values_list("record_id", flat=True))
            keys = (pk for pk in StudentRecord.objects.values_list("pk", flat=True) if pk not in known)
            cases = [Case(campaign=campaign, record_id=pk, group="new_postgraduates", opened_at=now) for pk in keys]
        marks = [mark for case in cases for mark in under_way(case, draw, now)]
        if size == SIZES[0]:
            Case.objects.bulk_update(cases, ["stage", "at_step", "touched_at", "finished_at"], batch_size=100)
        else:
            Case.objects.bulk_create(cases, batch_size=2000)
        StepMark.objects.bulk_create(marks, batch_size=2000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found[size] = {name: asked(clients[who], address) for name, (who, address) in pages.items()}
    for name in pages:
        (few, before), (many, after) = found[SIZES[0]][name], found[SIZES[1]][name]
        report.figure(
            f"{name}, 100,000 students", after, "ms", peer=before, peer_name="the same at 1,000", goal="< 60 ms",
            note=f"queries: {few} at 1,000, {many} at 100,000" + ("" if few == many else " — NOT THE SAME"),
        )  # fmt: skip
