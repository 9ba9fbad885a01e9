"""ruff finds nothing: unused names, times without a zone, printed lines, traps of the language and of Django."""

import subprocess
import sys

from tests.house.repository import ROOT


def test_ruff_finds_nothing():
    seen = subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", "."], cwd=ROOT, capture_output=True, text=True)
    assert seen.returncode == 0, seen.stdout[-4000:]
