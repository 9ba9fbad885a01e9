"""Who has to be photographed and which photo counts (采集对象与照片效力)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.book.tables import rows

from xueji.catalogue.text import Text
from xueji.rules.capture import FACE_WORDS, Duty, Face, Graduand, Round, Taken, duty, proof_window, valid_photo, worth
from xueji.rules.windows import Window

title = "图像采集：谁要来，哪张照片有效 — who is photographed, which photo counts"

BUREAU = Text("中国图片社", "the bureau")
N5 = Round((2024,), (1, 7), own_batch_only=True, again_until=date(2023, 7, 31), completed_stands=True, both_only=True, opens=date(2023, 11, 1))
N5_NEXT = Round((2025,), (1, 7), own_batch_only=True, again_until=date(2024, 7, 31), completed_stands=True, both_only=True)
N2 = Round((2025,), proofread=True)

facts = """
who                | expected   | first      | certificates | completed  | photo      | duty     | says
-------------------+------------+------------+--------------+------------+------------+----------+----------
七月毕业           | 2024-07-01 | 2024-07-01 | both         |            |            | must     | CAPT.025
一月毕业           | 2024-01-10 | 2024-01-10 | both         |            |            | must     | CAPT.025
延期，采过         | 2024-07-01 | 2023-07-01 | both         |            | 2022-11-02 | again    | CAPT.024
没延期，采过       | 2024-07-01 | 2024-07-01 | both         |            | 2022-11-02 | may      | CAPT.023
再延到明年         | 2025-07-01 | 2024-07-01 | both         |            |            | later    | CAPT.022
三月毕业           | 2024-03-01 | 2024-03-01 | both         |            |            | later    | CAPT.022
没有预计日期       |            |            | both         |            |            | later    | CAPT.022
此前已结业         | 2024-07-01 | 2023-07-01 | both         | 2023-06-30 | 2022-11-02 | stands   | CAPT.021
单证               | 2024-07-01 | 2024-07-01 | degree       |            |            | must_not | CAPT.020
"""


def day(text):
    return date.fromisoformat(text) if text else None


def graduand(row):
    return Graduand(day(row["expected"]), day(row["first"]), row["certificates"], day(row["completed"]))


@pytest.mark.parametrize("row", rows(facts), ids=lambda row: row["who"])
def test_n5_says_who_must_again_may_later_stands_and_must_not(row):
    photos = [Taken(day(row["photo"]), BUREAU)] if row["photo"] else []
    found, why = duty(photos, graduand(row), N5)
    assert (found, why.id) == (Duty(row["duty"]), row["says"])


WORTH = """
photo                      | taken      | expected   | first      | certificates | completed  | says
---------------------------+------------+------------+------------+--------------+------------+---------
本批采集                   | 2023-11-01 | 2024-07-01 | 2024-07-01 | both         |            | CAPT.010
采集后又延期一年           | 2023-11-01 | 2025-07-01 | 2024-07-01 | both         |            | CAPT.003
结业时的照片               | 2022-11-02 | 2024-07-01 | 2023-07-01 | both         | 2023-06-30 | CAPT.010
结业后又去采集             | 2023-11-01 | 2024-07-01 | 2023-07-01 | both         | 2023-06-30 | CAPT.002
单证去采集                 | 2023-11-01 | 2024-07-01 | 2024-07-01 | degree       |            | CAPT.001
毕业日期被清空             | 2023-11-01 |            |            | both         |            | CAPT.003
"""


@pytest.mark.parametrize("row", rows(WORTH), ids=lambda row: row["photo"])
def test_what_a_photo_is_worth_follows_from_the_facts(row):
    own = N5 if row["taken"] > "2023" else Round()
    assert worth(Taken(date.fromisoformat(row["taken"]), BUREAU, "N5", own), graduand(row), N5).why.id == row["says"]


def test_a_new_expected_graduation_changes_the_worth_at_once_and_back_again():
    photo = Taken(date(2023, 11, 1), BUREAU, "N5", N5)
    for expected, counts in ((date(2024, 7, 1), True), (date(2025, 1, 10), False), (date(2024, 7, 1), True)):
        assert worth(photo, Graduand(expected, date(2024, 7, 1), "both"), N5).counts is counts


def test_a_photo_taken_before_the_delay_is_void_in_the_next_round():
    photo = Taken(date(2023, 11, 1), BUREAU, "旧批次", Round())
    assert worth(photo, Graduand(date(2025, 1, 10), date(2024, 7, 1), "both"), N5_NEXT).why.id == "CAPT.004"


def test_a_photo_counts_when_the_student_has_confirmed_it():
    who, taken = Graduand(date(2025, 6, 30), date(2025, 6, 30), "both"), date(2024, 11, 26)
    waiting, right, wrong = (Taken(taken, BUREAU, "N2", N2, confirmed=c, disputed=d) for c, d in ((False, False), (True, False), (True, True)))
    assert [worth(p, who, N2).why.id for p in (waiting, right, wrong)] == ["CAPT.007", "CAPT.010", "CAPT.006"]
    assert worth(waiting, who, N2).pending and not worth(waiting, who, N2).counts
    assert duty([waiting], who, N2)[0] is Duty.MAY


def test_a_photo_the_registry_found_wrong_is_void_and_its_student_comes_again():
    who, old = Graduand(date(2025, 6, 30), date(2025, 6, 30), "both"), Taken(date(2022, 9, 1), BUREAU)
    void = Taken(date(2024, 11, 26), BUREAU, "N2", N2, confirmed=True, refused=True)
    assert (worth(void, who, N2).why.id, worth(void, who, N2).pending) == ("CAPT.008", False)
    found, why = duty([void], who, N2)
    assert (found, why.id) == (Duty.AGAIN, "CAPT.024")
    assert duty([old, void], who, N2)[0] is Duty.MAY, "the older photo counts"


def test_a_face_that_was_not_verified_voids_the_photo_and_an_uncertain_one_does_not():
    who = Graduand(date(2025, 6, 30), date(2025, 6, 30), "both")
    said = {face: worth(Taken(date(2024, 11, 26), BUREAU, face=face), who, Round()).why.id for face in Face}
    assert said == {Face.UNKNOWN: "CAPT.010", Face.PASSED: "CAPT.010", Face.FAILED: "CAPT.005", Face.UNSURE: "CAPT.010", Face.ABNORMAL: "CAPT.005"}
    assert set(FACE_WORDS) == set(Face)


def test_which_photo_is_valid_is_one_line():
    who = Graduand(date(2025, 6, 30), date(2025, 6, 30), "both")
    old, new = Taken(date(2022, 9, 1), BUREAU), Taken(date(2024, 11, 26), BUREAU, "N2", N2)
    assert valid_photo([], who, N2)[0] is None and valid_photo([], who, N2)[1].id == "CAPT.011"
    assert valid_photo([old, new], who, N2)[0] == 0, "the new one waits for the student's word"
    confirmed = Taken(date(2024, 11, 26), BUREAU, "N2", N2, confirmed=True)
    assert valid_photo([old, confirmed], who, N2)[0] == 1
    assert valid_photo([new], who, N2) == (None, worth(new, who, N2).why)


def test_a_round_without_years_is_for_everybody_and_without_months_for_the_year():
    assert Round().is_for(None) and N2.is_for(date(2025, 12, 1)) and not N2.is_for(date(2026, 1, 1))
    assert not Graduand(date(2025, 6, 30), None, "both").delayed


def test_a_photo_of_the_makeup_is_verified_after_it_has_arrived():
    opens, closes, march = datetime(2024, 12, 11, tzinfo=UTC), datetime(2024, 12, 17, tzinfo=UTC), datetime(2025, 3, 31, tzinfo=UTC)
    declared = Window(opens, closes)
    assert proof_window(declared, closes - timedelta(seconds=1), march) == declared
    assert proof_window(declared, closes, march) == Window(closes, march)
    late = datetime(2025, 3, 30, tzinfo=UTC)
    assert proof_window(declared, late, march) == Window(late, datetime(2025, 4, 5, tzinfo=UTC)), "as many days as everybody had"
    assert proof_window(declared, late, None).closes == datetime(2025, 4, 5, tzinfo=UTC)
    assert proof_window(Window(None, None), late, march) == Window(None, None)
