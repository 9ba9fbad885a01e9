"""N2 part two: names are spelled by their owners, the college's sheet is frozen, signed and accepted, and only then in force."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from tests.world import SHANGHAI

from xueji.campaigns.batches.commands import (
    accept_batch,
    endorse_batch,
    freeze_batch,
    hand_in_scan,
    receive_copy,
    return_batch,
    settle_copy,
)
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.papers import print_of, workbook_of
from xueji.campaigns.batches.queries import batch_for, batches_for, copy_for, merged, sheets_of, standing_of
from xueji.campaigns.batches.terms import KINDS, Stage
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.campaigns.queries import notice_of, steps_of
from xueji.confirmation.commands.confirmations import confirm_record, register_confirmation, take_silence, void_confirmation
from xueji.confirmation.commands.majors import decide_major_name, propose_major_name, publish_majors
from xueji.confirmation.commands.spellings import choose_spelling, complete_spelling, confirm_spelling
from xueji.confirmation.queries.confirmations import confirmation_standing, spelling_of, written
from xueji.confirmation.queries.majors import english_majors, majors_of, national_disciplines, newest_version, proposals_for
from xueji.confirmation.terms import How
from xueji.formats.sheets import read as read_sheet
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Refused, Stopped
from xueji.records.commands import change_record
from xueji.records.models import College
from xueji.rules.progress import State

NAMES = Path(__file__).resolve().parents[3] / "campaigns" / "2025-bit-names.toml"
NOVEMBER = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)
JANUARY = datetime(2025, 1, 10, 10, tzinfo=SHANGHAI)
MARCH = datetime(2025, 3, 3, 10, tzinfo=SHANGHAI)
KIND = "verification_sheet"
SPELLED = {"李明": (["li", "ming"], 1), "王芳": (["wang", "fang"], 1)}


@pytest.fixture
def round(world):
    """The campaign of N2 part two, with 李明, 王芳 and Anna of college A in it."""
    for name in ("李明", "王芳", "SCHMIDT ANNA"):
        record = world.record(name)
        values = {"expected_on": "2025-06-30", "certificates": "both", "major_code": "081200", "major_name": "计算机科学与技术"}
        change_record(world.system(), record, values=values, reason="2025届")
    world.round = open_campaign(world.act("刘老师", at=NOVEMBER), text=NAMES.read_text("utf-8")).result[0]
    publish_majors(world.act("刘老师", at=NOVEMBER), rows=[("081200", "计算机科学与技术", "Computer Science")], effective="2025届")
    return world


def _case(world, name):
    return Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=world.round, record__person__name=name)


def _spell_and_confirm(world, name, at=NOVEMBER):
    case = _case(world, name)
    if name in SPELLED:
        syllables, length = SPELLED[name]
        choose_spelling(world.act(name, at=at), case.record, syllables=syllables, surname_length=length)
    else:
        choose_spelling(world.act(name, at=at), case.record, copied="SCHMIDT ANNA")
    confirm_record(world.act(name, at=at), case, step="verify")


def _college():
    return College.objects.get(code="A")


def _frozen(world, at=JANUARY):
    for name in ("李明", "王芳", "SCHMIDT ANNA"):
        _spell_and_confirm(world, name)
    return freeze_batch(world.act("王秘书", at=at), world.round, college=_college(), kind=KINDS[KIND]).result


def _stopped(attempt):
    with pytest.raises(Stopped) as stopped:
        attempt()
    return [one.id for one in stopped.value.findings]


def test_what_the_student_chose_is_kept_as_syllables_and_written_in_the_schools_style(round):
    record = round.record("李明")
    choose_spelling(round.act("李明", at=NOVEMBER), record, syllables=["li", "ming"], surname_length=1)
    spelling = spelling_of(record)
    assert (spelling.syllables, spelling.surname_length, written(spelling)) == (["li", "ming"], 1, "Li Ming")
    assert written(spelling, "passport") == "LI MING"
    record.person.refresh_from_db()
    assert record.person.name_pinyin == "", "the register changes only with an accepted sheet"


def test_a_spelling_that_cannot_be_is_refused_whole(round):
    record = round.record("李明")
    act = round.act("李明", at=NOVEMBER)
    assert _stopped(lambda: choose_spelling(act, record, syllables=["li", ""], surname_length=1)) == ["NAME.023"]
    assert _stopped(lambda: choose_spelling(act, record, syllables=["li"], surname_length=1)) == ["NAME.022"]
    assert spelling_of(record) is None
    with pytest.raises(Refused):
        choose_spelling(round.act("王芳", at=NOVEMBER), record, syllables=["li", "ming"], surname_length=1)


def test_a_foreign_name_is_copied_and_never_generated(round):
    record = round.record("SCHMIDT ANNA")
    act = round.act("SCHMIDT ANNA", at=NOVEMBER)
    assert _stopped(lambda: choose_spelling(act, record, syllables=["an", "na"], surname_length=1)) == ["NAME.027"]
    choose_spelling(act, record, copied="SCHMIDT ANNA")
    assert written(spelling_of(record), "passport") == "SCHMIDT ANNA"


def test_another_name_needs_another_spelling(round):
    record = round.record("李明")
    choose_spelling(round.act("李明", at=NOVEMBER), record, syllables=["li", "ming"], surname_length=1)
    change_record(round.system(), record, values={"name": "李鸣"}, reason="更正")
    assert spelling_of(round.record("李鸣")) is None


def test_nobody_confirms_without_the_pinyin_that_the_round_asks_for(round):
    case = _case(round, "李明")
    assert _stopped(lambda: confirm_record(round.act("李明", at=NOVEMBER), case, step="verify")) == ["NAME.021"]


def test_all_right_is_recorded_with_time_and_exact_values_and_a_later_change_voids_it(round):
    _spell_and_confirm(round, "李明")
    case = _case(round, "李明")
    standing = confirmation_standing(case, "verify")
    assert standing.holds and standing.confirmation.at == NOVEMBER
    assert standing.confirmation.values["name"] == "李明" and standing.confirmation.values["name_pinyin"] == "Li Ming"
    assert steps_of(case, NOVEMBER).standing("verify").state is State.DONE
    change_record(round.system(), case.record, values={"ethnic_group": "02"}, reason="更正")
    case = _case(round, "李明")
    assert confirmation_standing(case, "verify").changed == ("ethnic_group",)
    assert void_confirmation(round.system(at=NOVEMBER), case, step="verify").result == ["ethnic_group"]
    assert steps_of(_case(round, "李明"), NOVEMBER).standing("verify").state is State.BACK, "the student is asked again"
    confirm_record(round.act("李明", at=NOVEMBER + timedelta(hours=1)), _case(round, "李明"), step="verify")
    assert confirmation_standing(_case(round, "李明"), "verify").holds


def test_a_field_under_correction_is_left_out_of_what_is_confirmed(round):
    choose_spelling(round.act("李明", at=NOVEMBER), round.record("李明"), syllables=["li", "ming"], surname_length=1)
    made = confirm_record(round.act("李明", at=NOVEMBER), _case(round, "李明"), step="verify", left_out=["ethnic_group"]).result
    assert "ethnic_group" not in made.values and made.left_out == ["ethnic_group"]


def test_the_students_deadline_is_exact_and_the_counsellor_may_still_register(round):
    record = round.record("李明")
    choose_spelling(round.act("李明", at=NOVEMBER), record, syllables=["li", "ming"], surname_length=1)
    late = datetime(2024, 12, 16, 23, 59, 59, tzinfo=SHANGHAI)
    with pytest.raises(Stopped) as stopped:
        confirm_record(round.act("李明", at=late), _case(round, "李明"), step="verify")
    (told,) = stopped.value.findings
    assert told.id == "TIME.002" and told.remedy.zh.startswith("没有记为已确认。需要延期") and "draft" not in told.remedy.en
    made = register_confirmation(
        round.act("高辅导员", at=late), _case(round, "李明"), step="verify", how=How.TELEPHONE, note="17:40 电话"
    ).result
    assert (made.how, made.by) == (How.TELEPHONE, round.act("高辅导员").by.label)
    assert _stopped(lambda: register_confirmation(round.act("高辅导员", at=late), _case(round, "李明"), step="verify", how="silence")) == [
        "CONF.001"
    ]
    with pytest.raises(Refused):
        register_confirmation(round.act("赵秘书", at=late), _case(round, "李明"), step="verify", how=How.TELEPHONE)


def test_silence_confirms_only_where_the_notice_says_so(round, monkeypatch):
    after = datetime(2024, 12, 17, 9, tzinfo=SHANGHAI)
    act = round.act("刘老师", at=after)
    assert _stopped(lambda: take_silence(act, round.round, step="verify")) == ["CONF.002"]
    text = NAMES.read_text("utf-8").replace('silence   = "unconfirmed"', 'silence   = "confirmed"').replace("2025-bit-names", "2025-silent")
    silent = open_campaign(round.act("刘老师", at=NOVEMBER), text=text).result[0]
    assert _stopped(lambda: take_silence(round.act("刘老师", at=NOVEMBER), silent, step="verify")) == ["CONF.003"]
    assert take_silence(act, silent, step="verify").result == 3
    case = Case.objects.get(campaign=silent, record__person__name="李明")
    standing = confirmation_standing(case, "verify")
    assert standing.by_silence and standing.holds, "marked so, never as if the student had spoken"
    assert take_silence(act, silent, step="verify").unchanged


def test_the_sheet_names_empty_pinyin_unconfirmed_students_and_unnamed_majors(round):
    assert _stopped(lambda: freeze_batch(round.act("王秘书", at=JANUARY), round.round, college=_college(), kind=KINDS[KIND])) == [
        "SHEET.012",
        "SHEET.013",
    ]
    publish_majors(round.act("刘老师", at=JANUARY), rows=[("999900", "别的专业", "Other")], effective="2025届")
    assert "CONF.010" in _stopped(lambda: freeze_batch(round.act("王秘书", at=JANUARY), round.round, college=_college(), kind=KINDS[KIND]))
    empty = College.objects.get(code="B")
    assert _stopped(lambda: freeze_batch(round.act("赵秘书", at=JANUARY), round.round, college=empty, kind=KINDS[KIND])) == ["SHEET.016"]


def test_what_the_college_completes_counts_only_when_the_student_confirms_it_again(round):
    record = round.record("李明")
    complete_spelling(round.act("王秘书", at=JANUARY), record, syllables=["li", "ming"], surname_length=1)
    assert spelling_of(record).confirmed_at is None
    assert complete_spelling(round.act("王秘书", at=JANUARY), record, syllables=["li", "ming"], surname_length=1).unchanged
    assert "SHEET.013" in _stopped(lambda: freeze_batch(round.act("王秘书", at=JANUARY), round.round, college=_college(), kind=KINDS[KIND]))
    confirm_spelling(round.act("李明", at=JANUARY), record)
    assert spelling_of(record).confirmed_at == JANUARY
    assert confirm_spelling(round.act("李明", at=JANUARY), record).unchanged
    assert _stopped(lambda: confirm_spelling(round.act("王芳", at=JANUARY), round.record("王芳"))) == ["NAME.021"]


def test_a_frozen_sheet_is_signed_accepted_and_only_then_in_force(round):
    batch = _frozen(round)
    assert (batch.version, batch.row_count) == (1, 3)
    assert batch.rows[round.record("李明").student_number]["name_pinyin"] == "Li Ming"
    assert standing_of(batch).stage is Stage.FROZEN
    registrar = round.act("刘老师", at=JANUARY)
    assert _stopped(lambda: accept_batch(registrar, batch)) == ["SHEET.008"]
    hand_in_scan(round.act("王秘书", at=JANUARY), batch, content=print_of(batch), title="核对表.pdf")
    assert standing_of(Batch.objects.get(pk=batch.pk)).stage is Stage.SIGNED
    with pytest.raises(Refused):
        accept_batch(round.act("王秘书", at=JANUARY), batch)
    accept_batch(registrar, batch)
    person = round.record("李明").person
    assert (person.name_pinyin, person.name_syllables, person.surname_length) == ("Li Ming", ["li", "ming"], 1)
    assert round.record("李明").major_name_en == "Computer Science"
    assert round.record("SCHMIDT ANNA").person.name_pinyin == "SCHMIDT ANNA"
    assert standing_of(Batch.objects.get(pk=batch.pk)).stage is Stage.ACCEPTED
    assert _stopped(lambda: accept_batch(registrar, batch)) == ["SHEET.011"]


def test_the_dean_endorses_a_version_and_nobody_else(round):
    batch = _frozen(round)
    with pytest.raises(Refused):
        endorse_batch(round.act("王秘书", at=JANUARY), batch)
    endorse_batch(round.act("陈院长", at=JANUARY), batch)
    batch.refresh_from_db()
    assert (batch.endorsed_at, batch.endorsed_by) == (JANUARY, round.act("陈院长").by.label)
    assert endorse_batch(round.act("陈院长", at=JANUARY), batch).unchanged
    change_record(round.system(), round.record("王芳"), values={"ethnic_group": "02"}, reason="更正")
    assert _stopped(lambda: endorse_batch(round.act("陈院长", at=JANUARY), batch)) == ["SHEET.007"]


def test_a_later_change_voids_the_sign_off_and_names_the_row(round):
    batch = _frozen(round)
    hand_in_scan(round.act("王秘书", at=JANUARY), batch, content=print_of(batch))
    change_record(round.system(), round.record("王芳"), values={"ethnic_group": "02"}, reason="更正")
    standing = standing_of(Batch.objects.get(pk=batch.pk))
    assert standing.stage is Stage.VOID
    assert [(one.key, one.fields) for one in standing.changes] == [(round.record("王芳").student_number, ("ethnic_group", "confirmed"))]
    with pytest.raises(Stopped) as stopped:
        accept_batch(round.act("刘老师", at=JANUARY), batch)
    assert round.record("王芳").student_number in stopped.value.findings[0].message.zh
    assert round.record("李明").person.name_pinyin == "", "nothing was put in force"


def test_a_scan_is_matched_by_its_code(round):
    batch = _frozen(round)
    secretary = round.act("王秘书", at=JANUARY)
    blank = pypdfium2.PdfDocument.new()
    blank.new_page(300, 300)
    page = BytesIO()
    blank.save(page)
    assert _stopped(lambda: hand_in_scan(secretary, batch, content=page.getvalue())) == ["SHEET.009"]
    assert _stopped(lambda: hand_in_scan(secretary, batch, content=b"no scan at all")) == ["SHEET.009"]
    complete_spelling(round.act("王秘书", at=JANUARY), round.record("王芳"), syllables=["wang", "fang"], surname_length=1)
    old_print = print_of(batch)
    change_record(round.system(), round.record("王芳"), values={"ethnic_group": "02"}, reason="更正")
    register_confirmation(round.act("王秘书", at=JANUARY), _case(round, "王芳"), step="verify", how=How.TELEPHONE)
    second = freeze_batch(secretary, round.round, college=_college(), kind=KINDS[KIND]).result
    assert second.version == 2
    assert _stopped(lambda: hand_in_scan(secretary, second, content=old_print)) == ["SHEET.010"]
    assert _stopped(lambda: hand_in_scan(secretary, batch, content=old_print)) == ["SHEET.011"], "the first version is replaced"


def test_freezing_the_same_rows_again_is_the_same_version(round):
    batch = _frozen(round)
    again = freeze_batch(round.act("王秘书", at=JANUARY), round.round, college=_college(), kind=KINDS[KIND])
    assert again.unchanged and again.result.pk == batch.pk


def test_the_registry_returns_a_sheet_with_reasons_beside_the_rows(round):
    batch = _frozen(round)
    number = round.record("李明").student_number
    registrar = round.act("刘老师", at=JANUARY)
    assert _stopped(lambda: return_batch(registrar, batch, reason=" ")) == ["SHEET.015"]
    return_batch(registrar, batch, reason="", row_reasons={number: "拼音请核对护照", "谁": "不是这里的"})
    batch.refresh_from_db()
    assert batch.row_reasons == {number: "拼音请核对护照"} and standing_of(batch).stage is Stage.RETURNED
    assert freeze_batch(round.act("王秘书", at=JANUARY), round.round, college=_college(), kind=KINDS[KIND]).result.version == 2


def test_a_workbook_edited_outside_is_merged_and_conflicts_are_decided_by_a_person(round):
    batch = _frozen(round)
    li, wang = round.record("李明").student_number, round.record("王芳").student_number
    content = _copy(batch, {(li, "姓名拼音"): "Li Min", (wang, "姓名拼音"): "Wang Fan", (wang, "民族"): "满族"})
    choose_spelling(round.act("王芳", at=NOVEMBER), round.record("王芳"), syllables=["wang", "feng"], surname_length=1)
    copy = receive_copy(round.act("王秘书", at=JANUARY), batch, content=content).result
    laid = merged(copy)
    assert [(one.key, one.becomes) for one in laid.taken] == [(li, "Li Min")]
    assert [(one.key, one.ours, one.theirs) for one in laid.conflicts] == [(wang, "Wang Feng", "Wang Fan")]
    assert "SHEET.006" in [one.id for one in laid.findings]
    settle_copy(round.act("王秘书", at=JANUARY), copy, decisions={})
    assert written(spelling_of(round.record("王芳"))) == "Wang Feng", "nothing is overwritten silently"
    assert written(spelling_of(round.record("李明"))) == "Li Min"
    copy.refresh_from_db()
    assert copy.settled_at is None, "a conflict is still open"
    settle_copy(round.act("王秘书", at=JANUARY), copy, decisions={f"{wang}:name_pinyin": "theirs"})
    assert written(spelling_of(round.record("王芳"))) == "Wang Fan"
    assert spelling_of(round.record("王芳")).confirmed_at is None, "the student confirms it again"
    assert _stopped(lambda: settle_copy(round.act("王秘书", at=JANUARY), copy, decisions={})) == ["SHEET.011"]


def _copy(batch, cells):
    sheet = read_sheet(workbook_of(batch))
    rows = [[str(cell or "") for cell in row] for _, row in sheet.rows]
    for row in rows:
        for (number, heading), value in cells.items():
            if row[0] == number:
                row[sheet.columns.index(heading)] = value
    target = BytesIO()
    write(target, [Heading(title) for title in sheet.columns], rows, name="核对表")
    return target.getvalue()


def test_an_edited_copy_that_cannot_be_read_writes_nothing(round):
    batch = _frozen(round)
    secretary = round.act("王秘书", at=JANUARY)
    target = BytesIO()
    write(target, [Heading("姓名"), Heading("姓名拼音")], [["李明", "Li Ming"]], name="x")
    assert _stopped(lambda: receive_copy(secretary, batch, content=target.getvalue())) == ["SHEET.004"]
    assert _stopped(lambda: receive_copy(secretary, batch, content=b""))[0].startswith("FORMAT.")
    number = round.record("李明").student_number
    copy = receive_copy(secretary, batch, content=_copy(batch, {(number, "姓名拼音"): "Nobody At All"})).result
    assert _stopped(lambda: settle_copy(secretary, copy, decisions={})) == ["CONF.011"]
    assert written(spelling_of(round.record("李明"))) == "Li Ming"


def test_a_college_sees_its_own_sheets_only(round):
    batch = _frozen(round)
    copy = receive_copy(round.act("王秘书", at=JANUARY), batch, content=workbook_of(batch)).result
    assert batch_for(round.actor("王秘书"), batch.pk) == batch
    assert not batches_for(round.actor("赵秘书")).exists()
    with pytest.raises(Exception, match="matching query|DoesNotExist"):
        batch_for(round.actor("赵秘书"), batch.pk)
    assert copy_for(round.actor("王秘书"), copy.pk) == copy
    with pytest.raises(type(copy).DoesNotExist):
        copy_for(round.actor("赵秘书"), copy.pk)
    assert batches_for(round.actor("刘老师"), round.round).count() == 1
    assert not batches_for(round.actor("李明")).exists()


def test_a_late_college_is_shown_with_the_consequence(round):
    notice = notice_of(round.round)
    (before,) = sheets_of(round.actor("王秘书"), round.round, notice, KINDS[KIND], JANUARY)
    assert before.late is None and before.standing is None
    (after,) = sheets_of(round.actor("王秘书"), round.round, notice, KINDS[KIND], MARCH)
    assert after.late.id == "SHEET.014" and "延后" in after.late.remedy.zh
    batch = _frozen(round)
    hand_in_scan(round.act("王秘书", at=JANUARY), batch, content=print_of(batch))
    (done,) = sheets_of(round.actor("刘老师"), round.round, notice, KINDS[KIND], MARCH)
    assert done.late is None and done.standing.stage is Stage.SIGNED


def test_english_names_are_proposed_by_the_college_and_decided_by_the_registry(round):
    college = _college()
    secretary, registrar = round.act("王秘书", at=JANUARY), round.act("刘老师", at=JANUARY)
    (major,) = [one for one in majors_of(round.actor("王秘书"), "A") if one.code == "081200"]
    assert (major.name_en, major.proposal) == ("Computer Science", None)
    new = {"code": "081200", "name": "计算机科学与技术", "new": "Computer Science and Technology"}
    assert _stopped(lambda: propose_major_name(secretary, college, **new | {"new": "计算机"}, reason="")) == ["CONF.005", "CONF.004"]
    proposal = propose_major_name(secretary, college, **new, reason="与学位授予信息一致").result
    assert _stopped(lambda: propose_major_name(secretary, college, **new, reason="再提")) == ["CONF.006"]
    assert [one.pk for one in proposals_for(round.actor("刘老师"))] == [proposal.pk]
    assert not proposals_for(round.actor("赵秘书")).exists()
    assert _stopped(lambda: decide_major_name(registrar, proposal, verdict="refuse")) == ["CONF.008"]
    assert decide_major_name(registrar, proposal, verdict="approve").result == 2
    assert english_majors().get(code="081200").name_en == "Computer Science and Technology"
    assert english_majors(1).get(code="081200").name_en == "Computer Science", "an earlier version stays as it was"
    assert _stopped(lambda: decide_major_name(registrar, proposal, verdict="approve")) == ["CONF.007"]


def test_a_table_with_a_wrong_row_is_not_published(round):
    act = round.act("刘老师", at=JANUARY)
    rows = [("x", "甲", "A"), ("081200", "乙", "B"), ("081200", "乙", "B"), ("0813", "丙", "丙")]
    assert _stopped(lambda: publish_majors(act, rows=rows, effective="2025届")) == ["CONF.009"] * 3
    assert newest_version() == 1
    assert publish_majors(act, rows=[("081200", "计算机科学与技术", "Computer Science")], effective="2025届").unchanged


def test_the_sheet_states_the_version_of_the_english_names_it_used(round):
    assert _frozen(round).remarks == ["英文学科（专业）名称对照表：第 1 版（2025届）"]


def test_the_national_disciplines_are_at_hand():
    known = national_disciplines()
    assert known["0812"] == "计算机科学与技术" and known["0101"] == "哲学" and len(known) > 150
