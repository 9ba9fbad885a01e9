"""What stands on a record form, row by row (版面的行): labelled cells, table lines, places to sign.

The widths of the fonts say where a value breaks, the breaks say how high a row is. A row knows how high it must be and
draws itself where it is told to; which side it stands on and how roomy it is, ``form_sides`` decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from xueji.documents.faces import Faces
from xueji.documents.wrapping import lines, width

POINT = 25.4 / 72
LEFT, WIDE = 16.0, 178.0
TRACKS, PHOTO_TRACKS = 24, 5
TRACK = WIDE / TRACKS
PHOTO_MM = (35.0, 46.667)
BAND_MM, TABLE_HEAD_MM = 6.4, 7.6
HAIR, FRAME = "0.14", "0.35"
STYLES: dict[str, tuple[str, float, float]] = {
    "value": ("serif", 10, 0), "line": ("serif", 9.5, 0), "name": ("serif", 12, 0), "label": ("sans", 8.5, 0), "label_tight": ("sans", 7.65, 0),
    "english": ("sans", 6.3, 0), "band": ("sans", 9, 0.06), "band_english": ("sans", 7, 0), "school": ("serif", 15, 0.14), "title": ("serif", 19, 0.12),
    "heading_english": ("serif", 9, 0), "head": ("sans", 8.5, 0), "remark": ("sans", 7.5, 0), "small": ("sans", 7, 0), "signer": ("sans", 9, 0),
}  # fmt: skip
"""Face, size in pt, tracking in em."""


@dataclass(slots=True)
class Side:
    """One side (一面): ``texts`` are x, y in mm, style and words, in reading order; ``photo`` is its left top corner."""

    texts: list[tuple[float, float, str, str]] = field(default_factory=list)
    photo: tuple[float, float] | None = None
    begins: float = 0.0
    ends: float = 0.0
    _hair: list[str] = field(default_factory=list)
    _fills: dict[str, list[str]] = field(default_factory=dict)

    def across(self, x: float, y: float, wide: float) -> None:
        """A fine rule to the right."""
        self._hair.append(f"M{x:.2f} {y:.2f}h{wide:.2f}")

    def down(self, x: float, y: float, high: float) -> None:
        """A fine rule downwards."""
        self._hair.append(f"M{x:.2f} {y:.2f}v{high:.2f}")

    def fill(self, x: float, y: float, wide: float, high: float, shade: str) -> None:
        """A filled rectangle, under all rules."""
        self._fills.setdefault(shade, []).append(f"M{x:.2f} {y:.2f}h{wide:.2f}v{high:.2f}h-{wide:.2f}z")

    def drawn(self) -> str:
        """Fills, rules and the frame as one SVG of the whole page."""
        fills = "".join(f'<path d="{"".join(paths)}" fill="{shade}"/>' for shade, paths in self._fills.items())
        frame = f'<rect x="{LEFT}" y="{self.begins:.2f}" width="{WIDE}" height="{self.ends - self.begins:.2f}" fill="none" stroke="#000" stroke-width="{FRAME}"/>'
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297" width="210" height="297">'
            f'{fills}<path d="{"".join(self._hair)}" fill="none" stroke="#000" stroke-width="{HAIR}"/>{frame if self.ends > self.begins else ""}</svg>'
        )


@dataclass(frozen=True, slots=True)
class Row:
    """What moves on as a whole: at least ``high`` mm, drawn by ``draw(side, y, height)``; ``grows`` where a roomier side may make it higher."""

    high: float
    draw: Callable[[Side, float, float], None]
    grows: bool = True

    def height(self, lowest: float) -> float:
        """Its height where rows are ``lowest`` mm or more."""
        return max(self.high, lowest) if self.grows else self.high


@dataclass(slots=True)
class Part:
    """A section: its band and what stands under it."""

    rows: list[Row]
    head: list[Row]
    empty: Row | None = None
    wanted: int = 0

    def height(self, lowest: float) -> float:
        """The height of all of it where rows are ``lowest`` mm or more."""
        return sum(row.height(lowest) for row in self.head + self.rows)


class Setter:
    """Turns words into rows with the fonts' widths."""

    def __init__(self, faces: Faces, both: bool) -> None:
        """``both`` where English stands under the Chinese: labels take more room."""
        self.faces = faces
        self.span = 4 if both else 3

    def wide(self, words: str, style: str) -> float:
        """The width of a line in mm."""
        return _wide(self.faces, words, style)

    def broken(self, words: str, style: str, room: float) -> list[str]:
        """``words`` in lines of at most ``room`` mm."""
        return broken(self.faces, words, style, room)

    def centred(self, side: Side, x: float, wide: float, y: float, words: str, style: str) -> None:
        """One line in the middle of ``wide`` mm."""
        words = words.rstrip()
        side.texts.append((x + (wide - self.wide(words, style)) / 2, y, style, words))

    def section(self, section: dict[str, Any]) -> Part:
        """A section of labelled cells, the first rows beside the photo."""
        rows = [self._cells(cells, TRACKS) for cells in section["rows"]]
        if section["beside_photo"]:
            rows.insert(0, self._beside_photo([self._cells(cells, TRACKS - PHOTO_TRACKS) for cells in section["beside_photo"]]))
        return Part(rows, [self._band(section)])

    def table(self, section: dict[str, Any]) -> Part:
        """A table with a head and lines to be filled."""
        total = sum(column["weight"] for column in section["columns"])
        widths = [WIDE * column["weight"] / total for column in section["columns"]]
        rows = [self._line(line, widths) for line in section["lines"]]
        return Part(
            rows,
            [self._band(section), self._table_head(section["columns"], widths)],
            self._line([""] * len(widths), widths),
            section["empty_lines"],
        )

    def _band(self, section: dict[str, Any]) -> Row:
        def draw(side: Side, y: float, high: float) -> None:
            side.fill(LEFT, y, WIDE, high, "#ececec")
            side.across(LEFT, y, WIDE)
            side.texts.append((LEFT + 2, y + (high - 9 * POINT) / 2, "band", section["title"]))
            if "title_en" in section:
                x = LEFT + 2 + self.wide(section["title"], "band") + 2.4
                side.texts.append((x, y + (high - 7 * POINT) / 2 + 0.2, "band_english", section["title_en"]))

        return Row(BAND_MM, draw, grows=False)

    def _cells(self, cells: list[dict[str, Any]], tracks: int) -> Row:
        share = tracks // len(cells)
        made, x, high = [], LEFT, 0.0
        for number, cell in enumerate(cells):
            held = tracks - share * (len(cells) - 1) if number == len(cells) - 1 else share
            label_wide, value_wide = self.span * TRACK, (held - self.span) * TRACK
            label, style = (
                _label(self.faces, cell["label"], cell.get("label_en"), label_wide - 1.6),
                "name" if cell.get("large") else "value",
            )
            value = self.broken(cell["value"], style, value_wide - 3.2)
            made.append((x, label_wide, label, x + label_wide, value, style))
            high = max(high, _block(label) + 2.0, _block([(line, style) for line in value]) + 2.6)
            x += label_wide + value_wide

        def draw(side: Side, y: float, high: float) -> None:
            side.across(LEFT, y, tracks * TRACK)
            for x, label_wide, label, value_x, value, style in made:
                side.fill(x, y, label_wide, high, "#f7f7f7")
                if x > LEFT:
                    side.down(x, y, high)
                side.down(value_x, y, high)
                self._centred(side, x, label_wide, y, high, label)
                _stacked(side, value_x + 1.6, y, high, [(line, style) for line in value])

        return Row(high, draw)

    def _beside_photo(self, rows: list[Row]) -> Row:
        """The rows and the photo at their right as one: none of them may stand on another side."""
        edge = LEFT + (TRACKS - PHOTO_TRACKS) * TRACK

        def draw(side: Side, y: float, high: float) -> None:
            side.across(edge, y, PHOTO_TRACKS * TRACK)
            side.down(edge, y, high)
            side.photo = (edge + (PHOTO_TRACKS * TRACK - PHOTO_MM[0]) / 2, y + (high - PHOTO_MM[1]) / 2)
            spare = (high - sum(row.high for row in rows)) / len(rows)
            for row in rows:
                row.draw(side, y, row.high + spare)
                y += row.high + spare

        return _Grouped(max(sum(row.high for row in rows), PHOTO_MM[1] + 2), draw, rows=rows)

    def _table_head(self, columns: list[dict[str, Any]], widths: list[float]) -> Row:
        labels = [
            _label(self.faces, column["label"], column.get("label_en"), wide - 1.6) for column, wide in zip(columns, widths, strict=True)
        ]

        def draw(side: Side, y: float, high: float) -> None:
            side.across(LEFT, y, WIDE)
            side.fill(LEFT, y, WIDE, high, "#f7f7f7")
            x = LEFT
            for label, wide in zip(labels, widths, strict=True):
                if x > LEFT:
                    side.down(x, y, high)
                self._centred(side, x, wide, y, high, label)
                x += wide

        return Row(max(TABLE_HEAD_MM, *(_block(label) + 2.0 for label in labels)), draw, grows=False)

    def _line(self, line: list[str], widths: list[float]) -> Row:
        broken = [[(part, "line") for part in self.broken(value, "line", wide - 3.2)] for value, wide in zip(line, widths, strict=True)]

        def draw(side: Side, y: float, high: float) -> None:
            side.across(LEFT, y, WIDE)
            x = LEFT
            for value, wide in zip(broken, widths, strict=True):
                if x > LEFT:
                    side.down(x, y, high)
                _stacked(side, x + 1.6, y, high, value)
                x += wide

        return Row(max(_block(value) + 2.6 for value in broken), draw)

    def _centred(self, side: Side, x: float, wide: float, y: float, high: float, block: list[tuple[str, str]]) -> None:
        top = y + (high - _block(block)) / 2
        for words, style in block:
            self.centred(side, x, wide, top, words, style)
            top += STYLES[style][1] * POINT * PITCH[style]

    def boxes(self, boxes: list[dict[str, Any]]) -> list[Row]:
        """The places to sign and the remarks."""
        return [self._box(box) for box in boxes]

    def _box(self, box: dict[str, Any]) -> Row:
        words = [(line, "line") for line in self.broken(box["words"], "line", WIDE - 6)]
        english = [(line, "small") for line in self.broken(box.get("words_en", ""), "small", WIDE - 6)]
        above = 2.6 + len(words) * 9.5 * POINT * 1.5 + (len(english) * 7 * POINT * 1.4 + 0.6 if english else 0)
        signs = "signer" in box

        def draw(side: Side, y: float, high: float) -> None:
            side.across(LEFT, y, WIDE)
            top = y + 2.6
            for line, style in words + english:
                side.texts.append((LEFT + 3, top, style, line))
                top += STYLES[style][1] * POINT * (1.5 if style == "line" else 1.4)
            if signs:
                self._signed(side, y + high - 2.6 - 4.0, box)

        return Row(above + box["room"] + (4.6 if signs else 0), draw, grows=False)

    def _signed(self, side: Side, y: float, box: dict[str, Any]) -> None:
        """The seal at the left; at the right who signs, a rule to sign on, and the day to be filled in."""
        if box["seal"]:
            side.texts.append((LEFT + 3, y + 0.3, "remark", box["seal"]))
        x = LEFT + WIDE - 3
        for blank, unit in ((8, "日"), (8, "月"), (13, "年")):
            x -= self.wide(unit, "line") + 0.6
            after = (x, y, "line", unit)
            x -= blank + 0.6
            side.across(x, y + 4.0, blank)
            side.texts.append(after)
        x -= 6 + 34
        side.across(x, y + 4.0, 34)
        signer = box["signer"] + (f" {box['signer_en']}" if "signer_en" in box else "") + "："
        side.texts.append((x - 0.6 - self.wide(signer, "signer"), y + 0.2, "signer", signer))


@dataclass(frozen=True, slots=True)
class _Grouped(Row):
    """Rows beside the photo: each of them may grow."""

    high: float
    draw: Callable[[Side, float, float], None]
    rows: list[Row] = field(default_factory=list)
    grows: bool = True

    def height(self, lowest: float) -> float:
        return max(self.high, sum(row.height(lowest) for row in self.rows))


PITCH = {"label": 1.14, "label_tight": 1.14, "english": 1.18, "value": 1.25, "name": 1.2, "line": 1.25}
"""From line to line within a cell, in em."""


def _block(block: list[tuple[str, str]]) -> float:
    """The height in mm of lines one under the other."""
    if not block:
        return 0.0
    pitches = sum(STYLES[style][1] * PITCH[style] for _, style in block[:-1])
    return (pitches + STYLES[block[-1][1]][1]) * POINT


def _stacked(side: Side, x: float, y: float, high: float, block: list[tuple[str, str]]) -> None:
    top = y + (high - _block(block)) / 2
    for words, style in block:
        side.texts.append((x, top, style, words))
        top += STYLES[style][1] * POINT * PITCH[style]


def _advance(faces: Faces, style: str) -> Callable[[str], float]:
    return faces.western_advance if STYLES[style][0] == "serif" else faces.sans_advance


def broken(faces: Faces, words: str, style: str, room: float) -> list[str]:
    """``words`` in lines of at most ``room`` mm; a hair is kept for kerning."""
    _, size, tracking = STYLES[style]
    return lines(words, room / (size * POINT) - 0.1, _advance(faces, style), tracking=tracking)


@lru_cache(maxsize=2048)
def _wide(faces: Faces, words: str, style: str) -> float:
    _, size, tracking = STYLES[style]
    return width(words, _advance(faces, style), tracking) * size * POINT


@lru_cache(maxsize=512)
def _label(faces: Faces, words: str, english: str | None, room: float) -> list[tuple[str, str]]:
    """A label in its lines with their styles; the same few stand on every form."""
    fits = int(room / (8.5 * POINT) + 0.05)
    style = "label_tight" if len(words) >= fits + 3 else "label"
    label = [(line, style) for line in (split_label(words, fits) if _wide(faces, words, style) > room else [words])]
    return label + [(line, "english") for line in broken(faces, english, "english", room)] if english else label


def split_label(words: str, fits: int) -> list[str]:
    """A label in two lines: before its bracket, after its 、, or in even halves; never with one character left over."""
    at = words.find("（") if "（" in words else words.find("、") + 1 if "、" in words else -(-len(words) // 2)
    head, tail = words[:at], words[at:]
    if not head or max(len(head), len(tail)) > fits + 2:
        half = -(-len(words) // 2)
        head, tail = words[:half], words[half:]
    return [part for part in (head, tail) if part]
