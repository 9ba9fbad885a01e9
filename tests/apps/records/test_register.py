"""The register: sealed numbers, values in the catalogue's form, and who sees whom."""

from datetime import date

import pytest
from django.db import connection

from xueji.journal.command import Refused
from xueji.journal.models import Event
from xueji.records.commands import change_record, declare_college, declare_school, put_correction_in_force, reveal_value, save_own_values
from xueji.records.models import School, StudentRecord
from xueji.records.queries import colleges_for, found, own_record, records_for, school, value_of, values_in_force, values_of

pytestmark = pytest.mark.django_db
NUMBER = "32060020020506001X"


def raw(table, column):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return [bytes(row[0]) for row in cursor.fetchall() if row[0] is not None]


def test_identity_numbers_and_details_lie_sealed_in_the_table(world):
    save_own_values(world.act("李明"), world.record("李明"), values={"mobile": "13800001234"})
    cells = raw("records_person", "id_number") + raw("records_studentrecord", "details")
    assert cells
    assert not [c for c in cells if NUMBER.encode() in c or b"13800001234" in c or b"example" in c]


def test_a_whole_identity_number_finds_its_owner_and_a_part_does_not(world):
    registrar = world.actor("刘老师")
    assert [r.person.name for r in found(registrar, NUMBER.lower())] == ["李明"]
    assert not found(registrar, NUMBER[:10])


@pytest.mark.parametrize(("words", "names"), [("李", ["李明"]), ("明", ["李明"]), ("s2024010", ["李明", "王芳", "SCHMIDT ANNA"]), ("SCHMIDT", ["SCHMIDT ANNA"]), ("", []), ("%", []), ("'; --", [])])
def test_students_are_found_by_part_of_a_name_or_the_beginning_of_a_number(world, words, names):
    assert [r.person.name for r in found(world.actor("刘老师"), words)] == names


def test_everybody_sees_the_own_students_only(world):
    seen = {who: {r.person.name for r in records_for(world.actor(who))} for who in ("王秘书", "赵秘书", "高辅导员", "刘老师", "周操作员")}
    assert seen["王秘书"] == {"李明", "王芳", "SCHMIDT ANNA", "欧阳静"}
    assert seen["赵秘书"] == {"赵强"}
    assert seen["高辅导员"] == {"李明", "王芳"}
    assert len(seen["刘老师"]) == 5
    assert seen["周操作员"] == set()
    assert [r.person.name for r in records_for(world.actor("李明"), "case.fill")] == ["李明"]
    assert {c.code for c in colleges_for(world.actor("王秘书"))} == {"A"}
    assert own_record(world.account("李明")).student_number == "S202401001"
    assert own_record(world.account("王秘书")) is None


def test_values_come_in_the_catalogues_stored_form(world):
    record = world.record("李明")
    assert value_of(record, "born_on") == "2002-05-06"
    assert value_of(record, "intake_year") == "2024"
    assert value_of(record, "continuous_programme") == "no"
    assert value_of(record, "college") == "计算机学院"
    assert value_of(record, "school_name") == "东湖理工大学"
    assert value_of(record, "mobile") == ""
    assert "mobile" not in values_of(record) and values_of(record)["id_number"] == NUMBER


def test_changed_values_reach_column_person_and_details_and_the_journal_names_fields_only(world):
    record = world.record("李明")
    values = {"name": "李明远", "expected_on": "2028-06-30", "college": "化学与化工学院", "continuous_programme": "yes", "supervisor": "周教授"}
    change = change_record(world.act("刘老师"), record, values=values, reason="转专业")
    again = StudentRecord.objects.select_related("person", "college").get(pk=record.pk)
    assert {code: value_of(again, code) for code in values} == values
    assert again.expected_on == date(2028, 6, 30) and again.first_expected_on == date(2027, 6, 30)
    assert again.revision == 2
    event = Event.objects.get(kind="record.changed")
    assert event.detail == {"fields": sorted(values), "reason": "转专业"} and "李明远" not in str(event.detail)
    assert change.result == record
    assert change_record(world.act("刘老师"), again, values=values, reason="再一次").unchanged


def test_a_delay_keeps_the_first_expected_date(world):
    record = world.record("李明")
    StudentRecord.objects.filter(pk=record.pk).update(first_expected_on=None)
    record = world.record("李明")
    change_record(world.act("刘老师"), record, values={"expected_on": "2028-06-30"}, reason="延期")
    assert StudentRecord.objects.get(pk=record.pk).first_expected_on == date(2027, 6, 30)


def test_a_new_number_is_found_and_the_old_one_no_longer(world):
    record = world.record("李明")
    put_correction_in_force(world.act("刘老师"), record, values={"id_number": "320600200205060052"}, request="correction:1")
    assert [r.pk for r in found(world.actor("刘老师"), "320600200205060052")] == [record.pk]
    assert not found(world.actor("刘老师"), NUMBER)


def test_an_emptied_value_leaves_nothing_behind(world):
    record = world.record("李明")
    save_own_values(world.act("李明"), record, values={"wechat": "liming_2024"})
    save_own_values(world.act("李明"), record, values={"wechat": ""})
    assert "wechat" not in StudentRecord.objects.get(pk=record.pk).details


def test_nobody_saves_for_another_and_no_secretary_changes_official_fields(world):
    with pytest.raises(Refused):
        save_own_values(world.act("王芳"), world.record("李明"), values={"mobile": "13800001234"})
    with pytest.raises(Refused):
        change_record(world.act("王秘书"), world.record("李明"), values={"name": "x"}, reason="x")
    with pytest.raises(Refused):
        put_correction_in_force(world.act("赵秘书"), world.record("李明"), values={"name": "x"}, request="1")


def test_looking_at_a_sensitive_value_is_recorded_without_the_value(world):
    shown = reveal_value(world.act("王秘书"), world.record("李明"), field="id_number")
    assert shown.result == NUMBER
    event = Event.objects.get(kind="record.revealed")
    assert event.detail == {"field": "id_number"} and event.college == "A"
    with pytest.raises(Refused):
        reveal_value(world.act("赵秘书"), world.record("李明"), field="id_number")
    with pytest.raises(Refused):
        reveal_value(world.act("高辅导员"), world.record("李明"), field="id_number")


def test_the_school_and_its_colleges_are_declared_once(world):
    declare_school(world.system(), code="19990", name="东湖理工大学", name_en="Donghu University of Technology")
    assert School.objects.count() == 1 and school().code == "19990"
    assert declare_college(world.system(), code="A", name="计算机学院").unchanged
    School.objects.all().delete()
    assert school().name == "（未登记学校）"


def test_a_schools_own_number_lies_over_the_national_one_as_soon_as_its_file_is_there(world, settings, tmp_path):
    settings.XUEJI_HOME = tmp_path
    day = date(2024, 9, 5)
    assert values_in_force().at("appeal.days", day) == 10
    (tmp_path / "values").mkdir()
    own = tmp_path / "values" / "school.toml"
    own.write_text('[[appeal.days]]\nvalue = 30\nsince = 2024-01-01\nsource = "东湖理工大学学生申诉办法"\n', "utf-8")
    assert values_in_force().at("appeal.days", day) == 30
    assert values_in_force().at("appeal.days", date(2023, 9, 5)) == 10, "an old case is judged by the old text"
