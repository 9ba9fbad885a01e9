"""Who belongs to a campaign: conditions as data, one implementation, and the answer to "why am I in this".

Each key of ``include`` names a column of the record or a fact that a topic offers; every value is a value, a list
(one of), or a small table (``before``, ``from``, ``until``, ``not``). Each condition becomes one database expression;
the same expressions, selected as columns for one student, are the explanation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Value, When

from xueji.catalogue.codes import code_table, table_names
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that can be asked of a record (条件): its name, the lookup path, what kind of values it has."""

    code: str
    label: Text
    path: str
    values: type
    fact: Callable[[], Any] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: the subject, the operator (is, one_of, not, before, from, until), the value."""

    code: str
    operator: str
    value: Any

    def holds(self) -> Q:
        """The condition as a database expression."""
        subject = CONDITIONS[self.code]
        lookups = {"is": "", "one_of": "__in", "before": "__lt", "from": "__gte", "until": "__lte"}
        if self.operator == "not":
            values = self.value if isinstance(self.value, tuple) else (self.value,)
            return ~Q(**{f"{subject.path}__in": values})
        return Q(**{f"{subject.path}{lookups[self.operator]}": self.value})

    def sentence(self) -> Text:
        """The condition in words: 年级 是 2024 / intake year is 2024."""
        label = CONDITIONS[self.code].label
        listed = self.value if isinstance(self.value, tuple) else (self.value,)
        values = [_in_words(self.code, value) for value in listed]
        zh, en = "、".join(v.zh for v in values), ", ".join(v.en for v in values)
        forms = {
            "is": Text("{label}是{zh}", "{label} is {en}"),
            "one_of": Text("{label}是{zh}之一", "{label} is one of {en}"),
            "not": Text("{label}不是{zh}", "{label} is not {en}"),
            "before": Text("{label}早于{zh}", "{label} is before {en}"),
            "from": Text("{label}不早于{zh}", "{label} is {en} or later"),
            "until": Text("{label}不晚于{zh}", "{label} is {en} or earlier"),
        }
        if CONDITIONS[self.code].values is bool and self.operator == "is":
            return Text("{label}：{zh}", "{label}: {en}").format(label=label, zh=zh, en=en)
        return forms[self.operator].format(label=label, zh=zh, en=en)


def _of_catalogue(code: str, values: type = str, path: str = "") -> Subject:
    return Subject(code, FIELDS[code].label, path or code, values)


CONDITIONS: dict[str, Subject] = {
    s.code: s
    for s in (
        _of_catalogue("intake_year", int),
        _of_catalogue("level"),
        _of_catalogue("certificates"),
        _of_catalogue("study_mode"),
        _of_catalogue("campus"),
        _of_catalogue("class_number"),
        _of_catalogue("major_code"),
        _of_catalogue("commissioned"),
        _of_catalogue("continuous_programme", bool),
        _of_catalogue("conclusion"),
        _of_catalogue("enrolled_on", date),
        _of_catalogue("expected_on", date),
        _of_catalogue("student_number"),
        _of_catalogue("population", path="person__population"),
        Subject("college", Text("学院代码", "College code"), "college_id", str),
        Subject("standing", Text("学籍状态", "Standing"), "standing", str),
        Subject("programme", Text("培养项目", "Programme"), "programme", str),
        Subject("plan", Text("计划内外", "Plan"), "plan", str),
        Subject("expected_year", Text("预计毕业年份", "Expected graduating year"), "expected_on__year", int),
        Subject("expected_month", Text("预计毕业月份", "Expected graduating month"), "expected_on__month", int),
        Subject("enrolled_year", Text("入学年份", "Year of enrolment"), "enrolled_on__year", int),
        Subject("international", Text("国际学生", "International student"), "_international", bool,
                lambda: Q(person__population="international")),
        Subject("hmt", Text("港澳台学生", "Student from Hong Kong, Macao or Taiwan"), "_hmt", bool,
                lambda: Q(person__population="hmt")),
        Subject("delayed", Text("延期毕业", "Graduation delayed"), "_delayed", bool,
                lambda: Q(first_expected_on__lt=F("expected_on"))),
        Subject("concluded", Text("已有毕业结论", "Already concluded"), "_concluded", bool,
                lambda: ~Q(conclusion="")),
    )
}  # fmt: skip
"""What an audience may ask. Topics add their facts with ``offer_fact`` at start-up."""


def offer_fact(code: str, label: Text, values: type, expression: Callable[[], Any]) -> None:
    """A topic offers a fact about a record (photo_on_file, captured_before …) for audiences.

    ``expression`` gives a condition (for bool) or an expression over StudentRecord. Raises ValueError for a second
    subject of that name.
    """
    if code in CONDITIONS:
        raise ValueError(f"{code} is offered already")
    CONDITIONS[code] = Subject(code, label, f"_{code}", values, expression)


def facts_for(conditions: list[Condition]) -> dict[str, Any]:
    """The annotations that these conditions need, by the name their paths use."""
    found = {}
    for condition in conditions:
        subject = CONDITIONS[condition.code]
        if subject.fact is not None:
            expression = subject.fact()
            found[subject.path] = _truth(expression) if isinstance(expression, Q) else expression
    return found


def _truth(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def conditions_of(table: dict[str, Any]) -> tuple[tuple[Condition, ...], list[tuple[str, Any]]]:
    """The conditions of one ``include`` or ``exclude`` table, and the (key, value) pairs that make no sense."""
    found: list[Condition] = []
    wrong: list[tuple[str, Any]] = []
    for key, value in table.items():
        subject = CONDITIONS.get(key)
        if subject is None:
            wrong.append((key, value))
            continue
        if isinstance(value, dict):
            for operator, operand in value.items():
                if operator not in {"before", "from", "until", "not"} or not _fits(subject, operand, operator):
                    wrong.append((key, value))
                else:
                    found.append(Condition(key, operator, tuple(operand) if isinstance(operand, list) else operand))
        elif not _fits(subject, value, "one_of" if isinstance(value, list) else "is"):
            wrong.append((key, value))
        elif isinstance(value, list):
            found.append(Condition(key, "one_of", tuple(value)))
        else:
            found.append(Condition(key, "is", value))
    return tuple(found), wrong


def _fits(subject: Subject, value: Any, operator: str) -> bool:
    if operator in {"before", "from", "until"} and subject.values not in {int, date}:
        return False
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(type(v) is subject.values for v in values)


def _in_words(code: str, value: Any) -> Text:
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    table = FIELDS[code].codes if code in FIELDS else code
    return code_table(table).word(str(value)) if table in table_names() else Text(str(value), str(value))


def membership(audience: Any) -> Q:
    """The whole of one audience entry as a condition: all of include, and none of the excludes in full."""
    whole = Q()
    for condition in audience.include:
        whole &= condition.holds()
    for members in audience.exclude:
        out = Q()
        for condition in members:
            out &= condition.holds()
        whole &= ~out
    return whole
