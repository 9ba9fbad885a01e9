"""A roster on its way into the register: everything wrong is said at once, nothing is written until somebody commits."""

import io
from datetime import date

import openpyxl
import pytest

from xueji.exchange.commands.rosters import (
    choose_columns,
    commit_roster,
    discard_roster,
    keep_dry_run,
    note_job,
    note_refusal,
    receive_roster,
    remember_columns,
)
from xueji.exchange.models import Roster
from xueji.exchange.queries.rosters import plan_of, remembered_columns, roster_for, rosters_for
from xueji.exchange.roster import running
from xueji.exchange.terms import RosterState
from xueji.formats import dbf, sheets
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.records.commands import change_record, save_own_values
from xueji.records.models import Person, StudentRecord
from xueji.rules.identity import check_character

pytestmark = pytest.mark.django_db


def resident(birth: str = "20020506", serial: str = "001", region: str = "110101") -> str:
    seventeen = region + birth + serial
    return seventeen + check_character(seventeen)


HEADINGS = ["学号", "姓名", "性别", "出生日期", "身份证号", "学院", "专业", "导师"]


def row(number="S24010901", name="张三", sex="男", born="2002-05-06", id_number=None, college="计算机学院", **more):
    return [number, name, sex, born, resident() if id_number is None else id_number, college, "软件工程", more.get("supervisor", "周老师")]


def workbook(*rows, headings=HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(headings)
    for one in rows:
        book.active.append(one)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture
def a(world):
    """The name of college A, as the register has it."""
    return world.record("李明").college.name


def compared(world, content: bytes, **more):
    roster = receive_roster(world.act("刘老师"), content, title="名册.xlsx").result
    plan = running.compare(world.act("刘老师"), roster)
    roster.refresh_from_db()
    return roster, plan


def found(plan) -> list[tuple[int, str]]:
    return sorted((problem.row, problem.finding.id) for problem in plan.problems)


def test_a_new_student_is_added_with_person_record_and_sealed_number(world, a):
    roster, plan = compared(world, workbook(row(college=a)))
    assert dict(plan.counts) == {"added": 1}
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()
    running.commit(world.act("刘老师"), roster)
    record = StudentRecord.objects.select_related("person").get(student_number="S24010901")
    assert (record.person.name, record.person.sex, record.person.born_on) == ("张三", "1", date(2002, 5, 6))
    assert (record.person.id_number, record.person.id_document, record.person.population) == (resident(), "01", "domestic")
    assert (record.college.name, record.major_name, record.details) == (a, "软件工程", {"supervisor": "周老师"})
    assert record.changed_at == world.now
    assert Person.objects.get(id_index=record.person.id_index) == record.person


def test_the_same_file_twice_changes_nothing_and_leaves_no_second_event(world, a):
    content = workbook(row(college=a), row("S24010902", "李四", id_number=resident(serial="003"), college=a))
    running.commit(world.act("刘老师"), compared(world, content)[0])
    before = list(StudentRecord.objects.order_by("pk").values("pk", "revision", "changed_at"))
    roster, plan = compared(world, content)
    assert dict(plan.counts) == {"unchanged": 2}
    running.commit(world.act("刘老师"), roster)
    assert list(StudentRecord.objects.order_by("pk").values("pk", "revision", "changed_at")) == before
    assert Event.objects.filter(kind="roster.committed").count() == 1


def test_a_change_is_shown_field_by_field_and_written_to_column_person_and_details(world, a):
    number = world.record("李明").student_number
    content = workbook([number, "李明", "网络工程", "吴老师", "2027-07-01"], headings=["XH", "XM", "ZYMC", "导师姓名", "YJBYRQ"])
    roster, plan = compared(world, content)
    [change] = list(plan)
    assert change.outcome == "changed"
    assert change.changes["major_name"] == ("计算机科学与技术", "网络工程")
    assert change.changes["supervisor"] == ("", "吴老师")
    assert change.changes["expected_on"] == ("2027-06-30", "2027-07-01")
    assert "name" not in change.changes
    before = world.record("李明")
    running.commit(world.act("刘老师"), roster)
    after = world.record("李明")
    assert (after.major_name, after.expected_on, after.first_expected_on) == ("网络工程", date(2027, 7, 1), date(2027, 6, 30))
    assert after.details == before.details | {"supervisor": "吴老师"}
    assert after.revision == before.revision + 1


def test_the_journal_holds_digest_and_counts_but_no_value_of_a_person(world, a):
    roster, _ = compared(world, workbook(row(college=a)))
    running.commit(world.act("刘老师"), roster)
    event = Event.objects.get(kind="roster.committed")
    assert event.detail["digest"] == roster.digest
    assert event.detail["added"] == 1
    assert resident() not in str(event.detail)
    assert "张三" not in str(event.detail)


def test_the_dry_run_is_kept_encrypted_with_old_and_new_values(world, a):
    roster, plan = compared(world, workbook(row(college=a)))
    kept = plan_of(world.actor("刘老师"), roster)
    assert [one for one in kept] == [one for one in plan]
    assert kept.summary() == plan.summary()


def test_every_problem_of_a_file_is_said_at_once_with_row_column_value_and_remedy(world, a):
    content = workbook(
        row("S24010901", college=a),
        row("S24010901", "重号", id_number=resident(serial="005"), college=a),
        row("", "无号", id_number=resident(serial="007"), college=a),
        row("S24010903", "造\ue863字", id_number=resident(serial="009"), college=a),
        row("S24010904", "舍入", id_number=1.10101200205060e17, college=a),
        row("S24010905", "校验", id_number=resident(serial="011")[:-1] + "0", college=a),
        row("S24010906", "性别", "女", id_number=resident(serial="013"), college=a),
        row("S24010907", "生日", born="2002-05-07", id_number=resident(serial="015"), college=a),
        row("S24010908", "学院", id_number=resident(serial="017"), college="没有这个学院"),
        row("S24010909", "阿" * 21, id_number=resident(serial="019"), college=a),
        row("S24010910", "丢??", id_number=resident(serial="021"), college=a),
        row("S24010911", "末三零", id_number="110101200205060000", college=a),
    )
    _, plan = compared(world, content)
    assert found(plan) == [
        (2, "ROSTER.012"), (3, "ROSTER.012"), (4, "ROSTER.011"), (5, "ROSTER.016"), (6, "ROSTER.014"), (7, "IDENT.004"),
        (8, "IDENT.008"), (9, "IDENT.007"), (10, "ROSTER.020"), (11, "ROSTER.018"), (12, "ROSTER.017"), (13, "IDENT.012"),
    ]  # fmt: skip
    assert plan.counts["rejected"] == 11
    assert plan.counts["added"] == 1
    hint = next(one for one in plan.problems if one.finding.id == "ROSTER.016")
    assert "䶮" in hint.finding.remedy.zh
    assert hint.heading == "姓名"


def test_sensitive_values_are_masked_in_the_report(world, a):
    _, plan = compared(world, workbook(row(id_number=resident()[:-1] + "0", college=a)))
    [problem] = plan.problems
    assert "*" in problem.value
    assert resident()[:17] not in str(plan.summary())


def test_a_number_that_excel_rounded_is_not_written_out_in_the_report(world, a):
    _, plan = compared(world, workbook(row(id_number=1.10101200205060e17, college=a)))
    assert found(plan) == [(2, "ROSTER.014")]
    assert "10101200205060" not in str(plan.summary())


def test_a_file_with_rejected_rows_is_not_committed_unless_these_are_left_out(world, a):
    content = workbook(row(college=a), row("S24010902", "", id_number=resident(serial="003"), college=a))
    roster, _ = compared(world, content)
    with pytest.raises(Stopped) as stopped:
        running.commit(world.act("刘老师"), roster)
    assert [one.id for one in stopped.value.findings] == ["ROSTER.032"]
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()
    running.commit(world.act("刘老师"), roster, leave_out_rejected=True)
    assert StudentRecord.objects.filter(student_number="S24010901").exists()
    assert not StudentRecord.objects.filter(student_number="S24010902").exists()


def test_what_typing_and_spreadsheets_leave_is_cleaned_and_reported(world, a):
    content = workbook(
        [
            "Ｓ２４０１０９０１",
            "买买提•艾\u200b力 ",
            "男",
            20020506,
            resident()[:-1] + resident()[-1].lower(),
            a,
            "软件👩🏼‍🎤工程",
            "周 老师",
        ],
        ["S24010902", "李 四", "1", "2002年5月6日", "'" + resident(serial="003"), a, "软件工程", None],
    )
    roster, plan = compared(world, content)
    assert plan.counts["added"] == 2, found(plan)
    said = {(number, heading) for number, heading in plan.tally}
    assert ("ROSTER.101", "学号") in said
    assert ("ROSTER.102", "姓名") in said
    assert ("ROSTER.105", "姓名") in said
    assert ("ROSTER.103", "专业") in said
    assert ("ROSTER.104", "身份证号") in said
    running.commit(world.act("刘老师"), roster)
    assert world.record("买买提·艾力").major_name == "软件工程"
    assert world.record("李四").person.id_number == resident(serial="003")


def test_a_lower_case_x_becomes_a_capital(world, a):
    number = next(n for n in (resident(serial=f"{s:03d}") for s in range(1, 99, 2)) if n.endswith("X"))
    roster, plan = compared(world, workbook(row(id_number=number.lower(), college=a)))
    assert plan.tally["ROSTER.106", "身份证号"] == 1
    running.commit(world.act("刘老师"), roster)
    assert world.record("张三").person.id_number == number


def test_zeros_that_excel_dropped_are_restored_where_the_field_says_how_long_it_is(world, a):
    headings = [*HEADINGS, "证件类型", "民族", "专业代码"]
    roster, plan = compared(world, workbook([*row(college=a), 1, 1, 81200], headings=headings))
    assert {heading for number, heading in plan.tally if number == "ROSTER.107"} == {"证件类型", "民族", "专业代码"}
    running.commit(world.act("刘老师"), roster)
    record = world.record("张三")
    assert (record.person.id_document, record.person.ethnic_group, record.major_code) == ("01", "01", "081200")


@pytest.mark.parametrize(
    ("number", "document", "population", "more"),
    [
        ("110101020506001", "01", "domestic", {}),
        ("810000200205060019", "02", "hmt", {}),
        ("830000200205060018", "02", "hmt", {}),
        ("H12345678", "03", "hmt", {}),
        ("01234567", "04", "hmt", {}),
        ("E12345678", "06", "international", {"国籍": "泰国"}),
        ("E12345678", "06", "international", {"证件类型": "护照", "国籍": "泰国"}),
        ("911124198108030024", "05", "international", {"出生日期": "1981-08-03"}),
    ],
)
def test_every_legal_document_is_recognised(world, a, number, document, population, more):
    if number[:2] in ("81", "83") and len(number) == 18:
        number = number[:17] + check_character(number[:17])
    if number.isdigit() and len(number) == 15:
        more = more | {"出生日期": "1902-05-06"}
    values = dict(zip(HEADINGS, row(id_number=number, college=a), strict=True)) | more
    roster, plan = compared(world, workbook(list(values.values()), headings=list(values)))
    assert plan.counts["rejected"] == 0, found(plan)
    running.commit(world.act("刘老师"), roster)
    person = world.record("张三").person
    assert (person.id_document, person.population) == (document, population)


def test_a_number_of_no_known_form_is_not_guessed_to_be_a_passport(world, a):
    _, plan = compared(world, workbook(row(id_number="E12345678", college=a)))
    assert found(plan) == [(2, "ROSTER.023")]


def test_an_empty_cell_leaves_what_the_register_has(world, a):
    number = world.record("李明").student_number
    _, plan = compared(world, workbook([number, "李明", None], headings=["学号", "姓名", "专业名称"]))
    assert dict(plan.counts) == {"unchanged": 1}


def test_what_students_maintain_themselves_is_kept_unless_the_roster_is_to_prevail(world, a):
    record = world.record("李明")
    save_own_values(world.act("李明"), record, values={"address": "自己填的地址"})
    content = workbook([record.student_number, "名册上的地址"], headings=["学号", "家庭住址"])
    roster, plan = compared(world, content)
    assert dict(plan.counts) == {"unchanged": 1}
    assert plan.tally["ROSTER.025", "家庭住址"] == 1
    plan = running.compare_file(content, act=world.act("刘老师"), overwrite_own=True)
    assert plan.counts["changed"] == 1


def test_a_second_record_of_a_known_person_joins_the_person(world, a):
    running.commit(world.act("刘老师"), compared(world, workbook(row("S20010901", college=a)))[0])
    running.commit(world.act("刘老师"), compared(world, workbook(row("S24010901", college=a)))[0])
    assert Person.objects.filter(name="张三").count() == 1
    assert StudentRecord.objects.filter(person__name="张三").count() == 2


def test_a_field_that_changed_since_the_dry_run_stops_the_whole_commit(world, a):
    record = world.record("李明")
    content = workbook([record.student_number, "网络工程"], row()[:1] + ["软件工程"], headings=["学号", "专业名称"])
    roster, plan = compared(world, content)
    change_record(world.act("刘老师"), record, values={"major_name": "人工智能"}, reason="转专业")
    with pytest.raises(Stopped) as stopped:
        running.commit(world.act("刘老师"), roster, leave_out_rejected=True)
    assert [one.id for one in stopped.value.findings] == ["ROSTER.031"]
    assert world.record("李明").major_name == "人工智能"


def test_what_a_student_saves_during_the_import_is_not_lost(world, a, monkeypatch):
    record = world.record("李明")
    content = workbook([record.student_number, "吴老师"], headings=["学号", "导师"])
    roster, plan = compared(world, content)
    prepare = running.Staging.prepare

    def prepare_and_then_the_student_saves(staging, progress):
        prepare(staging, progress)
        save_own_values(world.act("李明"), world.record("李明"), values={"address": "新地址 1 号"})

    monkeypatch.setattr(running.Staging, "prepare", prepare_and_then_the_student_saves)
    running.commit(world.act("刘老师"), roster)
    details = world.record("李明").details
    assert (details["supervisor"], details["address"]) == ("吴老师", "新地址 1 号")


def test_a_roster_is_committed_once(world, a):
    roster, plan = compared(world, workbook(row(college=a)))
    running.commit(world.act("刘老师"), roster)
    with pytest.raises(Stopped) as stopped:
        running.commit(world.act("刘老师"), roster, plan=plan)
    assert [one.id for one in stopped.value.findings] == ["ROSTER.033"]


def test_a_discarded_roster_stays_out(world, a):
    roster, _ = compared(world, workbook(row(college=a)))
    discard_roster(world.act("刘老师"), roster)
    with pytest.raises(Stopped):
        running.commit(world.act("刘老师"), Roster.objects.get(pk=roster.pk))
    assert not StudentRecord.objects.filter(student_number="S24010901").exists()


def test_a_file_that_cannot_be_read_says_why_and_is_remembered_as_unreadable(world):
    roster = receive_roster(world.act("刘老师"), b"<html><table><tr><td>x", title="导出.xls").result
    with pytest.raises(Stopped) as stopped:
        running.compare(world.act("刘老师"), roster)
    assert [one.id for one in stopped.value.findings] == ["FORMAT.004"]
    roster.refresh_from_db()
    assert (roster.state, roster.refusal["id"]) == (RosterState.UNREADABLE, "FORMAT.004")


def test_without_a_column_of_student_numbers_nothing_is_compared(world):
    _, plan = compared(world, workbook(["李明"], headings=["姓名", "x"][:1] + ["备用"]))
    assert [one.id for one in plan.stops] == ["ROSTER.001"]


def test_two_columns_of_one_meaning_are_a_question_not_a_guess(world):
    _, plan = compared(world, workbook(["1", "2", "3"], headings=["学号", "XH", "姓名"]))
    assert [one.id for one in plan.stops] == ["ROSTER.002"]


def test_a_heading_the_school_explained_once_is_known_for_ever(world):
    number = world.record("李明").student_number
    content = workbook([number, "李明", "吴老师"], headings=["编号（本校）", "姓名", "带教"])
    remember_columns(world.act("刘老师"), meanings={"编号（本校）": "student_number", "带教": "supervisor"})
    _, plan = compared(world, content)
    assert plan.meanings == ["student_number", "name", "supervisor"]
    assert remembered_columns()["带教"] == "supervisor"
    with pytest.raises(KeyError):
        remember_columns(world.act("刘老师"), meanings={"带教": "no_such_field"})


def test_a_heading_with_the_official_code_in_brackets_is_recognised(world):
    number = world.record("李明").student_number
    _, plan = compared(world, workbook([number, "李明"], headings=["学生的编号(XH)", "姓名（XM）"]))
    assert plan.meanings == ["student_number", "name"]


def test_a_marked_copy_can_be_mended_and_uploaded_again(world, a):
    content = workbook(row(college=a), row("S24010902", "", id_number=resident(serial="003"), college=a))
    _, plan = compared(world, content)
    copy = running.marked_copy(content, plan)
    sheet = openpyxl.load_workbook(io.BytesIO(copy)).active
    assert "ROSTER.021" in sheet.cell(3, len(HEADINGS) + 1).value
    assert sheet.cell(3, 2).comment is not None
    sheet.cell(3, 2).value = "李四"
    target = io.BytesIO()
    sheet.parent.save(target)
    _, again = compared(world, target.getvalue())
    assert dict(again.counts) == {"added": 2}
    assert sheets.read(target.getvalue()).columns[-1] == "需要改正"


def test_a_dbf_of_the_authority_is_imported(world, a):
    target = io.BytesIO()
    columns = [dbf.Column("KSH", 18), dbf.Column("XH", 15), dbf.Column("XM", 40), dbf.Column("XB", 2), dbf.Column("CSRQ", 8),
               dbf.Column("SFZH", 18), dbf.Column("FY", 60)]  # fmt: skip
    dbf.write(target, columns, [["199990000001", "S24010901", "吕䶮·𬱖", "男", "20020506", resident(), a]], on=date(2024, 9, 1))
    roster, plan = compared(world, target.getvalue())
    assert dict(plan.counts) == {"added": 1}
    running.commit(world.act("刘老师"), roster)
    assert world.record("吕䶮·𬱖").candidate_number == "199990000001"


@pytest.mark.parametrize("name", ["王秘书", "陈院长", "李明", "周操作员"])
def test_nobody_but_the_registry_imports_or_sees_rosters(world, name):
    with pytest.raises(Refused):
        receive_roster(world.act(name), workbook(), title="x.xlsx")
    roster = receive_roster(world.act("刘老师"), workbook(row()), title="x.xlsx").result
    assert not rosters_for(world.actor(name)).exists()
    with pytest.raises(Roster.DoesNotExist):
        roster_for(world.actor(name), roster.pk)
    with pytest.raises(Roster.DoesNotExist):
        plan_of(world.actor(name), roster)


def test_what_is_odd_about_a_file_is_said_without_stopping_it(world, a):
    book = openpyxl.Workbook()
    book.active.append([*HEADINGS, "照片", "不认识的列", "院校代码"])
    book.active.append([*row(college=a), "x", "y", "10001"])
    book.create_sheet("说明").append(["另一张"])
    target = io.BytesIO()
    book.save(target)
    _, plan = compared(world, target.getvalue())
    assert sorted(one.id for one in plan.of_file) == ["ROSTER.003", "ROSTER.004", "ROSTER.005"]
    assert found(plan) == [(2, "ROSTER.008")]
    assert plan.counts["added"] == 1


def test_records_marked_as_deleted_in_a_dbf_are_counted(world):
    target = io.BytesIO()
    dbf.write(target, [dbf.Column("XH", 15), dbf.Column("XM", 40)], [["S1234", "甲"], ["S1235", "乙"]], on=date(2024, 9, 1))
    raw = bytearray(target.getvalue())
    raw[-1 - 56] = 0x2A
    _, plan = compared(world, bytes(raw))
    assert [one.id for one in plan.of_file] == ["ROSTER.006"]
    assert plan.rows == 1


def test_a_roster_without_students_is_not_committed(world):
    roster, plan = compared(world, workbook())
    assert [one.id for one in plan.stops] == ["ROSTER.007"]
    with pytest.raises(Stopped):
        running.commit(world.act("刘老师"), roster)


def test_one_number_under_two_student_numbers_is_doubted(world, a):
    _, plan = compared(world, workbook(row("S24010901", college=a), row("S20010901", college=a)))
    assert found(plan) == [(3, "ROSTER.013")]
    assert plan.counts["added"] == 2


def test_numbers_where_dates_belong_and_what_cannot_be_kept_are_refused(world, a):
    content = workbook(
        row(born=36654, college=a),
        [*row("S24010902", id_number=resident(serial="003"), college=a)[:6], "长" * 101, None],
        [*row("S24010903", id_number=resident(serial="005"), college=a)[:7], 3.5],
    )
    _, plan = compared(world, content)
    assert (2, "ROSTER.015") in found(plan)
    assert (3, "ROSTER.019") in found(plan)
    assert (4, "ROSTER.026") in found(plan)
    assert plan.counts["rejected"] == 3


def test_a_new_student_without_document_number_is_added_with_a_doubt(world, a):
    _, plan = compared(world, workbook(row(id_number="", college=a)))
    assert found(plan) == [(2, "ROSTER.022")]
    assert plan.counts["added"] == 1


def test_a_student_number_that_excel_may_have_shortened_is_doubted(world, a):
    content = workbook(
        row("0240109011", college=a),
        row("0240109012", "李四", id_number=resident(serial="003"), college=a),
        row(240109013, "王五", id_number=resident(serial="005"), college=a),
    )
    _, plan = compared(world, content)
    assert found(plan) == [(4, "ROSTER.024")]
    assert plan.tally["ROSTER.108", "学号"] == 1


def test_small_letters_of_a_student_number_become_capitals(world):
    number = world.record("李明").student_number
    _, plan = compared(world, workbook([number.lower(), "李明"], headings=["学号", "姓名"]))
    assert plan.tally["ROSTER.109", "学号"] == 1
    assert dict(plan.counts) == {"unchanged": 1}


def test_an_import_is_a_chain_of_commands_each_refused_to_everybody_else(world):
    """receive_roster, choose_columns, keep_dry_run, note_refusal, note_job, commit_roster: the registry's alone."""
    roster, plan = compared(world, workbook(row()))
    act = world.act("王秘书")
    staging = running.Staging(plan, at=act.at)
    for attempt in (
        lambda: choose_columns(act, roster, chosen={}, overwrite_own=False),
        lambda: keep_dry_run(act, roster, plan=plan),
        lambda: note_refusal(act, roster, refusal=plan.of_file or running.finding("ROSTER.007")),
        lambda: note_job(act, roster, job=roster.pk),
        lambda: commit_roster(act, roster, plan=plan, staging=staging),
        lambda: remember_columns(act, meanings={}),
        lambda: discard_roster(act, roster),
    ):
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize("content", ["随便写的一段话", "foo,bar\n1,2\n", "a\tb\n"])
@pytest.mark.parametrize("title", ["名册.xlsx", "名册.XLS"])
def test_text_that_is_called_a_workbook_is_called_what_it_is(world, title, content):
    roster = receive_roster(world.act("刘老师"), content.encode(), title=title).result
    try:
        plan = running.compare(world.act("刘老师"), roster)
    except Stopped as stopped:
        assert [one.id for one in stopped.findings] == ["ROSTER.034"] and roster.refusal["id"] == "ROSTER.034"
    else:
        assert plan.stops[0].id == "ROSTER.034" and f"{title[title.index('.') :].lower()}" in plan.stops[0].message.zh


def test_a_text_file_with_the_right_columns_is_read_whatever_its_name(world, a):
    roster = receive_roster(world.act("刘老师"), f"学号,姓名,学院\nS24010901,李明,{a}\n".encode(), title="名册.xls").result
    assert "ROSTER.034" not in {one.id for one in running.compare(world.act("刘老师"), roster).of_file}


def test_rows_are_listed_in_each_language_in_its_own_way(world, a):
    _, plan = compared(world, workbook(row("S24010901", college=a), row("S24010901", college=a)))
    twins = next(one.finding for one in plan.problems if one.finding.id == "ROSTER.012")
    assert "2、3" in twins.message.zh and "2, 3" in twins.message.en and "、" not in twins.message.en
