"""The rows of the list of people, written in one go: fifty rows are the larger half of what a page of the desk costs (名单)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from xueji.desks.college.standing import Line
from xueji.desks.components.languages import current, said
from xueji.desks.components.moments import moment_text, this_year

SIGN = '<svg class="i" aria-hidden="true"><use href="#i-{0}"/></svg>'


def people_rows(lines: Iterable[Line], code: str, *, tick: bool) -> SafeString:
    """The rows of the table: number, name, class, state, where somebody stopped, the last act, reminders.

    ``tick`` puts a box in front of each row for those who may act on several.
    """
    language, year = current(), this_year()
    page = reverse("college-case", args=[code, "NUMBER"])
    return mark_safe("".join(_row(line, page, tick, language, year) for line in lines))  # every word in it was escaped


def _row(line: Line, page: str, tick: bool, language: str, year: int) -> str:
    english, record = language == "en", line.case.record
    name = escape(record.person.name)
    box = ""
    if tick:
        label = f"Select {name}" if english else f"选择 {name}"
        box = f'<td class="tick-col"><label class="pick-row"><input type="checkbox" name="case" value="{line.case.pk}" aria-label="{label}"></label></td>'
    missed = ""
    if line.unreached:
        missed = f' <span class="nb state-text" data-state="late">{SIGN.format("late")} {"Not reached" if english else "消息未送达"}</span>'
    reminded = "—"
    if line.reminded:
        last = moment_text(line.reminded.last, language, year=year)
        reminded = f"{line.reminded.times}×, {last}" if english else f"{line.reminded.times} 次，{last}"
    touched = moment_text(line.touched_at, language, year=year) if line.touched_at else "—"
    return (
        f'<tr>{box}<td class="num">{escape(line.number)}</td><th scope="row"><a href="{page.replace("NUMBER", quote(line.number))}">{name}</a></th>'
        f'<td>{escape(record.class_number)}</td>'
        f'<td><span class="chip" data-state="{line.state}">{SIGN.format(line.state)}{escape(said(line.word))}</span></td>'
        f'<td class="wrap">{escape(said(line.where))}{missed}</td><td class="num mut">{touched}</td><td class="num mut">{reminded}</td></tr>'
    )
