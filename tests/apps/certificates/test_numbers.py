"""The register of numbers: one number, one student, ever."""

import threading
from datetime import date

import pytest
from django.db import connection

from xueji.certificates.commands.numbers import allocate_degree_numbers, allocate_numbers, skip_numbers, void_number
from xueji.certificates.models import Number, Series
from xueji.certificates.queries.numbers import gaps_for, series_for, to_be_numbered
from xueji.journal.command import Refused, Stopped
from xueji.records.models import StudentRecord


@pytest.fixture
def concluded(world):
    """李明 and 王芳 graduated, 赵强 completed, 欧阳静 left without finishing."""
    for name, conclusion in (("李明", "graduation"), ("王芳", "graduation"), ("赵强", "completion"), ("欧阳静", "incompletion")):
        StudentRecord.objects.filter(person__name=name).update(conclusion=conclusion, graduated_on=date(2024, 6, 30))
    return world


def records(*names):
    return list(StudentRecord.objects.filter(person__name__in=names).select_related("person", "college"))


def test_numbers_are_given_by_college_class_and_student_number_and_completion_stands_in_the_same_series(concluded):
    given = allocate_numbers(concluded.act("刘老师"), records=records("赵强", "王芳", "李明", "欧阳静"), year=2024).result
    assert given == {"S202401001": "199901202402000001", "S202401002": "199901202402000002", "S202402001": "199901202402000003"}
    assert concluded.record("李明").certificate_number == "199901202402000001"
    assert concluded.record("欧阳静").certificate_number == ""


def test_allocating_again_changes_nothing(concluded):
    first = allocate_numbers(concluded.act("刘老师"), records=records("李明"), year=2024)
    again = allocate_numbers(concluded.act("刘老师"), records=records("李明"), year=2025)
    assert again.unchanged and again.result == first.result
    assert not to_be_numbered(concluded.actor("刘老师")).filter(person__name="李明").exists()


def test_nobody_is_numbered_when_one_has_no_conclusion(concluded):
    StudentRecord.objects.filter(person__name="王芳").update(conclusion="")
    with pytest.raises(Stopped) as stopped:
        allocate_numbers(concluded.act("刘老师"), records=records("李明", "王芳"), year=2024)
    assert [f.id for f in stopped.value.findings] == ["NUM.005"]
    assert not Number.objects.exists()


def test_an_upgrade_keeps_its_number_or_renews_it_by_policy(concluded):
    old = allocate_numbers(concluded.act("刘老师"), records=records("赵强"), year=2024).result["S202402001"]
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="upgrade")
    assert allocate_numbers(concluded.act("刘老师"), records=records("赵强"), year=2025).result["S202402001"] == old
    new = allocate_numbers(concluded.act("刘老师"), records=records("赵强"), year=2025, upgrade="new").result["S202402001"]
    assert new == "199901202502000001"
    assert allocate_numbers(concluded.act("刘老师"), records=records("赵强"), year=2026, upgrade="new").result["S202402001"] == new
    assert Number.objects.get(text=old).reason


def test_a_gap_has_a_reason_and_a_voided_number_is_never_given_again(concluded):
    act, viewer = concluded.act("刘老师"), concluded.actor("刘老师")
    allocate_numbers(act, records=records("李明"), year=2024)
    series = Series.objects.get()
    with pytest.raises(Stopped) as stopped:
        skip_numbers(act, series, count=2, reason=" ")
    assert [f.id for f in stopped.value.findings] == ["NUM.006"]
    skip_numbers(act, series, count=2, reason="空白证书纸 2 张污损，已销毁")
    void_number(act, Number.objects.get(text="199901202402000001"), reason="结论撤回")
    given = allocate_numbers(act, records=records("李明", "王芳"), year=2024).result
    assert sorted(given.values()) == ["199901202402000004", "199901202402000005"]
    assert [(gap.first[-1], gap.reason) for gap in gaps_for(viewer)] == [
        ("1", "结论撤回"), ("2", "空白证书纸 2 张污损，已销毁"), ("3", "空白证书纸 2 张污损，已销毁")
    ]  # fmt: skip
    assert (series_for(viewer).get().held, series_for(viewer).get().void) == (2, 3)


def test_degree_numbers_are_a_series_of_their_own(concluded):
    given = allocate_degree_numbers(concluded.act("刘老师"), records=records("李明", "王芳"), year=2024).result
    assert given == {"S202401001": "1999032024000001", "S202401002": "1999032024000002"}
    assert concluded.record("李明").certificate_number == ""


def test_a_secretary_numbers_nobody(concluded):
    with pytest.raises(Refused):
        allocate_numbers(concluded.act("王秘书"), records=records("李明"), year=2024)
    assert not list(gaps_for(concluded.actor("王秘书")))


@pytest.mark.django_db(transaction=True)
def test_registrars_who_allocate_at_the_same_moment_never_collide():
    from tests.world import build

    world = build()
    for n in range(60):
        world.enrol(f"同学{n}", f"S2024090{n:02}", "A", conclusion="graduation", graduated_on=date(2024, 6, 30), level="doctor" if n % 3 else "master")
    listed = list(StudentRecord.objects.filter(conclusion="graduation").select_related("person", "college"))
    act, together, wrong = world.act("刘老师"), threading.Barrier(6), []

    def registrar(part):
        try:
            together.wait()
            for start in range(0, len(part), 2):
                allocate_numbers(act, records=part[start : start + 2], year=2024)
        except Exception as problem:
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=registrar, args=(listed[n::6],)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
    texts = list(Number.objects.values_list("text", flat=True))
    assert len(texts) == len(set(texts)) == 60
    for series in Series.objects.all():
        assert sorted(series.numbers.values_list("serial", flat=True)) == list(range(1, series.last_serial + 1))
