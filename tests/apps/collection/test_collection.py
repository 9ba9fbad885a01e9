"""Collecting: drafts that are never lost, submissions that are never changed, forms that prove themselves."""

from datetime import datetime, timedelta

import pytest
from tests.apps.collection.answers import ENROLMENT, PERSONAL, SEMESTER, portrait
from tests.world import SHANGHAI

from xueji.campaigns.commands import extend_case, extend_college
from xueji.campaigns.queries import marks_of, notice_of, steps_of
from xueji.collection.commands import (
    choose_draft,
    clear_drafts,
    keep_draft,
    keep_form_photo,
    print_form,
    receive_form,
    return_form,
    submit_step,
)
from xueji.collection.models import Draft, PrintedForm, Submission
from xueji.collection.printing import pdf_of, pdf_of_many, sheet_of
from xueji.collection.queries import (
    asked_of,
    digest_of,
    drafts_of,
    filled,
    form_values,
    newest_forms,
    own_case,
    population_of,
    proof_for,
    proof_of,
    receipts_of,
    submission_for,
)
from xueji.collection.terms import new_code, typed_code
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.records.queries import value_of
from xueji.rules.progress import State

CLOSES = datetime(2024, 9, 10, 17, 0, tzinfo=SHANGHAI)


def ids(stopped) -> list[str]:
    return [one.id for one in stopped.value.findings]


def submit(world, name, step, values, at=None, **more):
    return submit_step(world.act(name, at=at), world.case_of(name), step=step, values=values, **more).result


def finish_filling(world, name="李明"):
    submit(world, name, "semester", SEMESTER)
    keep_form_photo(world.act(name), world.case_of(name), step="personal", field="form_photo", content=portrait())
    submit(world, name, "personal", PERSONAL)
    submit(world, name, "enrolment", ENROLMENT)


def printed(world, name="李明", at=None) -> PrintedForm:
    return print_form(world.act(name, at=at), world.case_of(name), step="print").result


def state(world, step, name="李明"):
    return steps_of(world.case_of(name), world.now).standing(step).state


def test_what_the_student_owns_is_in_force_as_soon_as_it_is_submitted(world):
    made = submit(world, "李明", "semester", SEMESTER)
    record = world.record("李明")
    assert value_of(record, "dormitory") == "西苑 3 号楼 402"
    assert value_of(record, "term") == "2024-2025-1"
    assert made.submission.number == 1 and not made.to_approve
    assert state(world, "semester") is State.DONE


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_written(world):
    with pytest.raises(Stopped) as stopped:
        submit(world, "李明", "semester", {"arrived_on": "昨天", "lodging": "campus"})
    assert sorted(ids(stopped)) == ["FIELD.001", "FIELD.001", "FIELD.005"]
    assert not Submission.objects.exists() and value_of(world.record("李明"), "lodging") == ""


def test_a_step_waits_for_the_step_before_it(world):
    with pytest.raises(Stopped) as stopped:
        submit(world, "李明", "personal", PERSONAL)
    assert ids(stopped) == ["TIME.003"]


def test_the_last_second_is_in_time_and_the_next_one_is_not(world):
    submit(world, "李明", "semester", SEMESTER, at=CLOSES - timedelta(seconds=1))
    with pytest.raises(Stopped) as stopped:
        submit(world, "王芳", "semester", SEMESTER, at=CLOSES)
    assert ids(stopped) == ["TIME.002"]


def test_what_is_typed_too_late_is_kept_and_says_so(world):
    late = keep_draft(world.act("李明", at=CLOSES), world.case_of("李明"), step="semester", values=SEMESTER, page="a").result
    assert [one.id for one in late.late] == ["TIME.002"] and late.late[0].remedy.zh.startswith("你填的文字都留着，没有丢。")
    assert drafts_of(world.case_of("李明"))["semester", "late"].values == SEMESTER
    assert state(world, "semester") is State.IDLE


@pytest.mark.parametrize("whose", ["personal", "college"])
def test_an_extension_opens_the_step_again(world, whose):
    granted = {"until": CLOSES + timedelta(days=2), "reason": "住院"}
    if whose == "personal":
        extend_case(world.act("王秘书"), world.case_of("李明"), **granted)
    else:
        case = world.case_of("李明")
        extend_college(world.act("刘老师"), case.campaign, college=case.record.college, **granted)
    submit(world, "李明", "semester", SEMESTER, at=CLOSES + timedelta(days=1))
    with pytest.raises(Stopped):
        submit(world, "赵强", "semester", SEMESTER, at=CLOSES + timedelta(days=1))


def test_two_devices_never_overwrite_each_other(world):
    case = world.case_of("李明")
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电话"}, page="phone", base=0)
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电话 2"}, page="phone", base=0)
    kept = keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电脑"}, page="desk", base=0).result
    assert kept.beside
    drafts = drafts_of(case)
    assert drafts["semester", "current"].values == {"dormitory": "电话 2"}
    assert drafts["semester", "aside"].values == {"dormitory": "电脑"}


def test_a_page_that_was_opened_after_the_last_saving_goes_on_from_it(world):
    case = world.case_of("李明")
    first = keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电话"}, page="phone").result.draft
    kept = keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电脑"}, page="desk", base=first.revision).result
    assert not kept.beside and kept.draft.values == {"dormitory": "电脑"}


def test_a_newer_draft_of_another_device_is_not_submitted_over(world):
    case = world.case_of("李明")
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电话"}, page="phone")
    with pytest.raises(Stopped) as stopped:
        submit(world, "李明", "semester", SEMESTER, page="desk", base=0)
    assert ids(stopped) == ["COLL.002"]


@pytest.mark.parametrize(("take", "left"), [(True, "电脑"), (False, "电话")])
def test_the_student_chooses_between_two_drafts(world, take, left):
    case = world.case_of("李明")
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电话"}, page="phone")
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "电脑"}, page="desk", base=0)
    choose_draft(world.act("李明"), case, step="semester", take_aside=take)
    assert [draft.values for draft in Draft.objects.all()] == [{"dormitory": left}]
    assert choose_draft(world.act("李明"), case, step="semester", take_aside=True).unchanged


def test_only_the_first_writing_of_a_draft_is_in_the_journal(world):
    case = world.case_of("李明")
    for number in range(3):
        keep_draft(world.act("李明"), case, step="semester", values={"dormitory": str(number)}, page="a")
    assert Event.objects.filter(kind="draft.begun").count() == 1
    assert state(world, "semester") is State.GOING


def test_a_draft_does_not_undo_what_was_submitted(world):
    submit(world, "李明", "semester", SEMESTER)
    keep_draft(world.act("李明"), world.case_of("李明"), step="semester", values={"dormitory": "别处"}, page="a")
    assert state(world, "semester") is State.DONE
    assert value_of(world.record("李明"), "dormitory") == "西苑 3 号楼 402"


def test_a_value_that_is_not_the_students_cannot_be_sent(world):
    submit(world, "李明", "semester", SEMESTER)
    keep_form_photo(world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=portrait())
    submit(
        world, "李明", "personal", {**PERSONAL, "name": "李大明", "id_number": "1", "form_photo": "00000000-0000-0000-0000-000000000000"}
    )
    record = world.record("李明")
    assert value_of(record, "name") == "李明"
    assert value_of(record, "form_photo") not in ("", "00000000-0000-0000-0000-000000000000")


def test_a_change_that_needs_approval_does_not_touch_the_record(world):
    submit(world, "李明", "semester", SEMESTER)
    keep_form_photo(world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=portrait())
    made = submit(world, "李明", "personal", {**PERSONAL, "political_status": "01"})
    assert made.to_approve == {"political_status": ("03", "01")}
    assert value_of(world.record("李明"), "political_status") == "03"


def test_every_submission_is_a_version_of_its_own_with_a_digest(world):
    first = submit(world, "李明", "semester", SEMESTER).submission
    second = submit(world, "李明", "semester", {**SEMESTER, "dormitory": "西苑 1"}).submission
    assert (first.number, second.number) == (1, 2)
    kept = Submission.objects.get(pk=first.pk)
    assert kept.values["values"]["dormitory"] == "西苑 3 号楼 402"
    assert kept.digest == digest_of(kept.values) != second.digest


def test_a_phone_picture_is_made_small_and_loses_the_cameras_notes(world):
    submit(world, "李明", "semester", SEMESTER)
    kept = keep_form_photo(
        world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=portrait(3000, 4000, "PNG")
    ).result
    assert (kept.content, max(kept.width, kept.height)) == ("image/jpeg", 800)


@pytest.mark.parametrize(
    ("content", "id_"),
    [(b"", "COLL.005"), (b"%PDF-1.7", "COLL.003"), (b"\xff\xd8\xff broken", "COLL.003"), (portrait(100, 130), "COLL.004")],
)
def test_what_is_no_picture_is_refused_with_the_reason(world, content, id_):
    submit(world, "李明", "semester", SEMESTER)
    with pytest.raises(Stopped) as stopped:
        keep_form_photo(world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=content)
    assert ids(stopped) == [id_]


def test_a_picture_that_is_too_large_is_not_opened(world):
    submit(world, "李明", "semester", SEMESTER)
    with pytest.raises(Stopped) as stopped:
        keep_form_photo(world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=bytes(11 * 1024 * 1024))
    assert ids(stopped) == ["COLL.010"]


def test_only_the_photo_field_takes_a_photo(world):
    with pytest.raises(Stopped) as stopped:
        keep_form_photo(world.act("李明"), world.case_of("李明"), step="semester", field="dormitory", content=portrait())
    assert ids(stopped) == ["COLL.011"]


def test_a_step_that_is_not_filled_in_takes_no_text(world):
    with pytest.raises(Stopped) as stopped:
        submit(world, "李明", "print", {})
    assert ids(stopped) == ["COLL.011"]


def test_another_student_may_not_fill_in_for_李明(world):
    case = world.case_of("李明")
    for name in ("王芳", "王秘书", "刘老师"):
        with pytest.raises(Refused):
            keep_draft(world.act(name), case, step="semester", values={}, page="a")
        with pytest.raises(Refused):
            submit_step(world.act(name), case, step="semester", values=SEMESTER)
    with pytest.raises(type(case).DoesNotExist):
        own_case(world.actor("王芳"), case.pk)


def test_the_form_is_printed_after_the_three_steps_and_not_before(world):
    with pytest.raises(Stopped) as stopped:
        printed(world)
    assert "TIME.003" in ids(stopped)
    finish_filling(world)
    form = printed(world)
    assert form.version == 1 and len(form.code) == 10
    assert pdf_of(form).startswith(b"%PDF")
    assert sheet_of(form).address.endswith(f"/f/{form.code}")


def test_printing_the_same_content_again_gives_the_same_version(world):
    finish_filling(world)
    assert printed(world).pk == printed(world).pk


def test_printing_closes_with_the_window(world):
    finish_filling(world)
    with pytest.raises(Stopped) as stopped:
        printed(world, at=CLOSES)
    assert ids(stopped) == ["TIME.002"]


def test_a_later_submission_makes_the_printed_form_void(world):
    finish_filling(world)
    old = printed(world)
    submit(world, "李明", "semester", {**SEMESTER, "dormitory": "西苑 1"})
    assert state(world, "print") in (State.BACK, State.DONE)
    submit(world, "李明", "enrolment", {**ENROLMENT, "research_direction": "编译"})
    assert state(world, "print") is State.BACK
    with pytest.raises(Stopped) as stopped:
        receive_form(world.act("王秘书"), old)
    assert ids(stopped) == ["COLL.008"]
    new = printed(world)
    assert new.version == 2
    with pytest.raises(Stopped) as stopped:
        receive_form(world.act("王秘书"), old)
    assert ids(stopped) == ["COLL.007"]


def test_the_secretary_receives_a_form_and_a_second_scan_is_harmless(world):
    finish_filling(world)
    form = printed(world)
    assert not receive_form(world.act("王秘书"), form).unchanged
    assert receive_form(world.act("王秘书"), form).unchanged
    assert state(world, "hand_in") is State.DONE and world.case_of("李明").stage == State.DONE
    assert Event.objects.filter(kind="form.received").count() == 1


def test_a_received_form_can_no_longer_be_changed(world):
    finish_filling(world)
    receive_form(world.act("王秘书"), printed(world))
    with pytest.raises(Stopped) as stopped:
        submit(world, "李明", "semester", SEMESTER)
    assert ids(stopped) == ["COLL.001"]
    with pytest.raises(Stopped):
        keep_draft(world.act("李明"), world.case_of("李明"), step="semester", values=SEMESTER, page="a")


def test_a_returned_form_says_why_and_can_be_mended(world):
    finish_filling(world)
    form = printed(world)
    receive_form(world.act("王秘书"), form)
    with pytest.raises(Stopped) as stopped:
        return_form(world.act("王秘书"), form, reason=" ")
    assert ids(stopped) == ["COLL.009"]
    return_form(world.act("王秘书"), form, reason="照片不清楚")
    assert marks_of(world.case_of("李明"))["hand_in"].note == "照片不清楚"
    submit(world, "李明", "semester", {**SEMESTER, "dormitory": "西苑 1"})
    assert state(world, "print") is State.BACK


def test_another_college_neither_receives_nor_returns(world):
    finish_filling(world)
    form = printed(world)
    for verb, more in ((receive_form, {}), (return_form, {"reason": "不"})):
        with pytest.raises(Refused):
            verb(world.act("赵秘书"), form, **more)
    assert proof_for(world.actor("赵秘书"), form.code) is None
    assert proof_for(world.actor("王秘书"), form.code).valid


@pytest.mark.parametrize("typed", ["{}", " {}", "http://127.0.0.1:8000/f/{}", "http://x/f/{}/"])
def test_a_code_is_read_as_typed_or_scanned(world, typed):
    finish_filling(world)
    form = printed(world)
    assert proof_of(typed.format(form.code.lower())).form == form


def test_letters_that_look_like_digits_are_read_as_digits():
    assert typed_code("o1li-AB c") == "0111ABC"
    assert len({new_code() for _ in range(200)}) == 200


def test_an_unknown_code_proves_nothing(world):
    assert proof_of("0000000000") is None


def test_a_college_prints_its_newest_forms_by_class_and_number(world):
    for name in ("李明", "王芳"):
        finish_filling(world, name) if name == "李明" else _others(world, name)
        printed(world, name)
    submit(world, "李明", "enrolment", {**ENROLMENT, "research_direction": "编译"})
    newest = printed(world)
    forms = list(newest_forms(world.actor("王秘书"), world.campaign, "A"))
    assert [form.case.record.person.name for form in forms] == ["李明", "王芳"] and forms[0] == newest
    assert pdf_of_many(forms).startswith(b"%PDF")
    assert not newest_forms(world.actor("赵秘书"), world.campaign, "A")


def _others(world, name):
    submit(world, name, "semester", SEMESTER)
    keep_form_photo(world.act(name), world.case_of(name), step="personal", field="form_photo", content=portrait())
    submit(world, name, "personal", PERSONAL)
    submit(world, name, "enrolment", ENROLMENT)


def test_receipts_are_the_students_own(world):
    made = submit(world, "李明", "semester", SEMESTER).submission
    assert submission_for(world.actor("李明"), made.case_id, "semester", 1) == made
    with pytest.raises(Submission.DoesNotExist):
        submission_for(world.actor("王芳"), made.case_id, "semester", 1)
    assert list(receipts_of(world.actor("李明"), world.now)) == [made]


def test_an_international_student_is_asked_for_the_passport_and_not_for_the_household(world):
    case = world.case_of("SCHMIDT ANNA")
    notice = notice_of(case.campaign)
    asked = {one.field.code for one in asked_of(notice, notice.step("personal"), population_of(case.record))}
    assert {"passport_expires_on", "visa_kind"} <= asked and not {"household_place", "ethnic_group"} & asked


def test_the_page_knows_what_is_missing(world):
    case = world.case_of("李明")
    notice = notice_of(case.campaign)
    asked = asked_of(notice, notice.step("semester"), population_of(case.record))
    assert [field.code for field in filled(asked, {"lodging": "campus", "arrived_on": "2024-09-02"}, population_of(case.record)).missing] == [
        "dormitory", "fee_paid",
    ]  # fmt: skip


def test_nothing_sensitive_is_in_the_journal(world):
    finish_filling(world)
    printed(world)
    for event in Event.objects.all():
        for secret in ("13800001234", "濠南路", "li.ming@", "32060020020506001X"):
            assert secret not in str(event.detail)


def test_the_form_holds_what_is_printed_and_no_more(world):
    values = form_values(world.record("李明"))
    assert values["name"] == "李明" and "standing" not in values


def test_a_picture_that_was_replaced_before_submitting_is_purged(world):
    submit(world, "李明", "semester", SEMESTER)
    act, case = world.act("李明"), world.case_of("李明")
    first, second = (
        keep_form_photo(act, case, step="personal", field="form_photo", content=portrait(480, height)).result for height in (640, 660)
    )
    first.refresh_from_db(), second.refresh_from_db()
    assert first.purge_on == world.now.date() and second.purge_on is None
    submit(world, "李明", "personal", PERSONAL)
    keep_form_photo(act, world.case_of("李明"), step="personal", field="form_photo", content=portrait(480, 680))
    second.refresh_from_db()
    assert second.purge_on is None, "it stands on the record"


def test_drafts_are_cleared_a_month_after_the_closing_and_not_before(world):
    case = world.case_of("李明")
    keep_draft(world.act("李明"), case, step="semester", values={"dormitory": "西苑 9"}, page="a")
    keep_draft(world.act("王芳"), world.case_of("王芳"), step="semester", values={"dormitory": "西苑 8"}, page="a")
    assert clear_drafts(world.system(at=CLOSES + timedelta(days=29))).unchanged
    keep_draft(world.act("王芳", at=CLOSES + timedelta(days=20)), world.case_of("王芳"), step="semester", values={}, page="a")
    assert clear_drafts(world.system(at=CLOSES + timedelta(days=31))).result == 2
    assert [draft.slot for draft in Draft.objects.all()] == ["late"]
    with pytest.raises(Refused):
        clear_drafts(world.act("李明", at=CLOSES + timedelta(days=90)))


def test_the_picture_of_a_draft_that_is_cleared_goes_with_it(world):
    submit(world, "李明", "semester", SEMESTER)
    kept = keep_form_photo(world.act("李明"), world.case_of("李明"), step="personal", field="form_photo", content=portrait()).result
    clear_drafts(world.system(at=CLOSES + timedelta(days=31)))
    kept.refresh_from_db()
    assert kept.purge_on is not None
