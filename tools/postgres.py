"""A private PostgreSQL for one run: started from the server's binaries in a temporary folder, reached by a unix socket only,
stopped and removed at the end, also after a failure. A server that already runs on the machine is never touched.

    .venv/bin/python tools/postgres.py COMMAND…     runs COMMAND with XUEJI_TEST_DATABASE=postgresql and XUEJI_DATABASE set
"""

import ctypes
import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from machine import found_or_installed, postgres_binaries

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


class NoPostgres(Exception):
    """There is no server to start here, or it did not start; the sentence says why."""


def _owner() -> dict:
    """Who runs the server: PostgreSQL refuses to run as root, so root lends it to nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _stop_with_parent() -> None:
    """Ask the kernel to stop the server at once when this process dies, however it dies (Linux: PR_SET_PDEATHSIG = 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@contextmanager
def private_cluster():
    """Yield the database address (postgresql://…) of a fresh cluster with an empty database `xueji`.

    Raises NoPostgres where there are no binaries or the server does not start within 60 seconds.
    """
    binaries = found_or_installed(postgres_binaries, "postgresql")
    if binaries is None:
        raise NoPostgres("no PostgreSQL server binaries (Debian/Ubuntu: apt-get install postgresql)")
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="xueji-pg-", dir="/tmp"))
    port = random.SystemRandom().randrange(20000, 60000)
    server = None
    try:
        folder.chmod(0o755)
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)}
        made = subprocess.run(
            [binaries / "initdb", "-D", folder / "cluster", "-U", "xueji", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            cwd=folder, env=environment, capture_output=True, text=True, **owner,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr.strip()}")
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        log = folder / "server.log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "cluster", "-k", folder, "-p", str(port), *options],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                preexec_fn=_stop_with_parent, start_new_session=True, **owner,
            )  # fmt: skip
        _wait_until_ready(server, binaries, folder, port, log)
        subprocess.run(
            [binaries / "createdb", "-h", folder, "-p", str(port), "-U", "xueji", "xueji"], check=True, env=environment, cwd=folder
        )
        yield f"postgresql://xueji@/xueji?host={quote(str(folder), safe='')}&port={port}"
    finally:
        if server and server.poll() is None:
            server.send_signal(signal.SIGINT)  # "fast": end sessions, then stop
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server, binaries: Path, folder: Path, port: int, log: Path) -> None:
    """Raises NoPostgres when the server ends by itself or does not answer within 60 seconds."""
    for _ in range(600):
        if server.poll() is not None:
            break
        answer = subprocess.run([binaries / "pg_isready", "-q", "-h", folder, "-p", str(port)], cwd=folder)
        if answer.returncode == 0:
            return
        time.sleep(0.1)
    raise NoPostgres(f"the server did not start: {log.read_text(errors='replace')[-500:].strip()}")


def environment(address: str) -> dict[str, str]:
    """The environment in which the tests use this cluster."""
    return {**os.environ, "XUEJI_TEST_DATABASE": "postgresql", "XUEJI_DATABASE": address}


def main(command: list[str]) -> int:
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with private_cluster() as address:
            return subprocess.run(command, env=environment(address)).returncode
    except NoPostgres as reason:
        print(f"postgres: {reason}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
