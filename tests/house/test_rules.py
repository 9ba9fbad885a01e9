"""The rule book: no clock below the double line, no clock in commands and queries, and every branch of a rule tried."""

import ast
import json
import os
import subprocess
import sys

from tests.house.repository import ROOT, SOURCE, calls, dotted, place, sources, tree

CLOCKS = {"now", "today", "utcnow", "localtime", "localdate", "monotonic_time", "gmtime"}
INSTRUMENTS = ("rules", "catalogue", "formats", "pinyin", "documents", "imaging")


def clock_readings(paths):
    found = []
    for path in paths:
        for name, node in calls(path):
            if name.rsplit(".", 1)[-1] in CLOCKS or name == "time.time":
                found.append(f"{place(path, node)} {name}")
        for node in ast.walk(tree(path)):  # default=timezone.now reads the clock as well, later
            if isinstance(node, ast.keyword) and "." in dotted(node.value) and dotted(node.value).rsplit(".", 1)[-1] in CLOCKS:
                found.append(f"{place(path, node.value)} {node.arg}={dotted(node.value)}")
    return found


def test_no_rule_and_no_instrument_reads_the_clock():
    assert clock_readings(sources(*INSTRUMENTS)) == []


def test_no_command_and_no_query_reads_the_clock():
    """Time is an argument: Act.at for a command, `now` for a query."""
    names = {"commands", "queries", "models", "terms"}
    rooms = [p for p in sources() if p.stem in names or names & set(p.relative_to(SOURCE).parts[:-1])]
    assert clock_readings(rooms) == []


def test_every_branch_of_the_rules_is_tried_by_the_book(tmp_path):
    settings = tmp_path / "coverage.ini"
    settings.write_text(
        f"[run]\nbranch = true\nsource = {SOURCE / 'rules'}\ndata_file = {tmp_path / 'coverage'}\n"
        "[report]\nexclude_also =\n    if TYPE_CHECKING:\n    @(abc\\.)?abstractmethod\n    ^\\s*\\.\\.\\.$\n    assert_never\n"
    )
    env = {**os.environ, "XUEJI_TEST_HOME": str(tmp_path)}
    env.pop("PYTEST_XDIST_WORKER", None)
    run = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "tests/book", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    seen = subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True)
    assert seen.returncode == 0, seen.stdout[-3000:]
    out = tmp_path / "coverage.json"
    subprocess.run([sys.executable, "-m", "coverage", "json", f"--rcfile={settings}", "-o", str(out), "-q"], cwd=ROOT, check=True)
    missed = []
    for name, one in sorted(json.loads(out.read_text())["files"].items()):
        lines, branches = one["missing_lines"], [tuple(b) for b in one["missing_branches"]]
        if lines or branches:
            missed.append(f"{name.split('src/')[-1]}: lines {lines}, branches {branches}")
    assert not missed, "not tried by tests/book:\n" + "\n".join(missed)
