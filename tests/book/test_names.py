"""姓名与姓名拼音 — names and their spelling. Which characters may stand in a name, and what a chosen spelling may be."""

import pytest
from tests.book.tables import rows

from xueji.pinyin import suggest
from xueji.rules import names

title = "姓名与姓名拼音 — names and their spelling"

characters = """
姓名 name        | 问题 findings
-----------------+--------------
王芳             |
张䶮             |
单雄信           |
尼格买提·热合曼  |
尼格买提•热合曼  | NAME.002
王 芳            | NAME.002
王？             | NAME.004
王?芳            | NAME.004
王3              | NAME.005
王芳，           | NAME.005
阿依·            | NAME.007
·阿依            | NAME.007
Anna Schmidt     |
O'Neill, J.-P.   |
李Anna           | NAME.006
<empty>          | NAME.001
<private>        | NAME.003
<old-code>       | NAME.008
"""

spellings = """
姓名 name | 音节 syllables      | 姓 surname | 问题 findings
----------+---------------------+------------+--------------
王芳      | wang fang           | 1          |
吕略      | lü lüe              | 1          |
王芳      |                     | 1          | NAME.021
王芳      | wang                | 1          | NAME.022
王芳      | wang -              | 1          | NAME.023
王芳      | wang fang1          | 1          | NAME.024
王芳      | wang fong           | 1          | NAME.024
王芳      | wang mei            | 1          | NAME.025
王芳      | wang fang           | 2          | NAME.026
买·力     | mai · li            | 0          |
买·力     | mai li li           | 0          | NAME.022
买·力     | mai · li            | 1          | NAME.026
贾平凹    | jia ping wa         | 1          |
"""

copies = """
证件姓名 written   | 问题 findings
-------------------+--------------
SCHMIDT ANNA       |
O'NEILL, JEAN-PAUL |
张伟               | NAME.028
CHAN 123           | NAME.028
<empty>            | NAME.027
"""

SPECIAL = {"<empty>": " ", "<private>": "王\uf8f0", "<old-code>": "张\ue863"}


def ids(found):
    return [one.id for one in found]


@pytest.mark.parametrize("row", rows(characters), ids=lambda row: row["姓名 name"])
def test_a_name_holds_only_characters_that_every_office_can_print(row):
    written = row["姓名 name"]
    assert ids(names.characters(SPECIAL.get(written, written))) == row["问题 findings"].split()


@pytest.mark.parametrize("row", rows(spellings), ids=lambda row: f"{row['姓名 name']} {row['音节 syllables']}")
def test_a_chosen_spelling_has_one_syllable_for_each_character(row):
    spelled = ["" if one == "-" else one for one in row["音节 syllables"].split()]
    assert ids(names.chosen(row["姓名 name"], spelled, int(row["姓 surname"]))) == row["问题 findings"].split()


@pytest.mark.parametrize("row", rows(copies), ids=lambda row: row["证件姓名 written"])
def test_a_foreign_name_is_copied_from_the_document(row):
    written = row["证件姓名 written"]
    assert ids(names.copied(SPECIAL.get(written, written))) == row["问题 findings"].split()


def test_a_person_is_told_only_what_is_doubtful_in_this_place():
    assert ids(names.proposal(suggest("曾行之"))) == []
    assert ids(names.proposal(suggest("乐怡"))) == ["NAME.011"]
    assert ids(names.proposal(suggest("王\uf8f0"))) == ["NAME.012"]


def test_a_reading_that_no_dictionary_knows_is_left_to_the_owner():
    assert ids(names.chosen("王\uf8f0", ["wang", "yan"], 1)) == []
