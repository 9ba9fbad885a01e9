"""Two people at the same moment: one of them acts, the other is told. Real connections, so PostgreSQL's locks are at work."""

import threading

import pytest
from django.db import connection
from tests.apps.certificates.conftest import DAY, Office, master_text
from tests.world import build

from xueji.certificates.commands.masters import approve_master, draft_master, lint_master
from xueji.certificates.commands.numbers import allocate_degree_numbers, allocate_numbers, skip_numbers, void_number
from xueji.certificates.commands.places import hand_over, receive_box, send_box
from xueji.certificates.commands.runs import draft_run, look_at_sample, make_issuer_key, receive_prints, release_run
from xueji.certificates.models import Box, Certificate, Master, Move, Number, PrintRun, Series
from xueji.certificates.printing import prove
from xueji.journal.command import Stopped
from xueji.journal.models import Event
from xueji.journal.queries import broken_at
from xueji.records.models import College, StudentRecord

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql", why="SQLite lets one writer in at a time"),
]


def together(*acts):
    """What each act came to when all begin at once: its change, or the findings that stopped it."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def one(place, act):
        try:
            barrier.wait()
            answers[place] = act()
        except Stopped as stopped:
            answers[place] = sorted(f.id for f in stopped.findings)
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def office():
    world = build()
    office = Office(world)
    for shade, name in enumerate(("李明", "王芳")):
        StudentRecord.objects.filter(person__name=name).update(conclusion="graduation", graduated_on="2024-06-30", standing="graduated")
        office.photographed(world.record(name), 40 * shade)
    office.register()
    allocate_numbers(office.first, records=office.records("李明", "王芳"), year=2024)
    make_issuer_key(office.first)
    return office


def proved(office):
    office.approved("graduation")
    run = draft_run(office.first, kind="graduation", records=office.records("李明", "王芳"), issued_on=DAY,
                    title="2024届", must_be_filed=False).result  # fmt: skip
    run = prove(office.first, run, workers=1).result
    return look_at_sample(office.first, run).result


def in_box(office):
    run = proved(office)
    release_run(office.first, run)
    run = release_run(office.second, run).result
    receive_prints(office.first, run)
    return send_box(office.first, college=College.objects.get(code="A"), certificates=list(Certificate.objects.all())).result


def test_two_registrars_who_number_the_same_students_at_once_give_each_one_number(office):
    StudentRecord.objects.filter(person__name__in=["赵强", "欧阳静"]).update(conclusion="graduation", graduated_on="2024-06-30")
    answers = together(*(lambda act=act: allocate_numbers(act, records=office.records("赵强", "欧阳静"), year=2024) for act in (office.first, office.second)))
    held = Number.objects.filter(record__person__name__in=["赵强", "欧阳静"], voided_at=None, series__kind="qualification")
    assert sorted(n.record.person.name for n in held) == ["欧阳静", "赵强"], answers
    assert {record.certificate_number for record in office.records("赵强", "欧阳静")} == {n.text for n in held}
    for series in Series.objects.all():
        assert sorted(series.numbers.values_list("serial", flat=True)) == list(range(1, series.last_serial + 1))


def test_degree_numbers_skips_and_qualification_numbers_at_once_leave_no_hole(office):
    series = Series.objects.get()
    answers = together(
        lambda: allocate_degree_numbers(office.first, records=office.records("李明", "王芳"), year=2024),
        lambda: allocate_degree_numbers(office.second, records=office.records("李明", "王芳"), year=2024),
        lambda: skip_numbers(office.first, series, count=3, reason="污损"), lambda: skip_numbers(office.second, series, count=2, reason="污损"),
    )  # fmt: skip
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Number.objects.filter(series__kind="degree", voided_at=None).count() == 2
    for one in Series.objects.all():
        assert sorted(one.numbers.values_list("serial", flat=True)) == list(range(1, one.last_serial + 1))
    number = Number.objects.filter(voided_at=None, series=series).first()
    voided = together(*(lambda act=act: void_number(act, number, reason="误") for act in (office.first, office.second)))
    assert sorted(change.unchanged for change in voided) == [False, True]


def test_a_master_is_approved_by_two_people_who_press_at_the_same_moment(office):


    row = draft_master(office.first, text=master_text("graduation")).result
    lint_master(office.first, row, issued_on=DAY)
    together(lambda: approve_master(office.first, row), lambda: approve_master(office.second, row))
    row = Master.objects.get()
    assert row.frozen and row.first_by != row.second_by
    assert Event.objects.filter(kind="master.approved").count() == 2


def test_one_person_who_presses_release_twice_at_once_releases_once(office):
    run = proved(office)
    answers = together(*(lambda: release_run(office.first, run),) * 3)
    assert sorted(str(answer) for answer in answers if isinstance(answer, list)) == ["['MASTER.009']"] * 2
    run = PrintRun.objects.get()
    assert run.first_by == office.first.by.id_text and run.second_at is None
    assert Event.objects.filter(kind="run.released").count() == 1


def test_two_people_who_release_at_the_same_moment_are_first_and_second(office):
    run = proved(office)
    together(lambda: release_run(office.first, run), lambda: release_run(office.second, run))
    run = PrintRun.objects.get()
    assert run.released and {run.first_by, run.second_by} == {office.first.by.id_text, office.second.by.id_text}
    assert sorted(e.detail["turn"] for e in Event.objects.filter(kind="run.released")) == ["first", "second"]


def test_two_secretaries_who_count_one_box_at_once_receive_it_once_and_hand_each_certificate_out_once(office):
    box = in_box(office)
    secretary, registrar = office.world.act("王秘书"), office.second
    counted = together(lambda: receive_box(secretary, box, counted=2), lambda: receive_box(registrar, box, counted=2))
    assert sorted(change.unchanged for change in counted) == [False, True]
    assert Event.objects.filter(kind="box.received").count() == 1 and Box.objects.get().received_at
    one = Certificate.objects.select_related("record__person", "record__college").get(record__person__name="李明")
    answers = together(*(lambda act=act: hand_over(act, one, how="paper") for act in (secretary, registrar)))
    assert [answer for answer in answers if isinstance(answer, list)] == [["HAND.001"]]
    assert Move.objects.filter(certificate=one, after="holder").count() == 1
    assert broken_at() is None


def test_two_registrars_who_box_the_same_certificates_at_once_send_one_box(office):
    run = proved(office)
    release_run(office.first, run)
    receive_prints(office.first, release_run(office.second, run).result)
    listed, college = list(Certificate.objects.all()), College.objects.get(code="A")
    answers = together(*(lambda act=act: send_box(act, college=college, certificates=listed) for act in (office.first, office.second)))
    assert len([answer for answer in answers if isinstance(answer, list)]) == 1 and Box.objects.count() == 1
    assert Move.objects.filter(after="college").count() == 2
