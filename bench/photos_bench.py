"""The photo day: scans through HTTP at eight stations at once, 5,000 offline envelopes, the audience of 100,000 with its reasons.

Scans go to gunicorn (two workers of four threads) over the loopback, signed in, with the session and the CSRF token of an operator.
"""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from xueji.accounts.models import Account
from xueji.accounts.queries import SystemActor
from xueji.accounts.roles import Role
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.campaigns.queries import audience_of, notice_of
from xueji.journal.command import Act
from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.commands.turns import deliver_envelope
from xueji.photos.day.models import Capture, Code, Envelope, Session, Turn
from xueji.photos.day.queries import keys_now, photos_of_all, secrets_of
from xueji.photos.day.tokens import Inside, made
from xueji.records.models import College, Person, StudentRecord

DATABASES = ("postgresql",)
STUDENTS = int(os.environ.get("XUEJI_BENCH_STUDENTS", "100000"))
SCANS = min(STUDENTS // 4, 4000)
ENVELOPES = min(STUDENTS // 4, 5000)
STATIONS, PORT, CAMPUS = 8, 9097, "东湖校区"
NOTICE = Path(__file__).resolve().parent.parent / "campaigns" / "2025-bit-photo.toml"


def run(report) -> None:
    """Measure and report."""
    act = Act(SystemActor("bench"), timezone.now(), "cli")
    for n in range(12):
        College.objects.create(code=f"C{n:02d}", name=f"第{n}学院", campus=CAMPUS)
    people = [Person(name=f"学生{n}", id_document="01", sex="1") for n in range(STUDENTS)]
    Person.objects.bulk_create(people, batch_size=2000)
    records = [
        StudentRecord(person=p, student_number=f"S2022{n:07d}", college_id=f"C{n % 12:02d}", campus=CAMPUS, level="master", standing="enrolled",
                      expected_on=date(2025, 6, 30), first_expected_on=date(2025, 6, 30)) for n, p in enumerate(people)
    ]  # fmt: skip
    StudentRecord.objects.bulk_create(records, batch_size=2000)
    Capture.objects.bulk_create([Capture(record=r, version=1, origin="bureau", taken_on=date(2022, 9, 1), taken_by="x", recorded_at=act.at) for r in records[::5]], batch_size=2000)
    text = NOTICE.read_text("utf-8").replace("closes = 2025-03-31", "closes = 2035-03-31")
    campaign = _opened(act, text)
    notice = notice_of(campaign)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does minutes after a roster import
    began = time.perf_counter()
    members = list(audience_of(notice).values_list("pk", "entry"))
    report.figure(f"audience of {len(members):,} with groups", round(time.perf_counter() - began, 2), "s", goal="under 2 s")
    page = list(Case.objects.filter(campaign=campaign).select_related("record", "campaign")[:10_000])
    began = time.perf_counter()
    photos_of_all(page)
    report.figure("which photo counts and why, 10,000 students", round(time.perf_counter() - began, 2), "s")
    make_keys(act)
    now = timezone.now()
    Session.objects.create(campaign=campaign, campus=CAMPUS, room="报告厅", opens=now - timedelta(hours=1), closes=now + timedelta(hours=6), capacity=STUDENTS, open_day=True)
    cases = list(Case.objects.filter(campaign=campaign).values_list("pk", flat=True)[: SCANS + ENVELOPES])
    until = now + timedelta(days=1)
    Code.objects.bulk_create([Code(case_id=pk, serial=1, issued_at=now, expires_at=until) for pk in cases], batch_size=2000)
    keys = secrets_of(keys_now())
    tokens = [made(Inside(pk, until, 1), keys) for pk in cases]
    _scans(report, campaign, tokens[:SCANS])
    _envelopes(report, campaign, tokens[SCANS:])


def _opened(act, text):
    from xueji.campaigns import commands

    admit, commands._admit = commands._admit, lambda *_: {}  # accounts with hashed passwords are measured elsewhere
    try:
        return open_campaign(act, text=text).result[0]
    finally:
        commands._admit = admit


def _scans(report, campaign, tokens) -> None:
    operator = Account.objects.create(username="OPER", name="操作员", kind=Account.Kind.STAFF)
    operator.grants.create(role=Role.OPERATOR)
    client = Client()
    client.force_login(operator)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "xueji.site.wsgi:application", "-b", f"127.0.0.1:{PORT}", "-w", "2", "--threads", "4", "--log-level", "error"],
        env={**os.environ, "XUEJI_ADDRESS": f"http://127.0.0.1:{PORT}"},
    )  # fmt: skip
    try:
        time.sleep(6)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        times, lights, wrong = _all_stations(campaign, tokens, cookie)
        races = _races(campaign, tokens, cookie)
    finally:
        server.terminate()
        server.wait(20)
    report.figure("scans at 8 stations", round(len(times) / sum_of_wall(times), 1), "/s", goal="at least 150 /s", note=f"{len(tokens):,} codes, {wrong} errors, lights {sorted(lights)}")
    report.figure("scan to decision, p95", round(report.percentile([t for _, t in times], 95) * 1000, 1), "ms", goal="under 50 ms")
    report.figure("turns for codes scanned by all stations at once", races, "turns", goal="50")


def sum_of_wall(times) -> float:
    """From the first scan sent to the last answered."""
    return max(begin + took for begin, took in times) - min(begin for begin, _ in times)


def _post(connection, path, cookie, token):
    body = urlencode({"token": token})
    mask = "a" * 32
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"{cookie}; csrftoken={mask}", "X-CSRFToken": mask, "Accept": "application/json"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _all_stations(campaign, tokens, cookie):
    path, times, lights, wrong, lock = quote(f"/capture/{campaign.code}/{CAMPUS}/scan/"), [], set(), [0], threading.Lock()

    def station(mine):
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        for token in mine:
            began = time.perf_counter()
            status, body = _post(connection, path, cookie, token)
            took = time.perf_counter() - began
            with lock:
                times.append((began, took))
                if status == 200:
                    lights.add(json.loads(body)["light"])
                else:
                    wrong[0] += 1

    threads = [threading.Thread(target=station, args=(tokens[n::STATIONS],)) for n in range(STATIONS)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return times, lights, wrong[0]


def _races(campaign, tokens, cookie) -> int:
    """Fifty codes whose turns are forgotten, each scanned by all stations at the same instant."""
    again = tokens[:50]
    Turn.objects.all().delete()
    path, gate = quote(f"/capture/{campaign.code}/{CAMPUS}/scan/"), threading.Barrier(STATIONS)

    def station():
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        for token in again:
            gate.wait()
            _post(connection, path, cookie, token)

    threads = [threading.Thread(target=station) for _ in range(STATIONS)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return Turn.objects.count()


def _envelopes(report, campaign, tokens) -> None:
    act, ids = Act(SystemActor("bench"), timezone.now(), "capture"), [uuid4() for _ in tokens]
    before, began = Turn.objects.count(), time.perf_counter()
    for id, token in zip(ids, tokens, strict=True):
        deliver_envelope(act, campaign, campus=CAMPUS, station="2", id=id, inside={"token": token, "at": act.at.isoformat(), "outcome": "done", "method": "cash"})
    took = time.perf_counter() - began
    for id, token in zip(ids[:200], tokens[:200], strict=True):
        deliver_envelope(act, campaign, campus=CAMPUS, station="2", id=id, inside={"token": token, "at": act.at.isoformat(), "outcome": "done", "method": "cash"})
    lost, double = len(ids) - Envelope.objects.filter(conflicts=[]).count(), Turn.objects.count() - before - len(ids)
    report.figure(f"offline replay of {len(ids):,} envelopes", round(took, 1), "s", goal="5,000 under 60 s", note=f"lost {lost}, double {double}")
