"""The photo day by commands: audiences, codes, turns, offline envelopes, verification, make-up, prints."""

from datetime import UTC, date, timedelta
from uuid import uuid4

import pytest
from tests.apps.photos.day import at, delay, jpeg, opened, planned, text_of

from xueji.campaigns.commands import follow_audience, open_campaign
from xueji.campaigns.letters import send_due_reminders
from xueji.campaigns.models import Case
from xueji.campaigns.notice import read_notice
from xueji.campaigns.queries import explain, notice_of, steps_of
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.notify.models import Delivery
from xueji.photos.day.commands.after import (
    Arrival,
    agree_face,
    close_face,
    confirm_photo,
    decide_dispute,
    decide_nomination,
    dispute_photo,
    file_face,
    nominate_student,
    review_dispute,
    send_online,
    take_over_captures,
    take_over_faces,
    verify_face,
)  # fmt: skip
from xueji.photos.day.commands.codes import issue_code, issue_code_for, make_keys, revoke_code
from xueji.photos.day.commands.envelopes import deliver_envelope
from xueji.photos.day.commands.prints import enter_prints
from xueji.photos.day.commands.sessions import acknowledge_item, choose_slot, move_session, plan_sessions
from xueji.photos.day.commands.turns import accept_shot, add_shot, arrive, call_turn, finish_turn, settle_envelope
from xueji.photos.day.models import Capture, Envelope, FaceCase, Fee, Session, Slot, Turn
from xueji.photos.day.queries import (
    absentees,
    code_of,
    counters,
    keys_by,
    keys_now,
    open_conflicts,
    photos_of,
    prints_of,
    secrets_of,
    slot_of,
    token_of,
)
from xueji.photos.day.telling import tell_places
from xueji.photos.day.terms import capturing
from xueji.photos.day.tokens import Inside, NoCode, made, new_secrets, opened_envelope, sealed_envelope
from xueji.photos.day.tokens import opened as token_opened
from xueji.photos.day.worklists import tallied
from xueji.records.commands import change_record
from xueji.records.models import College
from xueji.rules.capture import Duty, Face

pytestmark = pytest.mark.django_db
EAST = "东湖校区"
NAMES = ["2025-bit-photo", "2020-bit-photo", "2025-cufe-photo", "2024-pku-photo"]


@pytest.fixture
def day(world):
    return opened(world)


def scan(day, name, when=None, station="一号台", token=None):
    change = arrive(day.act("周操作员", when or at(11, 26), "capture"), day.campaign, token=token or day.token(name), campus=EAST, station=station)
    return change.result


def photographed(day, name, when=None, shade=0):
    """The whole turn: scanned, called, shot, accepted, paid."""
    when = when or at(11, 26)
    turn = scan(day, name, when)[2]
    operator = day.act("周操作员", when + timedelta(minutes=3), "capture")
    call_turn(operator, turn)
    add_shot(operator, turn, content=jpeg(shade))
    accept_shot(operator, turn)
    finish_turn(operator, turn, outcome="done", method="alipay")
    turn.refresh_from_db()
    return turn


def stopped(attempt):
    with pytest.raises(Stopped) as no:
        attempt()
    return [f.id for f in no.value.findings]


# the notices


@pytest.mark.parametrize("name", NAMES)
def test_the_four_notices_open_without_a_finding(name):
    notice, findings = read_notice(text_of(name))
    assert findings == [] and capturing(notice) is not None


def test_n5_sorts_everybody_into_the_group_the_notice_names(world):
    cases = {
        "必到": {}, "一月": {"expected_on": date(2024, 1, 10), "first_expected_on": date(2024, 1, 10)},
        "延期的": {"first_expected_on": date(2023, 7, 1)}, "延到明年": {"expected_on": date(2025, 7, 1)},
        "已结业": {"conclusion": "completion", "standing": "completed", "graduated_on": date(2023, 6, 30), "first_expected_on": date(2023, 7, 1)},
        "单证生": {"certificates": "degree"}, "三月": {"expected_on": date(2024, 3, 1)},
    }  # fmt: skip
    for n, (name, values) in enumerate(cases.items()):
        usual = {"expected_on": date(2024, 7, 1), "first_expected_on": date(2024, 7, 1), "standing": "enrolled"}
        record = world.enrol(name, f"S202101{n:03}", "A", **(usual | values))
        if name in {"延期的", "已结业"}:
            Capture.objects.create(record=record, version=1, origin="bureau", taken_on=date(2022, 11, 2), taken_by="中国图片社", recorded_at=world.now)
    campaign = open_campaign(world.act("刘老师", at=at(10, 23, year=2023)), text=text_of("2024-pku-photo")).result[0]
    groups = dict(Case.objects.filter(campaign=campaign).values_list("record__person__name", "group"))
    assert groups == {"必到": "required", "一月": "required", "延期的": "again", "延到明年": "later", "已结业": "stands", "单证生": "must_not"}
    found = {c.record.person.name: photos_of(c).duty for c in Case.objects.filter(campaign=campaign).select_related("record__person", "campaign")}
    assert found == {"必到": Duty.MUST, "一月": Duty.MUST, "延期的": Duty.AGAIN, "延到明年": Duty.LATER, "已结业": Duty.STANDS, "单证生": Duty.MUST_NOT}
    why = next(m for m in explain(world.record("延期的"), notice_of(campaign)) if m.audience.group == "again")
    assert why.belongs and any("首次采集日期" in r.sentence.zh for r in why.reasons)


def test_n2s_lists_stay_as_published_when_somebody_is_photographed(day):
    groups = lambda: dict(Case.objects.filter(campaign=day.campaign).values_list("record__person__name", "group"))  # noqa: E731
    assert groups() == {"李明": "required", "王芳": "required", "赵强": "required"}
    photographed(day, "李明")
    follow_audience(day.world.system(at(11, 27)), day.campaign)
    assert groups()["李明"] == "required"


def test_somebody_with_two_records_has_two_obligations(world):
    day = opened(world)
    first = world.record("李明")
    world.enrol("李明二", "D202401001", "A", expected_on=date(2025, 6, 30), first_expected_on=date(2025, 6, 30), level="doctor")
    second = world.record("李明二")
    second.person = first.person
    second.save()
    follow_audience(world.system(at(11, 21)), day.campaign)
    assert Case.objects.filter(campaign=day.campaign, record__person=first.person).count() == 2


def test_moving_the_expected_graduation_voids_the_photo_and_moving_it_back_restores_it(world):
    record = world.enrol("延期生", "S202102001", "A", expected_on=date(2024, 7, 1), first_expected_on=date(2024, 7, 1), standing="enrolled")
    campaign = open_campaign(world.act("刘老师", at=at(10, 23, year=2023)), text=text_of("2024-pku-photo")).result[0]
    case = lambda: Case.objects.select_related("record__person", "campaign").get(campaign=campaign, record=record)  # noqa: E731
    take_over_captures(world.act("刘老师", at=at(11, 6, year=2023)), campaign, arrivals=[Arrival(case(), date(2023, 11, 1))], source="名单.xlsx")
    assert photos_of(case()).valid is not None
    delay(world, "延期生", date(2025, 1, 10))
    assert (photos_of(case()).valid, photos_of(case()).why.id) == (None, "CAPT.003")
    delay(world, "延期生", date(2024, 7, 1))
    assert photos_of(case()).why.id == "CAPT.010"


# timetable and readiness


def test_the_timetable_gives_everybody_a_place_and_names_every_clash(day):
    slots = {s.case.record.person.name: (s.session.room, s.position) for s in Slot.objects.select_related("case__record__person", "session")}
    assert slots == {"李明": ("报告厅", 1), "王芳": ("报告厅", 2), "赵强": ("A206", 1)}
    wrong = [*planned(), planned(row=5)[0]]
    assert stopped(lambda: plan_sessions(day.act("刘老师", at(11, 21)), day.campaign, rows=wrong)) == ["SESS.004"]
    with pytest.raises(Refused):
        plan_sessions(day.act("王秘书", at(11, 21)), day.campaign, rows=planned())


def test_changed_records_come_first_and_too_few_places_are_said(day):
    day.world.record("王芳").standing_changes.create(move="suspend", before="enrolled", after="suspended", effective_on=date(2024, 9, 1), decided_at=at(9, 1), decided_by="x")
    _, found, left = plan_sessions(day.act("刘老师", at(11, 21)), day.campaign, rows=planned(capacity=1)).result
    assert [f.id for f in found] == ["SESS.003"] and left == 1
    assert slot_of(day.case("王芳")).position == 1 and slot_of(day.case("李明")) is None


def test_when_it_rains_a_session_is_moved_and_everybody_affected_is_told(day):
    session = Session.objects.get(room="报告厅", open_day=False)
    moved = move_session(day.act("刘老师", at(11, 25)), session, room="体育馆", opens=at(11, 26, 13), closes=at(11, 26, 16), reason="下雨").result
    assert tell_places(day.act("刘老师", at(11, 25)), day.campaign, moved) == 2
    assert Session.objects.get(pk=session.pk).moved_because == "下雨" and slot_of(day.case("李明")).starts == at(11, 26, 13)
    assert set(Delivery.objects.filter(message__kind="session").values_list("account__name", flat=True)) == {"李明", "王芳"}
    assert stopped(lambda: move_session(day.act("刘老师", at(11, 25)), session, room="报告厅", opens=at(11, 27, 14), closes=at(11, 27, 15), reason="")) == ["SESS.004", "CAMP.022"]


def test_who_cannot_come_takes_a_place_on_the_open_day_until_it_is_full(day):
    open_day = Session.objects.get(open_day=True)
    for name in ("李明", "王芳"):
        choose_slot(day.act(name, at(11, 25)), day.case(name), session=open_day)
    assert stopped(lambda: choose_slot(day.act("赵强", at(11, 25)), day.case("赵强"), session=open_day)) == ["SESS.008"]
    west = Session.objects.get(room="A206")
    assert stopped(lambda: choose_slot(day.act("李明", at(11, 25)), day.case("李明"), session=west)) == ["SESS.008"]


def test_who_is_not_ready_is_reminded_three_days_and_one_day_before(day):
    for item in ("code", "clothes", "fee"):
        acknowledge_item(day.act("李明", at(11, 22)), day.case("李明"), item=item)
    assert steps_of(day.case("李明"), at(11, 22)).standing("code").state == "done"
    assert stopped(lambda: acknowledge_item(day.act("李明", at(11, 22)), day.case("李明"), item="nonsense")) == ["CAMP.024"]
    for when in (at(11, 22, 10), at(11, 24, 10)):
        send_due_reminders(when)
    reminded = Delivery.objects.filter(message__kind="reminder", way="app", message__campaign=day.campaign.code)
    assert sorted(reminded.values_list("account__name", flat=True)) == ["王芳", "王芳", "赵强", "赵强"]


# the code


def test_a_code_opens_with_the_stations_key_only_and_nothing_personal_is_inside(day):
    token = day.token("李明")
    assert token.isalnum() and token == token.upper() and "李明" not in token and "S202401001" not in token
    inside = token_opened(token, keys_by)
    assert inside.case == day.case("李明").pk
    other = new_secrets(1)
    for text, why in (("学信网采集码", "STAT.001"), (token[:-8] + "AAAAAAAA", "STAT.002"), (made(inside, other), "STAT.002"), (made(inside, new_secrets(9)), "STAT.003"), ("XJ1" + "!" * 40, "STAT.001")):
        with pytest.raises(NoCode) as no:
            token_opened(text, keys_by)
        assert no.value.why == why
    nobody = made(Inside(uuid4(), inside.expires_at, 1), secrets_of(keys_now()))
    assert stopped(lambda: scan(day, "", token=nobody)) == ["STAT.001"]


def test_codes_are_renewed_revoked_and_end_with_their_keys(day):
    first = day.token("李明")
    renewed = issue_code(day.act("李明", at(11, 25, 10)), day.case("李明"), renew=True).result
    assert scan(day, "", token=first)[0] == "red"
    revoke_code(day.act("刘老师", at(11, 25, 11)), day.case("李明"), reason="手机丢失")
    assert [f.id for f in scan(day, "", token=token_of(renewed))[1]] == ["STAT.006"] and code_of(day.case("李明")) is None
    paper = issue_code_for(day.act("王秘书", at(11, 25, 12)), day.case("李明")).result
    token = token_of(paper)
    assert [f.id for f in scan(day, "", at(12, 20), token=token)[1]] == ["STAT.005"]
    make_keys(day.act("刘老师", at(11, 25, 13)), retire=True)
    assert stopped(lambda: scan(day, "", token=token)) == ["STAT.003"]
    assert scan(day, "", token=token_of(paper))[0] != "red"
    assert make_keys(day.act("刘老师", at(11, 25, 14))).unchanged


# the station


def test_a_scan_twice_is_harmless(day):
    light, words, turn = scan(day, "李明")
    again = scan(day, "李明", at(11, 26, 9, 1), station="二号台")
    assert (light, turn.number) == ("amber", 1) and "STAT.013" in [f.id for f in words]
    unready = next(f for f in words if f.id == "STAT.013").message
    assert "、" in unready.zh and unready.en.isascii()
    assert again[2].pk == turn.pk and "STAT.010" in [f.id for f in again[1]]
    assert Turn.objects.count() == 1 and Event.objects.filter(kind="turn.arrived").count() == 1
    assert scan(day, "王芳")[2].number == 2


def test_the_whole_turn_makes_a_version_with_provenance_a_fee_and_the_step(day):
    turn = photographed(day, "李明")
    version = Capture.objects.get(record=day.world.record("李明"))
    assert (version.version, version.origin, version.taken_by, version.taken_on) == (1, "house", "周操作员", date(2024, 11, 26))
    assert Fee.objects.get(turn=turn).amount == 2000 and version.judgement is not None
    assert steps_of(day.case("李明"), at(11, 26, 10)).standing("capture").state == "done"
    assert [f.id for f in scan(day, "李明", at(11, 26, 9, 20))[1]] == ["STAT.011"]
    operator = day.act("周操作员", at(11, 26, 11), "capture")
    assert finish_turn(operator, turn, outcome="done", method="alipay").unchanged
    assert stopped(lambda: add_shot(operator, turn, content=jpeg())) == ["STAT.032"]


def test_a_retake_in_the_chair_is_unlimited_and_the_last_accepted_shot_stands(day):
    turn = scan(day, "李明")[2]
    operator = day.act("周操作员", at(11, 26, 9, 5), "capture")
    assert stopped(lambda: accept_shot(operator, turn)) == ["STAT.031"]
    assert stopped(lambda: finish_turn(operator, turn, outcome="done", method="cash")) == ["STAT.031"]
    for shade in range(4):
        add_shot(operator, turn, content=jpeg(shade * 9))
    accept_shot(operator, turn)
    assert stopped(lambda: finish_turn(operator, turn, outcome="done", method="wechat")) == ["STAT.030"]
    assert stopped(lambda: add_shot(operator, turn, content=b"GIF89a")) == ["STAT.034"]
    finish_turn(operator, turn, outcome="done", method="free")
    assert turn.shots == 4 and Fee.objects.get().amount == 0


def test_in_the_official_mode_the_station_takes_no_photo(world):
    day = opened(world, mode="official")
    turn = scan(day, "李明")[2]
    operator = day.act("周操作员", at(11, 26, 9, 5), "capture")
    assert stopped(lambda: add_shot(operator, turn, content=jpeg())) == ["STAT.033"]
    finish_turn(operator, turn, outcome="done", method="cash")
    assert not Capture.objects.exists() and steps_of(day.case("李明"), at(11, 27)).standing("capture").state == "done"


def test_somebody_out_of_the_audience_and_a_code_of_another_round_are_red(day):
    token = day.token("李明")
    Case.objects.filter(pk=day.case("李明").pk).update(left_at=at(11, 25))
    assert [f.id for f in scan(day, "", token=token)[1]] == ["STAT.008"]
    other = open_campaign(day.world.act("刘老师", at=at(11, 20)), text=text_of("2025-bit-photo").replace("2025-bit-photo", "rehearsal")).result[0]
    change = arrive(day.act("周操作员", at(11, 26), "capture"), other, token=day.token("王芳"), campus=EAST, station="一")
    assert [f.id for f in change.result[1]] == ["STAT.007"]


def test_the_counters_tell_who_waits_and_who_is_absent(day):
    photographed(day, "李明")
    now = counters(day.campaign, date(2024, 11, 26), EAST, at(11, 26, 9, 30))
    assert (now.waiting, now.done, now.per_hour, now.absent) == (0, 1, 1, 1)
    scan(day, "王芳", at(11, 26, 9, 31))
    now = counters(day.campaign, date(2024, 11, 26), EAST, at(11, 26, 9, 32))
    assert (now.waiting, now.minutes, now.absent) == (1, 60, 0)


# without network


def envelope(day, name, when, *, outcome="done", photo=True, id=None):
    inside = {"token": day.token(name), "at": when.isoformat(), "outcome": outcome, "method": "cash"}
    return deliver_envelope(day.act("周操作员", at(11, 26, 11), "capture"), day.campaign, campus=EAST, station="二号台", id=id or uuid4(), inside=inside, photo=jpeg() if photo else b"")


def test_an_envelope_is_delivered_exactly_once(day):
    key = uuid4()
    row = envelope(day, "李明", at(11, 26, 10), id=key).result
    assert row.conflicts == [] and row.turn.offline and row.turn.arrived_at == at(11, 26, 10)
    assert envelope(day, "李明", at(11, 26, 10), id=key).unchanged
    assert (Envelope.objects.count(), Turn.objects.count(), Capture.objects.count(), Fee.objects.count()) == (1, 1, 1, 1)


def test_a_conflict_is_shown_and_nothing_of_it_is_lost(day):
    photographed(day, "李明", shade=5)
    row = envelope(day, "李明", at(11, 26, 10)).result
    assert [f["id"] for f in row.conflicts] == ["STAT.020"] and row.photo is not None and row.kept["method"] == "cash"
    token = day.token("王芳")
    revoke_code(day.act("刘老师", at(11, 25, 11)), day.case("王芳"), reason="转借")
    inside = {"token": token, "at": at(11, 26, 10).isoformat(), "outcome": "done", "method": "cash"}
    refused = deliver_envelope(day.act("周操作员", at(11, 26, 11), "capture"), day.campaign, campus=EAST, station="二", id=uuid4(), inside=inside, photo=jpeg()).result
    assert [f["id"] for f in refused.conflicts] == ["STAT.021"] and not Capture.objects.filter(record__person__name="王芳").exists()
    waiting = open_conflicts(day.world.actor("刘老师"), day.campaign)
    assert waiting.count() == 2
    settle_envelope(day.act("刘老师", at(11, 26, 12)), refused, note="补采")
    assert waiting.count() == 1


def test_only_the_schools_key_opens_an_envelope():
    keys = new_secrets(1)
    ephemeral, nonce, sealed = sealed_envelope(keys.envelope_public, b"{}", "a")
    assert opened_envelope(keys, ephemeral, nonce, sealed, "a") == b"{}"
    for wrong in ((new_secrets(1), ephemeral, sealed, "a"), (keys, ephemeral, sealed, "b"), (keys, b"\x04" + bytes(64), sealed, "a"), (keys, ephemeral, sealed[:-1], "a")):
        with pytest.raises(NoCode):
            opened_envelope(wrong[0], wrong[1], nonce, wrong[2], wrong[3])


# after the day


def test_absentees_become_the_makeup_list_by_themselves(day):
    photographed(day, "李明")
    scan(day, "王芳")
    after = [c.record.person.name for c in absentees(day.world.actor("刘老师"), day.campaign, at(11, 26, 13))]
    assert after == ["王芳"], "赵强's session is on the 28th"
    assert {c.record.person.name for c in absentees(day.world.actor("刘老师"), day.campaign, at(11, 29))} == {"王芳", "赵强"}
    assert [c.record.person.name for c in absentees(day.world.actor("赵秘书"), day.campaign, at(11, 29))] == ["赵强"]


def test_nobody_is_absent_before_a_session_is_over(day):
    registrar = day.world.actor("刘老师")
    early, over = ({t.where: t for t in tallied(registrar, day.campaign, when)}["absent"] for when in (at(11, 26, 11), at(11, 26, 13)))
    assert early.count is None and early.word.zh == "应到未到：还没到时候"
    assert over.count == 2 and over.word.zh == "应到未到"


def test_without_a_timetable_the_bureaus_delivery_says_that_the_days_are_over(world):
    day = opened(world, mode="official", planning=False)
    registrar = world.actor("刘老师")
    assert not absentees(registrar, day.campaign, at(12, 1)).exists()
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=[Arrival(day.case("李明"), date(2024, 11, 26))], source="易拍.xlsx")
    assert {c.record.person.name for c in absentees(registrar, day.campaign, at(12, 2))} == {"王芳", "赵强"}
    Capture.objects.all().delete()
    assert absentees(registrar, day.campaign, at(4, 1, year=2025)).count() == 3, "the round is over"


def test_a_photo_counts_when_the_student_has_confirmed_it_within_the_window(day):
    photographed(day, "李明")
    case = day.case("李明")
    assert photos_of(case).why.id == "CAPT.007"
    assert "TIME" in stopped(lambda: confirm_photo(day.act("李明", at(12, 10)), case))[0]
    assert stopped(lambda: confirm_photo(day.act("李明", at(12, 17, 0)), case)) == ["PROOF.010"]
    confirm_photo(day.act("李明", at(12, 11, 9)), case)
    assert photos_of(case).valid.version == 1
    assert stopped(lambda: confirm_photo(day.act("王芳", at(12, 11)), day.case("王芳"))) == ["PROOF.002"]


def test_a_dispute_goes_to_the_college_and_the_registry_and_a_retake_replaces(day):
    photographed(day, "李明")
    case = day.case("李明")
    assert stopped(lambda: dispute_photo(day.act("李明", at(12, 11)), case, reason="不像")) == ["PROOF.003"]
    dispute = dispute_photo(day.act("李明", at(12, 11)), case, reason="照片不是本人", evidence=jpeg(), title="证件.jpg").result
    assert stopped(lambda: dispute_photo(day.act("李明", at(12, 11)), case, reason="照片不是本人")) == ["PROOF.004"]
    assert photos_of(case).why.id == "CAPT.006"
    review_dispute(day.act("王秘书", at(12, 12)), dispute, note="情况属实")
    decide_dispute(day.act("刘老师", at(12, 13)), dispute, upheld=True, note="重新采集")
    assert stopped(lambda: decide_dispute(day.act("刘老师", at(12, 13)), dispute, upheld=True, note="x")) == ["PROOF.004"]
    assert steps_of(day.case("李明"), at(12, 13)).standing("capture").state == "back"
    take_over_captures(day.act("刘老师", at(12, 14)), day.campaign, arrivals=[Arrival(day.case("李明"), date(2024, 12, 14), jpeg(9))], source="补采.zip")
    confirm_photo(day.act("李明", at(12, 15)), day.case("李明"))
    seen = photos_of(day.case("李明"))
    assert seen.valid.version == 2 and [(v.capture.version, v.why.id) for v in seen.versions] == [(1, "CAPT.008"), (2, "CAPT.010")]


def test_the_bureaus_photos_are_taken_over_once(day):
    arrivals = [Arrival(day.case("李明"), date(2024, 11, 26), jpeg())]
    assert take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=arrivals, source="易拍.zip").result == (1, 0)
    assert take_over_captures(day.act("刘老师", at(12, 2)), day.campaign, arrivals=arrivals, source="易拍.zip").result == (0, 1)


def test_a_face_that_chsi_could_not_verify_is_a_case_with_evidence_and_filing(day):
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=[Arrival(day.case("李明"), date(2024, 11, 26), jpeg())], source="易拍.zip")
    rows = [(day.world.record("李明"), Face.FAILED, True), (day.world.record("王芳"), Face.PASSED, True)]
    assert take_over_faces(day.act("刘老师", at(12, 20)), rows=rows, source="在校生.dbf").result == (2, 1)
    assert take_over_faces(day.act("刘老师", at(12, 20)), rows=rows, source="在校生.dbf").unchanged
    assert photos_of(day.case("李明")).why.id == "CAPT.005"
    face = FaceCase.objects.get()
    assert stopped(lambda: file_face(day.act("刘老师", at(12, 21)), face, number="B1")) == ["CAMP.022"]
    verify_face(day.act("刘老师", at(12, 21)), face, evidence=jpeg(), title="现场核验.jpg")
    assert stopped(lambda: agree_face(day.act("刘老师", at(12, 21)), face)) == ["PROOF.004"]
    file_face(day.act("刘老师", at(12, 22)), face, number="BA-2024-17")
    agree_face(day.act("刘老师", at(12, 30)), face)
    assert photos_of(day.case("李明")).why.id == "CAPT.007"


def test_a_face_that_passes_later_closes_the_open_case_and_says_why(day):
    registrar = day.act("刘老师", at(12, 11))
    take_over_captures(registrar, day.campaign, arrivals=[Arrival(day.case(n), date(2024, 11, 26)) for n in ("李明", "王芳")], source="易拍.xlsx")
    rows = [(day.world.record(n), Face.UNSURE, True) for n in ("李明", "王芳")]
    take_over_faces(registrar, rows=rows, source="在校生一.xlsx")
    verify_face(registrar, FaceCase.objects.get(record=day.world.record("李明")), evidence=jpeg(), title="核验.jpg")
    assert take_over_faces(day.act("刘老师", at(12, 15)), rows=[(day.world.record("李明"), Face.PASSED, True)], source="在校生二.xlsx").result == (1, 0)
    closed = FaceCase.objects.get(record=day.world.record("李明"))
    assert (closed.is_open, closed.passed_source, closed.agreed_at) == (False, "在校生二.xlsx", None)
    hers = FaceCase.objects.get(record=day.world.record("王芳"))
    assert hers.is_open, "hers is another question"
    with pytest.raises(Refused):
        close_face(day.act("王秘书", at(12, 15)), hers, source="口头说明")
    event = Event.objects.get(kind="face.passed")
    assert event.detail == {"was": "unsure", "source": "在校生二.xlsx"} and event.subject == "record:S202401001"
    assert stopped(lambda: file_face(registrar, closed, number="BA-1")) == ["PROOF.004"]
    take_over_faces(day.act("刘老师", at(12, 18)), rows=rows[:1], source="在校生三.xlsx")
    assert FaceCase.objects.filter(record=closed.record, agreed_at=None, passed_at=None).count() == 1, "a later doubt is a new case"


def test_the_college_reports_and_the_registry_approves_who_is_on_no_list(day):
    record = day.world.record("SCHMIDT ANNA")
    assert stopped(lambda: nominate_student(day.act("王秘书", at(11, 21)), record, campaign=day.campaign, reason=" ")) == ["PROOF.006"]
    assert stopped(lambda: nominate_student(day.act("王秘书", at(11, 21)), day.world.record("李明"), campaign=day.campaign, reason="漏报")) == ["PROOF.005"]
    with pytest.raises(Refused):
        nominate_student(day.act("赵秘书", at(11, 21)), record, campaign=day.campaign, reason="提前毕业")
    change_record(day.world.system(), record, values={"certificates": "both"}, reason="x")
    reported = nominate_student(day.act("王秘书", at(11, 21)), record, campaign=day.campaign, reason="提前毕业").result
    decide_nomination(day.act("刘老师", at(11, 22)), reported, approved=True)
    assert Case.objects.get(campaign=day.campaign, record=record).origin == "nominated"
    assert stopped(lambda: decide_nomination(day.act("刘老师", at(11, 22)), reported, approved=False)) == ["PROOF.004"]


def test_the_rules_may_refuse_an_approval(world):
    record = world.enrol("结业生", "S202103001", "A", certificates="degree", expected_on=date(2026, 7, 1))
    text = text_of("2024-pku-photo").replace("[[step]]", '[[audience]]\ngroup = "on_request"\nlabel = "上报"\nlabel_en = "Reported"\nnominated = "college"\n\n[[step]]', 1)
    text = text.replace('["required", "again"]', '["required", "again", "on_request"]')
    campaign = open_campaign(world.act("刘老师", at=at(10, 23, year=2023)), text=text).result[0]
    reported = nominate_student(world.act("王秘书", at=at(10, 24, year=2023)), record, campaign=campaign, reason="想拍").result
    assert stopped(lambda: decide_nomination(world.act("刘老师", at=at(10, 25, year=2023)), reported, approved=True)) == ["PROOF.007"]


def test_online_capture_is_allowed_by_n3_and_refused_by_n4_with_its_clause(world):
    change_record(world.system(), world.record("李明"), values={"expected_on": "2020-06-30", "enrolled_on": "2017-09-01"}, reason="2020届")
    n3 = open_campaign(world.act("刘老师", at=at(6, 3, year=2020)), text=text_of("2020-bit-photo")).result[0]
    n4 = open_campaign(world.act("刘老师", at=at(9, 25)), text=text_of("2025-cufe-photo")).result[0]
    case = Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=n3, record=world.record("李明"))
    own = lambda when: world.act("李明", at=when)  # noqa: E731
    assert "TIME" in stopped(lambda: send_online(own(at(6, 8, 23, 59, year=2020)), case, content=jpeg()))[0]
    by_night = at(6, 9, 3, year=2020).astimezone(UTC)  # as a request tells it: in UTC it is still the day before
    assert send_online(own(by_night), case, content=jpeg()).result.taken_on == date(2020, 6, 9)
    send_online(own(at(6, 12, 23, year=2020)), case, content=jpeg(3))
    assert "TIME" in stopped(lambda: send_online(own(at(6, 13, 0, year=2020)), case, content=jpeg(4)))[0]
    assert stopped(lambda: send_online(own(at(6, 12, year=2020)), case, content=b"PNG")) == ["STAT.034"]
    assert photos_of(case).valid.version == 2
    forbidden = Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=n4, record=world.record("欧阳静"))
    with pytest.raises(Stopped) as no:
        send_online(world.act("欧阳静", at=at(10, 22)), forbidden, content=jpeg())
    assert no.value.findings[0].id == "PROOF.001" and "教字〔2024〕183号" in no.value.findings[0].message.zh


def test_the_register_of_prints_adds_up_at_every_moment(day):
    college, secretary = College.objects.get(code="A"), day.act("王秘书", at(1, 10, year=2025))
    assert stopped(lambda: enter_prints(secretary, day.campaign, college=college, entry="used", count=1)) == ["PRINT.001"]
    enter_prints(secretary, day.campaign, college=college, entry="received", count=16)
    enter_prints(secretary, day.campaign, college=college, entry="used", count=4)
    enter_prints(secretary, day.campaign, college=college, entry="returned", count=11)
    enter_prints(secretary, day.campaign, college=college, entry="spoiled", count=1)
    now = prints_of(day.world.actor("王秘书"), day.campaign)
    assert [(p.college.code, p.received, p.on_hand) for p in now] == [("A", 16, 0)]
    assert stopped(lambda: enter_prints(secretary, day.campaign, college=college, entry="returned", count=1)) == ["PRINT.001"]
