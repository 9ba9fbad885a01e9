"""What a station did without network: lost answers, photos judged afterwards, students called back."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.apps.photos.day import at, jpeg, opened
from tests.apps.photos.test_day import EAST, envelope, photographed, scan, stopped

from xueji.jobs.calendar import APPOINTMENTS
from xueji.journal.models import Event
from xueji.photos.commands import overrule_finding
from xueji.photos.day.commands.after import decide_dispute, dispute_photo
from xueji.photos.day.commands.envelopes import deliver_envelope
from xueji.photos.day.commands.judging import judge_photo_later
from xueji.photos.day.commands.turns import accept_shot, add_shot, arrive, finish_turn, reopen_turn
from xueji.photos.day.models import Capture, Envelope, Fee, Turn
from xueji.photos.day.queries import called_back, captures_of, counters, taken, unjudged_captures
from xueji.photos.day.scanning import _versions, known_code
from xueji.photos.queries import accepted, rejecting_rules, waiting_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(world):
    return opened(world)


def sealed_again(day, name, *, photo, outcome="done", method="alipay"):
    """The station did not hear the answer, sealed what it had done, and delivers it now."""
    inside = {"token": day.token(name), "at": at(11, 26, 9, 2).isoformat(), "outcome": outcome, "method": method}
    operator = day.act("周操作员", at(11, 26, 11), "capture")
    return deliver_envelope(operator, day.campaign, campus=EAST, station="一号台", id=uuid4(), inside=inside, photo=photo).result


def test_an_ending_whose_answer_was_lost_is_answered_as_the_first_time(day):
    photographed(day, "李明")
    row = sealed_again(day, "李明", photo=jpeg())
    assert row.conflicts == [] and row.turn == Turn.objects.get() and row.photo is None
    assert (Capture.objects.count(), Fee.objects.count()) == (1, 1)


def test_another_photo_another_fee_or_another_ending_is_still_a_conflict(day):
    photographed(day, "李明")
    for changed in ({"photo": jpeg(7)}, {"photo": jpeg(), "method": "cash"}, {"photo": b"", "outcome": "left", "method": ""}):
        assert [f["id"] for f in sealed_again(day, "李明", **changed).conflicts] == ["STAT.020"]
    assert (Capture.objects.count(), Fee.objects.count(), Envelope.objects.count()) == (1, 1, 3)


def test_a_shot_whose_answer_was_lost_is_not_counted_twice(day):
    turn = scan(day, "李明")[2]
    operator = day.act("周操作员", at(11, 26, 9, 3), "capture")
    add_shot(operator, turn, content=jpeg())
    assert add_shot(operator, turn, content=jpeg()).unchanged
    row = sealed_again(day, "李明", photo=jpeg())
    assert row.conflicts == [] and row.turn.shots == 1 and row.turn.judgement is not None


def test_an_ending_repeated_changes_nothing_and_another_one_is_refused(day):
    turn, operator = photographed(day, "李明"), day.act("周操作员", at(11, 26, 10), "capture")
    assert finish_turn(operator, turn, outcome="done", method="cash").unchanged
    assert stopped(lambda: finish_turn(operator, turn, outcome="left")) == ["STAT.032"]
    assert Fee.objects.get().method == "alipay"


def test_a_moment_that_is_none_is_refused_whole(day):
    for moment in ("gestern", "2024-11-26T10:00"):
        inside = {"token": day.token("李明"), "at": moment, "outcome": "done", "method": "cash"}
        with pytest.raises(ValueError):
            deliver_envelope(day.act("周操作员", at(11, 26, 11), "capture"), day.campaign, campus=EAST, station="2", id=uuid4(), inside=inside)
    assert not Envelope.objects.exists()


def test_an_envelope_with_a_photo_that_is_none_is_kept_as_a_conflict(day):
    inside = {"token": day.token("李明"), "at": at(11, 26, 10).isoformat(), "outcome": "done", "method": "cash"}
    row = deliver_envelope(day.act("周操作员", at(11, 26, 11), "capture"), day.campaign, campus=EAST, station="2", id=uuid4(), inside=inside, photo=b"GIF89a").result
    assert row.conflicts[0]["id"] == "STAT.034" and row.kept["method"] == "cash" and not Turn.objects.exists()


def offline_then_judged(day, monkeypatch, outcome="reject"):
    """李明 was photographed offline at 10:00; the network is back at 11:00 and the rules have spoken."""
    envelope(day, "李明", at(11, 26, 10))
    capture = unjudged_captures().get()
    if outcome == "reject":  # a grey card with eyes closed is what a real rejected portrait is; any profile rejects a blank one
        judgement = judge_photo_later(day.act("周操作员", at(11, 26, 11), "capture"), capture).result
        assert judgement.outcome in {"reject", "unchecked"}
        if judgement.outcome == "unchecked":  # no face models on this machine
            why = {"rule": "face_count", "level": "reject", "id": "PHOTO.101", "message": {"zh": "没有人像。", "en": "No portrait."}}
            judgement.outcome, judgement.findings = "reject", [why]
            judgement.save()
    return Turn.objects.get()


def test_a_photo_taken_offline_waits_to_be_judged_and_the_station_sees_how_many(day):
    row = envelope(day, "李明", at(11, 26, 10)).result
    assert row.turn.judgement is None and counters(day.campaign, row.turn.on, EAST, at(11, 26, 11)).unjudged == 1
    assert APPOINTMENTS["judge_offline_photos"].work(at(11, 26, 11)) == 1
    row.turn.refresh_from_db()
    assert row.turn.judgement is not None and Capture.objects.get().judgement == row.turn.judgement
    assert counters(day.campaign, row.turn.on, EAST, at(11, 26, 11)).unjudged == 0
    assert APPOINTMENTS["judge_offline_photos"].work(at(11, 26, 12)) == 0
    assert Event.objects.filter(kind="photo.judged_later").count() == 1


def test_who_is_sent_back_is_called_back_and_is_in_the_lists_of_the_registry(day, monkeypatch):
    turn = offline_then_judged(day, monkeypatch)
    (back, why), = called_back(day.campaign, turn.on, EAST)
    assert back == turn and why.id == "STAT.038" and why.message.zh.startswith("1 号")
    assert list(waiting_for(day.world.actor("刘老师"))) == [turn.judgement]
    reopen_turn(day.act("周操作员", at(11, 26, 11, 5), "capture"), turn, reason="检测退回")
    assert called_back(day.campaign, turn.on, EAST) == [] and counters(day.campaign, turn.on, EAST, at(11, 26, 11, 5)).waiting == 1
    operator = day.act("周操作员", at(11, 26, 11, 6), "capture")
    add_shot(operator, turn, content=jpeg(3))
    accept_shot(operator, turn)
    finish_turn(operator, turn, outcome="done")
    assert Fee.objects.count() == 1, "the fee is not taken twice"
    assert list(Capture.objects.values_list("version", flat=True)) == [1, 2]


def test_an_overruled_photo_calls_nobody_back(day, monkeypatch):
    turn = offline_then_judged(day, monkeypatch)
    for rule in rejecting_rules(turn.judgement):
        overrule_finding(day.act("刘老师", at(11, 26, 12)), turn.judgement, rule=rule, reason="人工看过，可以使用")
    assert accepted(turn.judgement) and called_back(day.campaign, turn.on, EAST) == []


def test_a_turn_is_reopened_with_a_reason_on_the_same_day_only(day):
    turn = photographed(day, "李明")
    operator = day.act("周操作员", at(11, 26, 10), "capture")
    assert stopped(lambda: reopen_turn(operator, turn, reason=" ")) == ["CAMP.022"]
    assert stopped(lambda: reopen_turn(day.act("周操作员", at(11, 27), "capture"), turn, reason="闭眼")) == ["STAT.037"]
    reopen_turn(operator, turn, reason="闭眼")
    assert stopped(lambda: reopen_turn(operator, turn, reason="闭眼")) == ["STAT.037"]
    assert [f.id for f in scan(day, "李明", at(11, 26, 10) + timedelta(minutes=1))[1]][0] == "STAT.010"
    assert stopped(lambda: finish_turn(operator, turn, outcome="done")) == ["STAT.031"]


def test_a_scan_sees_the_versions_of_a_photo_as_the_pages_do(day):
    record = day.world.record("李明")

    def same():
        known = known_code(day.token("李明"), day.campaign, EAST, at(12, 11))
        seen, shown = _versions(known, day.campaign), [taken(one) for one in captures_of([record])[record.pk]]
        assert seen == shown
        return [(one.confirmed, one.disputed, one.refused) for one in seen]

    photographed(day, "李明")
    Capture.objects.create(record=record, version=9, origin="bureau", taken_on=date(2021, 9, 1), taken_by="易拍", recorded_at=at(12, 1))
    assert same() == [(False, False, False)] * 2
    dispute = dispute_photo(day.act("李明", at(12, 11)), day.case("李明"), reason="照片不是本人", evidence=jpeg(), title="证件.jpg").result
    assert (False, True, False) in same()
    decide_dispute(day.act("刘老师", at(12, 13)), dispute, upheld=True, note="重新采集")
    assert (False, False, True) in same()


def test_a_scan_asks_the_database_little(day, django_assert_max_num_queries):
    tokens = [day.token("李明"), day.token("王芳")]
    scan(day, "", token=tokens[0])
    operator = day.act("周操作员", at(11, 26), "capture")
    with django_assert_max_num_queries(7):
        arrive(operator, day.campaign, token=tokens[1], campus=EAST, station="1")


def test_an_envelope_asks_the_database_little(day, django_assert_max_num_queries):
    envelope(day, "李明", at(11, 26, 10))
    inside = {"token": day.token("王芳"), "at": at(11, 26, 10).isoformat(), "outcome": "done", "method": "cash"}
    operator = day.act("周操作员", at(11, 26, 11), "capture")
    with django_assert_max_num_queries(17):
        deliver_envelope(operator, day.campaign, campus=EAST, station="2", id=uuid4(), inside=inside, photo=jpeg())


def test_what_was_done_offline_belongs_where_the_student_belongs(day):
    photographed(day, "王芳")
    online = {event.kind: (event.college, event.account) for event in Event.objects.exclude(account="")}
    envelope(day, "李明", at(11, 26, 10))
    record = day.case("李明").record
    marked = Event.objects.filter(kind="case.step_marked_by_college").last()
    assert (marked.college, marked.account) == (record.college_id, f"account:{record.account_id}")
    file = Turn.objects.get(case=day.case("李明")).draft
    assert (file.college, file.campus, file.class_number, file.account) == (record.college_id, record.campus, record.class_number, marked.account)
    assert {"file.stored", "case.step_marked_by_college"} <= set(online), "the same events as online"
