"""Where the ink of a chart goes."""

from hypothesis import given
from hypothesis import strategies as some

from xueji.desks.components.charts import bars, line, parts


@given(some.lists(some.integers(0, 5000), min_size=3, max_size=3), some.integers(0, 5000))
def test_the_parts_of_a_bar_never_leave_the_bar(counts, idle):
    total = sum(counts) + idle
    drawn = parts(dict(zip(("done", "review", "going"), counts, strict=True)), total)
    assert sum(part.width for part in drawn) <= 100.05
    assert [part.count for part in drawn] == [count for count in counts if count]


def test_one_person_in_four_thousand_is_still_seen():
    assert parts({"going": 1}, 4000)[0].width == 0.5


def test_a_day_without_a_figure_is_left_out_and_not_drawn_as_nothing():
    drawn = line([("2日", 10), ("3日", None), ("4日", 30)], top=100)
    assert [point.label for point in drawn.points] == ["2日", "4日"]
    assert drawn.path == "M40.0 155.0 L500.0 125.0"


def test_a_chart_of_nothing_is_empty_and_does_not_fail():
    assert line([], top=100).path == ""
    assert bars([]) == []


def test_the_longest_bar_fills_the_row():
    assert [bar.width for bar in bars([("A", 50), ("B", 100)])] == [50, 100]
