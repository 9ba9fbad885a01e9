"""What a browser may send to the registry's certificate pages."""

from __future__ import annotations

from typing import Any

from django import forms

from xueji.catalogue.text import Text
from xueji.certificates.terms import KIND_WORDS
from xueji.desks.components.languages import said
from xueji.rules.numbering import KEEP, NEW


def _named(form: forms.Form, **words: tuple[str, str]) -> None:
    for name, (zh, en) in words.items():
        form.fields[name].label = said(Text(zh, en))


class NumberingForm(forms.Form):
    """The year, and what happens to the number on 结业转毕业."""

    year = forms.IntegerField(min_value=2000, max_value=2999)
    upgrade = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upgrade"].choices = [(KEEP, said(Text("沿用原编号", "keep the old number"))), (NEW, said(Text("另编新号", "give a new number")))]
        _named(self, year=("发证年份", "Year"), upgrade=("结业转毕业的编号", "Number on upgrade"))


class DegreeForm(forms.Form):
    """The year of the degree numbers."""

    year = forms.IntegerField(min_value=2000, max_value=2999)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, year=("授予年份", "Year of the degree"))


class SkipForm(forms.Form):
    """How many serials of which series are left out, and why."""

    series = forms.ChoiceField()
    count = forms.IntegerField(min_value=1, max_value=500)
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, series: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = [(prefix, prefix) for prefix in series]
        _named(self, series=("编号段", "Series"), count=("空几个号", "How many"), reason=("原因", "Reason"))


class VoidForm(forms.Form):
    """One number that is not used any more, and why."""

    number = forms.CharField(max_length=40)
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, number=("编号", "Number"), reason=("原因", "Reason"))


class RunForm(forms.Form):
    """What is printed, for which college, with which date."""

    kind = forms.ChoiceField()
    college = forms.ChoiceField(required=False)
    issued_on = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    title = forms.CharField(max_length=120)

    def __init__(self, *args: Any, colleges: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k.value, said(words)) for k, words in KIND_WORDS.items()]
        self.fields["college"].choices = [("", said(Text("全部学院", "every college"))), *colleges]
        _named(self, kind=("种类", "Kind"), college=("学院", "College"), issued_on=("发证日期", "Date of issue"), title=("批次名称", "Title"))


class WordingForm(forms.Form):
    """An official wording from a day on."""

    code = forms.ChoiceField()
    since = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    zh = forms.CharField(max_length=200)
    en = forms.CharField(max_length=300, required=False)
    source = forms.CharField(max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = {"school_name": Text("学校名称", "School's name"), "school_name_pinyin": Text("校名拼音", "School's name in pinyin"),
                 "president": Text("校长姓名", "President's name")}  # fmt: skip
        self.fields["code"].choices = [(code, said(words)) for code, words in codes.items()]
        _named(self, code=("用语", "Wording"), since=("起用日期", "In force from"), zh=("中文", "Chinese"), en=("英文", "English"), source=("依据", "Source"))


class MasterForm(forms.Form):
    """A master as a file."""

    file = forms.FileField(max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _named(self, file=("模板文件（.toml）", "Master (.toml)"))

    def clean_file(self) -> str:
        """The text of the file; at most 100 KB of UTF-8."""
        file = self.cleaned_data["file"]
        if file.size > 100_000:
            raise forms.ValidationError(said(Text("模板文件不超过 100 KB。请核对选的文件。", "A master has at most 100 KB. Choose the right file.")))
        try:
            return file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(said(Text("文件不是 UTF-8 文本。请另存为 UTF-8 再上传。", "The file is no UTF-8 text. Save it as UTF-8."))) from None
