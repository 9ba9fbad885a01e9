"""二维码 — the code of a text is the one its library makes, module by module, and what is drawn is that code."""

import random
import re
import string

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from xueji.documents.qr_code import QUIET, encoded, penalty

LETTERS = string.ascii_letters + string.digits + "-_./#:？毕业证书Łө"


def by_the_library(text: str) -> list[str]:
    """The modules as the library writes them when it chooses the mask itself."""
    drawn = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M").to_image(scale=1, add_quiet_zones=False))
    return ["".join("01"[dark == 0] for dark in row) for row in drawn.tolist()]


def rows_of(side: int, dark: int) -> list[str]:
    """The modules of a number, a letter each; what lies between the rows must be light."""
    written = f"{dark:0{side * (side + QUIET)}b}"
    rows = [written[at : at + side + QUIET] for at in range(0, len(written), side + QUIET)]
    assert all(row.endswith("0" * QUIET) for row in rows)
    return [row[:side] for row in rows]


def number_of(rows: list[str]) -> int:
    return int("".join(row + "0" * QUIET for row in rows), 2)


def some_text(chance: random.Random, length: int) -> str:
    letters = chance.choice([LETTERS, string.digits, string.ascii_uppercase + string.digits + " $%*+-./:", "x", "01"])
    return "".join(chance.choice(letters) for _ in range(length))


def test_of_hundreds_of_texts_each_has_the_code_that_the_library_chooses():
    chance = random.Random(20200630)
    for _ in range(400):
        text = some_text(chance, chance.randint(1, 300))
        code = encoded(text)
        assert rows_of(code.side, code.dark) == by_the_library(text), text


def test_in_each_of_the_forty_sizes_it_does():
    sides = set()
    for length in range(1, 2332, 10):
        text = "Xj" * (length // 2) + "1" * (length % 2)
        code = encoded(text)
        if code.side not in sides:
            assert rows_of(code.side, code.dark) == by_the_library(text)
            sides.add(code.side)
    assert sides == set(range(21, 178, 4))


def test_more_than_a_code_holds_is_refused():
    with pytest.raises(ValueError):
        encoded("x" * 2332)


def as_the_standard_counts(rows: list[str]) -> int:
    """ISO/IEC 18004 7.8.3.1 read line by line, and nothing clever."""
    side, found = len(rows), 0
    for lines in (rows, ["".join(column) for column in zip(*rows, strict=True)]):
        for line in lines:
            found += sum(len(run[0]) - 5 + 3 for run in re.finditer("0{5,}|1{5,}", line))
            wide = "0000" + line + "0000"  # beyond the edge it is light
            found += sum(
                40 for at in range(side - 6) if line[at : at + 7] == "1011101" and "0000" in (wide[at : at + 4], wide[at + 11 : at + 15])
            )
    found += sum(3 for y in range(side - 1) for x in range(side - 1) if rows[y][x : x + 2] == rows[y + 1][x : x + 2] in ("00", "11"))
    dark = sum(row.count("1") for row in rows) * 100 / side**2
    return found + 10 * int(abs(dark - 50) / 5)


@pytest.mark.parametrize("module", "01")
def test_a_code_of_one_colour_has_every_fault_of_runs_blocks_and_balance(module):
    runs, blocks, balance = 42 * (21 - 5 + 3), 3 * 20 * 20, 10 * 10
    assert penalty(21, number_of([module * 21] * 21)) == runs + blocks + balance


@pytest.mark.parametrize(
    ("row", "counted"),
    [
        ("1011101" + "10" * 7, True),
        ("10" * 7 + "1011101", True),
        ("10" * 2 + "0001011101" + "01" * 3 + "1", True),
        ("01" * 3 + "1011101" + "0000" + "1010", True),
        ("01" * 3 + "1011101" + "0001" + "1010", False),
        ("0101011011101" + "10101010", False),
    ],
)
def test_what_looks_like_a_finder_counts_beside_four_light_modules_or_the_edge(row, counted):
    """In a row and in a column alike; all the rest of the code has less than one such fault."""
    rows = [row, *["01" * 10 + "0", "10" * 10 + "1"] * 10]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    assert penalty(21, number_of(rows)) == penalty(21, number_of(columns)) == as_the_standard_counts(rows)
    assert (penalty(21, number_of(rows)) >= 40) == counted


@given(st.lists(st.integers(0, 2**25 - 1), min_size=25, max_size=25), st.integers(0, 2**25 - 1), st.integers(0, 2**25 - 1))
def test_any_modules_are_judged_as_the_standard_does(numbers, both, either):
    rows = [f"{number & both | either & ~both:025b}" for number in numbers]
    assert penalty(25, number_of(rows)) == as_the_standard_counts(rows)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_what_is_drawn_on_paper_and_on_a_screen_is_the_code(text):
    code = encoded(text)
    rows = rows_of(code.side, code.dark)
    paper = [
        [(int(a), int(b)) for a, b in re.findall(rb"(\d+) 0 m (\d+) 0 l\n", row)] for row in code.strokes().split(b"S 1 0 0 1 0 1 cm\n")
    ]
    screen: list[list[tuple[int, int]]] = [[] for _ in rows]
    for x, y, wide in re.findall(r"M(\d+) (\d+).5h(\d+)", code.path()):
        screen[int(y)].append((int(x), int(x) + int(wide)))
    assert paper == screen == [[run.span() for run in re.finditer("1+", row)] for row in rows]
