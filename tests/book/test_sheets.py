"""学院表册 — the college's sheet. Its digest, what changed since it was frozen, and an edited copy coming home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.book.tables import rows

from xueji.rules.sheets import RowChange, canonical, digest, drift, merge

title = "学院表册 — the college's sheet"
COLUMNS = ("name", "name_pinyin")
EDITABLE = frozenset({"name_pinyin"})

merging = """
冻结 frozen | 现在 ours  | 改过 theirs | 结果 result | 冲突 conflict
------------+------------+-------------+-------------+--------------
Wang Fang   | Wang Fang  | Wang Fang   | Wang Fang   | no
Wang Fang   | Wang Fang  | Wang Fan    | Wang Fan    | no
Wang Fang   | Wang Fan   | Wang Fang   | Wang Fan    | no
Wang Fang   | Wang Fan   | Wang Fan    | Wang Fan    | no
Wang Fang   | Wang Feng  | Wang Fan    | Wang Feng   | yes
-           | -          | Wang Fang   | Wang Fang   | no
-           | Wang Fan   | Wang Fang   | Wang Fan    | yes
"""


def _sheet(pinyin):
    return {"S1": {"name": "王芳", "name_pinyin": pinyin.replace("-", "")}}


@pytest.mark.parametrize("row", rows(merging), ids=lambda row: " ".join(row.values()))
def test_an_edited_copy_is_merged_three_ways(row):
    frozen, ours, theirs = (_sheet(row[key]) for key in ("冻结 frozen", "现在 ours", "改过 theirs"))
    merged = merge(COLUMNS, EDITABLE, frozen, ours, list(theirs.items()))
    assert merged.rows(ours)["S1"]["name_pinyin"] == row["结果 result"].replace("-", "")
    assert bool(merged.conflicts) is (row["冲突 conflict"] == "yes")
    assert merged.findings == []


def test_a_copy_adds_and_removes_no_row():
    frozen = {"S1": {"name": "王芳"}, "S2": {"name": "李明"}}
    copy = [("S1", {"name": "王芳"}), ("S1", {"name": "王芳"}), ("S9", {"name": "谁"})]
    merged = merge(("name",), frozenset({"name"}), frozen, frozen, copy)
    assert [one.id for one in merged.findings] == ["SHEET.003", "SHEET.001", "SHEET.002"]
    assert merged.rows(frozen) == frozen


def test_a_column_that_belongs_to_corrections_is_only_reported():
    frozen = _sheet("Wang Fang")
    merged = merge(COLUMNS, EDITABLE, frozen, frozen, [("S1", {"name": "王方", "name_pinyin": "Wang Fang"})])
    assert [one.id for one in merged.findings] == ["SHEET.006"] and merged.taken == []


def test_the_digest_depends_on_every_cell_and_on_nothing_else():
    one = {"S1": {"name": "王芳"}, "S2": {"name": "李明"}}
    assert digest(("name",), one) == digest(("name",), dict(reversed(one.items()))), "the order of rows is not a cell"
    assert digest(("name",), one) != digest(("name",), one | {"S2": {"name": "李鸣"}})
    assert digest(("name",), one) != digest(("name",), {"S1": one["S1"]})
    assert canonical(("name",), {"S1": {"name": "王𬱖"}}).decode() == '["name"]\n["S1","王𬱖"]'
    assert len(digest(("name",), one)) == 64


def test_what_changed_since_the_freeze_is_named():
    frozen = {"S1": {"name": "王芳"}, "S2": {"name": "李明"}}
    now = {"S1": {"name": "王方"}, "S3": {"name": "赵强"}}
    assert drift(("name",), frozen, now) == [RowChange("S1", ("name",)), RowChange("S2", left=True), RowChange("S3", came=True)]
    assert drift(("name",), frozen, frozen) == []


cells = st.sampled_from(["", "a", "b", "c"])
sheets = st.dictionaries(st.sampled_from(["S1", "S2", "S3"]), st.fixed_dictionaries({"x": cells, "y": cells}))
BOTH = frozenset({"x", "y"})


@given(sheets, st.data())
def test_an_unedited_copy_changes_nothing_and_an_edited_one_arrives_whole(frozen, data):
    ours = {key: data.draw(st.fixed_dictionaries({"x": cells, "y": cells})) for key in frozen}
    theirs = {key: data.draw(st.fixed_dictionaries({"x": cells, "y": cells})) for key in frozen}
    assert merge(("x", "y"), BOTH, frozen, ours, list(frozen.items())).rows(ours) == ours
    assert merge(("x", "y"), BOTH, frozen, frozen, list(theirs.items())).rows(frozen) == theirs
    merged = merge(("x", "y"), BOTH, frozen, ours, list(theirs.items()))
    decided = {(one.key, one.column) for one in merged.conflicts}
    for key, row in merged.rows(ours).items():
        for column, value in row.items():
            base, mine, other = frozen[key][column], ours[key][column], theirs[key][column]
            wanted = {v for v in (mine, other) if v != base} or {base}
            assert ((key, column) in decided) == (len(wanted) > 1), "both changed: a person decides"
            assert value in wanted, "no change of either side is lost"


def test_what_is_declared_beside_the_rows_is_part_of_the_digest():
    assert digest(COLUMNS, {}) == digest(COLUMNS, {}, ())
    assert len({digest(COLUMNS, {}, declared) for declared in ((), ("无",), ("无", "延期"), ("无延期",))}) == 4
