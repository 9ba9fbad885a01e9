"""Dates, masks and languages on screen."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from xueji.catalogue.text import Text
from xueji.desks.components.masks import masked
from xueji.desks.components.moments import closing_text, dated_text, day_text, moment_text, span_text

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSES = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)


def test_a_moment_is_written_on_beijing_time_with_its_weekday():
    assert moment_text(CLOSES, "zh", year=2026) == "9月10日（周四）17:00"
    assert moment_text(CLOSES, "en", year=2026) == "Thu 10 September, 17:00"


def test_the_year_is_written_when_it_is_another():
    assert moment_text(CLOSES, "zh", year=2027) == "2026年9月10日（周四）17:00"
    assert day_text(date(2026, 9, 10), "en", year=2027) == "Thu 10 September 2026"
    assert dated_text(date(2026, 9, 10), "en") == "10 September 2026"
    assert dated_text(date(2026, 9, 10), "zh") == "2026年9月10日", "a date on a paper has its year, also this year's"


@pytest.mark.parametrize("clock", [(11, 0, 0), (10, 23, 59)])
def test_a_closing_at_midnight_belongs_to_the_day_that_ends(clock):
    day, hour, minute = clock
    at = datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)
    assert closing_text(at, "zh", year=2026) == "9月10日（周四）24:00"
    assert closing_text(at, "en", year=2026) == "Thu 10 September, 24:00"


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (timedelta(days=2, hours=2, minutes=9), "2 天 2 小时", "2 days 2 hours"),
        (timedelta(days=1, minutes=9), "1 天", "1 day"),
        (timedelta(hours=5, minutes=10), "5 小时 10 分", "5 hours 10 minutes"),
        (timedelta(minutes=1), "1 分", "1 minute"),
        (timedelta(seconds=59), "不到 1 分钟", "less than a minute"),
        (timedelta(seconds=-1), "不到 1 分钟", "less than a minute"),
    ],
)
def test_what_is_left_is_said_in_the_two_largest_units(left, zh, en):
    assert span_text(left, "zh") == zh
    assert span_text(left, "en") == en


def test_an_identity_number_keeps_four_characters_at_each_end():
    assert masked("320104200309122415") == "3201**********2415"
    assert masked("13800001234") == "138****1234"


@given(some.text(min_size=1, max_size=80))
def test_a_mask_keeps_the_length_and_hides_at_least_half_but_of_a_mobile_number(value):
    shown = masked(value)
    assert len(shown) == len(value)
    hidden = sum(1 for there, was in zip(shown, value, strict=True) if there == "*" or there != was)
    assert hidden >= len(value) / 2 or (len(value) == 11 and value.isdigit() and hidden >= 4)


def render(source, language="zh-hans", **values):
    with translation.override(language):
        return Template("{% load xueji %}" + source).render(Context(values))


def test_words_follow_the_language_of_the_page():
    assert render('{% say "还差 {n} 份" "{n} missing" n=3 %}') == "还差 3 份"
    assert render('{% say "还差 {n} 份" "{n} missing" n=3 %}', "en") == "3 missing"
    assert render("{{ it|said }}", "en", it=Text("学院", "College")) == "College"


def test_a_value_inside_words_cannot_bring_markup():
    shown = render('{% say "你好 <b>{who}</b>" "Hello {who}" who=who %}', who="<script>")
    assert shown == "你好 <b>&lt;script&gt;</b>"
    assert render("{% say zh zh %}", zh="<i>") == "&lt;i&gt;"


def test_a_share_is_whole_only_when_nothing_is_missing():
    assert render("{{ 2999|percent:3000 }} {{ 1|percent:3000 }} {{ 3|percent:3 }} {{ 0|percent:0 }}") == "99% 1% 100% 0%"
