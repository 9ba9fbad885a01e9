"""Workbooks that leave the office: text stays text, and a marked copy can be mended and uploaded again."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from xueji.formats import sheets
from xueji.formats.undated import undated
from xueji.formats.workbooks import Heading, Mark, disarmed, sheet_name, write, write_csv, write_marked

DANGEROUS = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "＝1"]


def made(rows, headings=("学号", "姓名"), **more) -> bytes:
    target = io.BytesIO()
    write(target, [Heading(title) for title in headings], rows, name="名单", **more)
    return target.getvalue()


@pytest.mark.parametrize("title", ["", "2024级研究生名单"])
def test_a_formula_is_written_as_the_text_it_is(title):
    raw = made([[text, "李明"] for text in DANGEROUS], title=title)
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    cells = [cell for row in sheet.iter_rows(min_row=2 + bool(title)) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml")


def test_numbers_keep_their_zeros_and_cells_their_text_format():
    sheet = openpyxl.load_workbook(io.BytesIO(made([["007", "李明"]]))).active
    assert (sheet["A2"].value, sheet["A2"].number_format) == ("007", "@")
    assert sheet.freeze_panes == "A2"


def test_dates_are_dates_and_nothing_is_nothing():
    target = io.BytesIO()
    write(target, [Heading("入学日期", text=False), Heading("备注")], [[date(2024, 9, 1), None]], name="名单")
    assert sheets.read(target.getvalue()).rows == [(2, [date(2024, 9, 1), ""])]


def test_two_equal_headings_are_an_error():
    with pytest.raises(ValueError, match="same heading"):
        made([], headings=("学号", "学号"))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_csv_disarms_what_a_spreadsheet_would_calculate(text):
    target = io.BytesIO()
    write_csv(target, ["姓名", "x"], [[text, 1]])
    assert target.getvalue().startswith(b"\xef\xbb\xbf")
    assert disarmed(text) == "'" + text
    assert disarmed("李明") == "李明"


def test_excel_accepts_any_name_we_give_a_sheet():
    assert sheet_name("2024/2025[一]: *?'") == "2024_2025_一__ ___"
    assert sheet_name("") == "Sheet1"
    assert len(sheet_name("很" * 50)) == 31


def test_a_marked_copy_colours_the_cells_says_why_and_keeps_every_row_in_its_place():
    rows = [(3, ["S1", 1.1e17, date(2024, 9, 1)]), (6, ["S1", "=1+1", None])]
    target = io.BytesIO()
    write_marked(
        target,
        ["学号", "证件号", "入学日期"],
        rows,
        {3: [Mark(1, "IDENT.001 科学记数")], 6: [Mark(0, "ROSTER.001 学号重复"), Mark(None, "整行")]},
        name="名单",
        header_row=2,
    )
    sheet = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    assert [cell.value for cell in sheet[2]] == ["学号", "证件号", "入学日期", "需要改正"]
    assert sheet["B3"].fill.fgColor.rgb == "FFFFE3DC"
    assert sheet["B3"].comment.text.strip().endswith("科学记数")
    assert sheet["A3"].comment is None
    assert sheet["D6"].value == "ROSTER.001 学号重复\n整行"
    again = sheets.read(target.getvalue())
    assert [(number, cells[:3]) for number, cells in again.rows] == [
        (3, ["S1", 1.1e17, date(2024, 9, 1)]),
        (6, ["S1", "=1+1", ""]),
    ]


def test_the_copy_of_a_dbf_moves_its_rows_under_the_headings():
    target = io.BytesIO()
    write_marked(target, ["XH", "XM"], [(1, ["S1", "李"]), (2, ["S2", "王"])], {2: [Mark(1, "x")]}, name="d", header_row=0)
    assert [number for number, _ in sheets.read(target.getvalue()).rows] == [2, 3]


def test_the_same_rows_give_the_same_bytes_whenever_they_are_written():
    first = made([["S1", "李明"]])
    with zipfile.ZipFile(io.BytesIO(first)) as opened:
        assert opened.testzip() is None
        core = opened.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2
    assert undated(first) == first
    for row in (["S1", "李明"], ["S2", ""]):
        book = openpyxl.load_workbook(io.BytesIO(made([row])))
        assert book.properties.created.year == 2000 and book.active["A2"].value == row[0]


def test_a_zip_that_is_no_workbook_is_not_undated():
    with pytest.raises(ValueError, match="core.xml"):
        undated(_zip({"x": b"1"}))


def _zip(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made_:
        for name, content in members.items():
            made_.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("title", ["", "A 学院 毕业结论 第 1 版"])
def test_a_workbook_without_a_row_still_has_its_headings(title):
    target = io.BytesIO()
    write(target, [Heading("学号"), Heading("姓名")], [], name="空表", title=title)
    sheet = openpyxl.load_workbook(io.BytesIO(target.getvalue())).active
    shown = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert shown == ([[title, None]] if title else []) + [["学号", "姓名"]]
