"""One confirmed spelling, written as each authority wants it."""

import pytest
from tests.book.tables import rows

from xueji.pinyin import spell, styles

written = """
姓名       | 音节                | 姓 | 写法          | 结果
-----------+---------------------+----+---------------+--------------------
刘杨帆     | liu yang fan        | 2  | gbt28039      | Liu-Yang Fan
东方岳峰   | dong fang yue feng  | 3  | gbt28039      | Dongfang-Yue Feng
吴兴恩     | wu xing en          | 1  | passport      | WU XINGEN
赵李书刚   | zhao li shu gang    | 2  | passport      | ZHAOLI SHUGANG
吕略       | lü lüe              | 1  | passport      | LYU LYUE
吕航       | lü hang             | 1  | scu           | Lyu Hang
赵益女     | zhao yi nü          | 1  | scu           | Zhao Yinyu
李西安     | li xi an            | 1  | scu           | Li Xi’an
李西安     | li xi an            | 1  | nju           | Li Xi'an
陈方玉梅   | chen fang yu mei    | 2  | pku           | Chen-Fang Yumei
吕航       | lü hang             | 1  | pku           | Lü Hang
项司徒文良 | xiang si tu wen liang | 3 | fuzhou       | XiangSitu Wenliang
吕洞宾     | lü dong bin         | 1  | fuzhou        | LYU DONGBIN
吕和平     | lü he ping          | 1  | degree-system | LYU HEPING
郑李淑芳   | zheng li shu fang   | 2  | degree-system | ZHENGLI SHUFANG
买·力      | mai · li            | 0  | degree-system | MAI·LI
买·力      | mai · li            | 0  | passport      | MAI LI
迪丽娜尔   | di li na er         | 0  | gbt28039      | Dilinaer
"""


@pytest.mark.parametrize("row", rows(written), ids=lambda row: f"{row['姓名']}-{row['写法']}")
def test_a_spelling_is_written_in_the_style_asked_for(row):
    assert spell(row["姓名"], row["音节"].split(), int(row["姓"]), row["写法"]) == row["结果"]


def test_a_copied_name_stays_as_in_the_document_in_every_style():
    assert {spell("Anna Schmidt", (), 0, style) for style in styles()} == {"Anna Schmidt"}


def test_syllables_that_do_not_fit_the_name_are_refused():
    with pytest.raises(ValueError):
        spell("王芳", ["wang"], 1)


def test_every_style_cites_its_source():
    assert set(styles()) == {"gbt28039", "pku", "scu", "nju", "fuzhou", "passport", "degree-system"}
    assert all(style.source and style.label and style.label_en for style in styles().values())
