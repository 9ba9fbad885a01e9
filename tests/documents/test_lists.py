"""表册 — signed lists, contents sheets, a college's file and the operating guide."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256

import pypdfium2
import pytest
from tests.documents.reading import codes, pages

from xueji.catalogue.text import Text
from xueji.documents import college_file, guide, signed_list
from xueji.documents.contents_sheet import FiledForm, contents_sheet
from xueji.documents.engine import Unprintable
from xueji.documents.guide import Contact, Guide, GuideStep
from xueji.documents.signed_list import Column, SignedList, grouped
from xueji.documents.words import date_words, reading_order

FROZEN = datetime(2025, 2, 20, 1, 30, tzinfo=UTC)
DIGEST = sha256(b"rows").hexdigest()
SHEET = SignedList(
    school="北京燕山大学",
    title="2025届预毕业研究生信息核对表",
    subtitle="学院（培养单位）：机械学院",
    source="研〔2024〕137号 二",
    columns=[Column("学号", 10, centred=True), Column("姓名", 14), Column("姓名拼音", 20)],
    rows=[(f"S{n:04}", f"王{n}", f"Wang {n}") for n in range(1, 101)],
    frozen_at=FROZEN,
    version=3,
    digest=DIGEST,
    qr_text=f"sheet:{DIGEST}",
    notes=["英文名称依据对照表第 3 版。"],
    marked=frozenset({(3, 2)}),
    marked_means="拼音由学院补全，须本人再次确认。",
)


def test_every_row_of_a_signed_list_is_numbered_and_printed_in_order(press):
    whole = "".join(pages(signed_list.render(press, SHEET)))
    places = [whole.index(f"{n} S{n:04} 王{n} Wang {n}") for n in range(1, 101)]
    assert places == sorted(places)


def test_every_page_repeats_the_headings_and_carries_the_digest(press):
    pdf = signed_list.render(press, SHEET)
    sides = pages(pdf)
    assert len(sides) > 2
    for number, side in enumerate(sides):
        for words in ("序号", "姓名拼音", grouped(DIGEST), "第 3 版", f"第 {number + 1} 页 共 {len(sides)} 页", "2025年2月20日 09:30"):
            assert words in side
        assert codes(pdf, number) == [f"sheet:{DIGEST}"]


def test_a_signed_list_is_signed_sealed_and_counted(press):
    sides = pages(signed_list.render(press, SHEET))
    for words in ("经办人（签字）", "主管院长（签字）", "学院（培养单位）公章", "拼音由学院补全", "对照表第 3 版"):
        assert words in sides[-1]
    assert "共 100 人" in sides[0]


def test_a_verification_sheet_lies_on_its_side_and_a_contents_sheet_stands(press):
    def across(pdf):
        width, height = pypdfium2.PdfDocument(pdf)[0].get_size()
        return width > height

    assert across(signed_list.render(press, SHEET))
    assert not across(signed_list.render(press, replace(SHEET, portrait=True)))


def test_a_row_of_the_wrong_width_is_refused(press):
    with pytest.raises(ValueError, match="row 2 has 2 values for 3 columns"):
        signed_list.render(press, replace(SHEET, rows=[("S1", "王", "Wang"), ("S2", "李")]))


def test_an_empty_list_still_says_so(press):
    assert "无" in pages(signed_list.render(press, replace(SHEET, rows=[], marked=frozenset())))[0]


def test_classes_are_filed_as_a_person_files_them():
    classes = ["机械二班", "机械十一班", "机械10班", "机械一班", "机械2班", "机械三班", "机械十班", "二〇二四级"]
    in_order = sorted(classes, key=reading_order)
    assert in_order.index("机械一班") < in_order.index("机械二班") < in_order.index("机械三班") < in_order.index("机械十班")
    assert in_order.index("机械十班") < in_order.index("机械十一班") and in_order.index("机械2班") < in_order.index("机械10班")


def test_dates_are_worded_and_what_is_no_date_stays():
    assert [date_words(d) for d in ("2024-09-02", "2024-06", "2024", "不详", "")] == ["2024年9月2日", "2024年6月", "2024年", "不详", ""]


def test_a_college_file_has_the_contents_first_and_then_the_forms_by_class_and_number(press, form_of):
    forms = [replace(form_of(f"S{n:02}", f"王{n}"), class_number=f"机械{'三二一'[n % 3]}班") for n in range(7)]
    filed = [FiledForm(f.class_number, f.student_number, f.name, f.version, f.check_code, date(2024, 9, 9)) for f in forms[1:]]
    filed.append(FiledForm(forms[0].class_number, "S00", "王0", 2, "AAAA", None))
    contents = contents_sheet(filed, school="北京燕山大学", college="机械学院", title="登记表", notice="研通知", made_at=FROZEN)
    seen = []
    pdf = college_file.render(press, contents, forms, portion=3, done=seen.append)
    sides = pages(pdf)
    assert "登记表清册" in sides[0] and "已收 6 份，未收 1 份" in sides[0] and "未收" in sides[0] and sides[1].strip() == ""
    numbers = [side.split("学号：")[1][:3] for side in sides[2::2]]
    assert numbers == ["S02", "S05", "S01", "S04", "S00", "S03", "S06"]
    assert [sides[0].index(n) for n in numbers] == sorted(sides[0].index(n) for n in numbers), "sheet and folder agree"
    assert len(sides) == 16 and seen == [3, 6, 7]
    assert pdf == college_file.render(press, contents, forms, portion=3)


def test_one_unprintable_student_stops_the_file_and_all_are_named(press, form_of):
    contents = contents_sheet([], school="", college="机械学院", title="登记表", notice="", made_at=FROZEN)
    with pytest.raises(Unprintable) as stopped:
        college_file.render(press, contents, [form_of("S1", "王"), form_of("S2", "𠮷"), form_of("S3", "\ue000")])
    assert {f.place.split()[0] for f in stopped.value.findings} == {"S2", "S3"}


GUIDE = Guide(
    school=Text("北京燕山大学研究生院", "Graduate School, Yanshan University"),
    title=Text("2024级研究生新生基础信息采集", "Information collection for new postgraduates, 2024"),
    notice="研通知〔2024〕53号",
    audience=Text("2024级研究生", "Postgraduates enrolled in 2024"),
    window=Text("9月2日至9月10日 17:00", "2 to 10 September, 17:00"),
    steps=[
        GuideStep(Text("学期注册", "Semester registration"), Text("学生", "Student"), Text("9月10日前", "by 10 September"), [Text("核对。", "Review.")]),
        GuideStep(Text("打印登记表", "Print the form"), Text("学生", "Student"), Text("9月10日 17:00 前", "by 10 September, 17:00")),
    ],
    contacts=[Contact(Text("培养办", "Training office"), Text("常老师", "Ms Chang"), "67392380", "a@example.edu.cn")],
    notes=[Text("逾期无法打印。", "No printing after the deadline.")],
    address="https://xueji.example.edu.cn/n/N1",
    made_at=FROZEN,
)  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guide_says_what_when_who_and_whom_to_ask_in_each_language(press, lang):
    pdf = guide.render(press, GUIDE, lang)
    (side,) = pages(pdf)
    for words in (GUIDE.title, GUIDE.audience, GUIDE.window, *(s.title for s in GUIDE.steps), GUIDE.notes[0], GUIDE.contacts[0].office):
        assert words.in_(lang) in side
    assert "67392380" in side and GUIDE.notice in side and codes(pdf, 0) == [GUIDE.address]
    assert ("the Chinese text prevails" in side) == (lang == "en")
