"""Corrections: what is not one's own to change is asked for, proved, reviewed at the college and decided at the registry."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from tests.apps.collection.answers import portrait

from xueji.corrections.commands import (
    add_evidence,
    decide_correction,
    keep_evidence_aside,
    request_correction,
    review_correction,
    withdraw_correction,
)
from xueji.corrections.models import Correction
from xueji.corrections.queries import correctable, correction_for, corrections_for, missing_evidence, open_of, waiting_for
from xueji.corrections.terms import STAGE_WORDS, STATES, Origin, Stage, Verdict
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.records.commands import change_record
from xueji.records.queries import value_of
from xueji.vault.queries import read_file

REASON = "出生时登记有误，公安机关已更正"


def ids(stopped) -> list[str]:
    return [one.id for one in stopped.value.findings]


def ask(world, field="name", new="李明远", name="李明", reason=REASON, **more) -> Correction:
    more.setdefault("evidence", {"police_certificate": portrait()})
    return request_correction(world.act(name), world.record(name), field=field, new=new, reason=reason, **more).result


def test_a_name_is_corrected_by_college_and_registry_and_the_record_waits_for_both(world):
    made = ask(world)
    assert made.stage == Stage.AT_COLLEGE and value_of(world.record("李明"), "name") == "李明"
    review_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)
    assert made.stage == Stage.AT_REGISTRY and value_of(world.record("李明"), "name") == "李明"
    decide_correction(world.act("刘老师"), made, verdict=Verdict.APPROVE)
    made.refresh_from_db()
    assert made.stage == Stage.IN_FORCE and (made.reviewed_by, made.decided_by) == ("王秘书", "刘老师")
    assert made.record.person.name == "李明远"


def test_what_needs_only_the_college_is_in_force_with_its_approval(world):
    made = ask(world, "political_status", "中共党员", evidence=None, origin=Origin.STEP, reason="")
    assert (made.old, made.new) == ("03", "01")
    review_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)
    assert made.stage == Stage.IN_FORCE and value_of(world.record("李明"), "political_status") == "01"


@pytest.mark.parametrize(("verdict", "stage"), [(Verdict.RETURN, Stage.RETURNED), (Verdict.REFUSE, Stage.REFUSED)])
@pytest.mark.parametrize("who", ["王秘书", "刘老师"])
def test_a_return_or_refusal_needs_a_reason_and_leaves_the_record_alone(world, who, verdict, stage):
    made = ask(world)
    decide = review_correction
    if who == "刘老师":
        review_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)
        decide = decide_correction
    with pytest.raises(Stopped) as stopped:
        decide(world.act(who), made, verdict=verdict, note=" ")
    assert ids(stopped) == ["CORR.007"]
    decide(world.act(who), made, verdict=verdict, note="材料看不清")
    assert (made.stage, made.note) == (stage, "材料看不清")
    assert value_of(world.record("李明"), "name") == "李明"
    assert ask(world).stage == Stage.AT_COLLEGE, "it can be asked for again"


def test_everything_that_is_missing_is_said_at_once(world):
    with pytest.raises(Stopped) as stopped:
        ask(world, new="李明", reason="错了", evidence={})
    assert ids(stopped) == ["CORR.003", "CORR.001", "CORR.002"]
    assert not Correction.objects.exists()


def test_the_new_value_is_judged_like_any_other(world):
    with pytest.raises(Stopped) as stopped:
        ask(world, "id_number", "32060020020506001")
    assert ids(stopped) == ["IDENT.003"]
    with pytest.raises(Stopped) as stopped:
        ask(world, "name", "")
    assert ids(stopped) == ["FIELD.001"]


@pytest.mark.parametrize("field", ["student_number", "mobile", "salary"])
def test_what_is_fixed_or_ones_own_is_not_asked_for(world, field):
    assert correctable(field) is None
    with pytest.raises(Stopped) as stopped:
        ask(world, field, "1")
    assert ids(stopped) == ["CORR.005"]


def test_one_field_has_one_open_request(world):
    made = ask(world)
    with pytest.raises(Stopped) as stopped:
        ask(world, new="李大明")
    assert ids(stopped) == ["CORR.004"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.create(record=made.record, field="name", old="", new="", requested_at=world.now, requested_by="")


def test_evidence_that_is_no_document_is_refused_and_nothing_is_left(world):
    with pytest.raises(Stopped) as stopped:
        ask(world, evidence={"police_certificate": BytesIO(b"MZ\x90 program")})
    assert ids(stopped) == ["FILE.003"]
    assert not Correction.objects.exists()


def test_more_evidence_can_be_added_while_it_is_open(world):
    made = ask(world)
    add_evidence(world.act("李明"), made, kind="household_register", content=portrait())
    assert sorted(one.kind for one in made.evidence.all()) == ["household_register", "police_certificate"]
    with pytest.raises(Stopped) as stopped:
        add_evidence(world.act("李明"), made, kind="diary", content=portrait())
    assert ids(stopped) == ["CORR.002"]
    assert missing_evidence(made) == []


def test_evidence_is_seen_by_owner_and_reviewer_only(world):
    made = ask(world)
    file = made.evidence.get().file
    for name in ("李明", "王秘书"):
        assert read_file(world.actor(name), file.pk).startswith(b"\xff\xd8")
    for name in ("王芳", "赵秘书", "高辅导员"):
        with pytest.raises(type(file).DoesNotExist):
            read_file(world.actor(name), file.pk)


def test_a_request_can_be_withdrawn_until_somebody_decided(world):
    made = ask(world)
    withdraw_correction(world.act("李明"), made)
    assert made.stage == Stage.WITHDRAWN and not open_of(world.record("李明"))
    for verb, more in ((withdraw_correction, {}), (add_evidence, {"kind": "police_certificate", "content": b""})):
        with pytest.raises(Stopped) as stopped:
            verb(world.act("李明"), made, **more)
        assert ids(stopped) == ["CORR.006"]
    with pytest.raises(Stopped):
        review_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)


def test_the_registry_does_not_decide_before_the_college(world):
    made = ask(world)
    with pytest.raises(Stopped) as stopped:
        decide_correction(world.act("刘老师"), made, verdict=Verdict.APPROVE)
    assert ids(stopped) == ["CORR.006"]


def test_a_record_that_changed_meanwhile_is_not_overwritten(world):
    made = ask(world)
    change_record(world.act("刘老师"), world.record("李明"), values={"name": "李明清"}, reason="学信网")
    made = Correction.objects.get()
    with pytest.raises(Stopped) as stopped:
        review_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)
    assert ids(stopped) == ["CORR.008"]
    assert value_of(world.record("李明清"), "name") == "李明清"


def test_who_reviewed_for_the_college_does_not_decide_for_the_school(world):
    made = ask(world)
    review_correction(world.act("刘老师"), made, verdict=Verdict.APPROVE)
    with pytest.raises(Stopped) as stopped:
        decide_correction(world.act("刘老师"), made, verdict=Verdict.APPROVE)
    assert ids(stopped) == ["CORR.009"]


def test_a_student_who_also_works_in_the_college_does_not_review_the_own_request(world):
    made = ask(world)
    world.account("李明").grants.create(role="secretary", college="A")
    with pytest.raises(Stopped) as stopped:
        review_correction(world.act("李明"), made, verdict=Verdict.APPROVE)
    assert ids(stopped) == ["CORR.030"]


def test_nobody_else_asks_reviews_or_sees(world):
    made = ask(world)
    with pytest.raises(Refused):
        request_correction(world.act("王芳"), world.record("李明"), field="sex", new="2", reason=REASON)
    for name in ("赵秘书", "高辅导员", "李明"):
        with pytest.raises(Refused):
            review_correction(world.act(name), made, verdict=Verdict.APPROVE)
    with pytest.raises(Refused):
        decide_correction(world.act("王秘书"), made, verdict=Verdict.APPROVE)
    for name in ("王芳", "赵秘书"):
        with pytest.raises(Correction.DoesNotExist):
            correction_for(world.actor(name), made.pk)
    assert correction_for(world.actor("李明"), made.pk) == made


def test_each_desk_sees_what_waits_for_it_oldest_first(world):
    first, second = ask(world), ask(world, name="王芳", new="王芳菲")
    Correction.objects.filter(pk=second.pk).update(requested_at=world.now - timedelta(days=1))
    assert list(waiting_for(world.actor("王秘书"), Stage.AT_COLLEGE)) == [second, first]
    assert not waiting_for(world.actor("赵秘书"), Stage.AT_COLLEGE) and not waiting_for(world.actor("刘老师"), Stage.AT_REGISTRY)
    review_correction(world.act("王秘书"), first, verdict=Verdict.APPROVE)
    assert list(waiting_for(world.actor("刘老师"), Stage.AT_REGISTRY)) == [first]
    assert corrections_for(world.actor("李明")).count() == 1


def test_the_journal_names_the_field_and_never_the_value(world):
    ask(world, "id_number", "320600200205060079", evidence={"id_card_both_sides": portrait()})
    event = Event.objects.get(kind="correction.requested")
    assert event.detail["field"] == "id_number" and "3206002002" not in str(event.detail)


def test_every_stage_has_words_and_a_state():
    assert set(STAGE_WORDS) == set(STATES) == set(Stage)


def test_the_reason_of_a_decision_is_with_the_request_and_not_in_the_journal(world):
    made = request_correction(world.act("李明"), world.record("李明"), field="political_status", new="02", origin="step").result
    review_correction(world.act("王秘书"), made, verdict="return", note="父亲病重期间的材料看不清")
    event = Event.objects.get(kind="correction.reviewed")
    assert event.detail["reason_given"] is True and "病" not in str(event.detail)
    made.refresh_from_db()
    assert "病重" in made.note


def test_what_a_student_uploads_has_an_end_and_staff_can_still_help(world, monkeypatch):
    from dataclasses import replace

    from xueji.rules.uploads import Quota
    from xueji.vault import terms

    monkeypatch.setitem(terms.PURPOSES, "evidence", replace(terms.PURPOSES["evidence"], quota=Quota(2, 10**9)))
    record, proof = world.record("李明"), {"police_certificate": portrait(), "household_register": portrait()}
    request_correction(world.act("李明"), record, field="name", new="李明远", reason="公安机关已更正", evidence=proof)
    asked = {"field": "ethnic_group", "new": "03", "reason": "户口簿为回族", "evidence": {"household_register": portrait()}}
    with pytest.raises(Stopped) as stopped:
        request_correction(world.act("李明"), record, **asked)
    (one,) = stopped.value.findings
    assert one.id == "FILE.007" and "已有 2 个" in one.message.zh and "2 files" in one.message.en
    assert request_correction(world.act("王秘书"), record, **asked).result.evidence.count() == 1


def test_a_proof_kept_aside_waits_two_days_for_its_request(world):
    kept = keep_evidence_aside(world.act("李明"), world.record("李明"), content=portrait()).result
    assert (kept.purge_on - world.now.date()).days == 2
    with pytest.raises(Stopped):
        keep_evidence_aside(world.act("李明"), world.record("李明"), content=b"MZ")
    with pytest.raises(Refused):
        keep_evidence_aside(world.act("王芳"), world.record("李明"), content=portrait())
