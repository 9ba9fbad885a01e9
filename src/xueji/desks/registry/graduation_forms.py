"""What a browser may send to the registry's graduation pages."""

from __future__ import annotations

from typing import Any

from django import forms

from xueji.catalogue.text import Text
from xueji.desks.components.languages import said
from xueji.exchange.layouts import filing_layouts
from xueji.rules.filing import OVERRIDABLE
from xueji.rules.standing import MOVES


def _label(form: forms.Form, **words: tuple[str, str]) -> None:
    for name, (zh, en) in words.items():
        form.fields[name].label = said(Text(zh, en))


class FilingForm(forms.Form):
    """The layout, and a tolerance if one is granted."""

    profile = forms.ChoiceField()
    rule = forms.ChoiceField(required=False)
    expected = forms.IntegerField(required=False, min_value=1, max_value=100_000)
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = [(code, said(p.label)) for code, p in filing_layouts().items()]
        self.fields["rule"].choices = [("", said(Text("不用容差", "no tolerance")))] + [(rule, rule) for rule in sorted(OVERRIDABLE)]
        _label(self, profile=("格式", "Layout"), rule=("容差：规则", "Tolerance: rule"), expected=("预计人数", "Expected count"), reason=("理由", "Reason"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("rule") and not (values.get("expected") and (values.get("reason") or "").strip()):
            raise forms.ValidationError(said(Text("容差要写预计人数和理由。", "A tolerance needs the expected count and a reason.")))
        return values


class AnswerForm(forms.Form):
    """The authority's answer as a table: 学号, 结果, 规则, 原因."""

    file = forms.FileField(max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, file=("回执文件（学号、结果、规则、原因）", "The answer (学号, 结果, 规则, 原因)"))


class ExceptionForm(forms.Form):
    """A requirement waived."""

    requirement = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=500)
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, requirement=("要求的代号", "Code of the requirement"), reason=("理由", "Reason"), until=("有效至", "Until"))


class StandingForm(forms.Form):
    """A change of standing."""

    move = forms.ChoiceField()
    effective_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(required=False, max_length=500)
    document_number = forms.CharField(required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["move"].choices = [(code, said(m.label)) for code, m in MOVES.items()]
        _label(self, move=("异动", "Change"), effective_on=("生效日期", "From"), until=("至", "Until"), reason=("理由", "Reason"),
               document_number=("文号", "Document number"))  # fmt: skip
