"""Stations at the same instant: real threads, a connection each; on PostgreSQL they run side by side."""

import threading
from uuid import uuid4

import pytest
from django.db import connection
from tests.apps.photos.day import at, jpeg, opened

from xueji.photos.day.commands.codes import issue_code
from xueji.photos.day.commands.envelopes import deliver_envelope
from xueji.photos.day.commands.turns import accept_shot, add_shot, arrive, finish_turn
from xueji.photos.day.models import Capture, Code, Envelope, Fee, Line, Turn

pytestmark = pytest.mark.django_db(transaction=True)
EAST, WEST = "东湖校区", "西山校区"


def together(count, work):
    """``work(n)`` in so many threads, begun at one instant; what each gave back. Whatever one raises is raised here."""
    gate, given, wrong = threading.Barrier(count), [], []

    def one(n):
        try:
            gate.wait(60)
            given.append(work(n))
        except Exception as mistake:
            wrong.append(mistake)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return given


@pytest.fixture
def day(world):
    return opened(world)


def test_eight_stations_scanning_two_codes_give_exactly_one_turn_each(day):
    tokens, operator = [day.token("李明"), day.token("王芳")], day.act("周操作员", at(11, 26), "capture")

    def scan(n):
        change = arrive(operator, day.campaign, token=tokens[n % 2], campus=EAST, station=f"{n}")
        return n % 2, change.result[2].number, change.unchanged

    seen = together(8, scan)
    assert {(who, number) for who, number, _ in seen} in ({(0, 1), (1, 2)}, {(0, 2), (1, 1)})
    assert sum(not unchanged for *_, unchanged in seen) == 2 == Turn.objects.count()
    assert Line.objects.get().last == 2, "no number is lost to who came second"


def test_one_code_at_two_campuses_at_once_is_one_turn_and_no_number_is_lost(day):
    token, operator = day.token("李明"), day.act("周操作员", at(11, 26), "capture")
    seen = together(6, lambda n: arrive(operator, day.campaign, token=token, campus=(EAST, WEST)[n % 2], station=f"{n}").result[2].pk)
    assert len(set(seen)) == 1 == Turn.objects.count()
    assert sum(Line.objects.values_list("last", flat=True)) == 1


def test_the_same_envelope_delivered_in_parallel_is_taken_over_once(day):
    key, operator = uuid4(), day.act("周操作员", at(11, 26, 11), "capture")
    inside = {"token": day.token("李明"), "at": at(11, 26, 10).isoformat(), "outcome": "done", "method": "cash"}
    deliver = lambda n: deliver_envelope(operator, day.campaign, campus=EAST, station="2", id=key, inside=inside, photo=jpeg())  # noqa: E731
    seen = together(6, deliver)
    assert sum(not change.unchanged for change in seen) == 1 and all(change.result.conflicts == [] for change in seen)
    assert (Envelope.objects.count(), Turn.objects.count(), Capture.objects.count(), Fee.objects.count()) == (1, 1, 1, 1)


def test_two_stations_that_photographed_the_same_student_offline_give_one_turn_and_one_conflict(day):
    token, operator = day.token("李明"), day.act("周操作员", at(11, 26, 11), "capture")

    def deliver(n):
        inside = {"token": token, "at": at(11, 26, 10, n).isoformat(), "outcome": "done", "method": "cash"}
        return deliver_envelope(operator, day.campaign, campus=EAST, station=f"{n}", id=uuid4(), inside=inside, photo=jpeg(n * 9)).result.conflicts

    seen = together(2, deliver)
    assert sorted([f["id"] for f in conflicts] for conflicts in seen) == [[], ["STAT.020"]]
    assert (Turn.objects.count(), Capture.objects.count(), Fee.objects.count()) == (1, 1, 1)
    assert Envelope.objects.exclude(conflicts=[]).get().photo is not None


def test_an_ending_sent_twice_at_one_instant_takes_the_fee_once(day):
    operator = day.act("周操作员", at(11, 26, 9, 5), "capture")
    turn = arrive(operator, day.campaign, token=day.token("李明"), campus=EAST, station="1").result[2]
    add_shot(operator, turn, content=jpeg())
    accept_shot(operator, turn)
    together(4, lambda n: finish_turn(operator, Turn.objects.get(pk=turn.pk), outcome="done", method="cash"))
    assert (Fee.objects.count(), Capture.objects.count()) == (1, 1)


def test_two_pages_asking_for_a_code_at_once_get_the_same_one(day):
    seen = together(4, lambda n: issue_code(day.act("李明", at(11, 25)), day.case("李明")).result.pk)
    assert len(set(seen)) == 1 == Code.objects.count()
