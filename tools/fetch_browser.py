"""Set-up step: take what runs the nets in a browser out of two pinned npm packages and put it where it is served from.

    python tools/fetch_browser.py [--to FOLDER]

The archives are fetched by npm where there is one, otherwise straight from the registry that NPM_CONFIG_REGISTRY names
(a mirror will do: their SHA-512 is required). Running it again does nothing when the files are in place. Without them
the camera pages work too: they send one still a second to our own server.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

from xueji.imaging.browser_runtime import BARE, BESIDE, CORE, LOADER, RUNTIME, TAKEN, NotServed, Package, default_folder, served_file

MOST_BYTES, SECONDS = 40_000_000, 120
DEBUGGING = re.compile(rb"\n?//# sourceMappingURL=\S+\s*$")


class NotFetched(Exception):
    """The package could not be had, or is not the pinned one."""


def archive_of(package: Package, scratch: Path) -> bytes:
    """The archive of one package, its SHA-512 compared. Raises NotFetched."""
    try:
        content = _by_npm(package, scratch) if shutil.which("npm") else _from_the_registry(package)
    except (OSError, ValueError, subprocess.SubprocessError) as why:
        raise NotFetched(f"{package.name} {package.version}: {why}") from why
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != package.sha512:
        raise NotFetched(f"{package.name} {package.version}: the archive is not the pinned one (SHA-512 differs)")
    return content


def _by_npm(package: Package, scratch: Path) -> bytes:
    into = scratch / package.name.rpartition("/")[2]
    into.mkdir()
    call = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(into), f"{package.name}@{package.version}"]
    done = subprocess.run(call, check=False, timeout=SECONDS, capture_output=True, text=True, cwd=scratch)
    found = list(into.glob("*.tgz"))
    if done.returncode or len(found) != 1:
        raise ValueError(done.stderr.strip()[-300:] or "npm pack left no archive")
    return found[0].read_bytes()


def _from_the_registry(package: Package) -> bytes:
    registry = os.environ.get("NPM_CONFIG_REGISTRY") or os.environ.get("npm_config_registry") or "https://registry.npmjs.org"
    with urllib.request.urlopen(f"{registry.rstrip('/')}/{package.archive}", timeout=SECONDS) as answer:
        content = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("the archive is larger than it can be")
    return content


def taken_from(archives: dict[Package, bytes]) -> dict[str, bytes]:
    """The six files as they are served, from the two archives. Raises NotFetched when one is not as expected."""
    files = {}
    for name, (package, path) in TAKEN.items():
        with tarfile.open(fileobj=io.BytesIO(archives[package]), mode="r:gz") as archive:
            inside = archive.extractfile(f"package/{path}")
            content = inside.read() if inside else b""
        if name == "core.js":
            content = content.replace(BARE, BESIDE)
        if name.endswith(".js"):
            content = DEBUGGING.sub(b"\n", content)
        if hashlib.sha256(content).hexdigest() != RUNTIME[name]:
            raise NotFetched(f"{package.name}: {path} is not the pinned file (SHA-256 differs)")
        files[name] = content
    return files


def main() -> int:
    """Fetch what is missing; returns the exit code for the shell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=default_folder(), help="folder for the files")
    folder = parser.parse_args().to
    try:
        for name in RUNTIME:
            served_file(name, runtime=folder)
        print(f"browser: all {len(RUNTIME)} files in place in {folder}")
        return 0
    except NotServed:
        pass
    with tempfile.TemporaryDirectory() as scratch:
        try:
            files = taken_from({package: archive_of(package, Path(scratch)) for package in (CORE, LOADER)})
        except NotFetched as why:
            print(f"browser: {why}", file=sys.stderr)
            print("browser: camera pages will ask the server for every still until this step succeeds", file=sys.stderr)
            return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"browser: {len(files)} files from {CORE.name} {CORE.version} put into {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
