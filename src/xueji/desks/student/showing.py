"""How a value of the catalogue is shown and asked for on a student's page (字段的显示与控件)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, GROUPS, Field, Kind, Policy, Population
from xueji.catalogue.text import Text
from xueji.collection.queries import Asked
from xueji.desks.components.controls import YES_NO, control_of, sentences
from xueji.desks.components.languages import current, said
from xueji.desks.components.rows import FieldRow
from xueji.rules.fields import required
from xueji.rules.findings import Finding
from xueji.rules.identity import mask
from xueji.vault.terms import PURPOSES

ON_A_CERTIFICATE = frozenset({"name", "name_pinyin"})
NOT_NOW = Text("这一项本次不更正。", "This is not corrected in this round.")
MISSING = Text("学籍里缺这一项，请联系学院秘书补上。", "The record lacks this; ask your college secretary to add it.")
WAITING = Text("已提出改为“{new}”，{stage}；批准前沿用原值。", "You asked for “{new}”: {stage}. Until then the old value stands.")


@dataclass(slots=True)
class TableRow:
    """One row of a repeating table, with the button that removes it."""

    number: int
    cells: list[FieldRow]


@dataclass(frozen=True, slots=True)
class PhotoHints:
    """What the rules say of an uploaded picture, in the page's language: whether it was examined, and (message, remedy)."""

    examined: bool
    found: list[tuple[str, str]]


def hints_of(verdict: Mapping[str, Any]) -> PhotoHints:
    """The hints of a verdict (``PhotoVerdict.as_json``)."""
    lang = current()
    found = [(one["message"][lang], one["remedy"][lang]) for one in verdict["findings"] if one["level"] in ("reject", "warn")]
    return PhotoHints(verdict["verdict"] != "unchecked" or bool(found), found)


@dataclass(slots=True)
class Entry:
    """One field on the page: a row, a repeating table, or a photo."""

    field: Field
    row: FieldRow
    table: list[TableRow] = field(default_factory=list)
    photo: str = ""
    hints: PhotoHints | None = None

    @property
    def is_table(self) -> bool:
        return self.field.kind is Kind.TABLE

    @property
    def is_photo(self) -> bool:
        return self.field.kind is Kind.PHOTO


@dataclass(slots=True)
class Section:
    """Fields that belong together, under one heading."""

    code: str
    label: Text
    entries: list[Entry]


def words_of(one: Field, value: Any) -> str:
    """A stored value as a person reads it, in the language of the page; an identity number masked."""
    if not value:
        return ""
    if one.kind is Kind.TABLE:
        return "；".join("，".join(filter(None, (words_of(column, row.get(column.code)) for column in one.columns))) for row in value)
    text = str(value)
    if one.codes:
        return str(said(code_table(one.codes).word(text)))
    if one.kind is Kind.TERM and (term := re.fullmatch(r"(\d{4})-(\d{4})-([12])", text)):
        first, last, number = term.groups()
        ordinal = Text("一" if number == "1" else "二", "First" if number == "1" else "Second")
        return str(said(Text(f"{first}–{last} 学年第{ordinal.zh}学期", f"{ordinal.en} term of {first}–{last}")))
    if one.kind is Kind.YES_NO:
        return str(said(dict(YES_NO).get(text, Text(text, text))))
    return mask(text) if one.kind is Kind.ID_NUMBER else text


def _condition(one: Field) -> str:
    """When a field is needed, in words: “住宿方式”为“校内宿舍”时必填."""
    parts = []
    for other, wanted in one.required_when.items():
        words = [code_table(FIELDS[other].codes).word(code) for code in wanted]
        parts.append(
            said(
                Text(
                    f"“{FIELDS[other].label.zh}”为“{'、'.join(word.zh for word in words)}”时必填。",
                    f"Needed when “{FIELDS[other].label.en}” is “{', '.join(word.en for word in words)}”.",
                )
            )
        )
    return sentences(*parts)


def label_of(field: str) -> Text:
    """What a page calls the field of a finding; of a row in a table, its column and which row (``family.1.name``)."""
    code, *cell = field.split(".")
    one = FIELDS[code]
    column = next((it for it in one.columns if cell and it.code == cell[-1]), None)
    if column is None:
        return one.label
    return Text(f"{one.label.zh}第 {cell[0]} 行{column.label.zh}", f"{one.label.en}, row {cell[0]}: {column.label.en}")


def _fixed(asked: Asked, value: Any, waiting: str, may_ask: bool) -> FieldRow:
    one = asked.field
    hints = [str(said(one.hint))] if one.hint.zh and asked.policy is Policy.CORRECTION else []
    if asked.held_back:
        hints = [str(said(NOT_NOW))]
    elif not value and (one.required_of and asked.policy is Policy.FIXED):
        hints = [str(said(MISSING))]
    row = FieldRow(
        name=one.code, label=str(said(one.label)), kind="value", value=words_of(one, value), policy=asked.policy,
        hint=" ".join(filter(None, [waiting, *hints])), certificate=one.code in ON_A_CERTIFICATE,
    )  # fmt: skip
    if asked.policy is Policy.CORRECTION and may_ask and not waiting:
        row.link = reverse("student:correction-request", args=[one.code])
        row.link_text = str(said(Text("有误？申请更正", "Wrong? Ask for a correction")))
    return row


def _table(one: Field, rows: Sequence[Mapping[str, Any]], by_field: Mapping[str, list[Finding]]) -> list[TableRow]:
    shown = list(rows) or [{} for _ in range(one.min_rows)]
    return [
        TableRow(
            number,
            [
                control_of(
                    column,
                    f"{one.code}.{number}.{column.code}",
                    row.get(column.code, ""),
                    needed=bool(column.required_of),
                    found=by_field.get(f"{one.code}.{number}.{column.code}", ()),
                    hint=str(said(column.hint)),
                )
                for column in one.columns
            ],
        )
        for number, row in enumerate(shown, start=1)
    ]


def sections_of(
    asked: Sequence[Asked], values: Mapping[str, Any], *, population: Population, findings: Sequence[Finding] = (),
    waiting: Mapping[str, str] | None = None, photos: Mapping[str, str] | None = None, hints: Mapping[str, PhotoHints] | None = None,
    also_required: Sequence[str] = (), locked: bool = False,
) -> list[Section]:  # fmt: skip
    """The fields of a step as the page shows them, by the catalogue's sections in the notice's order.

    ``waiting`` says of a field that a request for it is being decided; ``photos`` holds the addresses of its pictures,
    ``hints`` what the photo rules say of them;
    ``locked`` shows everything as values.
    """
    by_field: dict[str, list[Finding]] = {}
    for one in findings:
        by_field.setdefault(one.field or "", []).append(one)
    sections: dict[str, Section] = {}
    for it in asked:
        one, value = it.field, values.get(it.field.code, "")
        pending = (waiting or {}).get(one.code, "")
        if locked or not it.editable:
            row = _fixed(it, value, pending, not locked)
            if one.kind is Kind.PHOTO:
                row.value = ""
        else:
            needed = required(one, population, values, tuple(also_required))
            hint = sentences(pending, str(said(one.hint)), _condition(one))
            row = control_of(
                one,
                one.code,
                "" if one.kind in (Kind.TABLE, Kind.PHOTO) else value,
                needed=needed,
                found=by_field.get(one.code, ()),
                hint=hint,
            )
            row.policy, row.conditional = it.policy, bool(one.required_when)
        entry = Entry(one, row, photo=(photos or {}).get(one.code, ""), hints=(hints or {}).get(one.code))
        if one.kind is Kind.TABLE and not locked and it.editable:
            entry.table = _table(one, value if isinstance(value, list) else [], by_field)
        if one.kind is Kind.PHOTO:
            row.attrs |= {"accept": "image/jpeg,image/png", "data-preview": "", "data-limit": str(PURPOSES["form_photo"].limits.bytes)}
        sections.setdefault(one.group, Section(one.group, GROUPS[one.group].label, [])).entries.append(entry)
    return list(sections.values())
