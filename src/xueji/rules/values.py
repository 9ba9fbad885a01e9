"""Dated values (数值): every number or date that a regulation sets, with since, until and source.

``rules/values/*.toml`` hold the national values; a school's own file with the same shape lies over them (学校自定). An old
case is judged by the text that was in force on its day, so a changed number gets a new entry and the old one stays.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any


class ValuesError(ValueError):
    """An entry is wrong or missing; the message names the value, and the day if one was asked for."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value and the days on which it holds; ``until`` is the last day, or None while it is in force."""

    name: str
    value: Any
    since: date
    until: date | None
    source: str

    def holds_on(self, day: date) -> bool:
        """Whether the value is in force on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


def _entries(tree: Mapping[str, Any], prefix: str = "") -> Iterable[Value]:
    for key, below in tree.items():
        name = f"{prefix}{key}"
        if isinstance(below, Mapping):
            yield from _entries(below, f"{name}.")
            continue
        if not isinstance(below, list):
            raise ValuesError(f"{name}: expected [[{name}]] with value, since and source")
        for row in below:
            unknown = set(row) - {"value", "since", "until", "source", "note"}
            if unknown or not {"value", "since", "source"} <= set(row) or not row["source"]:
                raise ValuesError(f"{name}: an entry has value, since and source; until and note if needed")
            if type(row["since"]) is not date or type(row.get("until", row["since"])) is not date:
                raise ValuesError(f"{name}: since and until are dates such as 2018-01-01")
            yield Value(name, row["value"], row["since"], row.get("until"), row["source"])


@dataclass(frozen=True)
class Values:
    """All values in force at any time; a school's entries win over the national ones on the days they hold."""

    national: tuple[Value, ...]
    school: tuple[Value, ...] = ()

    def overlaid_with(self, *texts: str) -> "Values":
        """The same values under a school's own TOML texts; raises ValuesError for an entry without since or source."""
        entries = [value for text in texts for value in _entries(tomllib.loads(text))]
        return Values(self.national, self.school + tuple(entries))

    def entry(self, name: str, on: date) -> Value:
        """The entry in force on a day: the school's before the national, the latest first; raises ValuesError if none is."""
        for layer in (self.school, self.national):
            if held := [value for value in layer if value.name == name and value.holds_on(on)]:
                return max(held, key=lambda value: value.since)
        raise ValuesError(f"{name}: no value in force on {on:%Y-%m-%d}")

    def at(self, name: str, on: date) -> Any:
        """The bare value in force on a day; raises ValuesError if none is."""
        return self.entry(name, on).value

    def names(self) -> list[str]:
        """Every name, sorted."""
        return sorted({value.name for value in self.national + self.school})


def read_values(*texts: str) -> Values:
    """Values from TOML texts; raises ValuesError for an entry without since or source."""
    return Values(tuple(value for text in texts for value in _entries(tomllib.loads(text))))


def school_values(folder: Path) -> Values:
    """The national values under a school's ``*.toml`` in a folder; a folder without files changes nothing."""
    return NATIONAL.overlaid_with(*(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))))


NATIONAL = read_values(
    *(
        path.read_text(encoding="utf-8")
        for path in sorted(files("xueji.rules").joinpath("values").iterdir(), key=lambda path: path.name)
        if path.name.endswith(".toml")
    )
)
