"""签名凭证 — the statement that a certificate carries: any changed bit is seen without a network."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.formats.statement import (
    Statement,
    Verdict,
    content_digest,
    encoded_key,
    new_key,
    read_keys,
    read_revocations,
    revocations,
    sign,
    verify,
)  # fmt: skip

PRIVATE, PUBLIC = new_key()
KEYS = {1: PUBLIC}
ONE = Statement(1, "graduation", "19990", "token-1", "199901202002000017", "阿卜杜热西提·买买提依明", date(2020, 6, 30), content_digest("words", "photo"))


def test_a_genuine_statement_is_read_with_or_without_the_address_before_it():
    text = sign(ONE, PRIVATE)
    assert verify(text, KEYS) == (Verdict.VALID, ONE)
    assert verify(f" https://xueji.donghu.example/verify/#{text}\n", KEYS) == (Verdict.VALID, ONE)
    assert verify(text, KEYS, {"token-1"}) == (Verdict.REVOKED, ONE)
    assert verify(text, {2: PUBLIC}) == (Verdict.UNKNOWN_KEY, None)


@settings(max_examples=400)
@given(st.data())
def test_one_changed_character_is_always_seen(data):
    text = sign(ONE, PRIVATE)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n").filter(lambda c: c != text[at]))
    verdict, statement = verify(text[:at] + other + text[at + 1 :], KEYS)
    assert verdict is not Verdict.VALID and statement is None


def test_every_single_flipped_bit_of_the_text_is_seen():
    text = sign(ONE, PRIVATE).encode()
    for at in range(len(text) * 8):
        changed = bytearray(text)
        changed[at // 8] ^= 1 << (at % 8)
        assert verify(changed.decode("latin-1"), KEYS)[0] is not Verdict.VALID


@given(st.text(max_size=300))
def test_anything_else_is_unreadable_never_an_error(text):
    assert verify(text, KEYS)[0] in {Verdict.UNREADABLE, Verdict.UNKNOWN_KEY, Verdict.FORGED}


@given(st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=("Cs",)), max_size=60), st.dates())
def test_whatever_is_signed_reads_back(name, day):
    one = Statement(1, "study", "19990", "t", "", name, day, "")
    assert verify(sign(one, PRIVATE), KEYS) == (Verdict.VALID, one)


def test_a_value_with_a_line_break_cannot_be_signed():
    with pytest.raises(ValueError, match="one line"):
        sign(Statement(1, "study", "1", "t", "", "a\nb", date(2020, 1, 1), ""), PRIVATE)


def test_another_schools_signature_is_a_forgery():
    assert verify(sign(ONE, new_key()[0]), KEYS)[0] is Verdict.FORGED


def test_the_list_of_revoked_tokens_is_signed_as_well():
    text = revocations("19990", ["b", "a"], "2020-07-01", 1, PRIVATE)
    assert read_revocations(text, KEYS) == {"a", "b"}
    for wrong in (text.replace('"a"', '"c"'), text.replace("2020-07-01", "2021-07-01"), "{}", "[]", "nothing"):
        with pytest.raises(ValueError):
            read_revocations(wrong, KEYS)


def test_published_keys_are_read():
    assert read_keys(f'{{"keys": [{{"number": 1, "public": "{encoded_key(PUBLIC)}"}}]}}') == KEYS
    with pytest.raises(ValueError):
        read_keys("{}")
