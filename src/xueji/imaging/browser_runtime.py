"""What runs the nets in a browser (浏览器端推理): which published files, and that they are the files we mean.

``tools/fetch_browser.py`` takes them at set-up from two packages of the npm registry (Apache-2.0), pinned by version and
SHA-512, and puts six files beside the nets. Nothing is fetched while the program runs, and nothing by the browser from
anybody but us. Where a file is missing or another one, the camera pages send stills to our own server instead.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xueji.imaging.models import FILES as NETS
from xueji.imaging.models import default_folder as nets_folder


@dataclass(frozen=True, slots=True)
class Package:
    """One published package: its name, its version, and the SHA-512 of its archive as the registry states it (base64)."""

    name: str
    version: str
    sha512: str

    @property
    def archive(self) -> str:
        """Where the registry keeps the archive, below its own address."""
        return f"{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


CORE = Package("@litertjs/core", "2.5.3", "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==")
LOADER = Package("@litertjs/wasm-utils", "2.5.3", "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==")
TAKEN = {
    "core.js": (CORE, "dist/index.js"),
    "wasm-utils.js": (LOADER, "dist/index.js"),
    "litert_wasm_internal.js": (CORE, "wasm/litert_wasm_internal.js"),
    "litert_wasm_internal.wasm": (CORE, "wasm/litert_wasm_internal.wasm"),
    "litert_wasm_compat_internal.js": (CORE, "wasm/litert_wasm_compat_internal.js"),
    "litert_wasm_compat_internal.wasm": (CORE, "wasm/litert_wasm_compat_internal.wasm"),
}
"""Our name of each file: the package and the path in it. A browser loads one of the two wasm files (2.9 MB compressed)."""
BARE, BESIDE = b'from "@litertjs/wasm-utils"', b'from "./wasm-utils.js"'
"""A worker knows no import map: the one bare import of ``core.js`` names its neighbour instead."""
RUNTIME = {
    "core.js": "d0b3f2cd1b51b7722cd2540c65be084799fb0599f45aab6b01ec220681e5636f",
    "wasm-utils.js": "54607836b002f6d6518a37061c54809ad01109b9b7169e1b857bc9ca74af4df1",
    "litert_wasm_internal.js": "68efb69f770e3f76aff36a377de629ca496c131b86ac0f0f4b592a1543a898eb",
    "litert_wasm_internal.wasm": "7280cf4471774867e385e6c3cd53e2b45e2975b80fea338fff4ef359b0865614",
    "litert_wasm_compat_internal.js": "4d8f894b7883654fd6e8439730aa41e79ceaab7d19184fc4f1f0b0f1a2a2c8a5",
    "litert_wasm_compat_internal.wasm": "5255c8ad06eabdbd2522cdebf6b22fc10faf74625c23a49b9e072570cd1fa41c",
}
"""SHA-256 of the six files as they are served, after that one name was changed and the notes for debuggers taken out."""
SERVED = RUNTIME | {Path(path).name: pinned for path, pinned in NETS.items()}
KEY = hashlib.sha256(repr(sorted(SERVED.items())).encode()).hexdigest()[:16]
"""Stands in the address of every file, so that a browser may keep it for good."""


def default_folder() -> Path:
    """Where set-up puts the runtime: ``share/xueji/browser`` of the running environment."""
    return Path(sys.prefix) / "share" / "xueji" / "browser"


class NotServed(Exception):
    """There is no such file, it is missing, or it is not the pinned one."""


def _path(name: str, runtime: Path | None, nets: Path | None) -> Path:
    return (nets or nets_folder() if name.endswith(".tflite") else runtime or default_folder()) / name


@lru_cache(maxsize=64)
def _is_the_pinned(path: Path, size: int, changed: int, pinned: str) -> bool:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return hashlib.sha256(content).hexdigest() == pinned


def served_file(name: str, *, packed: bool = False, runtime: Path | None = None, nets: Path | None = None) -> Path:
    """The path of one file for the browser, compared with its pinned SHA-256 (once for every change of the file).

    ``packed`` asks for the gzip copy beside it. Raises NotServed.
    """
    if name not in SERVED:
        raise NotServed(name)
    path = _path(name, runtime, nets)
    path = path.with_name(f"{name}.gz") if packed else path
    try:
        seen = path.stat()
        right = _is_the_pinned(path, seen.st_size, seen.st_mtime_ns, SERVED[name])
    except (OSError, EOFError) as why:
        raise NotServed(f"{path}: {why}") from why
    if not right:
        raise NotServed(f"{path}: not the pinned file (SHA-256 differs)")
    return path


def missing_files(runtime: Path | None = None, nets: Path | None = None) -> list[str]:
    """One sentence per file that cannot be served; empty when the browser can run the nets."""
    faults = []
    for name in SERVED:
        try:
            served_file(name, runtime=runtime, nets=nets)
        except NotServed as why:
            faults.append(str(why))
    return faults
