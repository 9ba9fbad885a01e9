"""What a rule says when something stands in the way: a number, a sentence, a next step.

The sentences live beside the rules as data, ``rules/messages/<area>.toml``, one table per finding id, so that a
registrar can read and sign them and no sentence exists twice.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from xueji.catalogue.text import Text

MESSAGES = Path(__file__).parent / "messages"


class Level(StrEnum):
    """How much a finding weighs: NOTE (提示), DOUBT (存疑, a person must look), STOP (不通过)."""

    NOTE = "note"
    DOUBT = "doubt"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found (问题): stable id, weight, the field, what is wrong, what to do now, the clause."""

    id: str
    level: Level
    field: str | None
    message: Text
    remedy: Text
    source: str
    place: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON values, for files and job rows."""
        return asdict(self) | {"level": str(self.level)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Finding:
        """The finding back from ``as_json``."""
        return cls(
            **stored
            | {
                "level": Level(stored["level"]),
                "message": Text(**stored["message"]),
                "remedy": Text(**stored["remedy"]),
            }
        )

    def at(self, place: str) -> Finding:
        """The same finding at another place (a row, a line, a page)."""
        return replace(self, place=place)


@cache
def catalogue_of_findings() -> dict[str, Finding]:
    """Every finding the rule book can make, by id, with its placeholders unfilled.

    Raises ValueError when two files use one id or a sentence is missing in a language.
    """
    found: dict[str, Finding] = {}
    for path in sorted(MESSAGES.glob("*.toml")):
        for id_, entry in tomllib.loads(path.read_text("utf-8")).items():
            if id_ in found:
                raise ValueError(f"{path.name}: {id_} stands in another file as well")
            try:
                found[id_] = Finding(
                    id=id_,
                    level=Level(entry["level"]),
                    field=entry.get("field"),
                    message=Text(entry["zh"], entry["en"]),
                    remedy=Text(entry["remedy_zh"], entry["remedy_en"]),
                    source=entry["source"],
                )
            except KeyError as missing:
                raise ValueError(f"{path.name}: {id_} lacks {missing}") from None
    return found


def finding(
    id: str, *, field: str | None = None, place: str = "", level: Level | None = None, **values: Any
) -> Finding:
    """The finding ``id`` with its placeholders filled from ``values``.

    Raises KeyError for an id that no messages file has, and for a placeholder without a value.
    """
    return _filled(id, field, place, level, values) if values or place else _plain(id, field, level)


@cache
def _plain(id: str, field: str | None, level: Level | None) -> Finding:
    """Findings without values are the same for everybody: 50,000 reviews need them once."""
    return _filled(id, field, "", level, {})


def _filled(id: str, field: str | None, place: str, level: Level | None, values: dict[str, Any]) -> Finding:
    entry = catalogue_of_findings()[id]
    return Finding(
        id=entry.id,
        level=level or entry.level,
        field=field or entry.field,
        message=entry.message.format(**values),
        remedy=entry.remedy.format(**values),
        source=entry.source,
        place=place,
    )


def stops(findings: list[Finding]) -> list[Finding]:
    """Those findings that forbid going on."""
    return [f for f in findings if f.level is Level.STOP]
