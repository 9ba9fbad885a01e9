"""提示 — findings. A number, a sentence, a next step; kept and read back the same."""

import pytest

from xueji.catalogue.text import Text
from xueji.rules import findings
from xueji.rules.findings import Finding, Level, catalogue_of_findings, finding, stops

title = "提示 — findings"


def test_a_finding_is_filled_in_both_languages():
    found = finding("TIME.003", step=Text("打印", "print"), before=Text("登记", "enrol"))
    assert "打印" in found.message.zh and "print" in found.message.en


def test_a_finding_reads_back_from_what_was_kept():
    found = finding("REVIEW.001", field="conclusion", place="7")
    assert Finding.from_json(found.as_json()) == found


def test_a_finding_may_be_placed_and_weighed_anew():
    found = finding("REVIEW.001", level=Level.DOUBT)
    assert found.at("line 3").place == "line 3" and stops([found]) == [] and stops([finding("REVIEW.001")])


def test_an_unknown_number_or_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        finding("NOBODY.001")
    with pytest.raises(KeyError):
        finding("TIME.003", step="x")


@pytest.mark.parametrize(("first", "second", "message"), [
    ('["A.001"]\nlevel="stop"\nzh="一"\nen="one"\nremedy_zh="做"\nremedy_en="do"\nsource="x"\n', '["A.001"]\nlevel="stop"\n', "another file"),
    ('["A.001"]\nlevel="stop"\nzh="一"\n', "", "lacks"),
])  # fmt: skip
def test_two_files_with_one_number_or_a_missing_sentence_do_not_start(tmp_path, monkeypatch, first, second, message):
    (tmp_path / "a.toml").write_text(first, "utf-8")
    (tmp_path / "b.toml").write_text(second, "utf-8")
    monkeypatch.setattr(findings, "MESSAGES", tmp_path)
    catalogue_of_findings.cache_clear()
    try:
        with pytest.raises(ValueError, match=message):
            catalogue_of_findings()
    finally:
        monkeypatch.undo()
        catalogue_of_findings.cache_clear()
