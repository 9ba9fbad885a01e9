"""ruff finds nothing: unused names, times without a zone, printed lines, traps of the language and of Django; and what it cannot know."""

import ast
import subprocess
import sys

from tests.house.repository import ROOT, place, sources, tree


def test_ruff_finds_nothing():
    seen = subprocess.run([sys.executable, "-m", "ruff", "check", "--quiet", "."], cwd=ROOT, capture_output=True, text=True)
    assert seen.returncode == 0, seen.stdout[-4000:]


def test_the_day_of_an_act_is_the_day_in_shanghai():
    """A request tells its moment in UTC: between midnight and eight its date is yesterday's."""
    found = [
        place(path, node)
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"
        and isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "at"
    ]  # fmt: skip
    assert not found, found
