"""The roster as an admissions office would send it: a workbook with Chinese headings and words, written from invented students."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS
from xueji.formats.workbooks import Heading, write

COLUMNS = (
    "student_number", "candidate_number", "name", "name_pinyin", "sex", "born_on", "id_document", "id_number", "nationality", "population",
    "ethnic_group", "political_status", "college", "campus", "department", "class_number", "level", "major_code", "major_name",
    "major_name_en", "degree_kind", "schooling_years", "study_mode", "intake_year", "enrolled_on", "expected_on", "first_expected_on",
    "record_state", "standing", "certificates", "commissioned", "commissioning_unit", "continuous_programme", "admission_category",
    "programme", "plan", "supervisor", "conclusion", "graduated_on", "email",
)  # fmt: skip
WORDS_OF_YES_NO = {"yes": "是", "no": "否", "": ""}


def in_words(code: str, stored: str) -> str:
    """A stored value as an office writes it: the word of a code, 是 and 否, a date with its hyphens."""
    field = FIELDS[code]
    if field.kind == "yes_no":
        return WORDS_OF_YES_NO[stored]
    return code_table(field.codes).word(stored).zh if field.codes and stored else stored


def write_roster(students: Iterable[dict[str, str]], path: Path) -> int:
    """Write the students as a workbook to `path`; returns how many rows it has."""
    headings = [Heading(FIELDS[code].label.zh, width=18) for code in COLUMNS]
    rows = [[in_words(code, student.get(code, "")) for code in COLUMNS] for student in students]
    with path.open("wb") as target:
        write(target, headings, rows, name="名册")
    return len(rows)
