"""The typefaces on the press (字体), and which characters they can draw.

Two fonts come with the installation and cover the 8,105 characters of 通用规范汉字表 and all of GBK: Noto Serif SC
for what will be kept, Noto Sans SC for labels. Libertinus Serif, built into the typesetter, adds the Latin and
Cyrillic letters that Chinese fonts leave out (Ł, ğ, ө). A school adds fonts for its rare names by putting them into
a folder. Whoever has none of these for a character is told so before anything is printed: a typesetter left alone
draws an empty box and says nothing.
"""

from __future__ import annotations

import json
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTCollection, TTFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

SERIF = "Noto Serif SC"
SANS = "Noto Sans SC"
LATIN = "Libertinus Serif"
MACHINE_FOLDERS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/hanazono"))
"""Where Debian puts fonts-noto-cjk and fonts-hanazono: rare characters are printed wherever these are installed."""
WESTERN = "".join(map(chr, (*range(0x20, 0x7F), *range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x180))))
"""What the Latin face draws first where a page mixes both: letters, figures, ASCII marks."""
_WESTERN = frozenset(WESTERN)
FONT_SUFFIXES = (".otf", ".ttf", ".ttc", ".otc")

# What a document may hold that draws nothing: the line break between paragraphs.
_DRAWS_NOTHING = frozenset("\n")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What a font draws and how wide, as lean as its file has it: read into objects, four fonts take 40 MB in each process."""

    characters: array[int]
    """Code points in order, and below each one's glyph."""
    glyphs: array[int]
    metrics: bytes = field(repr=False)
    """The table ``hmtx`` (ISO/IEC 14496-22): advance and bearing, two bytes each; glyphs after the last have its advance."""
    last: int
    units: int

    @classmethod
    def by(cls, face: TTFont) -> _Drawn:
        drawn = face.getBestCmap() or {}
        characters = array("I", sorted(drawn))
        glyphs = array("H", map(drawn.__getitem__, characters))
        made = cls(characters, glyphs, face.reader["hmtx"], face["hhea"].numberOfHMetrics - 1, face["head"].unitsPerEm)
        face.tables.clear()  # a font and its tables hold each other: left alone, they stay until somebody sweeps
        return made

    def advance(self, character: str) -> float | None:
        """In em; None for a character that the font does not draw."""
        at = bisect_left(self.characters, ord(character))
        if at == len(self.characters) or self.characters[at] != ord(character):
            return None
        begins = 4 * min(self.glyphs[at], self.last)
        return int.from_bytes(self.metrics[begins : begins + 2], "big") / self.units


class Faces:
    """The fonts one press prints with (字体库): the installed ones and those in the school's ``folders``.

    ``folders`` are searched one level deep, in order, serif fonts first, then by name; a folder that does not exist is
    skipped. A font that adds no character is left out.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        """Read the character tables of the fallback fonts. Raises nothing for an unreadable file: it is not used."""
        self._own: dict[str, Path] = {}
        self.covered: set[int] = set()
        self.unreadable: list[Path] = []
        self._drawn: dict[str, _Drawn] = {}
        self._seen: set[str] = set()
        self._advances: dict[str, float] = {}
        self._sans_advances: dict[str, float] = {}
        paths = [Path(serif_path()), Path(sans_path())]
        for folder in folders:
            files = [p for p in Path(folder).glob("*") if p.suffix.lower() in FONT_SUFFIXES]
            # A serif stands better beside the serif of the form, so it is asked first.
            paths += sorted(files, key=lambda p: ("serif" not in p.name.lower(), p.name))
        for path in paths:
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            face = _regular_face(path)
            if face is None:
                return
            family, drawn = face["name"].getBestFamilyName(), _Drawn.by(face)
        except Exception:
            self.unreadable.append(path)
            return
        if family not in self._own and not self.covered.issuperset(drawn.characters):
            self._own[family], self._drawn[family] = path, drawn
            self.covered.update(drawn.characters)

    @property
    def families(self) -> list[str]:
        """The families in the order in which a character is looked for."""
        return [SERIF, LATIN, *(family for family in self._own if family != SERIF)]

    @cached_property
    def loaded(self) -> typst.Fonts:
        """The same fonts, opened by the typesetter; nothing of the machine's own fonts."""
        return typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=True,
            font_paths=[str(folder) for folder in dict.fromkeys(path.parent for path in self._own.values())],
        )

    def missing(self, text: str) -> list[str]:
        """The characters of ``text`` that no font on the press can draw, each once, in order."""
        return [character for character in dict.fromkeys(text) if character not in self._seen and not self._draws(character)]

    def _draws(self, character: str) -> bool:
        if character in _DRAWS_NOTHING or not hides(character) and (ord(character) in self.covered or drawn_by_latin(character)):
            self._seen.add(character)
            return True
        return False

    def advance(self, character: str) -> float:
        """How far ``character`` moves the pen, in em, in the font that draws it; 0 for a mark that stands on another."""
        if (known := self._advances.get(character)) is None:
            known = self._advances[character] = self._advance(character)
        return known

    def western_advance(self, character: str) -> float:
        """The same where Latin letters, figures and their marks come from the Latin face, as a record form sets them."""
        return latin_advances(WESTERN)[character] if character in _WESTERN else self.advance(character)

    def sans_advance(self, character: str) -> float:
        """The same in the typeface of labels."""
        if (known := self._sans_advances.get(character)) is None:
            own = self._drawn[SANS].advance(character)
            known = self._sans_advances[character] = self.advance(character) if own is None else own
        return known

    def _advance(self, character: str) -> float:
        if unicodedata.combining(character) or hides(character):
            return 0.0
        for drawn in self._drawn.values():
            if (known := drawn.advance(character)) is not None:
                return known
        return latin_advances(character)[character]


def hides(character: str) -> bool:
    """Whether ``character`` would leave no mark: controls, joiners, direction marks, fillers, variation selectors."""
    return (
        unicodedata.category(character) in ("Cc", "Cf", "Cs")
        or character in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0000" <= character <= "\U000e0fff"
    )


def _regular_face(path: Path) -> TTFont | None:
    """The upright text-weight face of a font file; of a collection the one for simplified Chinese, if it has one."""
    faces = TTCollection(path, lazy=True).fonts if path.suffix.lower() in (".ttc", ".otc") else [TTFont(path, lazy=True)]
    for face in faces:
        # Numbers serve for names: reading the names of 65,000 glyphs would take half a second and 30 MB for each font.
        face.glyphOrder = range(face["maxp"].numGlyphs)
    regular = [f for f in faces if f["OS/2"].usWeightClass in range(300, 501) and not f["head"].macStyle & 3]
    chinese = [f for f in regular if f["name"].getBestFamilyName().endswith((" SC", " CN", " GB"))]
    return next(iter(chinese or regular), None)


@lru_cache(maxsize=4096)
def drawn_by_latin(character: str) -> bool:
    """Whether the typesetter's built-in Latin font draws ``character``; asked of the typesetter itself.

    The font is not a file, so its table cannot be read; but the PDF/A export refuses a glyph that does not exist.
    """
    try:
        _latin_press().compile(
            input=f'#set text(font: "{LATIN}", fallback: false)\n#sys.inputs.character'.encode(),
            sys_inputs={"character": character},
            format="pdf",
            pdf_standards="a-2b",
            timestamp=0,
        )
    except typst.TypstError as refusal:
        if "could not be displayed" not in refusal.message:
            raise
        return False
    return True


@lru_cache(maxsize=256)
def latin_advances(characters: str) -> dict[str, float]:
    """The widths in em of ``characters`` in the typesetter's built-in Latin font, as the typesetter measures them."""
    asked = json.dumps(list(characters), ensure_ascii=False)
    source = (
        f'#set text(font: "{LATIN}", fallback: false, size: 1000pt)\n#set page(width: auto, height: auto)\n'
        "#context metadata(json(bytes(sys.inputs.asked)).map(c => measure(text(c)).width.pt() / 1000))"
    )
    compiler = typst.Compiler(source.encode(), sys_inputs={"asked": asked}, font_paths=_latin_fonts(), ignore_system_fonts=True)
    measured = json.loads(compiler.query("metadata", field="value", one=True))
    return dict(zip(characters, measured, strict=True))


@lru_cache(maxsize=1)
def _latin_press() -> typst.Compiler:
    return typst.Compiler(font_paths=_latin_fonts(), ignore_system_fonts=True)


@lru_cache(maxsize=1)
def _latin_fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[])
