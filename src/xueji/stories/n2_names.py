"""研〔2024〕137号 二 told without a browser: spelling, English names, the college's sheet, signed and accepted; late colleges, an edited workbook.

Who does what is decided by a student's place, so that every run is the same. One college is late, one is returned to, one sends an
edited workbook; everybody else is in time.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path

from xueji.campaigns.batches.commands import accept_batch, hand_in_scan, receive_copy, return_batch, settle_copy
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.papers import print_of, workbook_of
from xueji.campaigns.batches.queries import merged, sheets_of, standing_of
from xueji.campaigns.batches.terms import KINDS, Stage
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.confirmation.calendar import void_what_changed
from xueji.confirmation.commands.confirmations import confirm_record, register_confirmation
from xueji.confirmation.commands.majors import decide_major_name, propose_major_name, publish_majors
from xueji.confirmation.commands.spellings import choose_spelling, complete_spelling, confirm_spelling
from xueji.confirmation.queries.confirmations import copies_name, spelling_of, written
from xueji.confirmation.queries.majors import english_majors, newest_version
from xueji.confirmation.terms import How
from xueji.exchange.layouts import package, read_dbf
from xueji.formats import archive
from xueji.formats.sheets import read as read_sheet
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Act
from xueji.journal.queries import broken_at
from xueji.pinyin import suggest
from xueji.records.commands import change_record
from xueji.records.models import College, StudentRecord
from xueji.records.queries import value_of
from xueji.stories.confirming import NOTICES, Staff, at, cases_of, fill_school, frozen, spell_name, stopped, student_act
from xueji.stories.students import students
from xueji.stories.telling import Progress, Telling, quietly

PLANS = ("in time", "in time", "another reading", "in time", "never fills", "in time", "in time", "only spells", "in time", "changes later")
CLOSES = at(2024, 12, 16, 23, 59, 59)
KIND = "verification_sheet"


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell the second part of the notice with `count` students into an empty database; see `Telling.failed`."""
    telling = Telling(folder, progress)
    staff = Staff(at(2024, 11, 18))
    people = [
        one
        for one in students(count * 5)
        if one["expected_on"].startswith("2025") and one["level"] != "undergraduate" and one["certificates"] == "both"
    ]
    people = list(islice(people, count))
    outside = list(islice((one for one in students(count * 5) if one["level"] == "undergraduate"), 20))
    telling.expect(
        "the roster brings everybody in",
        expected=len(people) + 20,
        seen=fill_school(folder, staff.registrar, at(2024, 11, 18, 10), people + outside),
    )
    names = {(one["major_code"], one["major_name"], one["major_name_en"]) for one in people}
    table = sorted({code: (code, name, english) for code, name, english in names}.values())
    publish_majors(Act(staff.registrar, at(2024, 11, 19), "registry"), rows=table, effective="2025届")
    text = (NOTICES / "2025-bit-names.toml").read_text("utf-8")
    campaign = open_campaign(Act(staff.registrar, at(2024, 11, 20), "registry"), text=text).result[0]
    cases = cases_of(campaign)
    telling.expect("the notice is about both-certificate postgraduates of 2025 only", expected=len(people), seen=len(cases))
    plans = _students(telling, cases)
    _english_names(telling, staff, campaign, cases)
    _colleges_complete(telling, staff, campaign, cases, plans)
    _sheets(telling, staff, campaign)
    _after(telling, staff, campaign, plans)
    telling.close()
    return telling


def _students(telling: Telling, cases: list[Case]) -> dict[str, str]:
    """The students spell their names and confirm; some choose another reading, some never come."""
    plans = {}
    others = 0
    for position, case in enumerate(cases):
        plan = plans[case.record.student_number] = PLANS[position % len(PLANS)]
        when = at(2024, 11, 21 + position % 9, 8 + position % 12, position % 60)
        if plan != "never fills":
            others += spell_name(case.record, when, other=plan == "another reading")
        if plan not in ("never fills", "only spells"):
            confirm_record(student_act(case.record, when + timedelta(minutes=5)), case, step="verify")
        telling.progress("学生 students", position + 1, len(cases))
    empty = next(case for case in cases if plans[case.record.student_number] == "never fills")
    act = student_act(empty.record, at(2024, 12, 1))
    telling.expect(
        "nobody confirms with an empty pinyin", expected="NAME.021", seen=stopped(lambda: confirm_record(act, empty, step="verify"))
    )
    late = next(case for case in cases if plans[case.record.student_number] == "only spells")
    act = student_act(late.record, CLOSES)
    telling.expect("23:59:59 is late", expected="TIME.002", seen=stopped(lambda: confirm_record(act, late, step="verify")))
    domestic = [case.record for case in cases if not copies_name(case.record)]
    asked = sum(1 for record in domestic if suggest(record.person.name).doubtful)
    telling.figures |= {
        "students": len(cases),
        "plans": dict(Counter(plans.values())),
        "another reading chosen": others,
        "asked about a reading": asked,
    }
    return plans


def _english_names(telling: Telling, staff: Staff, campaign: Campaign, cases: list[Case]) -> None:
    """One college finds a wrong English name, says why, the registry decides; the table gets its second version."""
    record = cases[0].record
    secretary = staff.of("SEC", record.college_id)
    proposal = propose_major_name(
        Act(secretary, at(2024, 12, 20), "college"), record.college, code=record.major_code, name=record.major_name,
        new=f"{record.major_name_en} and Engineering Practice", reason="与学位授予信息中的名称一致",
    ).result  # fmt: skip
    telling.expect(
        "a college does not decide its own proposal",
        expected="refused",
        seen=stopped(lambda: decide_major_name(Act(secretary, at(2024, 12, 21), "college"), proposal, verdict="approve")),
    )
    decide_major_name(Act(staff.registrar, at(2024, 12, 21), "registry"), proposal, verdict="approve")
    telling.expect("an approved name makes the next version", expected=2, seen=newest_version())


def _colleges_complete(telling: Telling, staff: Staff, campaign: Campaign, cases: list[Case], plans: dict[str, str]) -> None:
    """Empty pinyin is completed by the college, confirmed again by the student; changed values void a confirmation."""
    for position, case in enumerate(cases):
        record, plan = case.record, plans[case.record.student_number]
        secretary = Act(staff.of("SEC", record.college_id), at(2025, 1, 6, 9, position % 60), "college")
        if plan == "never fills":
            proposed = suggest(record.person.name)
            if copies_name(record):
                complete_spelling(secretary, record, copied=record.person.name_pinyin or "NAME AS IN PASSPORT")
            else:
                complete_spelling(secretary, record, syllables=proposed.syllables, surname_length=proposed.surname_length)
            telling.expect(
                f"{record.student_number}: what the college fills in does not count yet",
                expected=None,
                seen=spelling_of(record).confirmed_at,
            )
            confirm_spelling(student_act(record, at(2025, 1, 8)), record)
        if plan in ("never fills", "only spells"):
            act = Act(staff.of("SEC", record.college_id), at(2025, 1, 9), "college")
            register_confirmation(act, case, step="verify", how=How.TELEPHONE, note="电话 17:40")
        if plan == "changes later":
            change_record(Act(staff.registrar, at(2025, 1, 10), "registry"), record, values={"ethnic_group": "10"}, reason="公安机关更正")
        telling.progress("学院 colleges", position + 1, len(cases))
    changed = sum(1 for plan in plans.values() if plan == "changes later")
    telling.expect(
        "a value that changes after the confirmation voids it, for exactly those students",
        expected=changed,
        seen=void_what_changed(at(2025, 1, 10, 12)),
    )
    for case in cases_of(campaign):
        if plans[case.record.student_number] == "changes later":
            act = Act(staff.of("SEC", case.record.college_id), at(2025, 1, 12), "college")
            register_confirmation(act, case, step="verify", how=How.IN_PERSON, note="到办公室核对")


def _sheets(telling: Telling, staff: Staff, campaign: Campaign) -> None:
    """Sheets are frozen, signed, accepted. The last college never comes, the first is returned, the second edits its workbook."""
    codes = sorted({case.record.college_id for case in cases_of(campaign)})
    colleges = list(College.objects.filter(code__in=codes).order_by("code"))
    *punctual, late = colleges
    for number, college in enumerate(punctual):
        secretary = Act(staff.of("SEC", college.code), at(2025, 2, 10, 9 + number), "college")
        batch = frozen(secretary, campaign, college, KINDS[KIND])
        if number == 0:
            batch = _returned(telling, staff, campaign, college, batch)
        if number == 1:
            batch = _edited(telling, staff, campaign, college, batch)
        hand_in_scan(Act(secretary.by, secretary.at + timedelta(hours=2), "college"), batch, content=print_of(batch), title="签字件.pdf")
        accept_batch(Act(staff.registrar, secretary.at + timedelta(hours=4), "registry"), batch)
        telling.keep(f"sheets/{college.code}.pdf", print_of(batch))
        telling.keep(f"sheets/{college.code}.xlsx", workbook_of(batch))
        telling.progress("表册 sheets", number + 1, len(punctual))
    notice = notice_of(campaign)
    seen = {one.college.code: one for one in sheets_of(staff.registrar, campaign, notice, KINDS[KIND], at(2025, 3, 3))}
    telling.expect(
        "the late college is shown with the consequence, and only that one",
        expected=[late.code],
        seen=[code for code, one in seen.items() if one.late],
    )
    telling.expect(
        "every other sheet is accepted",
        expected=len(punctual),
        seen=sum(1 for one in seen.values() if one.standing and one.standing.stage is Stage.ACCEPTED),
    )
    telling.figures["late college"] = late.name


def _returned(telling: Telling, staff: Staff, campaign: Campaign, college: College, batch: Batch) -> Batch:
    """The registry returns the first version with a reason beside a row; a student changes the spelling; the sign-off is void."""
    key = sorted(batch.rows)[0]
    secretary = Act(staff.of("SEC", college.code), at(2025, 2, 10, 11), "college")
    hand_in_scan(secretary, batch, content=print_of(batch), title="签字件.pdf")
    record = StudentRecord.objects.select_related("person", "college", "account").get(student_number=key)
    spelling = spelling_of(record)
    first = list(spelling.syllables)
    other = ["xin" if n == len(first) - 1 else syllable for n, syllable in enumerate(first)]
    if spelling.copied:
        choose_spelling(student_act(record, at(2025, 2, 11)), record, copied=f"{spelling.copied} II")
    else:
        choose_spelling(student_act(record, at(2025, 2, 11)), record, syllables=other, surname_length=spelling.surname_length)
    standing = standing_of(batch)
    telling.expect(
        "a row that changes after signing voids the sign-off and is named",
        expected=(Stage.VOID, [key]),
        seen=(standing.stage, [one.key for one in standing.changes]),
    )
    registrar = Act(staff.registrar, at(2025, 2, 11, 12), "registry")
    telling.expect("a void sheet is not accepted", expected="SHEET.007", seen=stopped(lambda: accept_batch(registrar, batch)))
    return_batch(registrar, batch, reason="", row_reasons={key: "拼音签字后有变动，请核对护照"})
    case = Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=campaign, record=record)
    register_confirmation(Act(secretary.by, at(2025, 2, 12), "college"), case, step="verify", how=How.IN_PERSON)
    again = frozen(Act(secretary.by, at(2025, 2, 13), "college"), campaign, college, KINDS[KIND])
    telling.expect("the next version has another digest", expected=True, seen=again.version == 2 and again.digest != batch.digest)
    old = print_of(batch)
    telling.expect(
        "the old print is not taken for the new version",
        expected="SHEET.010",
        seen=stopped(lambda: hand_in_scan(secretary, again, content=old)),
    )
    return again


def _edited(telling: Telling, staff: Staff, campaign: Campaign, college: College, batch: Batch) -> Batch:
    """A workbook edited outside: one change is taken over, one collides with a newer value, one touches a column of corrections."""
    domestic = [key for key in sorted(batch.rows) if not copies_name(_record(key))]
    mine, both, name = domestic[:3]
    sheet = read_sheet(workbook_of(batch))
    rows = [[str(cell or "") for cell in cells] for _, cells in sheet.rows]
    place = sheet.columns.index("姓名拼音")
    edits = {mine: "xin", both: "xing"}
    for row in rows:
        if row[0] in edits:
            row[place] = f"{row[place].rsplit(' ', 1)[0]} {_with_last(_record(row[0]), edits[row[0]])}"
        if row[0] == name:
            row[sheet.columns.index("民族")] = "满族"
    target = BytesIO()
    write(target, [Heading(title) for title in sheet.columns], rows, name="核对表")
    telling.keep(f"edited/{college.code}.xlsx", target.getvalue())
    record = _record(both)
    spelling = spelling_of(record)
    syllables = [*spelling.syllables[:-1], "ning"]
    choose_spelling(student_act(record, at(2025, 2, 14)), record, syllables=syllables, surname_length=spelling.surname_length)
    here = written(spelling_of(record))
    act = Act(staff.of("SEC", college.code), at(2025, 2, 15), "college")
    copy = receive_copy(act, batch, content=target.getvalue()).result
    laid = merged(copy)
    telling.expect("only they changed it: taken over", expected=[mine], seen=[one.key for one in laid.taken])
    telling.expect("both changed it: a conflict for a person", expected=[both], seen=[one.key for one in laid.conflicts])
    telling.expect("a column of corrections is reported, not changed", expected=["SHEET.006"], seen=[one.id for one in laid.findings])
    settle_copy(act, copy, decisions={f"{both}:name_pinyin": "ours"})
    telling.expect("the person's decision stands", expected=here, seen=written(spelling_of(_record(both))))
    confirm_spelling(student_act(_record(mine), at(2025, 2, 16)), _record(mine))
    for key in (mine, both):
        case = Case.objects.select_related("campaign", "record__person", "record__college").get(
            campaign=campaign, record__student_number=key
        )
        register_confirmation(Act(act.by, at(2025, 2, 16), "college"), case, step="verify", how=How.TELEPHONE)
    return frozen(Act(act.by, at(2025, 2, 17), "college"), campaign, college, KINDS[KIND])


def _record(key: str) -> StudentRecord:
    return StudentRecord.objects.select_related("person", "college", "account").get(student_number=key)


def _with_last(record: StudentRecord, syllable: str) -> str:
    """The given name with another last syllable, as somebody types it into a workbook."""
    spelling = spelling_of(record)
    given = [*spelling.syllables[spelling.surname_length : -1], syllable]
    return "".join(given).capitalize()


def _after(telling: Telling, staff: Staff, campaign: Campaign, plans: dict[str, str]) -> None:
    """What is in the register now is what was signed; it goes out in the official layout and reads back the same."""
    english = dict(english_majors().values_list("code", "name_en"))
    accepted = list(Batch.objects.filter(campaign=campaign, accepted_at__isnull=False))
    wrong, rows = [], []
    for batch in accepted:
        for key, row in batch.rows.items():
            record = _record(key)
            if (record.person.name_pinyin, record.major_name_en) != (row["name_pinyin"], english[record.major_code]):
                wrong.append(key)
            rows.append(
                {
                    code: str(value_of(record, code))
                    for code in ("student_number", "name", "name_pinyin", "major_code", "major_name", "major_name_en")
                }
            )
    telling.expect("the register holds exactly what was signed", expected=[], seen=wrong)
    waiting = [case.record for case in cases_of(campaign) if case.record.college_id not in {batch.college_id for batch in accepted}]
    untouched = [record.student_number for record in waiting if record.person.name_syllables]
    telling.expect("nothing of the late college is in force", expected=[], seen=untouched)
    out, digests = package("english_names", rows, on=at(2025, 3, 1).date(), name="2025-english-names")
    path = telling.keep("filing/2025-english-names.zip", out)
    with archive.opened(path) as opened:
        problems = archive.verify(opened)
        read = read_dbf("english_names", opened.read("2025-english-names.dbf"))
    telling.expect("the filing reads back to the same rows and its manifest holds", expected=(rows, []), seen=(read, problems))
    telling.expect("the journal is unbroken", expected=None, seen=broken_at())
    telling.figures |= {"accepted rows": len(rows), "filing": digests}
