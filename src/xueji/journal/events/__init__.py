"""Every kind of event with its sentence, read from the TOML files beside this one."""

from __future__ import annotations

import tomllib
from pathlib import Path

from xueji.catalogue.text import Text


def read_events(folder: Path) -> dict[str, Text]:
    """Event kind → sentence. Raises ValueError when a kind stands in two files."""
    kinds: dict[str, Text] = {}
    for path in sorted(folder.glob("*.toml")):
        for kind, entry in tomllib.loads(path.read_text("utf-8")).items():
            if kind in kinds:
                raise ValueError(f"{path.name}: {kind} stands in another file as well")
            kinds[kind] = Text(entry["zh"], entry["en"])
    return kinds


EVENTS: dict[str, Text] = read_events(Path(__file__).parent)
