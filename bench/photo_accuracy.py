"""How often each photo rule is right: faults planted into portraits, people never split between the two halves.

    .venv/bin/python bench/photo_accuracy.py [--photos ../shared/photos] [--half development|held-out|both] [--values]

Thresholds may be looked at on the development half only; the held-out half is measured and written to
docs/photo-rules.md. Prints Markdown. Needs the portraits and the nets; nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
import sys
from collections import defaultdict
from math import comb
from pathlib import Path

import numpy as np

from planted import FAULTS, SOUND, TEETH, Composite, composite
from xueji.imaging.calibration import Share
from xueji.imaging.measure import measure
from xueji.imaging.nets import nets
from xueji.rules.photo_profile import Weight, load_profile
from xueji.rules.photos import judge
from xueji.rules.portrait import Portrait

ROOT = Path(__file__).resolve().parent.parent
PROFILE = load_profile("chsi-graduation")
DARKER_THAN = 50.0
"""Cheek lightness L* that divides the portraits in two groups about equally large."""


def person_of(name: str) -> str:
    """One name per person: the same person neutral, smiling or at another distance counts once."""
    if name.startswith("webmorph"):
        return "webmorph"
    return re.sub(r"_(neutral|smile).*|\.jpg$", "", name)


def held_out(name: str) -> bool:
    return hashlib.sha256(person_of(name).encode()).digest()[0] % 2 == 1


def verdict(content: bytes) -> tuple[Portrait, dict[str, str]]:
    """What was measured, and the heaviest level per rule."""
    seen = measure(content)
    levels: dict[str, str] = {}
    for f in judge(seen, PROFILE).findings:
        if levels.get(f.rule) != "reject":
            levels[f.rule] = str(f.weight)
    return seen, levels


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Two-sided exact p of the table [[a, b], [c, d]]."""
    row, column, n = a + b, a + c, a + b + c + d
    ways = {k: comb(row, k) * comb(n - row, column - k) for k in range(max(0, column - (n - row)), min(row, column) + 1)}
    return sum(w for w in ways.values() if w <= ways[a]) / comb(n, column)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=ROOT.parent / "shared" / "photos")
    parser.add_argument("--half", choices=["development", "held-out", "both"], default="development")
    parser.add_argument("--values", action="store_true", help="also print the measured values that matter")
    asked = parser.parse_args()
    if not asked.photos.is_dir():
        sys.exit(f"{asked.photos}: no portraits there")
    labels = {row["file"]: row for row in csv.DictReader((asked.photos / "labels.csv").open(encoding="utf-8"))}
    names = [n for n in sorted(labels) if asked.half == "both" or held_out(n) == (asked.half == "held-out")]
    ready = nets()
    made = [c for n in names if (c := composite(n, (asked.photos / n).read_bytes(), ready))]
    print(f"{asked.half}: {len(names)} portraits, {len({person_of(n) for n in names})} people, {len(made)} composites\n")
    caught = planted_faults(made, labels, asked.values)
    print("| rule | fault | rejected | at least warned |\n|---|---|---|---|")
    whole: dict[str, list[str]] = defaultdict(list)
    for (rule, fault), levels in caught.items():
        whole[rule] += levels
        print(f"| {rule} | {fault} | {share(levels, 'reject')} | {share(levels, 'reject', 'warn', 'info')} |")
    print("\n| rule | all planted faults rejected | at least warned |\n|---|---|---|")
    for rule, levels in whole.items():
        print(f"| {rule} | {share(levels, 'reject')} | {share(levels, 'reject', 'warn', 'info')} |")
    false_alarms(made, labels, asked.values)
    raw(names, labels, asked.photos)


def share(levels: list[str], *wanted: str) -> Share:
    return Share(sum(level in wanted for level in levels), len(levels))


def planted_faults(made: list[Composite], labels: dict[str, dict[str, str]], values: bool) -> dict[tuple[str, str], list[str]]:
    """Every fault in every composite that does not have it by itself."""
    caught: dict[tuple[str, str], list[str]] = defaultdict(list)
    donors = [c for c in made if labels[c.name]["teeth_visible"] == "1" and c.name.startswith("london")]
    donors = donors or [c for c in made if labels[c.name]["teeth_visible"] == "1"]
    for n, c in enumerate(made):
        other = made[(n + 1) % len(made)]
        for rule, fault, make in FAULTS:
            if rule in {"yaw", "roll", "eyes"} and labels[c.name]["frontal"] != "1":
                continue
            seen, levels = verdict(make(c, other))
            if rule == "eyes" and labels[c.name]["teeth_visible"] == "1":
                fault += ", laughing"
            caught[rule, fault].append(levels.get(rule, "pass"))
            if values and levels.get(rule) != "reject":
                print(" missed", c.name, rule, fault, levels.get(rule), shown(seen))
        if labels[c.name]["mouth_closed"] == "1" and labels[c.name]["frontal"] == "1":
            for donor in donors:
                seen, levels = verdict(TEETH[2](c, donor))
                caught["teeth", "another's laugh"].append(levels.get("teeth", "pass"))
                if values and levels.get("teeth") != "reject":
                    print(" missed", c.name, "teeth", donor.name, shown(seen))
        if labels[c.name]["teeth_visible"] == "1":
            caught["teeth", "own laugh"].append(verdict(SOUND[0][1](c))[1].get("teeth", "pass"))
    return caught


def shown(p: Portrait) -> str:
    parts = [f"faces {p.faces}"]
    if p.eyes:
        parts.append("open {:.2f} {:.2f} contrast {:.0f} {:.0f}".format(*p.eyes.openings, *p.eyes.contrast))
    if p.mouth:
        parts.append(f"gap {p.mouth.gap:.2f} teeth {p.mouth.teeth:.2f}")
    if p.pose:
        parts.append(f"yaw {p.pose.yaw:.0f} roll {p.pose.roll:.0f} pitch {p.pose.pitch:.0f}")
    if p.head:
        parts.append(f"top {p.head.hair_top:.0f} eyes {p.head.eyes_y:.0f} wide {p.head.face_width:.0f} x {p.head.centre_x:.0f}")
    if p.background:
        parts.append(f"spread {p.background.spread:.1f} residual {p.background.residual:.1f} edges {p.background.edges:.3f}")
    if p.light:
        parts.append(f"L {p.light.face_l:.0f} white {p.light.too_bright:.2f} sharp {p.light.sharpness:.0f}")
    return ", ".join(parts)


SOUND_WHEN = {"eyes": ("eyes_open", "1"), "teeth": ("teeth_visible", "0"), "yaw": ("frontal", "1"), "roll": ("frontal", "1"),
              "pitch": ("frontal", "1"), "mouth": ("mouth_closed", "1"), "glasses": ("glasses", "0"),
              "head_covering": ("hat", "0"), "brows": ("brows_covered", "0"), "ears": ("ears_hidden", "0"),
              "gaze": ("gaze_at_camera", "1"), "dark_lenses": ("sunglasses", "0")}  # fmt: skip


def false_alarms(made: list[Composite], labels: dict[str, dict[str, str]], values: bool) -> None:
    """Composites without a planted fault: what is said against them, in two groups of skin lightness."""
    said: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for c in made:
        for _, make in SOUND:
            seen, levels = verdict(make(c))
            for rule in PROFILE.weights:
                column, good = SOUND_WHEN.get(rule, (None, None))
                if column and labels[c.name][column] != good:
                    continue
                said[rule].append((levels.get(rule, "pass"), bool(c.cheek[0] < DARKER_THAN)))
                if values and levels.get(rule) == "reject":
                    print(" false", c.name, rule, shown(seen))
    print("\n| rule | false rejects | false rejects or warnings | darker half | lighter half | p |\n|---|---|---|---|---|---|")
    for rule, levels in said.items():
        counted = ["reject"] if PROFILE.weights[rule] is Weight.REJECT else ["reject", "warn", "info"]
        dark = [level for level, darker in levels if darker]
        light = [level for level, darker in levels if not darker]
        a, b = share(dark, *counted), share(light, *counted)
        p = fisher(a.hits, a.of - a.hits, b.hits, b.of - b.hits)
        every = [level for level, _ in levels]
        print(f"| {rule} | {share(every, 'reject')} | {share(every, 'reject', 'warn', 'info')} | {a} | {b} | {p:.2f} |")


def raw(names: list[str], labels: dict[str, dict[str, str]], photos: Path) -> None:
    """The portraits as they are: only what does not depend on framing and background."""
    bad: dict[str, list[str]] = defaultdict(list)
    good: dict[str, list[str]] = defaultdict(list)
    for name in names:
        levels = verdict((photos / name).read_bytes())[1]
        for rule in ("face_count", "eyes", "teeth"):
            column, fine = {"face_count": ("face_count", "1"), **SOUND_WHEN}[rule]
            if labels[name][column] != "x":
                (good if labels[name][column] == fine else bad)[rule].append(levels.get(rule, "pass"))
        if labels[name]["frontal"] != "x":
            worst = "reject" if "reject" in {levels.get("yaw"), levels.get("roll")} else "pass"
            (good if labels[name]["frontal"] == "1" else bad)["frontal"].append(worst)
    print("\n| rule, raw portraits | faulty rejected | faultless rejected |\n|---|---|---|")
    for rule in ("face_count", "eyes", "teeth", "frontal"):
        print(f"| {rule} | {share(bad[rule], 'reject')} | {share(good[rule], 'reject')} |")


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    main()
