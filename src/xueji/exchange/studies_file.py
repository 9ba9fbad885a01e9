"""A file of study results on its way to the review (学业数据文件): headings say what a column is.

``学号`` finds the student. ``学分：模块``, ``课程：名称``, ``考试：名称``, ``事项：名称`` (是/否) and ``未了：名称`` (是/否) carry one value
each; 答辩日期, 答辩结果 (通过/未通过), 答辩成绩 and 最长学习年限 stand alone. An empty cell says nothing: it stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from xueji.catalogue.text import listed
from xueji.formats.sheets import Cell, read
from xueji.formats.unreadable import Unreadable
from xueji.records.models import StudentRecord
from xueji.rules.fields import read_date
from xueji.rules.findings import Finding, finding

PARTS = {"学分": "credits", "课程": "courses", "考试": "tests", "事项": "facts", "未了": "holds"}
ALONE = {"答辩日期": "defence_on", "答辩结果": "defence_passed", "答辩成绩": "defence_grade", "最长学习年限": "limit_years"}
YES = {"是", "有", "通过", "合格", "yes", "y", "true", "1", "√", "✓"}
NO = {"否", "无", "未通过", "不通过", "不合格", "no", "n", "false", "0", "×", "✗"}


@dataclass(slots=True)
class StudiesFile:
    """What a file says: rows ready for the review, and everything that is wrong with it."""

    rows: list[tuple[StudentRecord, dict[str, Any]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_studies(source: Path | bytes) -> StudiesFile:
    """Read a file whole and judge every cell; findings carry the row. Nothing is written."""
    result = StudiesFile()
    try:
        sheet = read(source)
    except Unreadable as wrong:
        result.findings.append(finding(wrong.id, **wrong.values))
        return result
    headings = [h.replace(":", "：").strip() for h in sheet.columns]
    if "学号" not in headings:
        result.findings.append(finding("STUDY.001", headings=listed(h[:20] for h in headings[:12] if h)))
        return result
    number_at = headings.index("学号")
    result.ignored = [h for h in headings if h and h not in ALONE and h not in {"学号", "姓名"} and h.split("：")[0] not in PARTS]
    lines = list(sheet.rows)
    wanted = {_text(cells[number_at]).upper() for _, cells in lines}
    known = {r.student_number.upper(): r for r in _records(wanted)}
    seen: set[str] = set()
    for row, cells in lines:
        number = _text(cells[number_at]).upper()
        if number not in known:
            result.findings.append(finding("STUDY.002", place=f"{row}", number=number))
            continue
        if number in seen:
            result.findings.append(finding("STUDY.003", place=f"{row}", number=number))
            continue
        seen.add(number)
        values, problems = _values(headings, cells, row)
        result.findings += problems
        result.rows.append((known[number], values))
    return result


def _records(numbers: set[str]) -> Iterator[StudentRecord]:
    listed = sorted(numbers)
    for start in range(0, len(listed), 5000):
        yield from StudentRecord.objects.filter(student_number__in=listed[start : start + 5000])


def _values(headings: list[str], cells: list[Cell], row: int) -> tuple[dict[str, Any], list[Finding]]:
    values: dict[str, Any] = {}
    problems: list[Finding] = []
    for heading, cell in zip(headings, cells, strict=True):
        text = _text(cell)
        if not text or heading in {"", "学号", "姓名"}:
            continue
        part, _, subject = heading.partition("：")
        try:
            if part in PARTS and subject:
                values.setdefault(PARTS[part], {})[subject] = _value(PARTS[part], text)
            elif heading in ALONE:
                values[ALONE[heading]] = _alone(ALONE[heading], cell, text)
        except ValueError:
            problems.append(finding("STUDY.004", place=f"{row}", column=heading, value=text[:40]))
    return values, problems


def _value(part: str, text: str) -> float | bool:
    if part in {"facts", "holds"}:
        return _answer(text)
    if part == "credits":
        return _number(text)
    return _answer(text) if text.lower() in YES | NO and not text[0].isdigit() else _number(text)


def _alone(name: str, cell: Cell, text: str) -> Any:
    if name == "defence_on":
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        day = read_date(text)
        if day is None:
            raise ValueError(text)
        return day
    if name == "defence_passed":
        return _answer(text)
    return _number(text) if name == "limit_years" else text[:20]


def _answer(text: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise ValueError(text)


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 100_000:
        raise ValueError(text)
    return value


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
