"""What a college types into a sheet is read back into syllables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.pinyin import spell, styles, suggest
from xueji.pinyin.reading_back import read_back

typed = """
姓名       | 写成              | 音节                | 姓
-----------+-------------------+---------------------+---
王芳       | Wang Fang         | wang fang           | 1
王芳       | WANG FANG         | wang fang           | 1
王芳       | Wáng Fāng         | wang fang           | 1
赵平安     | Zhao Ping'an      | zhao ping an        | 1
赵平安     | ZHAO PINGAN       | zhao ping an        | 1
吕略       | Lyu Lyue          | lü lüe              | 1
吕略       | Lv Lve            | lü lüe              | 1
陈方玉梅   | Chen-Fang Yumei   | chen fang yu mei    | 2
欧阳文     | Ouyang Wen        | ou yang wen         | 2
乌兰其其格 | Wulanqiqige       | wu lan qi qi ge     | 0
买买提·艾力 | Maimaiti Aili    | mai mai ti · ai li  | 0
乐嘉       | Le Jia            | le jia              | 1
王芳       | Wang Mei          | wang mei            | 1
"""


@pytest.mark.parametrize("row", rows(typed), ids=lambda row: row["写成"])
def test_a_written_spelling_is_read_back(row):
    assert read_back(row["姓名"], row["写成"]) == (tuple(row["音节"].split()), int(row["姓"]))


@pytest.mark.parametrize("written", ["", "Wang", "Wang Fang Fang", "Wang Xyz", "王芳"])
def test_what_fits_no_way_is_not_guessed(written):
    assert read_back("王芳", written) is None
    assert read_back("Anna", "Anna") is None


@given(st.text("王李乐吕曾芳平安阳略女行长欧诸葛亮", min_size=2, max_size=4), st.sampled_from(sorted(styles())))
def test_every_style_reads_back_to_the_same_spelling(name, style):
    one = suggest(name)
    written = spell(name, one.syllables, one.surname_length, style)
    read = read_back(name, written)
    assert read is not None
    assert spell(name, *read, style) == written
