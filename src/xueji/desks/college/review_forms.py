"""What a browser may send in the college's graduation review."""

from __future__ import annotations

from typing import Any

from django import forms

from xueji.catalogue.text import Text
from xueji.desks.components.languages import said
from xueji.graduation.terms import CONCLUSION_WORDS
from xueji.rules.conclusions import Conclusion


class _Labelled(forms.Form):
    labels: dict[str, Text] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in self.labels.items():
            self.fields[name].label = said(text)


class ProposalForm(_Labelled):
    """A conclusion with the proposer's note."""

    labels = {"conclusion": Text("毕业结论", "Conclusion"), "note": Text("判断依据（有存疑项时必填）", "Why it is in order (needed with doubts)"),
              "prolong_until": Text("延长到（选“延长学习年限”时）", "Prolonged until (for prolonged studies)")}  # fmt: skip
    conclusion = forms.ChoiceField()
    note = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    prolong_until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conclusion"].choices = [(c.value, said(CONCLUSION_WORDS[c])) for c in Conclusion]


class PaperRequestForm(_Labelled):
    """A request on paper with its scan."""

    labels = {"conclusion": Text("申请的结论", "Conclusion asked for"), "reason": Text("理由", "Reason"), "supervisor": Text("导师", "Supervisor"),
              "scan": Text("签字申请的扫描件", "Scan of the signed paper")}  # fmt: skip
    conclusion = forms.ChoiceField()
    reason = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    supervisor = forms.CharField(max_length=60)
    scan = forms.FileField(max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = (Conclusion.COMPLETION, Conclusion.INCOMPLETION)
        self.fields["conclusion"].choices = [(c.value, said(CONCLUSION_WORDS[c])) for c in wanted]


class TellForm(_Labelled):
    """Facts, reasons and basis of an adverse decision."""

    labels = {"facts": Text("事实、理由与依据", "Facts, reasons and basis")}
    facts = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class OpinionForm(_Labelled):
    """The college's opinion on a joint request."""

    labels = {"opinion": Text("学院审批意见", "The college's opinion")}
    opinion = forms.CharField(max_length=500)
