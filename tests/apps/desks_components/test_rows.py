"""A form's field becomes a row: label, control, hint, errors with their number."""

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from xueji.catalogue.text import Text
from xueji.desks.components.rows import refusal, row_of
from xueji.rules.findings import Finding, Level

SHORT = Finding(
    "MOB.001",
    Level.STOP,
    "mobile",
    Text("手机号只有 10 位。", "The number has 10 digits."),
    Text("请补全为 11 位。", "Enter all 11."),
    "研通知",
)


class ContactForm(forms.Form):
    mobile = forms.CharField(label=Text("手机号", "Mobile"), widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    politics = forms.ChoiceField(label=Text("政治面貌", "Politics"), choices=[("03", Text("共青团员", "League member")), ("13", "群众")])
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)

    def clean_mobile(self):
        raise refusal(SHORT)


@pytest.fixture
def form():
    form = ContactForm({"mobile": '1385550142"><script>', "politics": "03"})
    form.is_valid()
    return form


def render(source, language="zh-hans", **values):
    with translation.override(language):
        return Template("{% load xueji %}" + source).render(Context(values))


def test_what_was_typed_stays_beside_its_error_and_cannot_break_out(form):
    page = render("{% field_row form.mobile %}", form=form)
    assert 'value="1385550142&quot;&gt;&lt;script&gt;"' in page
    assert "手机号只有 10 位。" in page and "MOB.001" in page and "请补全为 11 位。" in page
    assert 'aria-invalid="true"' in page and 'aria-describedby="id_mobile_error"' in page


def test_a_row_speaks_the_language_of_the_page(form):
    page = render("{% field_row form.mobile %}{% field_row form.politics %}", "en", form=form)
    assert "Mobile" in page and "The number has 10 digits." in page and "League member" in page
    assert "手机号" not in page


def test_the_chosen_option_stays_chosen(form):
    assert [choice.value for choice in row_of(form["politics"]).choices if choice.chosen] == ["03"]


def test_a_field_that_may_stay_empty_says_so(form):
    assert "可不填" in render("{% field_row form.note %}", form=form)
    assert "可不填" not in render("{% field_row form.mobile %}", form=form)


def test_the_summary_links_each_mistake_to_its_field(form):
    page = render("{% error_summary form %}", form=form)
    assert 'href="#id_mobile"' in page and "有 1 项要改" in page


def test_the_badge_of_a_field_is_the_catalogues_word(form):
    assert "凭材料更正" in render('{% field_row form.mobile policy="correction" %}', form=form)
