"""Two at once: neither an import nor another device is ever overwritten by what somebody read before."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from tests.apps.collection.answers import SEMESTER
from tests.world import build

from xueji.campaigns.models import StepMark
from xueji.collection.commands import keep_draft, submit_step
from xueji.collection.models import Draft, Submission
from xueji.corrections.commands import request_correction, review_correction, withdraw_correction
from xueji.corrections.models import Correction
from xueji.corrections.terms import Origin, Stage
from xueji.journal.command import Stopped
from xueji.journal.models import Event
from xueji.records.commands import change_record, put_correction_in_force, save_own_values
from xueji.records.queries import value_of


@pytest.mark.django_db
def test_a_record_that_was_read_before_an_import_does_not_undo_the_import(world):
    read_before = world.record("李明")
    assert value_of(read_before, "mobile") == "" and read_before.details
    change_record(world.act("刘老师"), world.record("李明"), values={"supervisor": "周教授", "major_name": "软件工程"}, reason="名册")
    save_own_values(world.act("李明"), read_before, values={"mobile": "13800001234"})
    record = world.record("李明")
    assert [value_of(record, code) for code in ("supervisor", "major_name", "mobile")] == ["周教授", "软件工程", "13800001234"]
    assert record.revision == 3, "each saving counts, so that an import that was prepared meanwhile sees both"


@pytest.mark.django_db
def test_a_person_that_was_read_before_a_correction_does_not_undo_it(world):
    read_before = world.record("李明")
    assert read_before.person.id_number.endswith("1X")
    put_correction_in_force(world.act("刘老师"), world.record("李明"), values={"id_number": "320600200205060052"}, request="1")
    change_record(world.act("刘老师"), read_before, values={"id_number": "320600200205060052", "name": "李鸣"}, reason="更名")
    assert world.record("李鸣").person.id_number == "320600200205060052"


@pytest.mark.django_db
def test_a_value_that_already_stands_is_no_change_whatever_was_read_before(world):
    read_before = world.record("李明")
    change_record(world.act("刘老师"), world.record("李明"), values={"supervisor": "周教授"}, reason="名册")
    assert change_record(world.act("刘老师"), read_before, values={"supervisor": "周教授"}, reason="名册").unchanged


def at_once(*deeds):
    """Do all of them at the same instant, each on a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(deeds))

    def done(deed):
        start.wait()
        try:
            return deed()
        except Stopped as stopped:
            return stopped
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as crowd:
        return [one.result(60) for one in [crowd.submit(done, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_six_writers_at_once_lose_nothing():
    world = build()
    wishes = {"mobile": "13800001234", "wechat": "liming_2024", "address": "濠南路 18 号", "supervisor": "周教授", "postal_code": "226001", "dormitory": "402"}
    read = {code: world.record("李明") for code in wishes}
    assert all(record.details for record in read.values())
    act = world.act("刘老师")
    at_once(*(lambda code=code: change_record(act, read[code], values={code: wishes[code]}, reason="一起") for code in wishes))
    record = world.record("李明")
    assert {code: value_of(record, code) for code in wishes} == wishes
    assert Event.objects.filter(kind="record.changed").count() == 6


@pytest.mark.django_db(transaction=True)
def test_four_clicks_on_submit_make_one_submission_and_one_answer():
    world = build()
    cases = [world.case_of("李明") for _ in range(4)]
    act = world.act("李明")
    made = at_once(*(lambda case=case: submit_step(act, case, step="semester", values=SEMESTER, page="a", base=0).result for case in cases))
    assert Submission.objects.count() == 1
    assert {one.submission.pk for one in made} == {Submission.objects.get().pk}, "everybody is shown the same receipt"


@pytest.mark.django_db(transaction=True)
def test_a_page_that_saves_itself_while_the_button_saves_it_keeps_one_draft():
    world = build()
    cases = [world.case_of("李明") for _ in range(4)]
    act = world.act("李明")
    kept = at_once(*(lambda n=n: keep_draft(act, cases[n], step="semester", values={"dormitory": str(n)}, page="a").result for n in range(4)))
    assert not any(one.beside or one.late for one in kept)
    assert Draft.objects.get().revision == 4
    assert StepMark.objects.filter(step="semester").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_for_one_field_at_once_become_one_and_a_sentence():
    world = build()
    records = [world.record("李明") for _ in range(2)]
    act = world.act("李明")
    answers = at_once(*(lambda r=r: request_correction(act, r, field="name_pinyin", new="LI MING", origin=Origin.STEP) for r in records))
    stopped = [one for one in answers if isinstance(one, Stopped)]
    assert Correction.objects.count() == 1
    assert [f.id for one in stopped for f in one.findings] == ["CORR.004"]


@pytest.mark.django_db
def test_a_request_that_was_withdrawn_a_moment_ago_is_not_approved(world):
    made = request_correction(world.act("李明"), world.record("李明"), field="name_pinyin", new="LI MING", origin=Origin.STEP).result
    on_the_secretarys_screen = Correction.objects.select_related("record__person", "record__college").get(pk=made.pk)
    withdraw_correction(world.act("李明"), made)
    with pytest.raises(Stopped) as stopped:
        review_correction(world.act("王秘书"), on_the_secretarys_screen, verdict="approve")
    assert [f.id for f in stopped.value.findings] == ["CORR.006"]
    assert Correction.objects.get().stage == Stage.WITHDRAWN and value_of(world.record("李明"), "name_pinyin") == ""
