"""make test: everything, on both databases and in a real browser. The last line is `N passed, N failed, N skipped`.

What the machine lacks is installed where that is allowed (root on Debian), otherwise that part is skipped and the last lines say so.
On CI nothing may be skipped. `--long` adds the tests that take minutes. Other arguments go to pytest.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from machine import ON_CI, chromium, found_or_installed
from postgres import NoPostgres, environment, private_cluster

ROOT = Path(__file__).resolve().parent.parent
NO_TEST_RAN = 5  # pytest's own exit code


@dataclass
class Tally:
    """What was seen, over all parts."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remarks: list[str] = field(default_factory=list)

    def run(self, part: str, arguments: list[str], env: dict[str, str]) -> None:
        """Run one part with pytest and add its counts. A part that ran no test has failed."""
        print(f"\n── {part} ──", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="xueji-test-") as folder:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments]
            ended = subprocess.run(command, cwd=ROOT, env={**env, "PYTHONHASHSEED": "0"}, stdin=subprocess.DEVNULL).returncode
            passed, failed, skipped = counts(report)
        self.passed, self.failed, self.skipped = self.passed + passed, self.failed + failed, self.skipped + skipped
        self.remarks.append(f"{part}: {passed} passed, {failed} failed, {skipped} skipped, {time.monotonic() - began:.0f} s")
        if ended and not failed:
            self.failed += 1
            self.remarks.append(f"{part}: " + ("ran no test" if ended == NO_TEST_RAN else f"pytest ended with {ended}; see above"))

    def leave_out(self, part: str, reason: str) -> None:
        self.remarks.append(f"{part}: {'FAILED' if ON_CI else 'SKIPPED'}, {reason}")
        if ON_CI:
            self.failed += 1
        else:
            self.skipped += 1


def counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report; zeros when pytest could not even write one."""
    if not report.exists():
        return 0, 0, 0
    passed = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left_out = int(suite.get("skipped", 0))
        passed += int(suite.get("tests", 0)) - wrong - left_out
        failed += wrong
        skipped += left_out
    return passed, failed, skipped


def main(arguments: list[str]) -> int:
    long = ["--long"] if "--long" in arguments else []
    chosen = [argument for argument in arguments if argument != "--long"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tally = Tally()
    two = ["-n", "2", "--dist", "loadfile"]
    plain = ["tests", "--ignore=tests/browser", *long, *chosen]
    sqlite = {key: value for key, value in os.environ.items() if not key.startswith("XUEJI_")} | {"XUEJI_TEST_DATABASE": "sqlite"}

    tally.run("house, book, apps and flows on SQLite", [*two, *plain], sqlite)
    try:
        with private_cluster() as address:
            tally.run("apps and flows on PostgreSQL", [*two, *plain, "-m", "database"], environment(address))
    except NoPostgres as reason:
        tally.leave_out("apps and flows on PostgreSQL", str(reason))
    path = found_or_installed(chromium, "chromium")
    if path:
        tally.run("browser", [*two, "tests/browser", *long, *chosen], sqlite | {"XUEJI_CHROMIUM": path})
    else:
        tally.leave_out("browser", "no Chromium that starts (Debian: apt-get install chromium)")

    if ON_CI and tally.skipped:
        tally.failed += 1
        tally.remarks.append(f"CI: {tally.skipped} tests were skipped, and on CI nothing may be")
    print("\n" + "\n".join(tally.remarks))
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped", flush=True)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
