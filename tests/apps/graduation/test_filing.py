"""Filing: an immutable snapshot, the same bytes whenever asked, rejections followed, amendments by reply only."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.exchange.commands.filings import amend_record, make_filing, settle_rejection, snapshot, take_answer
from xueji.exchange.layouts import as_workbook as workbook_of_rows
from xueji.exchange.layouts import filing_layouts, layouts, read_layout
from xueji.exchange.queries.filings import as_dbf, as_workbook, difference, file_name
from xueji.formats import dbf
from xueji.graduation.models import Filing
from xueji.graduation.queries import amendments_of, filed, filings, rejections
from xueji.journal.command import Refused, Stopped
from xueji.records.commands import change_record
from xueji.records.models import StudentRecord
from xueji.records.queries import value_of
from xueji.rules.filing import Tolerance

pytestmark = pytest.mark.django_db
N3 = (Path(__file__).resolve().parents[3] / "campaigns" / "N3-bit-2020-conclusions.toml").read_text("utf-8")
LIST = filing_layouts()["provincial"]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def concluded(world):
    """Three graduates of 2020, one with a rare character, whose conclusions are in force."""
    world.now = datetime(2020, 7, 1, 9, tzinfo=SHANGHAI)
    for n, (name, number) in enumerate((("祝𬱖", "320600200205060060"), ("䶮娜", "320600200205060079"), ("单雄信", "320600200205060087")), 1):
        world.enrol(name, f"S20170100{n}", "A", class_number="S170101", intake_year=2017, enrolled_on=date(2017, 9, 1), expected_on=date(2020, 6, 30),
                    first_expected_on=date(2020, 6, 30), standing="enrolled", id_number=number)  # fmt: skip
    campaign = open_campaign(world.act("刘老师"), text=N3).result[0]
    StudentRecord.objects.filter(intake_year=2017).update(conclusion="graduation", graduated_on=date(2020, 6, 30))
    return world, campaign


def ids(stopped):
    return [f.id for f in stopped.value.findings]


def test_every_layout_reads_and_names_only_fields_of_the_catalogue():
    assert set(filing_layouts()) == {"qualification", "provincial", "degree"}
    assert set(layouts()) - set(filing_layouts()) == {"chsi_students", "english_names"}
    assert all(one.source for one in layouts().values())
    with pytest.raises(ValueError, match="no field"):
        read_layout('[layout]\ncode="x"\nlabel="x"\nlabel_en="x"\nsource="x"\n[[column]]\nname="A"\nfield="shoe"\nwidth=1')


def test_a_filing_is_a_snapshot_that_reads_back_the_same(concluded):
    world, campaign = concluded
    filing = make_filing(world.act("刘老师"), campaign, layout=LIST).result
    assert filing.row_count == 3 and file_name(filing, "dbf") == "19990_byk_01.dbf"
    table = dbf.read(as_dbf(filing))
    rows = [dict(zip([c.name for c in table.columns], row, strict=True)) for row in table.rows]
    assert [r["XM"] for r in rows] == ["祝𬱖", "䶮娜", "单雄信"]
    assert rows[0]["BJYJL"] == "毕业" and rows[0]["RXRQ"] == "20170901"
    sheet = load_workbook(io.BytesIO(as_workbook(filing))).active
    assert [c.value for c in sheet[2]][1] == "祝𬱖"
    assert make_filing(world.act("刘老师"), campaign, layout=LIST).unchanged


def test_the_same_filing_gives_the_same_bytes_for_ever(concluded):
    world, campaign = concluded
    filing = make_filing(world.act("刘老师"), campaign, layout=LIST).result
    first = as_dbf(filing), as_workbook(filing)
    change_record(world.act("刘老师"), world.record("单雄信"), values={"major_name": "另一个专业"}, reason="x")
    again = Filing.objects.get(pk=filing.pk)
    assert (as_dbf(again), as_workbook(again)) == first


def test_rows_that_break_a_stop_rule_stay_out_and_are_listed_with_their_owner(concluded):
    world, campaign = concluded
    change_record(world.act("刘老师"), world.record("单雄信"), values={"born_on": "2002-05-07"}, reason="x")
    filing = make_filing(world.act("刘老师"), campaign, layout=LIST).result
    assert filing.row_count == 3, "the provincial list has no date of birth"
    rows, judged, _ = snapshot(campaign, filing_layouts()["qualification"], tolerances=(), on=date(2020, 7, 1))
    assert "REPORT.006" in {f.id for f in judged.findings["S201701003"]} and "REPORT.009" in {f.id for f in judged.findings["S201701001"]}
    with pytest.raises(Stopped) as nobody:
        make_filing(world.act("刘老师"), campaign, layout=filing_layouts()["qualification"])
    assert ids(nobody) == ["REVIEW.021"]


def test_a_tolerance_needs_an_expected_count_and_never_covers_duplicates(concluded):
    world, campaign = concluded
    for name, number in (("祝𬱖", "320600200205060061"), ("䶮娜", "320600200205060078")):
        change_record(world.act("刘老师"), world.record(name), values={"id_number": number}, reason="旧证")
    count = len(snapshot(campaign, LIST, tolerances=(), on=date(2020, 7, 1))[1].left_out)
    assert count == 2
    with pytest.raises(Stopped) as more:
        make_filing(world.act("刘老师"), campaign, layout=LIST, tolerances=[Tolerance("REPORT.005", count - 1, "旧证", "刘老师")])
    assert "REVIEW.020" in ids(more)
    with pytest.raises(Stopped) as never:
        make_filing(world.act("刘老师"), campaign, layout=LIST, tolerances=[Tolerance("REPORT.010", 9, "x", "刘老师")])
    assert "REVIEW.019" in ids(never)
    filing = make_filing(world.act("刘老师"), campaign, layout=LIST, tolerances=[Tolerance("REPORT.005", count, "旧证", "刘老师")]).result
    assert filing.row_count == 3 and filing.overrides[0]["reason"] == "旧证"


def test_a_second_filing_shows_its_difference_to_the_first(concluded):
    world, campaign = concluded
    make_filing(world.act("刘老师"), campaign, layout=LIST)
    change_record(world.act("刘老师"), world.record("单雄信"), values={"major_name": "软件工程"}, reason="更正")
    second = make_filing(world.act("刘老师"), campaign, layout=LIST).result
    assert second.number == 2
    found = difference(second)
    assert (found.added, found.removed, found.changed) == ((), (), (("S201701003", ("ZYMC",)),))


def test_a_rejection_is_followed_until_it_is_closed(concluded):
    world, campaign = concluded
    filing = make_filing(world.act("刘老师"), campaign, layout=LIST).result
    with pytest.raises(Stopped) as strangers:
        take_answer(world.act("刘老师"), filing, answers={"S000": ("accepted", "", "")})
    assert ids(strangers) == ["REVIEW.022"]
    answers = {"S201701001": ("accepted", "", ""), "S201701003": ("rejected", "JY-12", "照片不符")}
    take_answer(world.act("刘老师"), filing, answers=answers)
    assert take_answer(world.act("刘老师"), filing, answers=answers).unchanged
    (row,) = rejections(world.actor("王秘书"))
    assert (row.record.student_number, row.answer_rule) == ("S201701003", "JY-12")
    assert not rejections(world.actor("赵秘书"))
    with pytest.raises(Refused):
        settle_rejection(world.act("赵秘书"), row, note="x")
    with pytest.raises(Stopped):
        settle_rejection(world.act("王秘书"), row, note=" ")
    settle_rejection(world.act("王秘书"), row, note="已重拍")
    assert not rejections(world.actor("王秘书"))


def test_after_filing_only_the_authoritys_reply_changes_the_record(concluded):
    world, campaign = concluded
    with pytest.raises(Stopped) as early:
        amend_record(world.act("刘老师"), world.record("单雄信"), field="major_name", value="软件工程", reason="", reply=PDF, reply_number="")
    assert ids(early) == ["REVIEW.023", "REVIEW.024", "CAMP.022"]
    make_filing(world.act("刘老师"), campaign, layout=LIST)
    assert filed(world.record("单雄信"))
    amend_record(world.act("刘老师"), world.record("单雄信"), field="major_name", value="软件工程", reason="录入错误", reply=PDF, reply_number="京教函〔2020〕1号")
    assert value_of(world.record("单雄信"), "major_name") == "软件工程"
    assert [a.reply_number for a in amendments_of(world.record("单雄信"))] == ["京教函〔2020〕1号"]


def test_filings_are_the_registrys_affair(concluded):
    world, campaign = concluded
    with pytest.raises(Refused):
        make_filing(world.act("王秘书"), campaign, layout=LIST)
    make_filing(world.act("刘老师"), campaign, layout=LIST)
    assert not filings(world.actor("王秘书")) and filings(world.actor("刘老师"), campaign).count() == 1


OWN = """
[layout]
code = "{code}"
label = "省厅名单"
label_en = "List for the province"
source = "甘教学函〔2021〕7号 附件2"
[filing]
file = "{{school}}-{{number}}"
conclusions = ["graduation"]
[[column]]
name = "XH"
heading = "学号"
field = "student_number"
width = {width}
[[column]]
name = "XM"
heading = "姓名"
field = "name"
width = 40
characters = 3
[[column]]
name = "JL"
heading = "结论"
field = "conclusion"
width = 4
words = {{ graduation = "01" }}
"""


@pytest.fixture
def own_layouts(settings, tmp_path):
    settings.XUEJI_HOME = tmp_path
    (tmp_path / "layouts").mkdir()
    return tmp_path / "layouts"


def test_everything_wrong_with_a_layout_is_said_at_once():
    with pytest.raises(ValueError) as wrong:
        read_layout(OWN.format(code="x", width=900).replace('name = "XM"', 'name = "XH"\nform = "word"').replace('"JL"', '"结论"'))
    assert [part.strip() for part in str(wrong.value).split(";")] == [
        "x: XH: a width of 900 bytes, 1 to 254 are possible", "XH: name has no words", "XH stands twice",
        "结论: dBASE III has names of 1 to 10 ASCII characters, say it as heading",
    ]  # fmt: skip


def test_a_school_files_in_its_own_layout_and_an_old_filing_keeps_the_one_it_was_made_with(concluded, own_layouts):
    world, campaign = concluded
    (own_layouts / "province.toml").write_text(OWN.format(code="province", width=15), "utf-8")
    filing = make_filing(world.act("刘老师"), campaign, layout=filing_layouts()["province"]).result
    first = as_dbf(filing), as_workbook(filing)
    assert dbf.read(first[0]).rows[2] == ["S201701003", "单雄信", "01"] and file_name(filing, "dbf") == "19990-1.dbf"
    (own_layouts / "province.toml").write_text(OWN.format(code="province", width=20), "utf-8")
    assert (as_dbf(filing), as_workbook(filing)) == first
    assert make_filing(world.act("刘老师"), campaign, layout=filing_layouts()["province"]).result.number == 2, "another layout is another file"


def test_a_workbook_counts_characters_and_a_dbf_counts_bytes(own_layouts):
    (own_layouts / "province.toml").write_text(OWN.format(code="province", width=15), "utf-8")
    fits = {"student_number": "S1", "name": "𬱖𬱖𬱖", "conclusion": "graduation"}
    assert workbook_of_rows("province", [fits])
    with pytest.raises(Stopped) as long:
        workbook_of_rows("province", [fits, fits | {"name": "阿卜杜拉"}, fits | {"student_number": "S" * 16}])
    assert [(f.id, f.place) for f in long.value.findings] == [("LAYOUT.002", "第 2 行"), ("LAYOUT.002", "第 3 行")]
