"""What a browser may send about a roster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.desks.components.languages import said
from xueji.exchange.roster.columns import LEFT_OUT, OWN_REMARKS, importable

OWN_RULE = Text("学生自己维护的信息也以名册为准", "The roster prevails over what students maintain themselves")


class RosterForm(forms.Form):
    """One roster file."""

    file = forms.FileField(max_length=255, widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.dbf"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = said(Text("名册文件（.xlsx、.xls、.csv、.dbf）", "Roster file (.xlsx, .xls, .csv, .dbf)"))
        self.fields["file"].error_messages = {
            "required": said(Text("请选择名册文件。", "Choose a roster file.")),
            "empty": said(Text("文件是空的，请重新导出。", "The file is empty; export it again.")),
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.XUEJI_UPLOAD_LIMIT:
            limit = settings.XUEJI_UPLOAD_LIMIT // 2**20
            raise ValidationError(
                said(Text(f"文件超过 {limit} MB。请按学院拆开后上传。", f"The file is larger than {limit} MB. Split it by college."))
            )
        return file


class ColumnsForm(forms.Form):
    """What each column of a roster means: one choice per heading."""

    def __init__(self, *args: Any, headings: Sequence[str], meanings: Sequence[str], own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = {f"column-{place}": heading for place, heading in enumerate(headings) if heading and heading != OWN_REMARKS}
        choices = _choices()
        for name, heading in self.headings.items():
            known = meanings[int(name.removeprefix("column-"))]
            self.fields[name] = forms.ChoiceField(
                label=heading, choices=choices, initial=known or LEFT_OUT,
                error_messages={"invalid_choice": said(Text("请从列表里选。", "Choose from the list."))},
            )  # fmt: skip
        self.fields["overwrite_own"] = forms.BooleanField(label=said(OWN_RULE), required=False, initial=own)

    def chosen(self) -> dict[str, str]:
        """Heading → field code, or "-" for left out."""
        return {heading: self.cleaned_data[name] for name, heading in self.headings.items()}


def _choices() -> list[tuple[str, str]]:
    """Every field a roster may carry, in catalogue order; a person types its first characters to find it."""
    return [
        (LEFT_OUT, said(Text("不导入", "Leave out"))),
        *((code, said(field.label)) for code, field in FIELDS.items() if importable(field)),
    ]
