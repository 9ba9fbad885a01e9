"""Counting what the rules catch: intervals, labels, proposals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xueji.imaging.batch import Judged
from xueji.imaging.calibration import LabelsFault, Share, read_labels, records
from xueji.rules.photo_profile import Weight, load_profile

CHSI = load_profile("chsi-graduation")


def test_the_interval_is_wilsons():
    low, high = Share(16, 18).interval
    assert (round(low, 2), round(high, 2)) == (0.67, 0.97)  # photo study: 16/18 [67-97]
    assert Share(0, 0).interval == (0.0, 1.0) and str(Share(0, 0)) == "–"


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counted):
    low, high = Share(*counted).interval
    share = counted[0] / counted[1]
    assert 0 <= low <= share + 1e-9 and share <= high + 1e-9 <= 1 + 1e-8


def test_labels_are_read_and_what_nobody_can_say_is_left_out(tmp_path):
    table = tmp_path / "labels.csv"
    table.write_text("file,face_count,eyes_open,teeth_visible,frontal,ears_hidden,roll\na.jpg,1,0,x,1,2,1\nb.jpg,2,1,1,0,0,\n", "utf-8")
    labels = read_labels(table)
    assert labels["a.jpg"] == {"eyes": True, "frontal": False, "face_count": False, "ears": True, "roll": True}
    assert labels["b.jpg"] == {"eyes": False, "teeth": True, "frontal": True, "face_count": True, "ears": False}


@pytest.mark.parametrize("content", ["", "name,eyes\na,1\n", "\xff\xfe"])
def test_a_table_without_the_right_columns_is_refused(tmp_path, content):
    table = tmp_path / "labels.csv"
    table.write_bytes(content.encode("latin-1"))
    with pytest.raises(LabelsFault):
        read_labels(table)


def case(name: str, level: str | None) -> Judged:
    return Judged(name, {"verdict": "pass", "findings": [{"rule": "eyes", "level": level}] if level else []})


@pytest.mark.parametrize(
    ("caught", "false", "proposed"),
    [(95, 0, Weight.REJECT), (70, 20, Weight.WARN), (30, 30, Weight.INFO)],
)
def test_a_rule_is_proposed_by_what_it_did_and_nothing_is_switched(caught, false, proposed):
    bad = [case(f"b{n}", "reject" if n < caught else None) for n in range(100)]
    good = [case(f"g{n}", "reject" if n < false else None) for n in range(100)]
    labels = {r.file: {"eyes": r.file.startswith("b")} for r in (*bad, *good)}
    (record,) = records([*bad, *good], labels, CHSI)
    assert (record.caught_rejecting.hits, record.false_rejecting.hits) == (caught, false)
    assert record.proposal is proposed
    assert CHSI.weights["eyes"] is Weight.REJECT and record.now is Weight.REJECT


def test_too_few_labels_propose_nothing():
    (record,) = records([case("b", "reject")], {"b": {"eyes": True}}, CHSI)
    assert record.proposal is None
