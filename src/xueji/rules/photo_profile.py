"""What a photo must be for one purpose (照片规格): the limits and how much each rule weighs, read from a profile.

A profile is data, ``rules/profiles/<code>.toml``: every limit with the day it holds from and its source. A school's own
profile may start from another one (``extends``) and change single values; no rule's weight is ever changed silently.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from xueji.catalogue.text import Text

PROFILES = Path(__file__).parent / "profiles"

RULES = (
    "face_count", "file", "position", "background_colour", "background_even", "eyes", "teeth", "mouth", "yaw", "roll",
    "pitch", "gaze", "exposure", "sharpness", "glasses", "dark_lenses", "head_covering", "brows", "shoulders", "clothing",
    "ears",
)  # fmt: skip
"""The rules in the order they are reported, most decisive first."""


class Weight(StrEnum):
    """What a finding of a rule does (处理): REJECT (不通过), WARN (存疑, a person looks), INFO (提示), OFF (不查)."""

    REJECT = "reject"
    WARN = "warn"
    INFO = "info"
    OFF = "off"


ORDER = {Weight.REJECT: 0, Weight.WARN: 1, Weight.INFO: 2, Weight.OFF: 3}


class ProfileFault(Exception):
    """A profile file cannot be used; the message names the file, the entry and what is wrong."""


@dataclass(frozen=True, slots=True)
class Band:
    """The allowed range of one measured value (允许范围); outside ``warn`` a person looks, outside ``reject`` it fails.

    A missing end is None. ``source`` is the clause or the measurement it rests on.
    """

    source: str
    since: date
    warn_below: float | None = None
    warn_above: float | None = None
    reject_below: float | None = None
    reject_above: float | None = None

    def weigh(self, value: float) -> tuple[Weight, float] | None:
        """The heaviest limit that ``value`` breaks, and the limit; None when it breaks none."""
        for weight, low, high in (
            (Weight.REJECT, self.reject_below, self.reject_above),
            (Weight.WARN, self.warn_below, self.warn_above),
        ):
            if low is not None and value < low:
                return weight, low
            if high is not None and value > high:
                return weight, high
        return None


@dataclass(frozen=True, slots=True)
class Colour:
    """One accepted background colour (背景颜色), sRGB."""

    rgb: tuple[int, int, int]
    name: Text
    hue: tuple[float, float] | None
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One purpose a photo is judged for (照片规格)."""

    code: str
    title: Text
    source: str
    weights: dict[str, Weight]
    weight_sources: dict[str, str]
    bands: dict[str, Band]
    colours: tuple[Colour, ...]
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    size: tuple[int, int] | None
    size_source: str
    digest: str

    def __getitem__(self, measure: str) -> Band:
        return self.bands[measure]


def profile_codes() -> list[str]:
    """The profiles that come with the program."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


@cache
def load_profile(code: str) -> Profile:
    """The profile ``code``, or the one in the file that ``code`` is a path of.

    Raises ProfileFault when there is none, or when an entry is unknown, incomplete or of the wrong kind.
    """
    path = Path(code) if code.endswith(".toml") else PROFILES / f"{code}.toml"
    entries = _entries(path)
    try:
        return _profile(path.stem, entries)
    except (KeyError, TypeError, ValueError) as why:
        raise ProfileFault(f"{path.name}: {why}") from why


def _entries(path: Path, depth: int = 0) -> dict[str, Any]:
    if depth > 4:
        raise ProfileFault(f"{path.name}: extends itself")
    try:
        own = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        known = ", ".join(profile_codes())
        raise ProfileFault(f"{path.name}: no such profile; there are {known}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise ProfileFault(f"{path.name}: {why}") from why
    parent = own.pop("extends", None)
    if parent is None:
        return own
    beside = path.parent / f"{parent}.toml"
    under = _entries(beside if beside.exists() else PROFILES / f"{parent}.toml", depth + 1)
    merged = under | {k: v for k, v in own.items() if k not in {"weights", "bands", "file"}}
    for part in ("weights", "bands", "file"):
        merged[part] = under.get(part, {}) | own.get(part, {})
    return merged


def _profile(code: str, entries: dict[str, Any]) -> Profile:
    weights = {rule: Weight(entry["weight"]) for rule, entry in entries["weights"].items()}
    if strange := set(weights) ^ set(RULES):
        raise ValueError(f"weights must name every rule once; check {', '.join(sorted(strange))}")
    colours = tuple(
        Colour(tuple(c["rgb"]), Text(c["zh"], c["en"]), tuple(c["hue"]) if "hue" in c else None, c["source"]) for c in entries["colours"]
    )
    paper = entries["file"]
    size = tuple(paper["size_px"]["value"]) if paper["size_px"]["value"] else None
    return Profile(
        code=code,
        title=Text(entries["zh"], entries["en"]),
        source=entries["source"],
        weights=weights,
        weight_sources={rule: entry["source"] for rule, entry in entries["weights"].items()},
        bands={name: Band(**band) for name, band in entries["bands"].items()},
        colours=colours,
        formats=tuple(paper["formats"]["value"]),
        modes=tuple(paper["modes"]["value"]),
        size=size,
        size_source=paper["size_px"]["source"],
        digest=hashlib.sha256(repr(sorted(_flat(entries))).encode()).hexdigest()[:16],
    )


def _flat(entries: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(entries, dict):
        return [pair for k, v in entries.items() for pair in _flat(v, f"{path}.{k}")]
    if isinstance(entries, list):
        return [pair for n, v in enumerate(entries) for pair in _flat(v, f"{path}[{n}]")]
    return [(path, str(entries))]
