"""The layouts of files for authorities, as data (报送格式): our field → the authority's column."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.records.models import School, StudentRecord
from xueji.records.queries import value_of
from xueji.rules.filing import ColumnRule

FOLDER = Path(__file__).parent / "profiles" / "filing"
FORMS = ("text", "word", "date8", "month6", "capitals")


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One column of a layout (列): its name and width, the field it comes from, how the value is written."""

    name: str
    field: str
    width: int
    form: str
    required: bool
    words: tuple[tuple[str, str], ...]

    def written(self, record: StudentRecord, school: School) -> str:
        """The value as this authority wants it."""
        value = value_of(record, self.field, school)
        text = value if isinstance(value, str) else ""
        if self.words:
            return dict(self.words).get(text, "")
        if self.form == "word" and text:
            return code_table(FIELDS[self.field].codes).word(text).zh
        if self.form == "date8":
            return text.replace("-", "")
        if self.form == "month6":
            return text.replace("-", "")[:6]
        return text.upper() if self.form == "capitals" else text


@dataclass(frozen=True, slots=True)
class Profile:
    """One layout (报送格式): its columns in order, whom it takes, how its file is called."""

    code: str
    title: Text
    source: str
    file: str
    conclusions: tuple[str, ...]
    columns: tuple[ProfileColumn, ...]

    def rules(self) -> list[ColumnRule]:
        """The columns as the rule book wants them."""
        return [ColumnRule(c.name, c.width, c.required, c.form) for c in self.columns]


def read_profile(text: str) -> Profile:
    """A layout from its TOML. Raises ValueError naming what is wrong: an unknown field or form, a column twice."""
    raw = tomllib.loads(text)
    head = raw["profile"]
    columns = []
    for entry in raw["column"]:
        form = entry.get("form", "text")
        if entry["field"] not in FIELDS:
            raise ValueError(f"{head['code']}: {entry['name']}: no field {entry['field']}")
        if form not in FORMS:
            raise ValueError(f"{head['code']}: {entry['name']}: no form {form}")
        if entry["name"] in {c.name for c in columns}:
            raise ValueError(f"{head['code']}: {entry['name']} stands twice")
        columns.append(ProfileColumn(entry["name"], entry["field"], entry["width"], form, entry.get("required", False),
                                     tuple(entry.get("words", {}).items())))  # fmt: skip
    return Profile(head["code"], Text(head["title"], head["title_en"]), head["source"], head["file"], tuple(head["conclusions"]), tuple(columns))


@cache
def profiles() -> dict[str, Profile]:
    """Every layout by its code."""
    found = [read_profile(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return {p.code: p for p in found}
