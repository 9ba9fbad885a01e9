"""N4 part one: CHSI's download beside the register; every difference found, none invented; corrections on a signed list."""

import json
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.world import SHANGHAI

from xueji.campaigns.batches.commands import accept_batch, freeze_batch, hand_in_scan
from xueji.campaigns.batches.papers import file_name, print_of
from xueji.campaigns.batches.terms import KINDS
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.queries import notice_of
from xueji.cli.compare import compare as compare_cli
from xueji.confirmation.commands.sources import keep_source
from xueji.confirmation.models import SourceRow
from xueji.confirmation.queries.confirmations import field_lines
from xueji.confirmation.queries.sources import compared, newest_snapshots, round_of, snapshots, values_elsewhere
from xueji.confirmation.terms import Accord
from xueji.corrections.commands import request_correction, review_correction
from xueji.corrections.models import Correction
from xueji.exchange import compare as exported
from xueji.exchange.chsi import import_source
from xueji.exchange.layouts import as_dbf, layout, package, read_dbf
from xueji.formats import archive, dbf
from xueji.formats.sheets import read as read_sheet
from xueji.journal.command import Refused, Stopped
from xueji.records.models import College
from xueji.records.queries import value_of

NOTICE = Path(__file__).resolve().parents[3] / "campaigns" / "2025-cufe-confirmation.toml"
OCTOBER = datetime(2024, 10, 12, 9, tzinfo=SHANGHAI)


@pytest.fixture
def round(world):
    """N4's campaign with 欧阳静 and two more undergraduates of 2021 in it."""
    for name, number in (("买买提·艾力", "B202101002"), ("周舟", "B202101003")):
        world.enrol(
            name, number, "A", class_number="B210101", id_number=f"32060020020506{number[-4:]}", level="undergraduate", intake_year=2021,
            enrolled_on=date(2021, 9, 2), expected_on=date(2025, 7, 1), first_expected_on=date(2025, 7, 1), standing="enrolled",
            record_state="registered", schooling_years="4", major_code="080901", major_name="计算机科学与技术（卓越班）",
        )  # fmt: skip
    world.round = open_campaign(world.act("刘老师", at=OCTOBER), text=NOTICE.read_text("utf-8")).result[0]
    return world


def _scan():
    target = BytesIO()
    Image.new("RGB", (600, 800), "white").save(target, "JPEG")
    return target.getvalue()


def _download(world, *, names=("欧阳静", "买买提·艾力", "周舟"), **changes):
    """CHSI's .dbf of these students; changes: name → {field: value}."""
    codes = [column.field for column in layout("chsi_students").columns]
    rows = []
    for name in names:
        record = world.record(name)
        rows.append({code: str(value_of(record, code)) for code in codes} | {"major_name": "计算机科学与技术"} | changes.get(name, {}))
    return as_dbf("chsi_students", rows, on=date(2024, 10, 8))


def _imported(world, **changes):
    import_source(
        world.act("刘老师", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 8), content=_download(world, **changes), title="zxs.dbf"
    )


def _seen(world):
    return compared(world.actor("刘老师"), campaign=world.round, round=round_of(notice_of(world.round)))


def test_the_download_is_kept_as_it_came_and_joined_with_the_records(round):
    _imported(round)
    (snapshot,) = snapshots(round.actor("刘老师"))
    assert (snapshot.row_count, snapshot.matched, snapshot.source) == (3, 3, "chsi")
    row = SourceRow.objects.get(record=round.record("欧阳静"))
    assert row.values["sex"] == "女" and row.values["born_on"] == "20020506", "originals, not codes"
    assert not snapshots(round.actor("王秘书")).exists()
    again = import_source(
        round.act("刘老师", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 9), content=_download(round), title="again.dbf"
    )
    assert again[0].unchanged, "the same file twice changes nothing"
    with pytest.raises(Refused):
        keep_source(round.act("王秘书", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 8), title="x", digest="0", fields=[], rows=[])
    with pytest.raises(Refused):
        import_source(
            round.act("王秘书", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 8), content=_download(round, names=("周舟",)), title="x"
        )


def test_every_planted_difference_is_found_and_none_is_invented(round):
    _imported(round, 欧阳静={"ethnic_group": "02", "political_status": "01"}, 周舟={"enrolled_on": "2021-09-01"})
    real = {(round.record(one_name).student_number, field) for one_name, field in (("欧阳静", "ethnic_group"), ("周舟", "enrolled_on"))}
    seen = _seen(round)
    assert {(seen.record_of(one).student_number, one.field) for one in seen.comparison.real()} == real
    assert {one.right for one in seen.comparison.real()} == {"chsi"}, "如教务管理系统与学信网同一信息不一致，请以学信网信息为准"
    known = [one for one in seen.comparison.differences if one.known]
    assert {one.field for one in known} == {"major_name"} and "培养方案" in known[0].known.zh
    assert not any(one.field == "political_status" for one in seen.comparison.differences), "政治面貌本次暂不作更正"


def test_who_stands_in_one_list_only_is_listed_with_a_likely_partner(round):
    _imported(round, 周舟={"student_number": "B202109999", "candidate_number": "", "id_number": "320600200205061013"})
    said = exported.as_json(_seen(round))
    ours, theirs = said["unmatched"]
    assert (ours["side"], ours["name"]) == ("school", "周舟")
    assert ours["likely"][0] == {"why": "号码只差一位", "why_en": "one character of a number differs", "student_number": "B202109999", "name": "周舟"}
    assert (theirs["side"], theirs["student_number"]) == ("chsi", "B202109999")


def test_the_page_of_a_student_shows_each_field_with_its_state(round):
    _imported(round, 欧阳静={"ethnic_group": "02"})
    record = round.record("欧阳静")
    lines = {
        line.field.code: line for line in field_lines(record, round_of(notice_of(round.round)), values_elsewhere(record), disputed=["sex"])
    }
    assert lines["name"].accord == Accord.SAME
    assert (lines["ethnic_group"].accord, lines["ethnic_group"].right_value) == (Accord.DIFFERS, "蒙古族")
    other = round.record("周舟")
    assert {line.field.code: line.accord for line in field_lines(other, round_of(notice_of(round.round)), values_elsewhere(other))}[
        "major_name"
    ] == Accord.KNOWN
    assert lines["sex"].accord == Accord.DISPUTED
    assert lines["expected_on"].drawn == "done" and lines["ethnic_group"].word.en == "differs"
    bare = field_lines(record, round_of(notice_of(round.round)), {})
    assert {line.accord for line in bare} == {Accord.SCHOOL_ONLY}


def test_the_newest_download_of_a_source_counts(round):
    _imported(round, 欧阳静={"ethnic_group": "02"})
    import_source(round.act("刘老师", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 11), content=_download(round), title="later.dbf")
    assert newest_snapshots()["chsi"].taken_on == date(2024, 10, 11)
    assert _seen(round).comparison.real() == []


def test_a_file_without_any_number_is_refused_and_an_unknown_column_is_said(round):
    target = BytesIO()
    dbf.write(target, [dbf.Column("XM", 40)], [["周舟"]], on=date(2024, 10, 8))
    with pytest.raises(Stopped) as stopped:
        import_source(round.act("刘老师", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 8), content=target.getvalue(), title="x.dbf")
    assert stopped.value.findings[0].id == "CONF.012"
    target = BytesIO()
    dbf.write(target, [dbf.Column("XH", 15), dbf.Column("WHAT", 4)], [["B202101003", "1"]], on=date(2024, 10, 8))
    _, read = import_source(
        round.act("刘老师", at=OCTOBER), source="chsi", taken_on=date(2024, 10, 8), content=target.getvalue(), title="x.dbf"
    )
    assert [one.id for one in read.findings] == ["CONF.013"]


def test_the_comparison_leaves_as_a_workbook_with_masked_numbers(round):
    _imported(round, 周舟={"id_number": "320600200205061011"})
    sheet = read_sheet(exported.workbook(_seen(round)))
    rows = [list(cells) for _, cells in sheet.rows]
    (one,) = [row for row in rows if row[3] == "证件号码"]
    assert "*" in one[4] and "20020506" not in one[4] and one[6] == "学信网"
    assert exported.opened_where_it_differs("320600200205061013", ["320600200205071013"]) == "3206*********61013"
    assert exported.opened_where_it_differs("320600200205061013", ["320600199905061013"]) == "3206**2002****1013"
    assert exported.opened_where_it_differs("320600200205061013", ["110101199905069999"]) == "3206**********1013", (
        "another number altogether stays masked"
    )


def test_the_command_line_imports_and_compares(round, tmp_path):
    file = tmp_path / "zxs.dbf"
    file.write_bytes(_download(round, 欧阳静={"ethnic_group": "02"}))
    run = CliRunner()
    assert run.invoke(compare_cli, ["show"]).exit_code == 2, "nothing imported yet"
    said = run.invoke(compare_cli, ["import", str(file), "--taken-on", "2024-10-08", "--json"])
    assert json.loads(said.stdout)["matched"] == 3
    seen = run.invoke(compare_cli, ["show", "--campaign", round.round.code, "--json", "--workbook", str(tmp_path / "x.xlsx")])
    answer = json.loads(seen.stdout)
    assert seen.exit_code == 1 and len(answer["differences"]) == 1 and answer["differences"][0]["value"].startswith("蒙古族")
    assert (tmp_path / "x.xlsx").stat().st_size > 1000
    assert "1 处不一致" in run.invoke(compare_cli, ["show", "--campaign", round.round.code]).stdout
    assert run.invoke(compare_cli, ["show", "--campaign", "none"]).exit_code == 2
    (tmp_path / "bad.dbf").write_bytes(b"nothing")
    assert run.invoke(compare_cli, ["import", str(tmp_path / "bad.dbf"), "--taken-on", "2024-10-08"]).exit_code == 2


def test_corrections_reach_the_record_only_through_the_signed_list(round):
    record = round.record("欧阳静")
    evidence = {"household_register": _scan()}
    asked = request_correction(
        round.act("欧阳静", at=OCTOBER), record, field="ethnic_group", new="02", reason="户口簿为蒙古族", evidence=evidence
    ).result
    review_correction(round.act("王秘书", at=OCTOBER), asked, verdict="approve")
    assert Correction.objects.get(pk=asked.pk).stage == "at_registry"
    college = College.objects.get(code="A")
    batch = freeze_batch(round.act("王秘书", at=OCTOBER), round.round, college=college, kind=KINDS["correction_list"]).result
    (row,) = batch.rows.values()
    assert (row["old"], row["new"], row["field"]) == ("汉族", "蒙古族", "民族")
    hand_in_scan(round.act("王秘书", at=OCTOBER), batch, content=print_of(batch))
    assert value_of(round.record("欧阳静"), "ethnic_group") == "01"
    accept_batch(round.act("刘老师", at=OCTOBER), batch)
    assert value_of(round.record("欧阳静"), "ethnic_group") == "02"
    assert Correction.objects.get(pk=asked.pk).stage == "in_force"
    assert file_name(batch, "pdf") == "2025-cufe-confirmation-A-correction_list-v1.pdf"


rare = st.text("王李䶮𬱖㛃𠮷·买艾·芳", min_size=1, max_size=10)
row = st.fixed_dictionaries(
    {
        "student_number": st.from_regex(r"[A-Z][0-9]{9}", fullmatch=True),
        "name": rare,
        "sex": st.sampled_from("12"),
        "born_on": st.dates(date(1980, 1, 1), date(2010, 1, 1)).map(str),
    }
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first example reads the layout from its file
@given(st.lists(row, max_size=8))
def test_an_official_file_reads_back_to_the_same_rows(rows):
    assert read_dbf("chsi_students", as_dbf("chsi_students", rows, on=date(2024, 10, 8))) == rows


def test_what_does_not_fit_is_an_error_with_row_and_column_and_nothing_is_cut():
    with pytest.raises(Stopped) as stopped:
        as_dbf("chsi_students", [{"name": "王芳"}, {"name": "𬱖" * 11}], on=date(2024, 10, 8))
    (one,) = stopped.value.findings
    assert one.id == "LAYOUT.001" and "第 2 行的 XM 有 44 字节" in one.message.zh


def test_a_package_carries_a_manifest_of_digests(tmp_path):
    content, digests = package(
        "english_names", [{"student_number": "S1", "name": "王芳", "name_pinyin": "Wang Fang"}], on=date(2025, 3, 1), name="A-names"
    )
    target = tmp_path / "out.zip"
    target.write_bytes(content)
    with archive.opened(target) as opened:
        assert set(digests) == {"A-names.dbf", "A-names.xlsx"} and archive.verify(opened) == []
