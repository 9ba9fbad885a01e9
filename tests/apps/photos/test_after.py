"""After the day: photos of the make-up, objections at the wrong moment, forms sent twice, prints reversed, a timetable published again."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.apps.photos.day import at, jpeg, opened, planned, text_of

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.notify.models import Delivery
from xueji.photos.day.commands.after import (
    Arrival,
    agree_face,
    confirm_photo,
    decide_dispute,
    decide_nomination,
    dispute_photo,
    file_face,
    nominate_student,
    send_online,
    take_over_captures,
    take_over_faces,
    verify_face,
)  # fmt: skip
from xueji.photos.day.commands.judging import judge_photo_later
from xueji.photos.day.commands.prints import enter_prints, reverse_prints
from xueji.photos.day.commands.sessions import choose_slot, move_session, plan_sessions
from xueji.photos.day.judging import judge_waiting_photos
from xueji.photos.day.models import Capture, Dispute, FaceCase, PrintEntry, Session, Slot
from xueji.photos.day.queries import absentees, photos_of, prints_of, slot_of, unjudged_captures
from xueji.photos.day.telling import moved_since, places_of, tell_places
from xueji.records.commands import change_record
from xueji.records.models import College
from xueji.rules.capture import Duty, Face
from xueji.vault.models import VaultFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(world):
    return opened(world, mode="official")


def stopped(attempt):
    with pytest.raises(Stopped) as no:
        attempt()
    return [f.id for f in no.value.findings]


def delivered(day, name, when, shade=0, on=None):
    take_over_captures(day.act("刘老师", when), day.campaign, arrivals=[Arrival(day.case(name), on or when.date(), jpeg(shade))], source="易拍.zip")


def missing(day, when):
    return {c.record.person.name for c in absentees(day.world.actor("刘老师"), day.campaign, when)}


# verification


def test_a_photo_of_the_makeup_is_verified_until_the_round_closes_and_then_counts(day):
    delivered(day, "李明", at(1, 9, year=2025))
    case, own = day.case("李明"), lambda when: day.act("李明", when)
    assert photos_of(case).why.id == "CAPT.007", "the notice's window was over before it came"
    assert stopped(lambda: confirm_photo(own(at(4, 1, year=2025)), case)) == ["PROOF.010"]
    confirm_photo(own(at(3, 31, 23, 59, year=2025)), case)
    assert photos_of(case).why.id == "CAPT.010"


def test_a_photo_that_arrives_when_the_round_is_over_has_as_many_days_as_the_others_had(day):
    delivered(day, "李明", at(4, 10, year=2025), on=date(2025, 3, 30))
    assert stopped(lambda: confirm_photo(day.act("李明", at(4, 16, 9, year=2025)), day.case("李明"))) == ["PROOF.010"]
    confirm_photo(day.act("李明", at(4, 16, 8, 59, year=2025)), day.case("李明"))


def test_the_window_of_the_notice_is_exact_for_right_and_wrong(day):
    delivered(day, "李明", at(12, 1))
    case, opens, closes = day.case("李明"), at(12, 11, 0), at(12, 17, 0) - timedelta(seconds=1)
    early, late = opens - timedelta(seconds=1), closes
    for attempt in (lambda act: confirm_photo(act, case), lambda act: dispute_photo(act, case, reason="照片不是本人")):
        assert stopped(lambda: attempt(day.act("李明", early))) == ["TIME.001"]  # noqa: B023
        assert stopped(lambda: attempt(day.act("李明", late))) == ["PROOF.010"]  # noqa: B023
    assert VaultFile.objects.filter(purpose="evidence").count() == 0
    confirm_photo(day.act("李明", opens), case)
    dispute_photo(day.act("李明", closes - timedelta(seconds=1)), case, reason="照片不是本人")
    assert photos_of(case).why.id == "CAPT.006", "who finds out later still says so inside the window"


def test_nobody_confirms_a_photo_while_the_own_objection_is_decided_or_after_it_was_found_wrong(day):
    delivered(day, "李明", at(12, 1))
    case = day.case("李明")
    dispute = dispute_photo(day.act("李明", at(12, 11)), case, reason="照片不是本人").result
    assert stopped(lambda: confirm_photo(day.act("李明", at(12, 11)), case)) == ["PROOF.008"]
    decide_dispute(day.act("刘老师", at(12, 12)), dispute, upheld=True, note="不是本人")
    assert stopped(lambda: confirm_photo(day.act("李明", at(12, 12)), case)) == ["PROOF.009"]
    assert stopped(lambda: dispute_photo(day.act("李明", at(12, 12)), case, reason="照片不是本人")) == ["PROOF.009"]
    seen = photos_of(case)
    assert (seen.valid, seen.why.id, seen.duty) == (None, "CAPT.008", Duty.AGAIN)


def test_whose_photo_was_found_wrong_is_on_the_makeup_list_until_another_one_is_there(day):
    for name in ("李明", "王芳", "赵强"):
        delivered(day, name, at(12, 1), on=date(2024, 11, 26))
    assert missing(day, at(12, 12)) == set()
    dispute = dispute_photo(day.act("李明", at(12, 11)), day.case("李明"), reason="照片不是本人").result
    assert missing(day, at(12, 12)) == set(), "nobody has decided yet"
    decide_dispute(day.act("刘老师", at(12, 12)), dispute, upheld=True, note="不是本人")
    assert missing(day, at(12, 12)) == {"李明"}
    delivered(day, "李明", at(12, 13), shade=4)
    assert missing(day, at(12, 14)) == set()


def test_where_the_notice_has_no_verification_an_objection_is_taken_as_it_says(world):
    change_record(world.system(), world.record("欧阳静"), values={"expected_on": "2025-07-01"}, reason="2025届")
    n4 = open_campaign(world.act("刘老师", at=at(9, 25)), text=text_of("2025-cufe-photo")).result[0]
    n5 = open_campaign(world.act("刘老师", at=at(9, 25)), text=text_of("2024-pku-photo")).result[0]
    own = lambda campaign: Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=campaign, record=world.record("欧阳静"))  # noqa: E731
    take_over_captures(world.act("刘老师", at=at(11, 5)), n4, arrivals=[Arrival(own(n4), date(2024, 10, 22), jpeg())], source="易拍.zip")
    student = lambda when: world.act("欧阳静", at=when)  # noqa: E731
    assert photos_of(own(n4)).why.id == "CAPT.010"
    assert stopped(lambda: dispute_photo(student(at(1, 1, year=2025)), own(n4), reason="照片不是本人")) == ["PROOF.010"]
    dispute_photo(student(at(11, 6)), own(n4), reason="照片不是本人")
    assert photos_of(own(n4)).why.id == "CAPT.006"
    Case.objects.get_or_create(campaign=n5, record=world.record("欧阳静"), defaults={"group": "required", "opened_at": at(9, 25)})
    assert stopped(lambda: dispute_photo(student(at(11, 6)), own(n5), reason="照片不是本人")) == ["PROOF.011"], "后期不予重拍或修改"


# deliveries


def test_the_same_delivery_keeps_no_second_file_and_its_photos_are_judged_afterwards(day):
    delivered(day, "李明", at(12, 1))
    delivered(day, "李明", at(12, 1))
    assert (Capture.objects.count(), VaultFile.objects.filter(purpose="photo").count()) == (1, 1)
    assert [c.judgement for c in unjudged_captures()] == [None]
    assert judge_waiting_photos(at(12, 1, 10)) == 1
    kept = Capture.objects.select_related("judgement", "record", "campaign", "file").get()
    assert kept.judgement.taken == "bureau" and kept.judgement.outcome in {"reject", "warn", "unchecked"}
    assert judge_photo_later(day.world.system(at(12, 2)), kept).unchanged and not unjudged_captures()


def test_an_older_answer_about_a_face_the_authority_agreed_to_opens_no_second_case(day):
    delivered(day, "李明", at(12, 1))
    rows, registrar = [(day.world.record("李明"), Face.FAILED, True)], day.act("刘老师", at(12, 20))
    take_over_faces(registrar, rows=rows, source="在校生.dbf")
    face = FaceCase.objects.get()
    assert stopped(lambda: verify_face(registrar, face, evidence=b"")) == ["FILE.001"]
    verify_face(registrar, face, evidence=jpeg(), title="核验.jpg")
    file_face(registrar, face, number="BA-1")
    agree_face(registrar, face)
    assert take_over_faces(registrar, rows=rows, source="在校生.dbf").unchanged
    assert FaceCase.objects.count() == 1 and Capture.objects.get().face == Face.PASSED
    delivered(day, "李明", at(12, 21), shade=3)
    assert take_over_faces(registrar, rows=rows, source="新.dbf").result == (1, 1), "another photo is another question"


def test_a_photo_sent_online_twice_is_one_and_nobody_fills_the_disk(world, monkeypatch):
    change_record(world.system(), world.record("李明"), values={"expected_on": "2020-06-30", "enrolled_on": "2017-09-01"}, reason="2020届")
    n3 = open_campaign(world.act("刘老师", at=at(6, 3, year=2020)), text=text_of("2020-bit-photo")).result[0]
    case, own = Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=n3, record=world.record("李明")), world.act("李明", at=at(6, 9, year=2020))
    first = send_online(own, case, content=jpeg()).result
    assert send_online(own, case, content=jpeg()).unchanged and Capture.objects.count() == 1
    assert send_online(own, case, content=jpeg()).result.pk == first.pk
    monkeypatch.setattr("xueji.photos.day.commands.after.MOST_ONLINE", 2)
    send_online(own, case, content=jpeg(5))
    assert stopped(lambda: send_online(own, case, content=jpeg(6))) == ["PROOF.012"]


def test_a_refusal_tells_the_college_why(day):
    reported = nominate_student(day.act("王秘书", at(11, 21)), day.world.record("SCHMIDT ANNA"), campaign=day.campaign, reason="提前毕业").result
    assert stopped(lambda: decide_nomination(day.act("刘老师", at(11, 22)), reported, approved=False, note=" ")) == ["CAMP.022"]
    decide_nomination(day.act("刘老师", at(11, 22)), reported, approved=False, note="不在2025届")
    stale = type(reported).objects.get()
    stale.decided_at = None  # as another page still shows it
    assert stopped(lambda: decide_nomination(day.act("刘老师", at(11, 22)), stale, approved=True)) == ["PROOF.004"]


def test_two_pages_that_both_show_a_dispute_as_open_decide_it_once(day):
    delivered(day, "李明", at(12, 1))
    dispute_photo(day.act("李明", at(12, 11)), day.case("李明"), reason="照片不是本人")
    here, there = Dispute.objects.get(), Dispute.objects.get()
    decide_dispute(day.act("刘老师", at(12, 12)), here, upheld=False, note="是本人")
    assert stopped(lambda: decide_dispute(day.act("刘老师", at(12, 12)), there, upheld=True, note="不是")) == ["PROOF.004"]
    assert Dispute.objects.get().upheld is False


# the timetable


def test_a_moved_session_says_its_former_time_as_it_was_in_shanghai_and_tells_nobody_twice(day):
    session = Session.objects.get(room="报告厅", open_day=False)
    move = lambda when=at(11, 25), **more: move_session(day.act("刘老师", when), session, **{"room": "体育馆", "opens": at(11, 26, 13), "closes": at(11, 26, 16), "reason": "下雨"} | more)  # noqa: E731
    assert stopped(lambda: move(at(11, 26, 16))) == ["SESS.010"]
    assert len(move().result) == 2
    assert Session.objects.get(pk=session.pk).moved_from == "报告厅 2024-11-26 08:30"
    again = move()
    assert again.unchanged and again.result == []


def test_telling_that_was_interrupted_goes_on_and_tells_nobody_twice(day):
    cases = [str(day.case(name).pk) for name in ("李明", "王芳")]
    told = lambda: sorted(Delivery.objects.filter(message__kind="session", way="app").values_list("account__name", flat=True))  # noqa: E731
    assert tell_places(day.act("刘老师", at(11, 25)), day.campaign, cases[:1], occasion="places-1") == 1
    tell_places(day.act("刘老师", at(11, 25, 10)), day.campaign, cases, occasion="places-1")
    assert told() == ["李明", "王芳"]


def test_a_timetable_published_again_keeps_what_students_chose_and_tells_who_has_another_place(day):
    open_day = Session.objects.get(open_day=True)
    choose_slot(day.act("李明", at(11, 22)), day.case("李明"), session=open_day)
    former = places_of(day.campaign)
    plan_sessions(day.act("刘老师", at(11, 23)), day.campaign, rows=planned())
    assert slot_of(day.case("李明")).session.open_day, "the chosen place is kept"
    assert tell_places(day.act("刘老师", at(11, 23)), day.campaign, moved_since(day.campaign, former)) == 1, "王芳 moved up to the first place of the morning"
    former = places_of(day.campaign)
    plan_sessions(day.act("刘老师", at(11, 23)), day.campaign, rows=planned(room="体育馆"))
    Slot.objects.filter(case=day.case("赵强")).delete()
    assert tell_places(day.act("刘老师", at(11, 23)), day.campaign, moved_since(day.campaign, former)) == 2
    last = Delivery.objects.filter(message__kind="session", way="app").order_by("-pk")[:2]
    assert {one.account.name for one in last} == {"王芳", "赵强"}
    assert tell_places(day.act("刘老师", at(11, 23)), day.campaign, moved_since(day.campaign, places_of(day.campaign))) == 0


def test_who_was_photographed_or_is_not_called_takes_nobodys_place(day):
    open_day = Session.objects.get(open_day=True)
    Case.objects.filter(pk=day.case("王芳").pk).update(group="later")
    assert stopped(lambda: choose_slot(day.act("王芳", at(11, 22)), day.case("王芳"), session=open_day)) == ["SESS.008"]
    day.case("李明").turns.create(campaign=day.campaign, on=date(2024, 11, 26), campus="东湖校区", number=1, light="green", station="一", arrived_at=at(11, 26), outcome="done", finished_at=at(11, 26))
    assert stopped(lambda: choose_slot(day.act("李明", at(11, 26, 13)), day.case("李明"), session=open_day)) == ["SESS.011"]
    assert open_day.slots.count() == 0


# prints


def test_a_wrong_entry_is_reversed_with_its_reason_and_the_counts_still_add_up(day):
    college, secretary = College.objects.get(code="A"), day.act("王秘书", at(1, 10, year=2025))
    book = lambda entry, count: enter_prints(secretary, day.campaign, college=college, entry=entry, count=count).result  # noqa: E731
    figures = lambda: next((p.received, p.used, p.returned, p.spoiled, p.on_hand) for p in prints_of(day.world.actor("王秘书"), day.campaign))  # noqa: E731
    wrong, used = book("received", 80), book("used", 20)
    assert stopped(lambda: reverse_prints(secretary, wrong, reason="")) == ["PRINT.002", "CAMP.022"]
    with pytest.raises(Refused):
        reverse_prints(day.act("赵秘书", at(1, 10, year=2025)), used, reason="不是我的")
    counter = reverse_prints(secretary, used, reason="多登了").result
    assert figures() == (80, 0, 0, 0, 80) and counter.reverses == used
    for again in (used, counter):
        assert stopped(lambda: reverse_prints(secretary, again, reason="再来")) == ["PRINT.003"]  # noqa: B023
    reverse_prints(secretary, wrong, reason="实收 8 张")
    book("received", 8)
    assert figures() == (8, 0, 0, 0, 8) and PrintEntry.objects.count() == 5, "nothing is edited or taken away"
    assert Event.objects.filter(kind="prints.reversed").count() == 2


def test_a_form_sent_twice_is_booked_once_and_rubbish_is_not_booked_at_all(day):
    college, secretary, form = College.objects.get(code="A"), day.act("王秘书", at(1, 10, year=2025)), uuid4()
    for _ in range(2):
        enter_prints(secretary, day.campaign, college=college, entry="received", count=8, form=form)
    assert PrintEntry.objects.count() == 1
    assert stopped(lambda: enter_prints(secretary, day.campaign, college=college, entry="used", count=0)) == ["PRINT.004"]
