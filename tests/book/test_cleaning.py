"""What spreadsheets, input methods and copied pages leave in a cell, and what is said about it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xueji.catalogue.fields import FIELDS
from xueji.rules.cleaning import CASE, DOT, INVISIBLE, LOWER_X, PICTURES, SPACES, WIDTH, clean

TABLE = [
    # field, as it came, as it stays, what was taken out
    ("name", "李明", "李明", []),
    ("name", "李 明", "李明", [SPACES]),
    ("name", " 李明\u3000", "李明", [SPACES]),
    ("name", "李\u200b明\ufeff", "李明", [INVISIBLE]),
    ("name", "李\x07明", "李明", [INVISIBLE]),
    ("name", "買買提👩🏼\u200d🎤", "買買提", [PICTURES]),
    ("name", "意昂𓀚", "意昂", [PICTURES]),
    ("name", "李明\ufe0f", "李明", [INVISIBLE]),
    ("name", "葛\U000e0100", "葛", [INVISIBLE]),
    ("name", "买买提•艾力", "买买提·艾力", [DOT]),
    ("name", "买买提・艾力", "买买提·艾力", [DOT]),
    ("name", "买买提．艾力", "买买提·艾力", [DOT]),
    ("name", "买买提.艾力", "买买提·艾力", [DOT]),
    ("name", "买买提。艾力", "买买提·艾力", [DOT]),
    ("name", "买买提 · 艾力", "买买提·艾力", [SPACES]),
    ("name", "买买提··艾力", "买买提·艾力", [DOT]),
    ("name", "Anna J. Smith", "Anna J. Smith", []),
    ("name", "Anna  Smith", "Anna Smith", [SPACES]),
    ("name", "䶮𬱖", "䶮𬱖", []),
    ("name", "Ａｎｎａ", "Anna", [WIDTH]),
    ("student_number", "Ｓ２０２４０１０００１", "S2024010001", [WIDTH]),
    ("student_number", "s2024010001", "S2024010001", [CASE]),
    ("student_number", " S2024010001\n", "S2024010001", [SPACES]),
    ("student_number", "'S2024010001", "S2024010001", [SPACES]),
    ("id_number", "11010120020506001x", "11010120020506001X", [LOWER_X]),
    ("id_number", "１１０１０１２００２０５０６００１ｘ", "11010120020506001X", [WIDTH, LOWER_X]),
    ("id_number", "e12345678", "E12345678", [CASE]),
    ("id_number", "110101 20020506 001X", "11010120020506001X", [SPACES]),
    ("born_on", "２００２－０５－０６", "2002-05-06", [WIDTH]),
    ("postal_code", " SW1A  1AA ", "SW1A 1AA", [SPACES]),
    ("major_name", "软件工程（卓越）", "软件工程（卓越）", []),
    ("major_name", "软件 工程", "软件 工程", []),
    ("address", "东湖路\u3000１号", "东湖路 1号", [WIDTH]),
    ("name", "\u200b", "", [INVISIBLE]),
    ("name", "・" * 201, "・" * 201, []),  # no name, and not worth the search
]


@pytest.mark.parametrize(("code", "came", "stays", "said"), TABLE)
def test_a_cell_is_cleaned_and_says_what_was_taken_out(code, came, stays, said):
    assert clean(FIELDS[code], came) == (stays, tuple(said))


@example("name", "¡・.¡")
@given(st.sampled_from(["name", "id_number", "major_name", "address", "postal_code"]), st.text(max_size=30))
def test_what_was_cleaned_once_is_clean(code, text):
    once, _ = clean(FIELDS[code], text)
    twice, said = clean(FIELDS[code], once)
    assert (twice, said) == (once, ())
