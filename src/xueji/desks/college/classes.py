"""The table of classes, written in one go: a large college has hundreds, and a template takes a second over them (各班进度)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from xueji.campaigns.tallies import Tally
from xueji.catalogue.text import Text
from xueji.desks.components.charts import bar_svg
from xueji.desks.components.languages import current, said
from xueji.rules.progress import State

SELECTED = ' aria-selected="true"'
STATES = (State.REVIEW, State.GOING, State.BACK, State.IDLE)


def class_rows(tallies: Iterable[Tally], counsellors: dict[str, str], *, done: Text, chosen: str = "", college: str = "") -> SafeString:
    """The rows of the table: class, counsellor, bar, and how many stand where. ``chosen`` is the class filtered for."""
    english, word = current() == "en", escape(said(done))
    query = f"&amp;college={quote(college)}" if college else ""
    rows = (_row(tally, escape(counsellors.get(tally.key, "")), english, word, query, bool(chosen) and chosen == tally.key) for tally in tallies)
    return mark_safe("".join(rows))  # every word in it was escaped, the rest are numbers and our own markup


def class_options(tallies: Iterable[Tally], chosen: str) -> SafeString:
    """The classes to choose from, as options of a select."""
    keys = (tally.key for tally in tallies if tally.key)
    return mark_safe("".join(f"<option{' selected' if key == chosen else ''}>{escape(key)}</option>" for key in keys))  # escaped here


def _row(tally: Tally, counsellor: str, english: bool, word: str, query: str, selected: bool) -> str:
    name = escape(tally.label) if tally.label else "No class" if english else "没有班号"
    figure = f"{name}: {tally.total} due, {tally.done} {word}" if english else f"{name} 应完成 {tally.total} 人，{word} {tally.done} 人"
    link = f'<a href="?number={quote(tally.key)}{query}#people">{name}</a>' if tally.key else name
    review, going, back, idle = (tally.of(state) for state in STATES)
    drawn = bar_svg(figure, {"done": tally.done, "review": review, "going": going}, tally.total)
    return (
        f'<tr{SELECTED if selected else ""}><th scope="row">{link}</th><td class="mut">{counsellor}</td><td class="third">{drawn}</td>'
        f'<td class="n">{tally.total}</td><td class="n">{tally.done}</td><td class="n">{review}</td><td class="n">{going}</td>'
        f'<td class="n">{back}</td><td class="n"><b>{idle}</b></td></tr>'
    )
