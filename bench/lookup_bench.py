"""Looking one certificate up among a million, as the public page does after the signature: is it in force, what does the holder show.

The rows are copies of one real row with other identifiers, so the table has its real width, indexes and constraints.
"""

import time
import uuid
from datetime import date
from random import Random

from django.db import connection
from django.utils import timezone

from xueji.certificates.models import Certificate, Master, PrintRun
from xueji.certificates.queries.disclosures import shown_of
from xueji.certificates.queries.places import by_token
from xueji.records.models import College, Person, StudentRecord

DATABASES = ("sqlite", "postgresql")
ROWS, ASKED = 1_000_000, 3_000
FILLED = {
    "sqlite": ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) ", "printf('%032x', i)", "n"),
    "postgresql": ("", "lpad(to_hex(i), 32, '0')::uuid", "generate_series(1, {rows}) AS n(i)"),
}


def fill(rows: int) -> None:
    """One certificate by the application, the others from it by one statement."""
    college = College.objects.create(code="C01", name="计算机学院")
    person = Person.objects.create(name="单雄信", id_document="01", id_number="110101200201010000", sex="1", nationality="156")
    record = StudentRecord.objects.create(
        person=person,
        student_number="S20170001",
        college=college,
        class_number="S1701",
        level="master",
        intake_year=2017,
        standing="graduated",
    )
    now = timezone.now()
    master = Master.objects.create(kind="graduation", version=1, text="", sha256="0" * 64, drafted_at=now, drafted_by="bench")
    run = PrintRun.objects.create(master=master, issued_on=date(2020, 6, 30), title="bench", made_at=now, made_by="bench", pages=rows)
    first = Certificate.objects.create(
        id=uuid.UUID(int=2**127), record=record, kind="k0", run=run, position=0, values={"body": "研究生单雄信，性别男，准予毕业。" * 8}, issued_on=run.issued_on,
        token="t0", statement="https://xueji.example.edu.cn/verify/#XJ1." + "A" * 230, college=college,
    )  # fmt: skip
    series, number, source = (part.format(rows=rows) for part in FILLED[connection.vendor])
    made = {"id": number, "token": "'t' || i", "kind": "'k' || i", "position": "i"}
    columns = [field.column for field in Certificate._meta.concrete_fields]
    quoted = ", ".join(f'"{column}"' for column in columns)
    taken = ", ".join(made.get(column, f'c."{column}"') for column in columns)
    table = Certificate._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({quoted}) {series}SELECT {taken} FROM "{table}" c, {source} WHERE c.token = \'{first.token}\''
        )
        cursor.execute("ANALYZE")


def run(report) -> None:
    fill(ROWS)
    draw, times, now = Random(7), [], timezone.now()
    for _ in range(ASKED):
        token = f"t{draw.randint(1, ROWS)}"
        began = time.perf_counter()
        found = by_token(token)
        shown = shown_of(found, now)
        times.append((time.perf_counter() - began) * 1000)
        assert found.token == token and found.revoked_at is None and shown is None
    draw, used = Random(8), time.process_time()
    for _ in range(ASKED):
        shown_of(by_token(f"t{draw.randint(1, ROWS)}"), now)
    used = (time.process_time() - used) / ASKED * 1000
    report.figure(f"look one up among {ROWS:,}, p50", report.percentile(times, 50), "ms")
    report.figure(f"look one up among {ROWS:,}, p95", report.percentile(times, 95), "ms", goal="< 10")
    report.figure("processor time for each, without the database's own", used, "ms")
    missed = []
    for n in range(500):
        began = time.perf_counter()
        assert by_token(f"no such token {n}") is None
        missed.append((time.perf_counter() - began) * 1000)
    report.figure("a token that was never issued, p95", report.percentile(missed, 95), "ms", goal="< 10")
