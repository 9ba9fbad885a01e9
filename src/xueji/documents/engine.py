"""The press (印刷): one warm typesetter per process that turns a template and plain values into a PDF.

Values reach the template as one JSON text and are never read as markup: ``#panic("x") [$a$]`` prints as written.
The same values give the same bytes, on paper made to last (PDF/A-2b, tagged). Pictures are mounted into what was set
(``pictures.py``), so no photo is ever written to disk on the way.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from xueji.documents.faces import Faces
from xueji.documents.pictures import Picture, mount
from xueji.rules.findings import Finding, finding

TEMPLATES = Path(__file__).parent / "templates"


class Unprintable(ValueError):
    """Raised when a document cannot be printed as it stands; ``findings`` name whose it is and what is wrong."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{f.place}: {f.message.zh} [{f.id}]" for f in findings))


class Press:
    """A typesetter with its fonts loaded (印刷机). One per process is enough; compiling is serialised by a lock."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self.faces = Faces(folders)
        self._lock = threading.Lock()
        self._compiler = typst.Compiler(b"", root=str(TEMPLATES), font_paths=self.faces.loaded, ignore_system_fonts=True)

    def unprintable(self, values: Any, *, place: str) -> list[Finding]:
        """One STOP finding (DOC.001) for each character in ``values`` that no font on the press has.

        ``place`` names the person or list, such as "2024110101 单雄信", because the same run holds many.
        """
        return [
            finding("DOC.001", place=place, who=place, character=_shown(c), code_point=f"U+{ord(c):04X}")
            for c in self.faces.missing("".join(_strings(values)))
        ]

    def print(self, template: str, values: Mapping[str, Any], *, at: datetime, place: str = "") -> bytes:
        """The PDF of ``templates/<template>.typ`` filled with ``values``; ``at`` becomes its creation date.

        ``values`` hold strings, numbers, lists and mappings; under a key that begins with ``picture`` lies what
        ``photo`` or ``code`` made, or an SVG. Raises Unprintable when a character has no glyph or a photo cannot be shown.
        """
        if findings := self.unprintable(values, place=place):
            raise Unprintable(findings)
        pictures: dict[bytes, Picture] = {}

        def stand_in(picture: Picture) -> str:
            pictures[picture.key] = picture
            return picture.stand_in

        payload = json.dumps({**values, "faces": self.faces.families}, ensure_ascii=False, default=stand_in)
        try:
            with self._lock:
                pdf = self._compiler.compile(
                    input=str(TEMPLATES / f"{template}.typ"),
                    sys_inputs={"payload": payload},
                    format="pdf",
                    pdf_standards="a-2b",
                    timestamp=int(at.timestamp()),
                )
        except typst.TypstError as problem:
            # A sequence can lack a glyph although each character has one; the export notices, so say so as well.
            if "could not be displayed" not in problem.message:
                raise
            raise Unprintable([finding("DOC.002", place=place, who=place, detail=problem.message)]) from problem
        try:
            return mount(pdf, pictures)
        except LookupError as unset:  # the typesetter leaves out, without a word, what it cannot read
            raise Unprintable([finding("DOC.003", place=place, who=place)]) from unset

    def forget(self) -> None:
        """Let go of what earlier prints left in memory: the typesetter drops what ten compilations in a row did not use."""
        with self._lock:
            for _ in range(10):
                self._compiler.compile(input=b"", format="pdf", timestamp=0)


@lru_cache(maxsize=4)
def press(folders: tuple[Path, ...] = ()) -> Press:
    """This process's press for the school's font ``folders``; the first call loads the fonts (about half a second)."""
    return Press(folders)


def _strings(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            if not key.startswith("picture"):
                yield from _strings(value)
    elif isinstance(values, (list, tuple)):
        for value in values:
            if isinstance(value, str):
                yield value
            else:
                yield from _strings(value)


def _shown(character: str) -> str:
    return character if character.isprintable() else "不可见字符"
