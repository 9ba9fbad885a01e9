"""dBASE III tables: widths in bytes, nothing cut, headers that lie are found out."""

import io
from datetime import date

import dbf as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xueji.formats import dbf
from xueji.formats.dbf import Column, Overflow
from xueji.formats.unreadable import Unreadable

ON = date(2026, 9, 1)
COLUMNS = [Column("XH", 15), Column("XM", 40), Column("CSRQ", 8, "D"), Column("XZ", 4, "N", 1)]
ROWS = [["S202400001", "阿卜杜热西提·䶮𬱖", date(2001, 2, 3), 2.5], ["S202400002", "㛃𠮷", None, 3]]


def table(rows=ROWS, columns=COLUMNS) -> bytes:
    target = io.BytesIO()
    dbf.write(target, columns, rows, on=ON)
    return target.getvalue()


def test_a_table_comes_back_as_it_was_written():
    read = dbf.read(table())
    assert read.columns == COLUMNS
    assert read.rows == [
        ["S202400001", "阿卜杜热西提·䶮𬱖", "20010203", "2.5"],
        ["S202400002", "㛃𠮷", "", "3"],
    ]
    assert read.deleted == 0


def test_another_program_reads_our_table(tmp_path):
    path = tmp_path / "roster.dbf"
    path.write_bytes(table([["S1", "买买提·艾力", ON, 3]]))
    with reference.Table(str(path), codepage="cp936") as opened:
        assert opened[0].xm.strip() == "买买提·艾力"
        assert opened[0].csrq == ON


def test_we_read_the_table_of_another_program(tmp_path):
    path = str(tmp_path / "theirs.dbf")
    with reference.Table(path, "xh C(15); xm C(40)", codepage="cp936", dbf_type="db3").open(reference.READ_WRITE) as t:
        t.append(("S1", "李明"))
        t.append(("S2", "王芳"))
    read = dbf.read((tmp_path / "theirs.dbf").read_bytes())
    assert read.rows == [["S1", "李明"], ["S2", "王芳"]]


def test_a_row_marked_as_deleted_is_counted_and_passed_over():
    raw = table()
    second = len(raw) - 1 - (1 + 15 + 40 + 8 + 4)
    read = dbf.read(broken(raw, second, b"*"))
    assert [row[0] for row in read.rows] == ["S202400001"]
    assert read.deleted == 1


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("Cs", "Co", "Cc")), max_size=20).map(str.rstrip),
            min_size=2,
            max_size=2,
        ),
        max_size=8,
    )
)
def test_any_text_survives_the_round_trip(rows):
    rows = [[cell.rstrip(" ") for cell in row] for row in rows]
    assert dbf.read(table(rows, [Column("A", 80), Column("B", 80)])).rows == rows


def test_every_cell_that_does_not_fit_is_named_and_nothing_is_written():
    target = io.BytesIO()
    rows = [["S1", "阿" * 20, None, 1], ["S" * 16, "阿" * 21, None, 100000]]
    with pytest.raises(Overflow) as overflow:
        dbf.write(target, COLUMNS, rows, on=ON)
    assert [(cell.row, cell.column, cell.bytes, cell.width) for cell in overflow.value.cells] == [
        (2, "XH", 16, 15),
        (2, "XM", 42, 40),
        (2, "XZ", 6, 4),
    ]
    assert target.getvalue() == b""


def test_the_language_byte_says_simplified_chinese():
    assert table()[29] == 0x4D


@pytest.mark.parametrize("name", ["", "ELEVENCHARS", "学号"])
def test_a_column_that_dbase_cannot_name_is_refused(name):
    with pytest.raises(ValueError, match="no column"):
        table([], [Column(name, 5)])


def broken(raw: bytes, at: int, value: bytes) -> bytes:
    return raw[:at] + value + raw[at + len(value) :]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (b"", "FORMAT.012"),
        (b"\x03" * 40, "FORMAT.012"),
        (table()[:100], "FORMAT.012"),
        (table()[:-30], "FORMAT.013"),
        (broken(table(), 4, b"\xff\xff\xff\x7f"), "FORMAT.012"),
        (broken(table(), 4, b"\x01\x00\x00\x00"), "FORMAT.014"),
        (broken(table(), 10, b"\xff\xff"), "FORMAT.012"),
        (broken(table(), 43, b"P"), "FORMAT.015"),
    ],
)
def test_a_table_whose_header_lies_is_refused_with_its_reason(raw, number):
    with pytest.raises(Unreadable) as refused:
        dbf.read(raw)
    assert refused.value.id == number


def test_a_character_that_another_program_cut_is_seen():
    raw = table([["S1", "李明", None, 1]])
    cut = broken(raw, raw.index("李明".encode("gb18030")) + 3, b" ")
    assert "\ufffd" in dbf.read(cut).rows[0][1]


@given(st.binary(max_size=400))
def test_no_bytes_at_all_make_the_reader_fall_over(raw):
    try:
        dbf.read(raw)
    except Unreadable:
        pass
    try:
        dbf.read(table()[:140] + raw)
    except Unreadable:
        pass
