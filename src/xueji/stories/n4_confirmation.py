"""教字〔2024〕183号 一 told without a browser: CHSI's download, differences of every kind, confirmations, corrections on a signed list.

The download is the register with planted differences. Every one must be found, and nothing else. Most students confirm online, some
through their counsellor, some never; some are wrong in the register and bring evidence.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from xueji.campaigns.batches.commands import accept_batch, hand_in_scan
from xueji.campaigns.batches.papers import print_of
from xueji.campaigns.batches.terms import KINDS
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.confirmation.commands.confirmations import confirm_record, register_confirmation, take_silence
from xueji.confirmation.queries.confirmations import confirmation_standing
from xueji.confirmation.queries.sources import Compared, compared, round_of
from xueji.confirmation.terms import How
from xueji.corrections.commands import request_correction, review_correction
from xueji.corrections.queries import open_of
from xueji.corrections.terms import Verdict
from xueji.exchange import compare as exported
from xueji.exchange.chsi import import_source
from xueji.journal.command import Act
from xueji.journal.queries import broken_at
from xueji.records.models import College, StudentRecord
from xueji.records.queries import value_of
from xueji.rules.comparison import Partner
from xueji.stories.confirming import (
    NOTICES,
    Staff,
    at,
    cases_of,
    download,
    fill_school,
    frozen,
    other_value,
    scanned_paper,
    stopped,
    student_act,
)
from xueji.stories.students import students
from xueji.stories.telling import Progress, Telling, quietly

PLANTED = ("ethnic_group", "sex", "born_on", "enrolled_on", "class_number", "department", "name", "id_number")
"""Fields in which every twentieth student differs from CHSI, in turn."""
PLANS = ("online", "online", "telephone", "online", "online", "never answers", "online", "in person", "online", "online")
CLOSES = at(2024, 10, 21, 10)


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell the first part of the notice with `count` students into an empty database; see `Telling.failed`."""
    telling = Telling(folder, progress)
    staff = Staff(at(2024, 10, 7))
    people = [one for one in students(count * 8) if one["intake_year"] == "2021" and one["level"] == "undergraduate"]
    inside = list(
        islice(
            (
                one
                for one in people
                if one["population"] != "international" and one.get("programme") != "双培" and one.get("plan") != "outside"
            ),
            count,
        )
    )
    excluded = [
        one for one in people if one["population"] == "international" or one.get("programme") == "双培" or one.get("plan") == "outside"
    ][:30]
    fill_school(folder, staff.registrar, at(2024, 10, 7, 10), inside + excluded)
    text = (NOTICES / "2025-cufe-confirmation.toml").read_text("utf-8")
    campaign = open_campaign(Act(staff.registrar, at(2024, 10, 9, 0), "registry"), text=text).result[0]
    cases = cases_of(campaign)
    telling.expect("双培生、计划外本科生、留学生不在内", expected=len(inside), seen=len(cases))
    planted = _chsi(telling, staff, campaign, cases)
    plans = _students(telling, staff, cases, planted)
    _silence(telling, staff, campaign)
    _corrections(telling, staff, campaign, planted)
    _after(telling, staff, campaign, planted, plans)
    telling.close()
    return telling


def _chsi(telling: Telling, staff: Staff, campaign: Campaign, cases: list[Case]) -> dict[str, dict[str, str]]:
    """CHSI's file with differences of every kind; all are found and none is invented. Returns the planted real ones."""
    records = [case.record for case in cases]
    planted: dict[str, dict[str, str]] = {}
    harmless: dict[str, dict[str, str]] = {}
    for position, record in enumerate(records):
        code = PLANTED[position // 20 % len(PLANTED)]
        if position % 20 == 3 and value_of(record, code):
            planted[record.student_number] = {code: other_value(record, code)}
        elif position % 20 == 7:
            harmless[record.student_number] = {"major_name": f"{record.major_name}类"}
        elif position % 20 == 11:
            harmless[record.student_number] = {"political_status": "01"}
        elif position % 20 == 15:
            harmless[record.student_number] = {"name": f" {record.person.name} ", "student_number": record.student_number.lower()}
    gone, miscopied = records[-1], records[-2]
    absent: dict[str, dict[str, str]] = {gone.student_number: {}}
    wrong_number = miscopied.student_number[:-1] + ("0" if miscopied.student_number[-1] != "0" else "1")
    wrong_number = (
        wrong_number if not StudentRecord.objects.filter(student_number=wrong_number).exists() else f"{miscopied.student_number[:-1]}X"
    )
    miscopied_row = {"student_number": wrong_number, "candidate_number": "", "id_number": ""}
    for number in (gone.student_number, miscopied.student_number):
        planted.pop(number, None)
        harmless.pop(number, None)
    content = download(records, planted | harmless | absent | {miscopied.student_number: miscopied_row})
    telling.keep("chsi/zxs.dbf", content)
    registrar = Act(staff.registrar, at(2024, 10, 9, 8), "registry")
    kept, _ = import_source(registrar, source="chsi", taken_on=date(2024, 10, 8), content=content, title="zxs.dbf")
    telling.expect(
        "the file is kept and joined", expected=(len(records) - 1, len(records) - 2), seen=(kept.result.row_count, kept.result.matched)
    )
    seen = _compared(staff, campaign)
    found = {(seen.record_of(one).student_number, one.field) for one in seen.comparison.real()}
    wanted = {(number, code) for number, changes in planted.items() for code in changes}
    telling.expect("every planted difference is found, and none is invented", expected=sorted(wanted), seen=sorted(found))
    known = {seen.record_of(one).student_number for one in seen.comparison.differences if one.known}
    telling.expect("专业名称的差异属正常现象", expected=sorted(n for n, c in harmless.items() if "major_name" in c), seen=sorted(known))
    prevails = {one.right for one in seen.comparison.real()}
    telling.expect("以学信网信息为准", expected={"chsi"}, seen=prevails)
    alone = seen.comparison.matchings["chsi"].alone
    whose = {seen.records[n].student_number: [one.why for one in likely] for n, likely in alone.items()}
    telling.expect(
        "who CHSI lacks, and whose number was miscopied", expected={gone.student_number, miscopied.student_number}, seen=set(whose)
    )
    telling.expect("the miscopied number is recognised", expected=True, seen=Partner.ONE_CHARACTER_OFF in whose[miscopied.student_number])
    telling.keep("comparison.xlsx", exported.workbook(seen))
    telling.figures |= {"students": len(records), "planted": dict(Counter(code for _, code in wanted)), "harmless": len(harmless)}
    return planted


def _compared(staff: Staff, campaign: Campaign) -> Compared:
    return compared(staff.registrar, campaign=campaign, round=round_of(notice_of(campaign)))


def _students(telling: Telling, staff: Staff, cases: list[Case], planted: dict[str, dict[str, str]]) -> dict[str, str]:
    """Students look at both systems; who is wrong in the register asks for a correction with evidence, then confirms the rest."""
    plans = {}
    refused = 0
    for position, case in enumerate(cases):
        record = case.record
        plan = plans[record.student_number] = PLANS[position % len(PLANS)]
        when = at(2024, 10, 9 + position % 11, 8 + position % 10, position % 60)
        for code, value in planted.get(record.student_number, {}).items():
            refused += _asks(record, code, value, when)
        if plan == "online":
            confirm_record(student_act(record, when + timedelta(minutes=3)), case, step="confirm", left_out=sorted(open_of(record)))
        elif plan != "never answers":
            how = How.TELEPHONE if plan == "telephone" else How.IN_PERSON
            act = Act(staff.of("COU", record.college_id), when, "college")
            covered = act.by.may("case.confirm_on_behalf", _scope(case))
            act = act if covered else Act(staff.of("SEC", record.college_id), when, "college")
            register_confirmation(act, case, step="confirm", how=how, left_out=sorted(open_of(record)))
        telling.progress("学生 students", position + 1, len(cases))
    late = next(case for case in cases if plans[case.record.student_number] == "never answers")
    telling.expect(
        "10:00:00 is late",
        expected="TIME.002",
        seen=stopped(lambda: confirm_record(student_act(late.record, CLOSES), late, step="confirm")),
    )
    stranger = next(case for case in cases if case.record.college_id != late.record.college_id)
    other = Act(staff.of("COU", stranger.record.college_id), at(2024, 10, 15), "college")
    telling.expect(
        "a counsellor of another college registers nothing",
        expected="refused",
        seen=stopped(lambda: register_confirmation(other, late, step="confirm", how=How.TELEPHONE)),
    )
    telling.figures |= {"plans": dict(Counter(plans.values())), "requests without evidence refused": refused}
    return plans


def _scope(case: Case):
    from xueji.campaigns.queries import scope_of_case

    return scope_of_case(case)


def _asks(record: StudentRecord, code: str, value: str, when) -> int:
    """Ask for CHSI's value where the student may; first without evidence, which is refused before it is sent. 1 if it was."""
    from xueji.catalogue.fields import FIELDS, Policy

    field = FIELDS[code]
    if field.policy is not Policy.CORRECTION or code == "id_number":
        return 0
    act = student_act(record, when)
    first = stopped(lambda: request_correction(act, record, field=code, new=value, reason="以学信网为准，学校系统有误"))
    evidence = {kind: scanned_paper() for kind in field.evidence[:1]}
    if stopped(lambda: request_correction(act, record, field=code, new=value, reason="以学信网为准，学校系统有误", evidence=evidence)):
        return 0
    return int(first == "CORR.002")


def _silence(telling: Telling, staff: Staff, campaign: Campaign) -> None:
    """The notice does not say that silence confirms; so nobody is confirmed who did not answer."""
    act = Act(staff.registrar, at(2024, 10, 22), "registry")
    telling.expect("silence confirms nothing here", expected="CONF.002", seen=stopped(lambda: take_silence(act, campaign, step="confirm")))


def _corrections(telling: Telling, staff: Staff, campaign: Campaign, planted: dict[str, dict[str, str]]) -> None:
    """The college looks at the evidence and prints its correction list; only the accepted list changes the register."""
    asked = {case.record.student_number: open_of(case.record) for case in cases_of(campaign)}
    asked = {number: waiting for number, waiting in asked.items() if waiting}
    before = {number: {code: value_of(one.record, code) for code, one in waiting.items()} for number, waiting in asked.items()}
    for waiting in asked.values():
        for one in waiting.values():
            review_correction(Act(staff.of("SEC", one.record.college_id), at(2024, 10, 18), "college"), one, verdict=Verdict.APPROVE)
    unchanged = {n: {code: value_of(_record(n), code) for code in waiting} for n, waiting in asked.items()}
    telling.expect("an approval of the college changes nothing yet", expected=before, seen=unchanged)
    done = 0
    for college in College.objects.all():
        kind = KINDS["correction_list"]
        if not kind.rows(campaign, college):
            continue
        secretary = Act(staff.of("SEC", college.code), at(2024, 10, 20), "college")
        batch = frozen(secretary, campaign, college, kind)
        telling.keep(f"lists/{college.code}.pdf", print_of(batch))
        hand_in_scan(secretary, batch, content=print_of(batch), title="更正汇总表.pdf")
        accept_batch(Act(staff.registrar, at(2024, 10, 21, 9), "registry"), batch)
        done += batch.row_count
        telling.progress("更正汇总表 lists", done, len(asked))
    now = {n: {code: value_of(_record(n), code) for code in waiting} for n, waiting in asked.items()}
    wanted = {n: {code: planted[n][code] for code in waiting} for n, waiting in asked.items()}
    telling.expect("every correction on an accepted list is in force", expected=(wanted, sum(map(len, asked.values()))), seen=(now, done))
    telling.figures["corrections in force"] = done


def _record(number: str) -> StudentRecord:
    return StudentRecord.objects.select_related("person", "college", "account").get(student_number=number)


def _after(telling: Telling, staff: Staff, campaign: Campaign, planted: dict[str, dict[str, str]], plans: dict[str, str]) -> None:
    """What is left: the differences nobody could correct by asking, those who did not answer, and an unbroken journal."""
    seen = _compared(staff, campaign)
    left = {(seen.record_of(one).student_number, one.field) for one in seen.comparison.real()}
    corrected = {
        (number, code) for number, changes in planted.items() for code in changes if str(value_of(_record(number), code)) == changes[code]
    }
    wanted = {(number, code) for number, changes in planted.items() for code in changes} - corrected
    telling.expect("only what was not corrected still differs", expected=sorted(wanted), seen=sorted(left))
    standings = {case.record.student_number: confirmation_standing(case, "confirm") for case in cases_of(campaign)}
    silent = [number for number, plan in plans.items() if plan == "never answers"]
    telling.expect(
        "who did not answer is unconfirmed, nobody else",
        expected=sorted(silent),
        seen=sorted(n for n, one in standings.items() if one.confirmation is None),
    )
    telling.expect(
        "a corrected field left out of the confirmation does not void it",
        expected=[],
        seen=[n for n, one in standings.items() if one.confirmation and not one.holds],
    )
    telling.expect("the journal is unbroken", expected=None, seen=broken_at())
    telling.figures["still differing"] = len(left)
