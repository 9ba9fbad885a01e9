"""Each rule against a school's own labelled archive (校准): what it catches, what it accuses wrongly, with intervals.

It proposes a weight per rule and changes nothing: the profile is a file that a person edits.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from xueji.imaging.batch import Judged
from xueji.rules.photo_profile import RULES, Profile, Weight

LABELS = {
    "eyes": ("eyes_open", "0"), "teeth": ("teeth_visible", "1"), "mouth": ("mouth_closed", "0"),
    "background_even": ("background_uniform", "0"), "glasses": ("glasses", "1"), "dark_lenses": ("sunglasses", "1"),
    "head_covering": ("hat", "1"), "brows": ("brows_covered", "1"), "gaze": ("gaze_at_camera", "0"),
}  # fmt: skip
"""Columns that say the same as a rule under another name, and the value that means "faulty"."""


class LabelsFault(Exception):
    """The label file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Share:
    """A count of cases with its 95 % interval (Wilson 1927)."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the 95 % Wilson interval; (0, 1) where nothing was counted."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.959964, self.of, self.hits / self.of
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{self.hits}/{self.of} = {self.hits / self.of:.0%} [{low:.0%}–{high:.0%}]"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How one rule did: rejected or warned among the faulty, and among the faultless."""

    rule: str
    caught_rejecting: Share
    caught_warning: Share
    false_rejecting: Share
    false_warning: Share
    now: Weight

    @property
    def proposal(self) -> Weight | None:
        """Reject where false rejections are surely rare and most faults are caught; warn where the rule tells anything;
        info otherwise; None where the labels hold too little of either kind (fewer than ten)."""
        if self.caught_rejecting.of < 10 or self.false_rejecting.of < 10:
            return None
        if self.false_rejecting.interval[1] <= 0.05 and self.caught_rejecting.interval[0] >= 0.6:
            return Weight.REJECT
        if self.caught_warning.interval[0] > self.false_warning.interval[1]:
            return Weight.WARN
        return Weight.INFO


def read_labels(path: Path) -> dict[str, dict[str, bool]]:
    """Per file and rule: faulty (True) or faultless (False); rules nobody labelled are absent.

    Columns: ``file``, and for each rule either its own name (1 = faulty, 0 = faultless) or one of ``LABELS``;
    ``frontal`` stands for yaw and roll together, ``face_count`` for itself, ``ears_hidden`` for ears. Any other value
    (``x``, empty) means "cannot say" and the case is left out.
    Raises LabelsFault when the file is no such table.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as why:
        raise LabelsFault(f"{path}: {why}") from why
    if not rows or "file" not in rows[0]:
        raise LabelsFault(f'{path}: needs a first line with the column names, one of them "file"')
    return {row["file"].strip(): _faults(row) for row in rows if row.get("file")}


def _faults(row: dict[str, str]) -> dict[str, bool]:
    faults: dict[str, bool] = {}

    def note(rule: str, column: str, faulty: str) -> None:
        value = (row.get(column) or "").strip()
        if value in {"0", "1"}:
            faults[rule] = value == faulty

    for rule, (column, faulty) in LABELS.items():
        note(rule, column, faulty)
    for rule in set(RULES) - set(LABELS) - {"face_count", "ears"}:
        note(rule, rule, "1")
    note("frontal", "frontal", "0")
    if (count := (row.get("face_count") or "").strip()).isdigit():
        faults["face_count"] = count != "1"
    if (ears := (row.get("ears_hidden") or row.get("ears") or "").strip()) in {"0", "1", "2"}:
        faults["ears"] = ears != "0"
    return faults


def records(results: Iterable[Judged], labels: dict[str, dict[str, bool]], profile: Profile) -> list[RuleRecord]:
    """One record per labelled rule. ``frontal`` is counted for yaw and roll together."""
    seen = [(r, labels[Path(r.file).name]) for r in results if Path(r.file).name in labels]
    kept = []
    for rule in (*RULES, "frontal"):
        cases = [(_worst(r, ("yaw", "roll") if rule == "frontal" else (rule,)), label[rule]) for r, label in seen if rule in label]
        cases = [(level, faulty) for level, faulty in cases if level != "unchecked"]
        if not cases:
            continue
        bad = [level for level, faulty in cases if faulty]
        good = [level for level, faulty in cases if not faulty]
        told = {"reject", "warn", "info"}
        kept.append(
            RuleRecord(
                rule,
                Share(sum(level == "reject" for level in bad), len(bad)),
                Share(sum(level in told for level in bad), len(bad)),
                Share(sum(level == "reject" for level in good), len(good)),
                Share(sum(level in told for level in good), len(good)),
                profile.weights["yaw" if rule == "frontal" else rule],
            )
        )
    return kept


def _worst(result: Judged, rules: tuple[str, ...]) -> str:
    levels = {f["level"] for f in result.verdict["findings"] if f["rule"] in rules}
    return next((level for level in ("reject", "warn", "info", "unchecked") if level in levels), "pass")
