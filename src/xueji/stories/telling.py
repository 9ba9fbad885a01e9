"""A story being told: where its files go, what it expected, and whether the world agreed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with what is being told now, how much of it is done, and how much there is."""


def quietly(chapter: str, done: int, total: int) -> None:
    """Tell without showing progress."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing the story expected (预期), and what was seen."""

    sentence: str
    expected: Any
    seen: Any

    @property
    def holds(self) -> bool:
        return self.expected == self.seen


@dataclass(slots=True)
class Telling:
    """One run of a story: its folder, its expectations, its figures."""

    folder: Path
    progress: Progress = quietly
    expectations: list[Expectation] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def expect(self, sentence: str, *, expected: Any, seen: Any) -> None:
        """Note an expectation; the story goes on either way."""
        self.expectations.append(Expectation(sentence, expected, seen))

    @property
    def failed(self) -> list[Expectation]:
        return [one for one in self.expectations if not one.holds]

    def sentences(self) -> list[tuple[str, bool]]:
        """What was told, each sentence once in its order, and whether it held every time."""
        held: dict[str, bool] = {}
        for one in self.expectations:
            held[one.sentence] = held.get(one.sentence, True) and one.holds
        return list(held.items())

    def keep(self, name: str, content: bytes | str) -> Path:
        """Write one file of the story into its folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def close(self) -> None:
        """Write what was expected and seen, and the figures."""
        told = [{"expectation": one.sentence, "expected": one.expected, "seen": one.seen, "holds": one.holds} for one in self.expectations]
        self.keep("story.json", json.dumps({"figures": self.figures, "expectations": told}, ensure_ascii=False, indent=1, default=str) + "\n")
