"""What a search means: names, numbers, passports, in the words of whoever types."""

import pytest

from xueji.records.models import StudentRecord
from xueji.records.queries import found, matching

pytestmark = pytest.mark.django_db


def numbers(viewer, words):
    return list(found(viewer, words).values_list("student_number", flat=True))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("李", ["S202401001"]),
        ("李 明", ["S202401001"]),
        ("s202401001", ["S202401001"]),
        ("S 2024 01 001", ["S202401001"]),
        ("S20240100", ["S202401001", "S202401002", "S202401003"]),
        ("202401", []),
        ("anna", ["S202401003"]),
        ("Schmidt Anna", ["S202401003"]),
        ("32060020020506001x", ["S202401001"]),
        ("3206002002", []),
        ("X0000001", ["S202401003"]),
        ("100%", []),
        ("S2024_1", []),
        ("%", []),
        ("", []),
        ("\0", []),
    ],
)
def test_words_find_whom_they_mean(world, words, meant):
    assert numbers(world.actor("王秘书"), words) == meant


def test_a_dot_of_another_keyboard_finds_the_name(world):
    world.enrol("阿依努尔·买买提", "S202401050", "A", id_number="")
    for words in ("努尔•买", "阿依努尔．买买提", "努尔・买"):
        assert numbers(world.actor("王秘书"), words) == ["S202401050"]


def test_a_number_kept_in_small_letters_is_found_as_it_is(world):
    world.enrol("小写", "s2024x9", "A", id_number="")
    assert StudentRecord.objects.filter(matching("s2024x9")).count() == 1


def test_somebody_with_two_records_is_found_with_both(world):
    li = world.record("李明")
    StudentRecord.objects.create(person=li.person, student_number="B202001001", college_id="A")
    assert numbers(world.actor("王秘书"), "李明") == ["B202001001", "S202401001"]
