"""A proposal reads each character by its place in the name, and is unsure only where the place is."""

import sys
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.pinyin import Doubt, spell, suggest
from xueji.pinyin.readings import DICTIONARY, possible_readings, syllables, tables

examples = """
姓名       | 写法               | 姓
-----------+--------------------+---
王芳       | Wang Fang          | 1
单雄信     | Shan Xiongxin      | 1
單雄信     | Shan Xiongxin      | 1
欧阳文     | Ouyang Wen         | 2
歐陽文     | Ouyang Wen         | 2
陈方玉梅   | Chen-Fang Yumei    | 2
郑李淑芳   | Zheng-Li Shufang   | 2
项司徒文良 | Xiang-Situ Wenliang | 3
赵平安     | Zhao Ping'an       | 1
吕略       | Lü Lüe             | 1
迪丽娜尔   | Dilinaer           | 0
乌兰其其格 | Wulanqiqige        | 0
扎西多吉   | Zhaxiduoji         | 0
李卓玛     | Li Zhuoma          | 1
尼格买提·热合曼 | Nigemaiti Reheman | 0
尼格买提•热合曼 | Nigemaiti Reheman | 0
丁彦雨航   | Ding Yanyuhang     | 1
万俟晓雯   | Moqi Xiaowen       | 2
尉迟燕     | Yuchi Yan          | 2
爱新觉罗溥杰 | Aixinjueluo Pujie | 4
鐘離權     | Zhong Liquan       | 1
丹         | Dan                | 0
张䶮       | Zhang Yan          | 1
王𬱖       | Wang Di            | 1
李㛃       | Li Jie             | 1
李重茂     | Li Chongmao        | 1
邓任重     | Deng Renzhong      | 1
Anna Schmidt | Anna Schmidt     | 0
ＣＨＡＮ Tai Man | CHAN Tai Man | 0
"""


@pytest.mark.parametrize("row", rows(examples), ids=lambda row: row["姓名"])
def test_a_name_is_read_by_the_place_of_its_characters(row):
    proposed = suggest(row["姓名"])
    assert spell(proposed.name, proposed.syllables, proposed.surname_length) == row["写法"]
    assert proposed.surname_length == int(row["姓"])


def test_only_the_place_makes_a_character_doubtful():
    assert suggest("乐嘉怡").doubtful == (Doubt(0, ("yue", "le")),)
    assert suggest("杨茜").doubtful == (Doubt(1, ("qian", "xi")),)
    assert suggest("曾单解").doubtful == (), "surname readings and usual given-name readings are no doubt"
    assert suggest("陶行知").doubtful == (), "a familiar pair settles it"
    assert suggest("张行").doubtful == (Doubt(1, ("xing", "hang")),)


def test_names_that_divide_in_two_ways_offer_both_lengths():
    assert suggest("刘杨帆").surname_lengths == (1, 2)
    assert suggest("东方岳峰").surname_lengths == (2, 3)
    assert suggest("陈方玉梅").surname_lengths == (2, 1)
    assert suggest("王秀英").surname_lengths == (1,)


def test_names_in_letters_are_copied_and_never_generated():
    proposed = suggest("María José Núñez")
    assert proposed.copied and proposed.name == "María José Núñez"


def test_a_character_in_no_table_is_left_to_the_person():
    unknown = next(c for c in map(chr, range(0x31300, 0x323AF)) if not DICTIONARY[c])
    proposed = suggest(f"王{unknown}明")
    assert proposed.doubtful == (Doubt(1, ()),)
    assert proposed.syllables == ("wang", "", "ming")
    assert spell(proposed.name, proposed.syllables, 1) == "", "half a name must never be printed"


def test_a_private_use_character_is_never_read():
    assert suggest("张\ue863").doubtful == (Doubt(1, ()),)
    assert suggest("尼\ue863·热合曼").doubtful == (Doubt(1, ()),)


@given(st.text(max_size=12))
def test_every_text_gets_an_answer(text):
    proposed = suggest(text)
    assert len(proposed.syllables) in (0, len(proposed.name))
    assert proposed.surname_length == proposed.surname_lengths[0] <= len(proposed.name)
    spell(proposed.name, proposed.syllables, proposed.surname_length)
    again = suggest(proposed.name)
    assert again == proposed, "what was cleaned once stays"


def test_every_reading_of_the_tables_is_a_syllable_and_some_dictionary_knows_it():
    known = tables()
    written = {**known.surname, **known.given, **known.given_first}
    assert not {r for readings in written.values() for r in readings} - syllables()
    invented = {c: readings for c, readings in written.items() if DICTIONARY[c] and set(readings) - set(DICTIONARY[c])}
    assert set(invented) <= set("黑贠貟谌諶撖库鈄說斆鐔剎"), invented
    for table in (known.pair, known.person, {w: r for w, r in known.compound.items() if r}):
        assert all(len(word) == len(readings) for word, readings in table.items())
        assert not {r for readings in table.values() for r in readings} - syllables()


def test_all_readings_are_offered_likely_ones_first():
    assert possible_readings("乐")[:2] == ("yue", "le")
    assert set(possible_readings("行")) >= {"xing", "hang", "heng"}


def test_the_dictionary_is_loaded_only_when_a_name_is_read():
    asked = "import sys, xueji.pinyin; sys.exit('pypinyin' in sys.modules)"
    assert run([sys.executable, "-c", asked], cwd=Path(__file__).parents[2]).returncode == 0
