"""The control in which a value of the catalogue is typed (字段的控件), for every desk that asks for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Field, Kind
from xueji.catalogue.text import Text
from xueji.rules.fields import canonical
from xueji.rules.findings import Finding

from .languages import current, said
from .rows import Choice, FieldRow, Mistake

CONTROLS = {
    Kind.LONG_TEXT: "textarea", Kind.DATE: "date", Kind.CODE: "select", Kind.YES_NO: "select", Kind.MOBILE: "tel",
    Kind.PHONE: "tel", Kind.EMAIL: "email", Kind.PHOTO: "file",
}  # fmt: skip
YES_NO = (("yes", Text("是", "yes")), ("no", Text("否", "no")))
CHOOSE = Text("请选择", "Choose")


def _choices(one: Field, chosen: str) -> list[Choice]:
    pairs = YES_NO if one.kind is Kind.YES_NO else [(entry.code, entry.word) for entry in code_table(one.codes)]
    choices = [Choice("", str(said(CHOOSE)), not chosen)] + [Choice(code, str(said(word)), code == chosen) for code, word in pairs]
    if chosen and not any(choice.chosen for choice in choices):
        choices.append(Choice(chosen, chosen, True))
    return choices


def control_of(one: Field, name: str, typed: Any, *, needed: bool = True, found: Sequence[Finding], hint: str = "") -> FieldRow:
    """A control with what was typed. A date that no date control could hold is shown as text, so that it is not lost."""
    value = canonical(one, typed) if one.kind in (Kind.DATE, Kind.MONTH, Kind.CODE, Kind.YES_NO) else str(typed or "")
    kind = CONTROLS.get(one.kind, "text")
    if kind == "date" and value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        kind = "text"
    attrs = {key: getattr(one, key) for key in ("autocomplete", "inputmode") if getattr(one, key)}
    if one.example and kind == "text":
        hint = sentences(hint, str(said(Text("例：", "E.g. "))) + one.example)
    return FieldRow(
        name=name,
        label=str(said(one.label)),
        kind=kind,
        value=value,
        hint=hint,
        required=needed,
        policy="",
        choices=_choices(one, value) if kind == "select" else [],
        mistakes=[Mistake(str(said(f.message)), f.id, str(said(f.remedy))) for f in found],
        attrs={
            **attrs,
            **({"rows": "2"} if kind == "textarea" else {}),
            **({"autocomplete": "off"} if "autocomplete" not in attrs else {}),
        },
    )


def sentences(*parts: str) -> str:
    """Sentences one after the other as the language of the page sets them; Chinese needs no space after 。."""
    return (" " if current() == "en" else "").join(filter(None, parts))
