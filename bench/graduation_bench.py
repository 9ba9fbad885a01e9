"""The graduation review of 50,000 students with 40 requirements each, and a filing of 50,000 rows, beside openpyxl and PyPI's dbf."""

import io
import os
import subprocess
import sys
import tempfile
from datetime import date

DATABASES = ("sqlite",)  # no table is asked, but the layouts know the colleges
STUDENTS, REQUIREMENTS = 50_000, 40
DAY = date(2020, 6, 26)


def plan_text() -> str:
    """A plan of forty requirements of every kind."""
    kinds = ["credits"] * 12 + ["course"] * 20 + ["test"] * 3 + ["fact"] * 2 + ["clear"] + ["total_credits", "no_failures"]
    head = '[plan]\ncode="bench"\ntitle="bench"\nintake={from=2000}\nsource="bench"\n'
    return head + "".join(f'[[requirement]]\ncode="r{n}"\nkind="{kind}"\nsubject="s{n}"\nleast={60 if kind in {"course", "test", "no_failures"} else 2}\n' for n, kind in enumerate(kinds))


PEER = """
import io, sys, time
from datetime import date
rows = [[f"S{n:09}", "祝德卿", "男", "320600200205060060", "计算机学院", "081200", "计算机科学与技术", "硕士研究生", "3", "20170901", "20200630", "毕业"] for n in range(50000)]
names = ["XH", "XM", "XB", "SFZH", "FY", "ZYDM", "ZYMC", "CC", "XZ", "RXRQ", "BYRQ", "BJYJL"]
began = time.perf_counter()
from openpyxl import Workbook
book = Workbook(write_only=True); sheet = book.create_sheet(); sheet.append(names)
for row in rows: sheet.append(row)
book.save(io.BytesIO()); print(time.perf_counter() - began)
import dbf, tempfile, os
folder = tempfile.mkdtemp(); began = time.perf_counter()
table = dbf.Table(os.path.join(folder, "t.dbf"), "; ".join(f"{n} C({w})" for n, w in zip(names, (15, 40, 2, 18, 60, 10, 50, 12, 3, 8, 8, 10))), codepage="cp936")
table.open(dbf.READ_WRITE)
for row in rows[:5000]: table.append(tuple(row))
table.close(); print((time.perf_counter() - began) * 10)
"""


def run(report):
    from xueji.formats import dbf
    from xueji.formats.workbooks import Heading, write
    from xueji.graduation.models import Studies
    from xueji.graduation.reviewing import Material, review
    from xueji.records.models import Person, StudentRecord
    from xueji.rules.requirements import read_plan

    plan, findings = read_plan(plan_text())
    assert plan is not None, findings
    people = []
    for n in range(STUDENTS):
        person = Person(name="x", population="domestic")
        record = StudentRecord(person=person, student_number=f"S{n:09}", college_id="A", level="master", major_code="081200", intake_year=2017,
                               schooling_years="3", enrolled_on=date(2017, 9, 1), certificates="both", standing="enrolled")  # fmt: skip
        known = {"credits": {f"s{k}": 2 + (n + k) % 3 for k in range(12)}, "courses": {f"s{k}": 55 + (n * k) % 45 for k in range(12, 32)},
                 "tests": {f"s{k}": 70 for k in range(32, 35)}, "facts": {f"s{k}": k < 37 for k in range(35, 38)}}  # fmt: skip
        studies = Studies(record=record, known=known, defence_on=date(2020, 6, 10), defence_passed=n % 7 > 0)
        people.append(Material(record, studies))

    def reviewed():
        return sum(len(review(one, [plan], DAY).outcomes) for one in people)

    seconds = report.seconds(reviewed, times=1)
    report.figure(f"review {STUDENTS:,} students × {REQUIREMENTS} requirements with reasons", seconds, "s", goal="< 30 s")
    report.figure("memory at its largest", report.peak_megabytes(), "MB", goal="< 500 MB")

    names = [("XH", 15), ("XM", 40), ("XB", 2), ("SFZH", 18), ("FY", 60), ("ZYDM", 10), ("ZYMC", 50), ("CC", 12), ("XZ", 3), ("RXRQ", 8), ("BYRQ", 8), ("BJYJL", 10)]
    rows = [[f"S{n:09}", "祝德卿", "男", "320600200205060060", "计算机学院", "081200", "计算机科学与技术", "硕士研究生", "3", "20170901", "20200630", "毕业"] for n in range(STUDENTS)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", PEER], capture_output=True, text=True, cwd=folder, env={"PATH": os.environ["PATH"]}, check=True)
    xlsx_peer, dbf_peer = (float(line) for line in done.stdout.split())
    report.figure("filing of 50,000 rows as .xlsx", report.seconds(lambda: write(io.BytesIO(), [Heading(n) for n, _ in names], rows, name="x")), "s",
                  peer=xlsx_peer, peer_name="openpyxl write_only", goal="< 10 s")  # fmt: skip
    report.figure("filing of 50,000 rows as .dbf", report.seconds(lambda: dbf.write(io.BytesIO(), [dbf.Column(n, w) for n, w in names], rows, on=DAY)), "s",
                  peer=dbf_peer, peer_name="PyPI dbf (5,000 rows × 10)", goal="< 10 s")  # fmt: skip
