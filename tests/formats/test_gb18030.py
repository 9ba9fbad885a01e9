"""GB18030 as the edition of 2022 maps it: names keep their characters in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.formats import gb18030

RARE = "䶮𬱖㛃𠮷·吕艾"
TEXT = st.text(st.characters(exclude_categories=("Cs", "Co")), max_size=40)


@given(TEXT)
def test_every_text_without_private_use_comes_back_as_it_went(text):
    assert gb18030.decode(gb18030.encode(text)) == text


@given(st.binary(max_size=60))
def test_bytes_that_can_be_read_never_give_one_of_the_repaired_characters(raw):
    text = gb18030.decode(raw, errors="replace")
    assert all(gb18030.standard_reading(character) is None or ord(character) > 0xE814 for character in text)
    assert not set(text) & {"\ue81e", "\ue78d", "\ue864", "\ue7c7", "\ue816"}


@pytest.mark.parametrize(
    ("code", "character"),
    [("FE59", "龴"), ("FE61", "龵"), ("FEA0", "龻"), ("A6D9", "︐"), ("A6F3", "︙"), ("A8BC", "ḿ"), ("FE51", "𠂇")],
)
def test_a_code_that_python_sends_to_private_use_gets_its_real_character(code, character):
    raw = bytes.fromhex(code)
    assert gb18030.private_use(raw.decode("gb18030")), "Python has learnt this code; the repair can go"
    assert gb18030.decode(raw) == character


def test_the_repaired_characters_are_written_with_their_two_byte_code_again():
    assert gb18030.encode("龴︐ḿ") == bytes.fromhex("FE59A6D9A8BC")


@pytest.mark.parametrize(("text", "width"), [("李明", 4), ("䶮", 2), ("𬱖", 4), ("㛃", 4), ("𠮷", 4), ("·", 2), ("Anna", 4), ("", 0)])
def test_the_width_of_a_name_is_counted_in_bytes(text, width):
    assert gb18030.byte_length(text) == width == len(gb18030.encode(text))


def test_twenty_characters_with_dots_fill_the_official_column_exactly():
    assert gb18030.byte_length("阿卜杜热西提·阿卜杜热合曼·麦麦提艾力江"[:20]) == 40


def test_private_use_characters_of_a_name_are_listed_in_order():
    assert gb18030.private_use("王\ue863明\ue000") == ["\ue863", "\ue000"]


def test_an_old_private_use_character_has_a_reading_and_a_school_own_one_has_none():
    assert gb18030.standard_reading("\ue863") == "䶮"
    assert gb18030.standard_reading("\ue81e") == "龴"
    assert gb18030.standard_reading("\ue000") is None


@pytest.mark.parametrize(("encoding", "seen"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")])
def test_text_of_unknown_encoding_is_recognised(encoding, seen):
    assert gb18030.decode_unlabelled(f"学号,姓名\r\n1,{RARE}".encode(encoding)) == (f"学号,姓名\r\n1,{RARE}", seen)


def test_bytes_in_no_encoding_are_an_error():
    with pytest.raises(UnicodeDecodeError):
        gb18030.decode_unlabelled(b"\xff\xff\xff")
