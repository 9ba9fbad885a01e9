"""The table of classes, written in one go: a large college has hundreds, and a template takes a second over them (各班进度)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from xueji.campaigns.queries import Tally
from xueji.catalogue.text import Text
from xueji.desks.components.languages import current, said
from xueji.desks.templatetags.xueji import progress_bar
from xueji.rules.progress import State

ROW = (
    '<tr{}><th scope="row">{}</th><td class="mut">{}</td><td class="third">{}</td><td class="n">{}</td><td class="n">{}</td>'
    '<td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n"><b>{}</b></td></tr>'
)


def class_rows(tallies: Iterable[Tally], counsellors: dict[str, str], *, done: Text, chosen: str = "", college: str = "") -> SafeString:
    """The rows of the table: class, counsellor, bar, and how many stand where. ``chosen`` is the class filtered for."""
    english, word = current() == "en", said(done)
    return format_html_join("", ROW, (_cells(tally, counsellors, english, word, chosen, college) for tally in tallies))


def _cells(tally: Tally, counsellors: dict[str, str], english: bool, word: str, chosen: str, college: str) -> tuple:
    of = tally.of
    name = tally.label or ("No class" if english else "没有班号")
    figure = f"{name}: {tally.total} due, {tally.done} {word}" if english else f"{name} 应完成 {tally.total} 人，{word} {tally.done} 人"
    query = f"&college={quote(college)}" if college else ""
    link = format_html('<a href="?number={}{}#people">{}</a>', quote(tally.key), query, name) if tally.key else name
    bar = progress_bar(figure, tally.total, done=tally.done, review=of(State.REVIEW), going=of(State.GOING))
    mark = SafeString(' aria-selected="true"' if chosen and chosen == tally.key else "")
    return (
        mark, link, counsellors.get(tally.key, ""), bar, tally.total, tally.done, of(State.REVIEW), of(State.GOING), of(State.BACK),
        of(State.IDLE),
    )  # fmt: skip
