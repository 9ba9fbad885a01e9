"""Files as they come: what can be read has one shape, what cannot has a number and a next step."""

import base64
import io
import zipfile
import zlib
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.formats import dbf, sheets
from xueji.formats.sheets import Limits
from xueji.formats.unreadable import Unreadable
from xueji.formats.workbooks import Heading, write, write_csv
from xueji.rules.findings import finding

# A workbook of 1997's format with two students, packed: today's libraries read that format but do not write it.
OLD_WORKBOOK = (
    "c-rk)O-NKx6#nj;865{lM{@!VOoXgV;f)sNLMMxI<)F?)KL(}F7-9Y}w8$1_{?H<VpjAH`!4_?-Hd*8%A*e;5<RS<HEn2k-DqE<pbIyBXY6T9IVZ85g&%NiI"
    "d(J)YoqO-Q?@di+%?v-to5d<r!+}L34JpfHib`67@qzS)!OcYNrefIGP)KuAB2!#=;(eLQIploLLc@LM1X17}l@sVjsH-zpu#VU-F*GZVp^B)&ZIWalSE9-m"
    "+A4ID(0kHzT<AWLToqbHeP`5hOa?>6d#zb~R4Wu+2H5YI*t`)*0DipSS$y%DGW)tv6F<{@c7rMMo#_|>CA2oy8H+QYi97HBJ%rMZj?!p!204`M5qvQUfX|6l"
    "{j|WAudiHz<lk1xQ-33OQxaFpuWL@A55_53Btu9?#K{^>c_W9z^XQN*n+xgNn&!e(O&{|{98eQizJ}()PN-NzThoWw*3&dW!ex5dZk-TFf$9!*ho)M`(A$5j"
    "F`HILK&LBES*h#gdPT*aiU9fYM@H*t;}^3^J>cQNWKZ#}*i*c+*3yYaktyvgS#dtPsrkE~Ue&eK2TzKmPu?Tu+h!Zz91L7y3o_0SjYBAFip64=(0=i{McR2n"
    "b7(nGT~zP48ixj?&!A|FXq<Avba4B!_6}+feQbD?KlDDhliH)TvlntkUk8U#NRKf}_IwSXM3tzUHyDqDiCS4Z(_5jrKkZU(&1c1KSg+JfEbzJ{WC=AnemZK2"
    ")2wG@at`7gmM`@SUrKyAt^P`Uxt2Kg#rf#fm~&9P{m(V=rLFSCJv8y<8LZLS+RPfK)S>a-$-c&)_10gGpFd#gIX2E-wU&*CY)pIc4|rh1h7B7wY}l}2<6lF`"
    "`O-X7^O@0Qo!3*X|2hj)7VY08|1BEPMb|m{s62>Hs^jQMYW{47OC@}%HQFTp7c!2}=y9~8MdD~rdj8V)mRf#4Yc}-#xh0hB_>0NJ`IpE44jH8HqW"
)


def workbook(*rows, more=()) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name in more:
        book.create_sheet(name).append(["另一张"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def repacked(raw: bytes, **changes: bytes) -> bytes:
    """The package with members replaced; a name uses "__" for "/" and "_" for "."."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            key = name.replace("/", "__").replace(".", "_")
            new.writestr(name, changes.get(key, old.read(name)))
    return target.getvalue()


def sheet_xml(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def with_cells(cells: str) -> bytes:
    return repacked(workbook(["学号", "姓名"]), xl__worksheets__sheet1_xml=sheet_xml(cells))


def refusal(raw: bytes, limits: Limits = sheets.LIMITS) -> str:
    with pytest.raises(Unreadable) as refused:
        sheets.read(raw, limits=limits)
    finding(refused.value.id, **refused.value.values)  # has its sentence, and every placeholder is filled
    return refused.value.id


def test_a_workbook_keeps_the_kind_of_every_cell():
    sheet = sheets.read(
        workbook(["学号", "姓名", "证件号", "入学日期", "在校"], ["001", "吕䶮", 1.1e17, date(2024, 9, 1), True], more=["说明"])
    )
    assert sheet.columns == ["学号", "姓名", "证件号", "入学日期", "在校"]
    assert sheet.rows == [(2, ["001", "吕䶮", 1.1e17, date(2024, 9, 1), True])]
    assert sheet.other_sheets == ["说明"]
    assert isinstance(sheet.rows[0][1][2], float)


def test_an_old_workbook_reads_alike():
    sheet = sheets.read(zlib.decompress(base64.b85decode(OLD_WORKBOOK)))
    assert sheet.form == "xls"
    assert sheet.rows == [
        (2, ["S202400001", "买买提·艾力", "110101199003077571", date(2024, 9, 1)]),
        (3, [202400002.0, "吕䶮", 1.1010119900307757e17, "20240901"]),
    ]


def test_a_title_above_the_headings_is_passed_over_and_row_numbers_stay_those_of_the_file():
    sheet = sheets.read(workbook(["2024级研究生名单"], [], ["学号", "姓名"], [], ["S1", "李明"]))
    assert (sheet.header_row, sheet.columns, sheet.rows) == (3, ["学号", "姓名"], [(5, ["S1", "李明"])])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_whatever_its_encoding_and_delimiter(encoding, delimiter):
    text = delimiter.join(["学号", "姓名"]) + "\r\n" + delimiter.join(["0012", '"吕\n䶮"']) + "\r\n\r\n" + f"3{delimiter}李"
    sheet = sheets.read(text.encode(encoding))
    assert sheet.columns == ["学号", "姓名"]
    assert sheet.rows == [(2, ["0012", "吕\n䶮"]), (5, ["3", "李"])]


def test_a_dbf_is_a_sheet_too():
    target = io.BytesIO()
    dbf.write(target, [dbf.Column("XH", 10), dbf.Column("XM", 40)], [["S1", "吕䶮"]], on=date(2026, 9, 1))
    sheet = sheets.read(target.getvalue())
    assert (sheet.form, sheet.columns, sheet.rows) == ("dbf", ["XH", "XM"], [(1, ["S1", "吕䶮"])])


def test_zero_bytes_are_refused():
    assert refusal(b"") == "FORMAT.001"


def test_a_file_over_the_limit_is_refused_before_it_is_read():
    assert refusal(workbook(["a", "b"]), Limits(file_bytes=100)) == "FORMAT.002"


@pytest.mark.parametrize("raw", [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n", b"MZ\x00\x00\x00\x00", b"Rar!\x1a\x07"])
def test_other_files_are_refused(raw):
    assert refusal(raw) == "FORMAT.003"


def test_an_archive_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("a.txt", "x")
    assert refusal(target.getvalue()) == "FORMAT.003"


@pytest.mark.parametrize("raw", [b"<html><table><tr><td>1", b"\xef\xbb\xbf \r\n<table>", b"<?xml version='1.0'?><Workbook>"])
def test_a_web_page_named_xls_is_refused_with_advice(raw):
    assert refusal(raw) == "FORMAT.004"


def test_an_encrypted_workbook_is_refused():
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    assert refusal(container) == "FORMAT.005"


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c s="0" r="A1"><v>1</v></c></row><row><c s="0" r="XFD1048576"><v>1</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c></row><row><c r = 'A1048576'><v>1</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c><c r="GS1"><v>1</v></c></row>',
        '<row r="1">' + '<c r="A1"><v>1</v></c>' * 3000 + "</row>",
    ],
)
def test_a_kilobyte_that_asks_for_half_a_terabyte_is_refused(cells):
    assert refusal(with_cells(cells), Limits(cells=2000)) == "FORMAT.006"


def test_a_far_cell_in_a_spelling_no_program_writes_ends_with_the_child_not_with_us():
    cells = "<row><c\nr='A1'><v>1</v></c></row><row><c\nr='XFD1048576'><v>1</v></c></row>"
    assert refusal(with_cells(cells)) in ("FORMAT.006", "FORMAT.007")


def test_a_workbook_that_unpacks_to_too_much_is_refused():
    bomb = repacked(workbook(["学号", "姓名"]), xl__styles_xml=bytes(30 * 2**20))
    assert len(bomb) < 100_000
    assert refusal(bomb, Limits(unzipped_bytes=10 * 2**20)) == "FORMAT.006"


def test_too_many_rows_are_refused():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 500))
    assert refusal(with_cells(rows), Limits(rows=100)) == "FORMAT.006"
    assert refusal(b"a,b\n" + b"1,2\n" * 500, Limits(rows=100)) == "FORMAT.006"


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_refused(part):
    raw = workbook(["学号", "姓名"], ["1", "李明"])
    assert refusal(raw[: int(len(raw) * part)]) == "FORMAT.007"


def test_a_workbook_with_broken_xml_is_refused():
    assert refusal(repacked(workbook(["a", "b"]), xl__workbook_xml=b"<workbook><she")) in ("FORMAT.007", "FORMAT.009")


def test_a_reader_that_takes_too_long_is_stopped():
    raw = workbook(["学号", "姓名"], *([str(n), "李明"] for n in range(20_000)))
    assert refusal(raw, Limits(seconds=0)) == "FORMAT.008"


@pytest.mark.parametrize("raw", [b"\n\n\n", b"1,2\n3,4\n", b"only\n"])
def test_a_table_without_headings_is_refused(raw):
    assert refusal(raw) == "FORMAT.009"


def test_an_empty_workbook_has_no_headings():
    assert refusal(workbook()) == "FORMAT.009"


def test_a_csv_in_no_encoding_is_refused_with_its_line():
    with pytest.raises(Unreadable) as refused:
        sheets.read("学号,姓名\n1,".encode() + b"\xff\xff")
    assert (refused.value.id, refused.value.values) == ("FORMAT.010", {"line": 2})


def test_an_unclosed_quotation_mark_is_refused_with_its_line():
    with pytest.raises(Unreadable) as refused:
        sheets.read(b'a,b\n1,2\n3,"4\n5,6\n')
    assert (refused.value.id, refused.value.values) == ("FORMAT.011", {"line": 3})


def test_a_cell_beyond_the_headings_is_not_dropped_silently():
    assert refusal(b"a,b\n1,2,3\n") == "FORMAT.016"


def test_the_reader_is_gone_when_the_block_ends_early():
    raw = workbook(["学号", "姓名"], *([str(n), "李明"] for n in range(5000)))
    with sheets.opened(raw) as sheet:
        assert next(sheet.rows)[0] == 2
    with pytest.raises((StopIteration, Unreadable, ValueError)):
        next(sheet.rows)
        for _ in sheet.rows:
            pass


CELL = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co")), min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_what_we_write_we_read(rows):
    rows = [*rows, ("=1+1", "䶮𬱖㛃𠮷·")]
    target = io.BytesIO()
    write(target, [Heading("学号"), Heading("姓名")], rows, name="名单", title="2024级")
    sheet = sheets.read(target.getvalue())
    assert [tuple(cells) for _, cells in sheet.rows] == rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_a_csv_we_write_reads_back_but_for_what_a_spreadsheet_would_calculate(rows):
    target = io.BytesIO()
    write_csv(target, ["学号", "姓名"], rows)
    seen = [tuple(cells) for _, cells in sheets.read(target.getvalue()).rows]
    assert [tuple(cell.removeprefix("'") for cell in row) for row in seen] == [
        tuple(cell.removeprefix("'") for cell in row) for row in rows
    ]


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_at_all_make_the_reader_fall_over(raw):
    try:
        sheets.read(raw.replace(b"PK", b"xx").replace(b"\xd0\xcf", b"xx"))
    except Unreadable:
        pass


def test_moments_are_read_as_moments():
    moment = datetime.fromisoformat("2024-09-01T08:30")
    sheet = sheets.read(workbook(["时间", "说明"], [moment, "报到"]))
    assert sheet.rows[0][1][0] == moment
