"""The photo day of 100,000 students: scans through HTTP at eight stations at once, 5,000 offline envelopes, the audience with its reasons.

Scans and envelopes go to gunicorn (three sync workers on two cores, as docs/operations.md has it) over the loopback, signed in, with the session and
the CSRF token of an operator. The peer is pretix with its own check-in API on the PostgreSQL of the same run (pretix_checkin.py).
"""

import base64
import http.client
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from pretix_checkin import NoPeer, measured, wait_for, warmed
from xueji.accounts.models import Account
from xueji.accounts.queries import SystemActor
from xueji.accounts.roles import Role
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.campaigns.queries import audience_of, notice_of
from xueji.journal.command import Act
from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.models import Capture, Code, Envelope, Readiness, Session, Turn
from xueji.photos.day.queries import duties_of, keys_now, secrets_of
from xueji.photos.day.tokens import Inside, made, sealed_envelope
from xueji.records.models import College, Person, StudentRecord

DATABASES = ("postgresql",)
STUDENTS = int(os.environ.get("XUEJI_BENCH_STUDENTS", "100000"))
SCANS, PACED, ENVELOPES = min(STUDENTS // 4, 4000), min(STUDENTS // 4, 3000), min(STUDENTS // 4, 5000)
RATE = 150
"""Scans a second that the goal asks for."""
STATIONS, PORT, CAMPUS = 8, int(os.environ.get("XUEJI_BENCH_PORT", "9160")), "东湖校区"
NOTICE = Path(__file__).resolve().parent.parent / "campaigns" / "2025-bit-photo.toml"


def run(report) -> None:
    """Measure and report."""
    call_command("collectstatic", verbosity=0, interactive=False)
    act = Act(SystemActor("bench"), timezone.now(), "cli")
    campaign = _seeded(act)
    _audience(report, act, campaign)
    scans, paced, envelopes = _codes(act, campaign)
    cookie = _operator()
    with _serving():
        cpu = _cpu_of_children()
        times, lights, wrong = _at_all_stations(campaign, cookie, scans)
        cpu = _cpu_of_children() - cpu
        waited, late = _paced(campaign, cookie, paced)
        races, numbers = _races(campaign, cookie, scans[:50])
        replay, answers = _replayed(campaign, cookie, envelopes)
    rate = len(times) / (max(begin + took for begin, took in times) - min(begin for begin, _ in times))
    peer, note = _peer()
    report.figure("scan to decision, 8 stations at once", rate, "/s", less=False, goal="at least 150 /s", peer=peer[0] if peer else None,
                  peer_name="pretix 2026.8, 8 clients" if peer else "", note=f"{len(times):,} codes, {wrong} errors, lights {sorted(lights)}, {cpu / len(times) * 1000:.1f} ms CPU in the workers each{note}")  # fmt: skip
    p95 = report.percentile([took for _, took in times], 95) * 1000
    report.figure("scan to decision, p95, 8 stations that ask without a pause", p95, "ms", goal="under 50 ms", peer=peer[1] * 1000 if peer else None, peer_name="pretix 2026.8" if peer else "", note=note.strip(" ;"))
    at_rate = report.percentile(waited, 95) * 1000
    report.figure(f"scan to decision, p95, {RATE} scans a second offered by 8 stations", at_rate, "ms", goal="under 50 ms", note=f"{len(waited):,} codes, {late} errors, counted from the moment each was due; half of them within {report.percentile(waited, 50) * 1000:.0f} ms")
    report.figure("one winner for each of 50 codes scanned at 8 stations at once", races, "turns", goal="50", note=f"numbers given {numbers[0]} to {numbers[1]} without a gap" if numbers else "NUMBERS WITH A GAP")
    report.figure(f"offline replay of {len(envelopes):,} sealed envelopes with photos, through HTTP", replay, "s", goal="5,000 under 60 s", note=answers)


def _seeded(act):
    """100,000 students of twelve colleges, every fifth photographed before; the notice opened as an in-house round."""
    for n in range(12):
        College.objects.create(code=f"C{n:02d}", name=f"第{n}学院", campus=CAMPUS)
    people = Person.objects.bulk_create([Person(name=f"学生{n}", id_document="01", sex="1") for n in range(STUDENTS)], batch_size=2000)
    records = StudentRecord.objects.bulk_create([
        StudentRecord(person=p, student_number=f"S2022{n:07d}", college_id=f"C{n % 12:02d}", campus=CAMPUS, level="master", standing="enrolled",
                      expected_on=date(2025, 6, 30), first_expected_on=date(2025, 6, 30)) for n, p in enumerate(people)
    ], batch_size=2000)  # fmt: skip
    before = [Capture(record=r, version=1, origin="bureau", taken_on=date(2022, 9, n % 7 + 1), taken_by="易拍", recorded_at=act.at) for n, r in enumerate(records[::5])]
    Capture.objects.bulk_create(before, batch_size=2000)
    text = NOTICE.read_text("utf-8").replace("closes = 2025-03-31", "closes = 2035-03-31").replace('mode    = "official"', 'mode    = "in_house"')
    from xueji.campaigns import commands

    admit, commands._admit = commands._admit, lambda *_: {}  # accounts with hashed passwords are measured elsewhere
    try:
        campaign = open_campaign(act, text=text).result[0]
    finally:
        commands._admit = admit
    _analyze()
    return campaign


def _analyze() -> None:
    """What autovacuum does minutes after an import: look at the tables in which much has changed, and at no empty one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT relname FROM pg_stat_user_tables WHERE n_mod_since_analyze > 50 + 0.1 * n_live_tup")
        for (table,) in cursor.fetchall():
            cursor.execute(f'ANALYZE "{table}"')


def _audience(report, act, campaign) -> None:
    notice = notice_of(campaign)
    groups = report.seconds(lambda: list(audience_of(notice).values_list("pk", "entry")), times=2)
    report.figure(f"audience of {STUDENTS:,} from the roster: who belongs to which group by which entry", groups, "s", goal="under 2 s")
    reasons = report.seconds(lambda: sum(bool(why.message.zh) for *_, why in duties_of(act.by, campaign)), times=2)
    report.figure(f"what {STUDENTS:,} have to do, each with the reason", reasons, "s", goal="under 2 s")


def _codes(act, campaign):
    """A session for all, codes for who is scanned and who comes offline; most have prepared."""
    make_keys(act)
    now = timezone.now()
    Session.objects.create(campaign=campaign, campus=CAMPUS, room="报告厅", opens=now - timedelta(hours=1), closes=now + timedelta(hours=6), capacity=STUDENTS, open_day=True)
    cases, until = list(Case.objects.filter(campaign=campaign).values_list("pk", flat=True)[: SCANS + PACED + ENVELOPES]), now + timedelta(days=1)
    Code.objects.bulk_create([Code(case_id=pk, serial=1, issued_at=now, expires_at=until) for pk in cases], batch_size=2000)
    Readiness.objects.bulk_create([Readiness(case_id=pk, item=item, at=now) for n, pk in enumerate(cases) if n % 10 for item in ("code", "clothes", "fee")], batch_size=2000)
    row = keys_now()
    tokens = [made(Inside(pk, until, 1), secrets_of(row)) for pk in cases]
    picture = io.BytesIO()
    Image.effect_noise((480, 640), 20).convert("RGB").save(picture, "JPEG", quality=60)
    photo = base64.b64encode(picture.getvalue()).decode()
    _analyze()
    return tokens[:SCANS], tokens[SCANS : SCANS + PACED], [_sealed(row, token, photo) for token in tokens[SCANS + PACED :]]


def _sealed(row, token, photo) -> tuple[str, str]:
    key = str(uuid4())
    inside = {"token": token, "at": timezone.now().isoformat(), "outcome": "done", "method": "cash", "photo": photo}
    parts = [base64.b64encode(part).decode() for part in sealed_envelope(bytes.fromhex(row.envelope_public), json.dumps(inside).encode(), key)]
    return key, json.dumps({"id": key, "key": row.number, "ephemeral": parts[0], "nonce": parts[1], "sealed": parts[2]})


def _operator() -> str:
    operator = Account.objects.create(username="OPER", name="操作员", kind=Account.Kind.STAFF, password="!")
    operator.grants.create(role=Role.OPERATOR)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(operator)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class _serving:
    """gunicorn as long as the block lasts; it is stopped whatever happens."""

    def __enter__(self):
        command = [sys.executable, "-m", "gunicorn", "xueji.site.wsgi:application", "-b", f"127.0.0.1:{PORT}", "-w", "3", "--worker-class", "sync", "--preload", "--log-level", "error"]
        self.server = subprocess.Popen(command, env={**os.environ, "XUEJI_ADDRESS": f"http://127.0.0.1:{PORT}"})
        _serving.pid = self.server.pid
        try:
            wait_for(PORT, self.server)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.server.terminate()
        try:
            self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


def _cpu_of_children() -> float:
    """CPU seconds (user and system) of gunicorn's workers so far."""
    workers = Path(f"/proc/{_serving.pid}/task/{_serving.pid}/children").read_text().split()
    ticks = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13] for pid in workers]
    return sum(int(t) for pair in ticks for t in pair) / os.sysconf("SC_CLK_TCK")


def _post(link, path, cookie, body, kind):
    mask = "a" * 32
    headers = {"Content-Type": kind, "Cookie": f"{cookie}; csrftoken={mask}", "X-CSRFToken": mask, "Accept": "application/json"}
    link.request("POST", path, body, headers)
    answer = link.getresponse()
    return answer.status, answer.read()


def _scan(link, campaign, cookie, token):
    path = quote(f"/capture/{campaign.code}/{CAMPUS}/scan/")
    return _post(link, path, cookie, urlencode({"token": token}), "application/x-www-form-urlencoded")


def _stations(work) -> None:
    """``work(n, connection)`` at every station at once; they begin together, when each has had an answer."""
    gate = threading.Barrier(STATIONS)

    def station(n: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", PORT)
        warmed(link, gate)
        work(n, link)

    threads = [threading.Thread(target=station, args=(n,)) for n in range(STATIONS)]
    [t.start() for t in threads]
    [t.join() for t in threads]


def _at_all_stations(campaign, cookie, tokens):
    times, lights, wrong = [], set(), []

    def station(n, link):
        for token in tokens[n::STATIONS]:
            began = time.perf_counter()
            status, body = _scan(link, campaign, cookie, token)
            times.append((began, time.perf_counter() - began))
            lights.add(json.loads(body)["light"]) if status == 200 else wrong.append(status)

    _stations(station)
    return times, lights, len(wrong)


def _paced(campaign, cookie, tokens):
    """The stations in turn, as many a second as the goal asks for; a scan that had to wait for its station is late from when it was due."""
    times, wrong = [], []

    def station(n, link):
        begin = time.perf_counter()
        for k, token in enumerate(tokens[n::STATIONS]):
            due = begin + (k * STATIONS + n) / RATE
            time.sleep(max(0.0, due - time.perf_counter()))
            status, _ = _scan(link, campaign, cookie, token)
            times.append(time.perf_counter() - due)
            wrong.extend([status] if status != 200 else [])

    _stations(station)
    return times, len(wrong)


def _races(campaign, cookie, tokens):
    """Codes whose turns are forgotten, each scanned by all stations at the same instant: turns, and the numbers if they have no gap."""
    Turn.objects.all().delete()
    gate = threading.Barrier(STATIONS)

    def station(_, link):
        for token in tokens:
            gate.wait()
            _scan(link, campaign, cookie, token)

    _stations(station)
    numbers = sorted(Turn.objects.values_list("number", flat=True))
    whole = numbers == list(range(numbers[0], numbers[0] + len(tokens)))
    return len(numbers), (numbers[0], numbers[-1]) if whole else None


def _replayed(campaign, cookie, envelopes):
    """All envelopes at eight stations, every twentieth sent twice; seconds, and what was lost or double."""
    path, before, refused = quote(f"/capture/{campaign.code}/{CAMPUS}/envelopes/"), Turn.objects.count(), []

    def station(n, link):
        mine = [body for _, body in envelopes[n::STATIONS]]
        for first in range(0, len(mine), 10):  # as the page sends them
            for _ in range(2 if first % 200 == 0 else 1):
                status, answer = _post(link, path, cookie, f"[{','.join(mine[first : first + 10])}]", "application/json")
                if status != 200 or any("delivered" not in one or one["conflicts"] for one in json.loads(answer)["answers"]):
                    refused.append(status)

    began = time.perf_counter()
    _stations(station)
    took = time.perf_counter() - began
    lost = len(envelopes) - Envelope.objects.filter(conflicts=[], pk__in=[key for key, _ in envelopes]).count()
    double = max(Turn.objects.count() - before, Capture.objects.filter(campaign=campaign).count()) - len(envelopes)
    return took, f"lost {lost}, double {double}, refused {len(refused)}; ten in a request, one request in twenty sent twice"


def _peer():
    address = os.environ["XUEJI_DATABASE"]
    try:
        with tempfile.TemporaryDirectory(prefix="xueji-pretix-") as folder:
            return measured(address, Path(folder), PORT + 1), ""
    except (NoPeer, OSError) as why:
        return None, f"; the peer was not measured: {' '.join(str(why).split())[:160]}"
