"""What this machine has for the tests, and what may be installed on it: Chromium and the PostgreSQL server's binaries."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ON_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
"""On CI nothing is skipped: what is missing and cannot be installed is a failure."""


def chromium() -> str | None:
    """The path of a Chromium that starts, or None. Ubuntu's package is a pointer to a snap and does not start in a container."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0:
            return path
    return None


def postgres_binaries() -> Path | None:
    """The folder of the newest PostgreSQL server's binaries (initdb, postgres), or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: -int(re.sub(r"\D", "", folder.parent.name) or 0))
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def install(*packages: str) -> bool:
    """Install Debian packages as root. False where this is not allowed or did not work; the reason is printed by apt itself."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"test: installing {' '.join(packages)} with apt-get", flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]):
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode:
            return False
    return True


def found_or_installed(look, *packages: str):
    """What `look` finds; when it finds nothing, what it finds after the packages were installed."""
    return look() or (look() if install(*packages) else None)
