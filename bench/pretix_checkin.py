"""The peer of the check-in: pretix from PyPI, its own check-in API, 8 clients, on the PostgreSQL of the same run.

pretix is installed into a virtual environment outside the project and its 302 migrations are run once (some minutes); what they
made is kept as a dump, so that a bench run only restores it:

    .venv/bin/python bench/pretix_checkin.py          prepares ~/.cache/xueji-bench (or XUEJI_BENCH_CACHE)

Where that was not done, or fails, measured() raises NoPeer with the reason, and the bench says so in the row's note.
"""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

VERSION = "2026.8.0"
CACHE = Path(os.environ.get("XUEJI_BENCH_CACHE", Path.home() / ".cache" / "xueji-bench"))
HOME, DUMP = CACHE / "pretix", CACHE / f"pretix-{VERSION}.dump"
PYTHON, BINARIES = HOME / "bin" / "python", Path("/usr/lib/postgresql/15/bin")
TICKETS, STATIONS = 2000, 8

SEED = """
import sys, django; django.setup()
from datetime import timedelta
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Organizer, Event, Item, Order, OrderPosition, Team, TeamAPIToken, CheckinList
count = int(sys.argv[1])
with scopes_disabled():
    own = Organizer.objects.create(name="Donghu", slug="donghu")
    event = Event.objects.create(organizer=own, name="Photo", slug="photo", date_from=now() + timedelta(hours=1), currency="CNY", live=True, plugins="")
    item = Item.objects.create(event=event, name="Photo", default_price=0, admission=True)
    team = Team.objects.create(organizer=own, name="Stations", all_events=True, all_event_permissions=True, all_organizer_permissions=True)
    token = TeamAPIToken.objects.create(team=team, name="Station")
    doors = CheckinList.objects.create(event=event, name="Hall", all_products=True)
    channel = own.sales_channels.get(identifier="web")
    orders = Order.objects.bulk_create([Order(event=event, code=f"S{n:05d}", status="p", datetime=now(), expires=now() + timedelta(days=9), total=0, sales_channel=channel, organizer=own) for n in range(count)], batch_size=500)
    positions = OrderPosition.objects.bulk_create([OrderPosition(order=o, item=item, price=0, positionid=1, secret=f"ticket{n:06d}x", organizer=own, tax_rate=0, tax_value=0, pseudonymization_id=f"P{n:09d}") for n, o in enumerate(orders)], batch_size=500)
print(token.token, doors.pk)
"""


class NoPeer(Exception):
    """pretix could not be measured; the sentence says why."""


def _environment(folder: Path, host: str, port: str, name: str) -> dict[str, str]:
    config = folder / "pretix.cfg"
    (folder / "media").mkdir(parents=True, exist_ok=True)
    config.write_text(
        f"[pretix]\ninstance_name=bench\nurl=http://127.0.0.1\ndatadir={folder}\nregistration=off\n[django]\nsecret=bench\ndebug=off\n"
        f"[database]\nbackend=postgresql\nname={name}\nuser=xueji\nhost={host}\nport={port}\n[locale]\ntimezone=Asia/Shanghai\n[mail]\nfrom=a@example.org\n"
    )
    return {**{k: v for k, v in os.environ.items() if not k.startswith(("XUEJI_", "DJANGO_"))},
            "PRETIX_CONFIG_FILE": str(config), "DJANGO_SETTINGS_MODULE": "pretix.settings"}  # fmt: skip


def _run(command: list, **how) -> str:
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, **how)
    if ended.returncode:
        raise NoPeer(f"{Path(str(command[0])).name} {command[-1] if len(str(command[-1])) < 40 else ''}: {ended.stderr.strip()[-300:]}")
    return ended.stdout


def _host_of(address: str) -> tuple[str, str]:
    query = parse_qs(urlsplit(address).query)
    return unquote(query["host"][0]), query["port"][0]


def prepare() -> None:
    """Install pretix and keep the dump of its empty tables. Raises NoPeer; does nothing where both are there."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
    from postgres import private_cluster

    CACHE.mkdir(parents=True, exist_ok=True)
    if not PYTHON.exists():
        _run(["uv", "venv", "--python", "3.11", HOME])
        _run(["uv", "pip", "install", "--python", PYTHON, f"pretix=={VERSION}", "psycopg2-binary", "gunicorn"])
    if DUMP.exists():
        return
    with private_cluster() as address:
        host, port = _host_of(address)
        _run([PYTHON, "-m", "pretix", "migrate"], env=_environment(CACHE / "data", host, port, "xueji"), cwd=CACHE)
        _run([BINARIES / "pg_dump", "-h", host, "-p", port, "-U", "xueji", "-Fc", "-f", DUMP, "xueji"])


def measured(address: str, folder: Path, port: int, seconds: float = 15) -> tuple[float, float]:
    """Redemptions per second and their p95 in seconds, by 8 clients for ``seconds``. Raises NoPeer."""
    if not PYTHON.exists() or not DUMP.exists():
        raise NoPeer(f"pretix {VERSION} is not prepared: run bench/pretix_checkin.py once")
    host, database_port = _host_of(address)
    reach = ["-h", host, "-p", database_port, "-U", "xueji"]
    _run([BINARIES / "createdb", *reach, "pretix"])
    _run([BINARIES / "pg_restore", *reach, "-d", "pretix", "--no-owner", DUMP])
    env = _environment(folder / "pretix", host, database_port, "pretix")
    token, doors = _run([PYTHON, "-c", SEED, TICKETS], env=env, cwd=folder).split()[-2:]
    _run([BINARIES / "psql", *reach, "-d", "pretix", "-qc", "ANALYZE"])
    server = subprocess.Popen(
        [PYTHON, "-m", "gunicorn", "pretix.wsgi", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "4", "--log-level", "error"], env=env, cwd=folder
    )  # fmt: skip
    try:
        wait_for(port, server)
        return _redeemed(port, token, int(doors), seconds)
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port: int, server: subprocess.Popen, seconds: float = 120) -> None:
    """Until the server answers anything at all. Raises NoPeer when it ended, or did not answer in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise NoPeer(f"the server ended with code {server.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise NoPeer("the server did not answer in time")


def warmed(link: http.client.HTTPConnection, gate: threading.Barrier) -> None:
    """Ask for a page until the worker behind this connection has loaded everything, then wait for the other stations."""
    for _ in range(3):
        link.request("GET", "/")
        link.getresponse().read()
    gate.wait()


def _redeemed(port: int, token: str, doors: int, seconds: float) -> tuple[float, float]:
    took: list[float] = []
    wrong: list[str] = []
    lock, gate, began = threading.Lock(), threading.Barrier(STATIONS), []

    def station(n: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        warmed(connection, gate)
        began.append(time.perf_counter())
        for ticket in range(n, TICKETS, STATIONS):
            if time.perf_counter() > began[0] + seconds:
                return
            body = json.dumps({"secret": f"ticket{ticket:06d}x", "lists": [doors], "source_type": "barcode", "nonce": f"{ticket}-{n}"})
            headers = {"Authorization": f"Token {token}", "Content-Type": "application/json", "Host": "127.0.0.1"}
            sent = time.perf_counter()
            connection.request("POST", "/api/v1/organizers/donghu/checkinrpc/redeem/", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            with lock:
                took.append(time.perf_counter() - sent)
                if answer.status != 201 or json.loads(text).get("status") != "ok":
                    wrong.append(f"{answer.status} {text[:200]!r}")

    threads = [threading.Thread(target=station, args=(n,)) for n in range(STATIONS)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    spent = time.perf_counter() - began[0]
    if wrong or not took:
        raise NoPeer(f"{len(wrong)} of {len(took)} redemptions were refused: {wrong[:1]}")
    return len(took) / spent, sorted(took)[int(len(took) * 0.95)]


if __name__ == "__main__":
    prepare()
