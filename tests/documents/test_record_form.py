"""登记表 — the student record form, read back from the paper it is printed on."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.documents.reading import codes, pages, photos, word_boxes

from xueji.catalogue.fields import FIELDS, Kind, Population
from xueji.documents import record_form
from xueji.documents.engine import Unprintable
from xueji.documents.words import printed

UYGHUR = "阿卜杜热西提·买买提依明·阿布都热合曼江"
PASSPORT = "KOWALSKA ANNA MARIA WILHELMINA VON BRZECZYSZCZYKIEWICZ JUNIOR"


def test_every_answer_stands_on_the_form_in_words(press, shan):
    whole = "".join(pages(record_form.render(press, shan)))
    bare = whole.replace(" ", "")  # where a line breaks, a space does not show
    for code in record_form.fields_printed():
        answer = shan.answers.get(code)
        if FIELDS[code].kind is Kind.TABLE:
            for line in answer:
                for column in FIELDS[code].columns:
                    assert printed(column, line.get(column.code)) in whole
        elif Population.DOMESTIC in FIELDS[code].applies_to:
            assert printed(FIELDS[code], answer).replace(" ", "") in bare, code
    assert "2001年3月18日" in whole and "汉族" in whole and "硕士研究生" in whole and "父亲" in whole


def test_the_form_holds_every_field_a_student_must_fill(shan):
    asked = {code for code, field in FIELDS.items() if field.required_of and field.group in {"identity", "history", "contact"}}
    assert asked - record_form.fields_printed() <= {"form_photo"}


def test_each_side_carries_notice_version_check_code_and_a_code_that_scans(press, shan):
    pdf = record_form.render(press, shan)
    sides = pages(pdf)
    assert len(sides) == 2
    for number, side in enumerate(sides, start=1):
        for proof in ("研通知〔2024〕53号", "第 2 版", "7K3M-9QXA-2TFD", f"第 {number} 页 共 2 页", "S202401001"):
            assert proof in side
        assert codes(pdf, number - 1) == [shan.address]


def test_both_sign_and_the_seal_has_its_place(press, shan):
    _, second = pages(record_form.render(press, shan))
    for place in ("本人签字", "研究生秘书签字", "学院（培养单位）盖章", "年", "月", "日"):
        assert place in second


def test_the_photo_lies_in_the_file_byte_for_byte(press, shan, portrait):
    first = photos(record_form.render(press, shan), 0)
    assert portrait in first


def test_a_form_without_a_photo_shows_where_to_stick_one(press, shan):
    assert "2寸" in pages(record_form.render(press, replace(shan, photo=None)))[0]


def test_a_photo_that_is_none_is_named_with_its_student(press, shan):
    with pytest.raises(Unprintable) as stopped:
        record_form.render(press, replace(shan, photo=b"GIF89a"))
    (found,) = stopped.value.findings
    assert (found.id, found.place) == ("DOC.003", "S202401001 单雄信")


def test_the_same_form_gives_the_same_bytes(press, shan):
    assert record_form.render(press, shan) == record_form.render(press, shan)


def test_the_form_is_a_tagged_pdf_a(press, shan):
    pdf = record_form.render(press, shan)
    assert b"pdfaid:part>2<" in pdf and b"pdfaid:conformance>B<" in pdf and b"/StructTreeRoot" in pdf


@pytest.mark.parametrize("name", [UYGHUR, PASSPORT, "䶮𬱖㛃", "吕", "O'Brien-Łukasiewicz", "Nguyễn Thị Ánh", "Ғабит Мүсірепов"])
def test_names_of_every_shape_are_printed_whole(press, form_of, name):
    assert name.replace(" ", "") in pages(record_form.render(press, form_of("S2", name)))[0].replace(" ", "")


def test_a_long_address_wraps_and_the_form_keeps_two_sides(press, form_of):
    address = "新疆维吾尔自治区克孜勒苏柯尔克孜自治州阿克陶县巴仁乡库尔干村第三村民小组人民路 1234 号附 56 号向阳花园 12 幢"
    email = "a.very.long.mail.address.that.goes.on.and.on.2001@students.example.edu.cn"
    sides = pages(record_form.render(press, form_of("S3", UYGHUR, address=address, email=email, birth_place=address)))
    assert len(sides) == 2
    assert address.replace(" ", "") in "".join(sides).replace(" ", "") and email in "".join(sides)


def test_nothing_on_a_side_touches_anything_else(press, form_of):
    """Every word stands within the frame or the foot, and no two words overlap, with the longest names there are."""
    longest = "阿卜杜热西提·买买提依明·阿布都热合曼·努尔麦麦提·伊敏江·艾合买提"
    for who in (form_of("S3", longest, address=longest * 3), form_of("L1", PASSPORT, Population.INTERNATIONAL, name_pinyin=PASSPORT)):
        for boxes in word_boxes(record_form.render(press, who)):
            for left, bottom, right, top in boxes:
                assert left > 44 and right < 552 and bottom > 10 and top < 810
            for one, (left, bottom, right, top) in enumerate(boxes):
                for other in boxes[one + 1 :]:
                    across = min(right, other[2]) - max(left, other[0])
                    upright = min(top, other[3]) - max(bottom, other[1])
                    assert across < 1 or upright < 1, (boxes[one], other)


def test_a_life_that_fills_pages_runs_on_to_an_even_number_of_sides(press, form_of, shan):
    stations = [{"since": "2000-09", "until": "2001-06", "place": f"第{n}中学", "position": "学生", "witness": "王"} for n in range(40)]
    crowded = form_of("S4", "尉迟恭", experience=stations)
    sides = pages(record_form.render_many(press, [crowded, shan]))
    assert len(sides) == 6, "three sides and a blank one, then the next student's two"
    assert "共 3 页" in sides[2] and sides[3].strip() == "" and "第 1 页 共 2 页" in sides[4]
    assert all(f"第{n}中学" in "".join(sides) for n in range(40))


def test_international_students_read_english_under_the_chinese(press, form_of):
    anna = form_of("L1", "Anna Kowalska", Population.INTERNATIONAL, nationality="616", id_document="06", name_pinyin=PASSPORT)
    sides = pages(record_form.render(press, anna))
    assert len(sides) == 2
    for words in ("Graduate Registration Form", "Date of birth", "波兰 Poland", "Signature of the student", "the Chinese text prevails"):
        assert words in "".join(sides)
    assert "民族" not in "".join(sides) and "考生号" not in "".join(sides), "these fields concern others"


def test_a_character_no_font_has_names_student_and_code_point_and_nothing_is_printed(press, form_of, shan):
    with pytest.raises(Unprintable) as stopped:
        record_form.render_many(press, [shan, form_of("S5", "𠮷田\ue000")])
    found = {(f.id, f.place, c) for f in stopped.value.findings for c in ("U+20BB7", "U+E000") if c in f.message.zh}
    assert found == {("DOC.001", "S5 𠮷田\ue000", "U+20BB7"), ("DOC.001", "S5 𠮷田\ue000", "U+E000")}


def test_markup_prints_as_text(press, form_of):
    name, address = '#panic("x") [$a$]', "\\u{41} *粗* _斜_ // 注 <b> @ref ~ `raw`"
    whole = "".join(pages(record_form.render(press, form_of("S6", name, address=address))))
    assert name.replace(" ", "") in whole.replace(" ", "") and address.replace(" ", "") in whole.replace(" ", "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(max_codepoint=0x2FFFF), min_size=1, max_size=60))
def test_whatever_is_typed_is_printed_or_named(press, form_of, text):
    try:
        pdf = record_form.render(press, form_of("S7", "王", address=text))
    except Unprintable as stopped:
        assert all(found.place == "S7 王" for found in stopped.findings)
    else:
        assert len(pages(pdf)) % 2 == 0
