"""What a browser may send to the registry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xueji.accounts.roles import TITLES, Role
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.desks.components.languages import said

NOTICE_LIMIT = 200_000


def _label(zh: str, en: str) -> str:
    return said(Text(zh, en))


class NoticeForm(forms.Form):
    """The text of a notice, typed or as a file; a file wins."""

    text = forms.CharField(required=False, max_length=NOTICE_LIMIT, strip=False, widget=forms.Textarea(attrs={"rows": 22}))
    file = forms.FileField(required=False, max_length=200, widget=forms.FileInput(attrs={"accept": ".toml"}))
    reason = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, needs_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _label("通知的声明（TOML）", "The notice as TOML")
        self.fields["file"].label = _label("或上传文件", "Or upload the file")
        self.fields["reason"].label = _label("补充的理由", "Reason for the supplement")
        for either in ("text", "file"):  # one of the two is needed
            self.fields[either].conditional = True
        self.fields["reason"].conditional = True
        if not needs_reason:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file = values.get("file")
        if file is not None:
            if file.size > NOTICE_LIMIT:
                raise ValidationError(_label("文件太大：通知的声明不会超过 200 kB。", "The file is too large: no notice needs more than 200 kB."))
            try:
                values["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise ValidationError(_label("文件不是 UTF-8 文本，请另存为 UTF-8。", "The file is not UTF-8 text; save it as UTF-8.")) from None
        # a browser sends CRLF; the digest of a notice must not depend on whether it was typed or uploaded
        values["text"] = (values.get("text") or "").replace("\r\n", "\n").replace("\r", "\n")
        if not values["text"].strip():
            raise ValidationError(_label("请输入通知的声明，或选择文件。", "Enter the notice, or choose a file."))
        return values


class LocalMoment(forms.Field):
    """A date and time in Shanghai, as ``datetime-local`` sends it."""

    widget = forms.TextInput(attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()[:32]
        if not text:
            return None
        try:
            return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
        except ValueError:
            raise ValidationError(_label("请写成 2024-09-12 17:00 的形式。", "Write it like 2024-09-12 17:00.")) from None


class ExtensionForm(forms.Form):
    """A later end for a college."""

    college = forms.ModelChoiceField(queryset=None)
    step = forms.ChoiceField(required=False)
    until = LocalMoment()
    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, colleges: Any, steps: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["college"].queryset = colleges
        self.fields["college"].label = _label("学院", "College")
        self.fields["step"].choices = [("", _label("所有步骤", "every step"))] + [(s.code, said(s.title)) for s in steps]
        self.fields["step"].label = _label("步骤", "Step")
        self.fields["until"].label = _label("延期到（北京时间）", "Until (Beijing time)")
        self.fields["reason"].label = _label("理由", "Reason")


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _label("理由", "Reason")


class CollegeForm(forms.Form):
    """What everybody may know of a college: printed in every notice."""

    name = forms.CharField(max_length=60)
    name_en = forms.CharField(max_length=120, required=False)
    campus = forms.CharField(max_length=40, required=False)
    contact = forms.CharField(max_length=60, required=False)
    phone = forms.CharField(max_length=40, required=False)
    room = forms.CharField(max_length=80, required=False)
    hours = forms.CharField(max_length=80, required=False)
    email = forms.EmailField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {"name": ("名称", "Name"), "name_en": ("英文名称", "English name"), "campus": ("校区", "Campus"),
                 "contact": ("联系人", "Contact"), "phone": ("电话", "Telephone"), "room": ("办公室", "Office"),
                 "hours": ("办公时间", "Hours"), "email": ("邮箱", "E-mail")}  # fmt: skip
        for name, (zh, en) in words.items():
            self.fields[name].label = _label(zh, en)


class StaffForm(forms.Form):
    """A new member of staff."""

    username = forms.RegexField(r"^[A-Za-z0-9._-]{2,32}$", max_length=32)
    name = forms.CharField(max_length=100)
    email = forms.EmailField(required=False)
    phone = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (zh, en) in {"username": ("工号", "Staff number"), "name": ("姓名", "Name"), "email": ("邮箱", "E-mail"),
                               "phone": ("办公电话", "Telephone")}.items():  # fmt: skip
            self.fields[name].label = _label(zh, en)


class GrantForm(forms.Form):
    """A role and where it holds."""

    role = forms.ChoiceField()
    college = forms.ModelChoiceField(queryset=None, required=False)
    campus = forms.CharField(max_length=32, required=False)
    class_number = forms.CharField(max_length=32, required=False)

    def __init__(self, *args: Any, colleges: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r.value, said(TITLES[r])) for r in Role]
        self.fields["role"].label = _label("角色", "Role")
        self.fields["college"].queryset = colleges
        self.fields["college"].label = _label("学院（空为全校）", "College (empty: whole school)")
        self.fields["campus"].label = _label("校区", "Campus")
        self.fields["class_number"].label = _label("班号（辅导员）", "Class (counsellors)")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        role, college = values.get("role"), values.get("college")
        if role in {Role.SECRETARY, Role.DEAN, Role.COUNSELLOR} and college is None:
            self.add_error("college", _label("这个角色要写明学院。", "This role needs its college."))
        if role == Role.COUNSELLOR and not values.get("class_number"):
            self.add_error("class_number", _label("辅导员要写明班号。", "A counsellor needs a class."))
        return values
