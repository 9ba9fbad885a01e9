"""The only place that reads the environment. Every value is typed; a mistake is reported by site/checks.py."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

PROBLEMS: list[tuple[str, str, str]] = []
"""Mistakes found while reading: (id, what is wrong, what to do)."""


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that ``NAME_FILE`` points to."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text("utf-8").strip()
        except OSError as error:
            PROBLEMS.append(("env.E001", f"{name}_FILE={path}: {error.strerror}", "Name a file that can be read."))
    return os.environ.get(name, default)


def yes(name: str, default: bool = False) -> bool:
    """A switch: 1, true, yes, on; 0, false, no, off."""
    value = text(name).lower()
    if value in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        return value in {"1", "true", "yes", "on"} if value else default
    PROBLEMS.append(("env.E002", f"{name}={value} is neither yes nor no", "Write yes or no."))
    return default


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        PROBLEMS.append(("env.E003", f"{name}={value} is not a whole number", "Write digits only."))
        return default


def words(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    return [w.strip() for w in text(name).split(",") if w.strip()] or default


def home() -> Path:
    """Where this installation keeps its data: XUEJI_HOME, or ``var`` in the working folder."""
    folder = Path(os.environ.get("XUEJI_HOME", "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret(folder: Path, name: str, size: int = 32) -> bytes:
    """A secret of ``size`` bytes from the file ``folder/name``, made at the first start and readable by the owner only.

    The file appears whole: who starts at the same moment waits for it, and an empty one, left by a full disk, is no secret yet.
    """
    path = folder / name
    if not _written(path):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not _written(path):
                fresh = folder / f".{name}.{secrets.token_hex(4)}"
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                    out.write(secrets.token_hex(size))
                    out.flush()
                    os.fsync(out.fileno())
                os.replace(fresh, path)
                os.fsync(held)
        finally:
            os.close(held)
    return bytes.fromhex(path.read_text().strip())


def _written(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


PREPARE_AFTER = 3
"""How often a connection must have asked the same question before PostgreSQL keeps its plan."""


def database(url: str, folder: Path) -> dict[str, object]:
    """Django's DATABASES entry for ``sqlite:///path`` or ``postgresql://user:password@host:port/name``.

    A PostgreSQL socket folder may be given as ``?host=/path``. SQLite runs in WAL mode with IMMEDIATE transactions,
    persistent connections and without mmap (a damaged file was measured with mmap).
    """
    parts = urlsplit(url)
    if parts.scheme in {"", "sqlite"}:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if len(parts.path) > 1 else str(folder / "xueji.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-65536;",
            },
        }
    if parts.scheme not in {"postgresql", "postgres"}:
        PROBLEMS.append(("env.E004", f"XUEJI_DATABASE begins with {parts.scheme}", "Write sqlite:/// or postgresql://."))
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "xueji.site.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # what is asked again and again is planned once for each connection: half of the server's work at the photo station
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": PREPARE_AFTER},
    }
