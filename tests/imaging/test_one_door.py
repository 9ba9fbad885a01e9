"""Upload, station, the bureau's archive and the command line ask one and the same engine."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "xueji"
GUIDES_ONLY = {"desks/capture/rehearsal.py"}
"""The live guidance reads numbers of a still that is thrown away; the still that counts goes through the door."""


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_no_room_measures_or_judges_a_photo_by_itself():
    inner = {"xueji.rules.photos.judge", "xueji.imaging.measure.measure", "xueji.imaging.measure.measure_opened"}
    around = [p for p in SOURCE.rglob("*.py") if not p.is_relative_to(SOURCE / "imaging") and not p.is_relative_to(SOURCE / "rules")]
    own_ways = {str(p.relative_to(SOURCE)) for p in around if imported(p) & inner}
    assert own_ways <= GUIDES_ONLY


def test_every_photo_of_a_student_that_counts_is_judged_by_one_command():
    callers = {
        str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.py") if "xueji.photos.commands.judge_captured_photo" in imported(p)
    }
    ways = {"photos/day/commands/turns.py": "the station", "photos/day/commands/after.py": "the bureau's archive and the upload",
            "photos/day/commands/judging.py": "the station without a network, and what waits for an engine that was down"}  # fmt: skip
    assert set(ways) <= callers
    assert "xueji.imaging.judge_photo" in imported(SOURCE / "photos" / "commands.py")
