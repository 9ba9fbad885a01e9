"""What a browser may send at the door."""

from __future__ import annotations

from django import forms

from xueji.catalogue.text import Text
from xueji.desks.components.languages import said


class SignInForm(forms.Form):
    """Number and password; nothing is said about either alone."""

    username = forms.CharField(max_length=64, strip=True)
    password = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["username"].label = said(Text("学号或工号", "Student or staff number"))
        self.fields["password"].label = said(Text("密码或激活码", "Password or activation code"))


class ChangePasswordForm(forms.Form):
    """The present password (unless it was the first one), and the new one twice."""

    present = forms.CharField(max_length=256, strip=False, required=False, widget=forms.PasswordInput)
    new = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput)
    again = forms.CharField(max_length=256, strip=False, widget=forms.PasswordInput)
