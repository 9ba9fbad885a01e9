"""Reading the cells of one column: cleaned, made canonical, judged; each distinct cell once (读取单元格)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Field, Kind
from xueji.formats import gb18030
from xueji.formats.sheets import Cell
from xueji.rules import cleaning, fields
from xueji.rules.findings import Finding, Level, finding

REMEMBERED = 12_000
"""Distinct texts a column keeps: every birth date there is, but not every address."""
EXACT = 10**15
"""Excel and IEEE 754 keep fifteen digits; a whole number below this is what was typed."""
_LOST = re.compile(r"\?{2,}|？{2,}|\ufffd|□|〓")

Read = tuple[str, tuple[Finding, ...]]
NOTHING: Read = ("", ())


class ColumnReader:
    """Reads one column. Calling it with a cell gives the stored form and the findings, cleaning included.

    ``limit`` is the most characters the register's column can keep, 0 for no limit. ``words`` (for the college) maps
    accepted spellings to the stored form and takes the place of the catalogue's judgement.
    """

    def __init__(self, field: Field, *, on: date, limit: int = 0, words: Mapping[str, str] | None = None) -> None:
        self.field = field
        self.on = on
        self.limit = limit
        self.words = words
        self.seen: dict[str, Read] = {}
        self.quiet = _quiet(field, limit) if words is None else None

    def __call__(self, cell: Cell) -> Read:
        if cell is None or cell == "":
            return NOTHING
        if cell.__class__ is not str:
            return self._read(cell)
        if self.quiet is not None and self.quiet(cell):
            return cell, ()
        known = self.seen.get(cell)
        if known is None:
            known = self._read(cell)
            if len(self.seen) < REMEMBERED and len(cell) <= 80:
                self.seen[cell] = known
        return known

    def _read(self, cell: Cell) -> Read:
        text, found = self._text(cell)
        if any(one.level is Level.STOP for one in found):
            return text, tuple(found)
        text, cleaned = cleaning.clean(self.field, text)
        found += [self._finding(number) for number in cleaned]
        if not text:
            return "", tuple(found)
        if lost := self._lost(text):
            return text, (*found, lost)
        if self.words is not None:
            if text not in self.words:
                return text, (*found, self._finding("ROSTER.020", value=text))
            return self.words[text], tuple(found)
        text, restored = self._zeros(text, isinstance(cell, int | float))
        if restored:
            found.append(self._finding(cleaning.ZEROS))
        if self.field.kind is Kind.ID_NUMBER:
            return text, tuple(found)  # judged with its document, row by row
        stored = fields.canonical(self.field, text)
        found += [self._softened(one, stored) for one in fields.value(self.field, stored, on=self.on)]
        if self.limit and len(stored) > self.limit:
            found.append(self._finding("ROSTER.019", count=len(stored), limit=self.limit))
        return stored, tuple(found)

    def _finding(self, number: str, **values: object) -> Finding:
        return finding(number, field=self.field.code, **({"label": self.field.label} | values))

    def _softened(self, one: Finding, stored: str) -> Finding:
        """A name wider than the authority's column is a fact of life, not a mistake of the file."""
        if one.id == "FIELD.002" and self.field.kind is Kind.NAME:
            return self._finding("ROSTER.018", limit=self.field.bytes, count=gb18030.byte_length(stored))
        return one

    def _text(self, cell: Cell) -> tuple[str, list[Finding]]:
        """The cell as text. A number is read as a number of Excel: exact below fifteen digits, lost above."""
        if isinstance(cell, str):
            return cell, []
        if isinstance(cell, bool):
            return ("yes" if cell else "no"), []
        if isinstance(cell, datetime):
            return cell.date().isoformat(), []
        if isinstance(cell, date):
            return cell.isoformat(), []
        whole = float(cell).is_integer()
        if whole and abs(cell) < EXACT:
            text = str(int(cell))
            if self.field.kind in (Kind.DATE, Kind.MONTH) and len(text) < 6:
                return text, [self._finding("ROSTER.015", value=fields.masked(self.field, text))]
            worth_saying = self.field.kind in (Kind.NUMBER_TEXT, Kind.ID_NUMBER, Kind.MOBILE, Kind.PHONE)
            return text, [self._finding(cleaning.NUMBER)] if worth_saying else []
        if whole:
            text = f"{cell:.14E}"
            return text, [self._finding("ROSTER.014", value=fields.masked(self.field, text))]
        return (str(cell), []) if self.field.kind is Kind.CODE else (str(cell), [self._finding("ROSTER.026", value=fields.masked(self.field, str(cell)))])

    def _lost(self, text: str) -> Finding | None:
        """Private-use characters, and characters that an older program replaced by question marks."""
        if text.isascii() and "??" not in text:
            return None
        if strangers := gb18030.private_use(text):
            readings = [reading for character in strangers if (reading := gb18030.standard_reading(character))]
            hint = f"（旧字库里是“{'”“'.join(readings)}”）" if readings else ""
            hint_en = f" (old fonts had {', '.join(readings)} there)" if readings else ""
            codes = " ".join(f"U+{ord(character):04X}" for character in strangers)
            return self._finding("ROSTER.016", code=codes, hint=hint, hint_en=hint_en)
        if self.field.kind in (Kind.NAME, Kind.NAME_LATIN) and "?" in text or _LOST.search(text):
            shown = found[0] if (found := _LOST.search(text)) else "?"
            return self._finding("ROSTER.017", shown=shown)
        return None

    def _zeros(self, text: str, is_number: bool) -> tuple[str, bool]:
        """Leading zeros that a spreadsheet dropped, where the field itself says how long it must be."""
        if not text.isdigit():
            return text, False
        if self.field.kind is Kind.CODE and self.field.codes:
            table = code_table(self.field.codes)
            if table.code_of(text) is None:
                for width in (2, 3):
                    if len(text) < width and table.code_of(text.zfill(width)):
                        return text.zfill(width), True
        if is_number and self.field.kind is Kind.NUMBER_TEXT:
            if self.field.length and len(text) < self.field.length:
                return text.zfill(self.field.length), True
            if self.field.code == "major_code" and len(text) in (3, 5):  # 研究生专业目录: four or six digits
                return "0" + text, True
        return text, False


def _quiet(field: Field, limit: int):
    """A predicate for cells that are certainly clean, canonical and right; None where there is no cheap one."""
    most = field.bytes // 2 if field.bytes else limit or 200
    if limit:
        most = min(most, limit)
    if field.kind is Kind.NUMBER_TEXT:
        form = f"(?=[0-9A-Z]*$)(?:{field.pattern})" if field.pattern else f"[0-9A-Z]{{1,{field.bytes or 18}}}"
        if field.length and not field.pattern:
            form = f"[0-9A-Z]{{{field.length}}}"
    elif field.kind in (Kind.TEXT, Kind.LONG_TEXT) and not field.pattern:
        form = f"[\u4e00-\u9fa5A-Za-z0-9（）、·—-]{{1,{most}}}"
    elif field.kind is Kind.NAME:
        form = f"[\u4e00-\u9fa5]{{1,{most}}}"
    elif field.kind is Kind.NAME_LATIN:
        form = f"(?=.{{1,{field.bytes or limit}}}$)[A-Za-z]+(?: [A-Za-z]+)?"
    elif field.kind is Kind.MOBILE:
        form = r"1[3-9]\d{9}"
    elif field.kind is Kind.EMAIL:
        form = r"[A-Za-z0-9_.-]{1,30}@(?:[a-z0-9]+\.){1,4}[a-z]{2,24}"
    elif field.kind is Kind.ID_NUMBER:
        form = r"\d{17}[\dX]|[A-Z0-9]{5,17}"
    elif field.kind is Kind.POSTCODE:
        form = r"\d{6}"
    else:
        return None
    return re.compile(form, re.ASCII).fullmatch
