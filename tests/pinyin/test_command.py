"""`xueji names` answers without a database."""

import json

from click.testing import CliRunner

from xueji.cli.names import names

KEYS = ["name", "pinyin", "syllables", "surname_length", "doubtful"]


def test_names_are_proposed_as_a_list_of_objects():
    said = CliRunner().invoke(names, ["suggest", "单雄信", "欧阳文", "陈方玉梅", "乐怡", "--json"])
    assert said.exit_code == 0
    answer = json.loads(said.stdout)
    assert [one["pinyin"] for one in answer] == ["Shan Xiongxin", "Ouyang Wen", "Chen-Fang Yumei", "Yue Yi"]
    assert all(list(one) == KEYS for one in answer)
    assert answer[2]["surname_length"] == 2
    assert answer[3]["doubtful"] == [{"position": 0, "readings": ["yue", "le"]}]


def test_a_style_is_asked_for_by_name():
    said = CliRunner().invoke(names, ["suggest", "吕平安", "--style", "degree-system", "--json"])
    assert json.loads(said.stdout)[0]["pinyin"] == "LYU PINGAN"


def test_a_private_use_character_is_refused_and_the_others_answered():
    said = CliRunner().invoke(names, ["suggest", "张\ue863", "王芳", "--json"])
    assert said.exit_code == 1
    first, second = json.loads(said.stdout)
    assert first["pinyin"] == "" and first["doubtful"] == [{"position": 1, "readings": []}]
    assert second["pinyin"] == "Wang Fang"
    assert "NAME.008" in said.stderr and "䶮" in said.stderr


def test_names_come_from_a_file_as_well(tmp_path):
    listed = tmp_path / "names.txt"
    listed.write_text("王芳\n\n张行\n", "utf-8")
    said = CliRunner().invoke(names, ["suggest", "--from", str(listed)])
    assert said.stdout.splitlines() == ["王芳\tWang Fang\t姓 1", "张行\tZhang Xing\t姓 1"]
    assert "xing / hang" in said.stderr


def test_nothing_asked_is_said():
    said = CliRunner().invoke(names, ["suggest"])
    assert said.exit_code == 2 and "--from" in said.stderr


def test_the_styles_are_listed_with_an_example():
    assert "LYU PINGAN" in CliRunner().invoke(names, ["styles"]).stdout
    listed = json.loads(CliRunner().invoke(names, ["styles", "--json"]).stdout)
    assert {one["style"] for one in listed} >= {"gbt28039", "passport"}
