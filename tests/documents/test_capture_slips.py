"""采集凭证条 — paper slips with a capture code."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from tests.documents.reading import codes, pages

from xueji.documents.capture_slips import Slip, SlipSheet, render
from xueji.documents.engine import Unprintable
from xueji.photos.day.tokens import Inside, made, new_secrets

AT = datetime(2024, 11, 25, 1, tzinfo=UTC)
KEYS = new_secrets(1)


def slip(n: int, **more) -> Slip:
    token = made(Inside(UUID(int=n), AT, 1), KEYS)
    return Slip(token, f"S20240{n:04}", "S240101", 1, AT, **({"starts": AT, "place": "东湖校区 报告厅"} | more))


def sheet(slips) -> SlipSheet:
    return SlipSheet("东湖理工大学", "2025届预毕业研究生图像采集", "研〔2024〕137号", slips, AT)


def test_eight_slips_fit_a_page_and_every_code_is_read_back_as_it_was_made(press):
    slips = [slip(n) for n in range(11)]
    pdf = render(press, sheet(slips))
    assert [len(codes(pdf, n)) for n in range(len(pages(pdf)))] == [8, 3]
    assert {*codes(pdf, 0), *codes(pdf, 1)} == {one.token for one in slips}


def test_a_slip_says_whose_hand_it_is_for_when_and_where(press):
    side = pages(render(press, sheet([slip(7)])))[0]
    for words in ("S202400007", "S240101", "2024年11月25日 09:00", "东湖校区 报告厅", "研〔2024〕137号", "Capture code"):
        assert words in side


def test_who_has_no_place_in_the_timetable_gets_a_slip_without_time_and_place(press):
    side = pages(render(press, sheet([slip(7, starts=None, place="")])))[0]
    assert "时间 Time" not in side and "地点 Place" not in side and "有效至 Good until" in side


def test_a_page_of_no_slips_is_refused_and_a_letter_nobody_has_is_named(press):
    with pytest.raises(ValueError):
        render(press, sheet([]))
    with pytest.raises(Unprintable):
        render(press, sheet([slip(1, place="\U000f0000 楼")]))
