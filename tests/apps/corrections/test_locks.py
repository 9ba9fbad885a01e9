"""Several records in one transaction: everybody takes them in one order and before the journal, so nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from tests.world import build

from xueji.corrections.commands import hold_requests, request_correction, review_correction
from xueji.corrections.terms import Origin, Stage
from xueji.exchange.commands.rosters import receive_roster
from xueji.exchange.roster import running
from xueji.records.commands import change_record, hold_records, save_own_values
from xueji.records.models import Person, StudentRecord
from xueji.records.queries import value_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.only_on("postgresql", why="SQLite has one writer"),
]
NAMES = ("李明", "王芳")
PATIENCE = 20
"""Seconds that a thread waits for another before the test fails."""


@pytest.fixture
def world():
    return build()


def by_key(world):
    return sorted((world.record(name) for name in NAMES), key=lambda one: one.pk)


def alone(deed):
    """Do it on a connection of its own."""

    def done():
        try:
            return deed()
        finally:
            connection.close()

    return done


def free(model, key) -> bool:
    """Whether nobody holds the row."""
    try:
        with transaction.atomic():
            model.objects.select_for_update(nowait=True).get(pk=key)
    except OperationalError:
        return False
    return True


def roster(world):
    """A compared roster that changes a column of the record and one of the person of both."""
    rows = "".join(f"{world.record(name).student_number},{name},软件工程,02\n" for name in NAMES)
    kept = receive_roster(world.act("刘老师"), f"学号,姓名,专业名称,政治面貌\n{rows}".encode(), title="名册.csv").result
    plan = running.compare(world.act("刘老师"), kept)
    assert plan.counts["changed"] == 2, plan.counts
    return kept


def commit(world, kept):
    return running.commit(world.act("刘老师"), kept)


def hold(world, kept):
    with transaction.atomic():
        hold_records(StudentRecord.objects.filter(person__name__in=NAMES))


@pytest.mark.parametrize("deed", [commit, hold])
def test_records_are_taken_in_the_order_of_their_keys(world, deed):
    """While somebody holds the first record, whoever wants both waits there and does not hold the second already."""
    kept = roster(world)
    first, second = by_key(world)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            StudentRecord.objects.select_for_update().get(pk=first.pk)
            other = pool.submit(alone(lambda: deed(world, kept)))
            for _ in range(60):
                if waiting():
                    break
                threading.Event().wait(0.1)
            else:
                pytest.fail("nobody waits for the first record")
            assert free(StudentRecord, second.pk) and free(Person, second.person_id) and free(Person, first.person_id)
        other.result(PATIENCE)


def waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_approving_several_and_a_student_who_saves_do_not_wait_for_each_other(world):
    """The first approval holds the end of the journal; the student holds the second record and wants the journal."""
    requests = [
        request_correction(world.act(name), world.record(name), field="political_status", new="02", origin=Origin.STEP).result for name in NAMES
    ]
    approved, saved = threading.Event(), threading.Event()

    def secretary():
        with transaction.atomic():
            hold_requests(requests)
            review_correction(world.act("王秘书"), requests[0], verdict="approve")
            approved.set()
            saved.wait(2)  # long enough for the student to be in the middle of saving
            review_correction(world.act("王秘书"), requests[1], verdict="approve")

    def student():
        assert approved.wait(PATIENCE)
        save_own_values(world.act("王芳"), world.record("王芳"), values={"mobile": "13800001234"})
        saved.set()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(alone(secretary)), pool.submit(alone(student))]:
            one.result(PATIENCE)
    record = world.record("王芳")
    assert value_of(record, "mobile") == "13800001234" and value_of(record, "political_status") == "02"
    for one in requests:
        one.refresh_from_db()
        assert one.stage == Stage.IN_FORCE


@pytest.mark.parametrize("turn", range(3))
def test_deciding_and_importing_at_once_both_come_to_their_end(world, turn):
    """Many changes of both records from the other end, while a roster comes in: each is done or told why not, none is aborted."""
    kept, start = roster(world), threading.Barrier(2)

    def registrar():
        start.wait(PATIENCE)
        with transaction.atomic():
            hold_records(StudentRecord.objects.filter(person__name__in=NAMES))
            for one in reversed(by_key(world)):
                change_record(world.act("刘老师"), one, values={"supervisor": "周教授"}, reason="更正汇总表")

    def importer():
        start.wait(PATIENCE)
        return commit(world, kept)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(alone(registrar)), pool.submit(alone(importer))]:
            one.result(PATIENCE)
    for name in NAMES:
        record = world.record(name)
        assert (value_of(record, "supervisor"), record.major_name, record.person.political_status) == ("周教授", "软件工程", "02")
