"""研函〔2020〕61号 三 told without a browser: facts in, review, joint requests, four eyes, signed lists, filing, answer, amendment.

All four conclusions appear, with missing papers, doubts, a late college, a rejected row and a change after filing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from xueji.accounts.models import Account
from xueji.accounts.queries import AccountActor, SystemActor, actor_for
from xueji.campaigns.batches.commands import accept_batch, freeze_batch, hand_in_scan, return_batch
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.papers import print_of, workbook_of
from xueji.campaigns.batches.queries import rows_now
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, cases_for, notice_of
from xueji.documents.engine import press
from xueji.exchange.commands.filings import amend_record, make_filing, settle_rejection, take_answer
from xueji.exchange.commands.rosters import receive_roster
from xueji.exchange.layouts import filing_layouts
from xueji.exchange.queries.filings import as_dbf, as_workbook, difference, file_name
from xueji.exchange.roster import running
from xueji.exchange.studies_file import read_studies
from xueji.formats import dbf
from xueji.formats.workbooks import Heading, write
from xueji.graduation.commands import (
    answer_notice,
    approve_conclusion,
    approve_request,
    deliver_notice,
    join_request,
    propose_conclusion,
    publish_plan,
    report_studies,
    request_conclusion,
    review_legality,
    tell_student,
    withdraw_request,
)  # fmt: skip
from xueji.graduation.queries import filed, rejections, review_of, reviewed, tallies
from xueji.graduation.sheet import CONCLUSION_LIST
from xueji.graduation.terms import CONCLUSION_WORDS
from xueji.journal.command import Act, Refused, Stopped
from xueji.journal.queries import broken_at
from xueji.records.commands import change_record
from xueji.records.models import College, StudentRecord
from xueji.rules.conclusions import Conclusion
from xueji.stories.roster_file import write_roster
from xueji.stories.students import students
from xueji.stories.telling import Progress, Telling, quietly
from xueji.stories.university import declare

NOTICE = Path(__file__).resolve().parents[3] / "campaigns" / "N3-bit-2020-conclusions.toml"
PLANS = ("graduates", "graduates", "graduates", "completes", "graduates", "doubtful", "graduates", "no papers", "graduates", "leaves",
         "graduates", "upgrades", "graduates", "withdraws the request", "graduates", "delayed", "graduates", "in principle", "graduates", "graduates")  # fmt: skip
"""What becomes of the students, in turn; one in twenty of each."""
REVIEWED = date(2020, 6, 26)
PROGRAMME = """
[plan]
code = "postgraduate-2017"
title = "研究生培养方案（2017版）"
title_en = "Postgraduate programme, 2017"
levels = ["master", "doctor"]
intake = { from = 2014, until = 2019 }
source = "研究生培养方案（2017版）"
[[requirement]]
code = "degree_credits"
kind = "credits"
subject = "学位课"
label = "学位课学分"
label_en = "Credits of degree courses"
least = 16
[[requirement]]
code = "total_credits"
kind = "total_credits"
label = "总学分"
label_en = "Credits in all"
least = 24
[[requirement]]
code = "ethics"
kind = "course"
subject = "学术道德"
label = "学术道德课程"
label_en = "Course on academic ethics"
[[requirement]]
code = "grades"
kind = "no_failures"
label = "成绩合格"
label_en = "All grades are passes"
"""
EXPECTED = {"graduates": Conclusion.GRADUATION, "doubtful": Conclusion.GRADUATION, "completes": Conclusion.COMPLETION,
            "in principle": Conclusion.COMPLETION, "leaves": Conclusion.INCOMPLETION, "upgrades": Conclusion.UPGRADE,
            "no papers": Conclusion.PROLONG, "withdraws the request": Conclusion.PROLONG, "delayed": Conclusion.PROLONG}  # fmt: skip
REPLY = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=SHANGHAI)


@dataclass(slots=True)
class _Cast:
    registrar: AccountActor
    staff: dict[str, AccountActor]
    campaign: Campaign
    plans: dict[str, str]

    def secretary(self, case: Case, at: datetime) -> Act:
        return Act(self.staff[f"SEC{case.record.college_id}"], at, "college")

    def dean(self, case: Case, at: datetime) -> Act:
        return Act(self.staff[f"DEAN{case.record.college_id}"], at, "college")

    def office(self, at: datetime) -> Act:
        return Act(self.registrar, at, "registry")


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell part three of the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    telling = Telling(folder, progress)
    staff = {name: actor_for(account) for name, account in declare(Act(SystemActor("故事 N3"), _at(6, 1, 9), "cli")).items()}
    people = _people(count)
    plans = {one["student_number"]: PLANS[n % len(PLANS)] for n, one in enumerate(people)}
    registrar = staff["REG01"]
    _roster(telling, registrar, people)
    publish_plan(Act(registrar, _at(6, 2, 9), "registry"), text=PROGRAMME)
    campaign = open_campaign(Act(registrar, _at(6, 3, 9), "registry"), text=NOTICE.read_text("utf-8")).result[0]
    cast = _Cast(registrar, staff, campaign, plans)
    _studies(telling, cast, people)
    cases = list(cases_for(registrar, campaign).select_related("record__account").order_by("record__student_number"))
    domestic = sum(1 for one in people if one["population"] != "international")
    telling.expect("the list holds everybody expected in 2020 and the completed ones, without international students", expected=domestic, seen=len(cases))
    for n, case in enumerate(cases):
        _one_case(telling, cast, case)
        telling.progress("审核 review", n + 1, len(cases))
    _lists(telling, cast)
    _in_force(telling, cast)
    _filing(telling, cast)
    telling.expect("the journal is whole", expected=None, seen=broken_at())
    telling.close()
    return telling


def _people(count: int) -> list[dict[str, str]]:
    """Postgraduates of 2017 who are expected in 2020; those who upgrade were completed a year before.

    A name that no font of the school prints would keep its college's list from being printed, which the N1 story tells.
    """
    printable = press(())
    pool = (
        one for one in students(count * 8)
        if one["level"] in {"master", "doctor"} and one["certificates"] == "both" and not printable.unprintable({"name": one["name"]}, place="")
    )  # fmt: skip
    people = []
    for n, one in enumerate(islice(pool, count)):
        person = dict(one) | {"student_number": f"{'D' if one['level'] == 'doctor' else 'S'}2017{n:06d}", "intake_year": "2017", "enrolled_on": "2017-09-01",
                              "expected_on": "2020-06-30", "first_expected_on": "2020-06-30", "standing": "enrolled", "conclusion": "",
                              "graduated_on": "", "record_state": "registered"}  # fmt: skip
        if PLANS[n % len(PLANS)] == "upgrades" and person["population"] != "international":
            person |= {"standing": "completed", "conclusion": "completion", "graduated_on": "2019-06-30", "expected_on": "2019-06-30"}
        people.append(person)
    return people


def _roster(telling: Telling, registrar: AccountActor, people: list[dict[str, str]]) -> None:
    act = Act(registrar, _at(6, 1, 10), "registry")
    telling.folder.mkdir(parents=True, exist_ok=True)
    path = telling.folder / "roster.xlsx"
    write_roster(people, path)
    received = receive_roster(act, path.read_bytes(), title=path.name).result
    plan = running.compare(act, received)
    telling.expect("the roster has no mistake", expected=(len(people), 0), seen=(plan.counts["added"], plan.counts["rejected"]))
    running.commit(act, received, plan=plan)


def _studies(telling: Telling, cast: _Cast, people: list[dict[str, str]]) -> None:
    """The results come as a workbook; the first one has two mistakes and is refused whole."""
    headings = ["学号", "姓名", "学分：学位课", "学分：选修课", "课程：学术道德", "课程：专业课", "答辩日期", "答辩结果", "答辩成绩", "最长学习年限", "未了：图书"]
    rows = []
    for one in people:
        plan = cast.plans[one["student_number"]]
        passed = plan in {"graduates", "doubtful", "upgrades"}
        row = [one["student_number"], one["name"], "18", "10", "85", "78", "2020-06-20" if plan != "delayed" else "", "通过" if passed else "未通过",
               "良好" if passed else "", "5" if one["level"] == "master" else "6", "否"]  # fmt: skip
        if plan == "doubtful":
            row[4] = ""
        if plan == "in principle":
            row[3] = "4"
        if plan == "leaves":
            row[5] = "40"
        rows.append(row)
    bad = [list(row) for row in rows]
    bad[0][2], bad[1][0] = "很多", "S999"
    for name, content in (("studies-first.xlsx", bad), ("studies.xlsx", rows)):
        path = telling.folder / name
        with path.open("wb") as target:
            write(target, [Heading(h) for h in headings], content, name="学业数据")
        found = read_studies(path)
        if found.findings:
            telling.expect("every mistake of the results file is named at once", expected=["STUDY.004", "STUDY.002"], seen=[f.id for f in found.findings])
            continue
        report_studies(cast.office(_at(6, 24, 9)), rows=found.rows, source="研究生成绩系统", on=date(2020, 6, 24))


def _one_case(telling: Telling, cast: _Cast, case: Case) -> None:
    """One student from the review to an approved conclusion, as the plan says."""
    plan = cast.plans[case.record.student_number]
    account: Account | None = case.record.account
    own = Act(actor_for(account), _at(6, 10, 10), "student") if account else None
    secretary, dean = cast.secretary(case, _at(6, 26, 10)), cast.dean(case, _at(6, 26, 15))
    if plan in {"completes", "in principle", "leaves", "withdraws the request"}:
        wanted = "incompletion" if plan == "leaves" else "completion"
        request = request_conclusion(own, case, conclusion=wanted, reason="工作需要，不再继续答辩", supervisor="周教授").result
        telling.expect("no college approves before the supervisor has joined", expected=["REVIEW.006"], seen=_stops(lambda: approve_request(dean, request, opinion="同意")))
        join_request(secretary, request)
        approve_request(dean, request, opinion="同意")
        if plan == "withdraws the request":
            withdraw_request(own, request)
    conclusion = EXPECTED[plan]
    note = {"doubtful": "学术道德课程成绩单原件已核，85 分", "in principle": "原则上修完：缺 2 学分选修，导师同意", "upgrades": "结业证书已约定 6 月 28 日前交回",
            "leaves": "本人自愿"}.get(plan, "")  # fmt: skip
    if plan == "no papers":
        telling.expect("completion without the joint request is stopped", expected=["GRAD.005", "GRAD.006"],
                       seen=_stops(lambda: propose_conclusion(secretary, case, conclusion="completion", on=REVIEWED)))  # fmt: skip
    if plan in {"doubtful", "in principle"}:
        telling.expect("a doubt needs a person's note", expected="REVIEW.009", seen=_stops(lambda: propose_conclusion(secretary, case, conclusion=conclusion, on=REVIEWED))[0])
    later = date(2021, 6, 30) if conclusion is Conclusion.PROLONG else None
    proposal = propose_conclusion(secretary, case, conclusion=conclusion, on=REVIEWED, note=note or "论文未完成" * bool(later), prolong_until=later).result
    if conclusion in {Conclusion.COMPLETION, Conclusion.INCOMPLETION}:
        telling.expect("an adverse conclusion is told first", expected=["REVIEW.012"], seen=_stops(lambda: approve_conclusion(dean, proposal)))
        notice = tell_student(secretary, case, facts=f"拟报{CONCLUSION_WORDS[conclusion].zh}。依据：研函〔2020〕61号 三。").result
        answer_notice(own, notice, statement="没有异议")
        review_legality(cast.office(_at(6, 26, 14)), notice)
        deliver_notice(secretary, notice, how="in_person")
    telling.expect("the one who proposes does not approve", expected=True, seen=_refused(lambda: approve_conclusion(secretary, proposal)))
    approve_conclusion(dean, proposal)


def _stops(attempt) -> list[str]:
    try:
        attempt()
    except Stopped as stopped:
        return [f.id for f in stopped.findings]
    return []


def _refused(attempt) -> bool:
    try:
        attempt()
    except (Refused, Stopped):
        return True
    return False


def _lists(telling: Telling, cast: _Cast) -> None:
    """Each college freezes, prints, signs and scans its list; one is returned once, one is late."""
    closes = notice_of(cast.campaign).window.closes
    colleges = [College.objects.get(code=t.college) for t in tallies(cast.registrar, cast.campaign)]
    for n, college in enumerate(colleges):
        late = n == len(colleges) - 1
        at = _at(6, 29, 14) if late else _at(6, 28, 9)
        secretary = Act(cast.staff[f"SEC{college.code}"], at, "college")
        batch = _frozen(telling, cast, secretary, college)
        scan = print_of(batch)
        telling.keep(f"lists/{college.code}.pdf", scan)
        telling.keep(f"lists/{college.code}.xlsx", workbook_of(batch))
        hand_in_scan(secretary, batch, content=scan, title="毕业结论.pdf")
        if n == 0:
            return_batch(cast.office(_at(6, 28, 15)), batch, reason="第 1 页公章不清晰")
            batch = _frozen(telling, cast, Act(secretary.by, _at(6, 28, 16), "college"), college)
            hand_in_scan(Act(secretary.by, _at(6, 28, 16), "college"), batch, content=print_of(batch))
        if late:
            telling.expect("the late college is late, and the consequence stands in the notice", expected=(True, True),
                           seen=(batch.frozen_at > closes, "延后" in notice_of(cast.campaign).lateness["college"].zh))  # fmt: skip
        accept_batch(cast.office(_at(6, 30, 9)), batch)
        telling.progress("名单 lists", n + 1, len(colleges))


def _frozen(telling: Telling, cast: _Cast, act: Act, college: College) -> Batch:
    """The next version of a college's list; a college whose students are all prolonged says so, with a reason."""
    reason = ""
    if not rows_now(CONCLUSION_LIST, cast.campaign, college):
        telling.expect("a college with nobody on its list has to say why", expected=["SHEET.017"], seen=_stops(
            lambda: freeze_batch(act, cast.campaign, college=college, kind=CONCLUSION_LIST)))  # fmt: skip
        reason = "本学院的研究生本次均延长学习年限"
    batch = freeze_batch(act, cast.campaign, college=college, kind=CONCLUSION_LIST, empty_reason=reason).result
    telling.expect("everybody of the college is on the list or named beside it", expected=cast.campaign.cases.filter(record__college=college).count(),
                   seen=batch.row_count + len(batch.beside))  # fmt: skip
    return batch


def _in_force(telling: Telling, cast: _Cast) -> None:
    """What the accepted lists put in force."""
    standings = {"graduation": "graduated", "completion": "completed", "incompletion": "left", "upgrade": "graduated"}
    wrong = []
    for case in Case.objects.filter(campaign=cast.campaign).select_related("record"):
        record, wanted = case.record, EXPECTED[cast.plans[case.record.student_number]]
        if wanted is Conclusion.PROLONG:
            held = record.standing == "enrolled" and record.expected_on == date(2021, 6, 30) and not record.conclusion
        else:
            held = (record.conclusion, record.standing) == (wanted, standings[wanted])
        if not held:
            wrong.append(record.student_number)
    telling.expect("every conclusion is in force as decided", expected=[], seen=wrong)
    explained = []
    for case, review, proposal in islice(reviewed(cast.registrar, cast.campaign, REVIEWED), 40):
        explained.append({"student": case.record.student_number, "by the rules": str(review.proposed), "decided": proposal.conclusion,
                          "findings": [f.id for f in review.findings]})  # fmt: skip
    telling.keep("explained.json", json.dumps(explained, ensure_ascii=False, indent=1))


def _filing(telling: Telling, cast: _Cast) -> None:
    """The list goes to the province, one row comes back rejected, is mended and filed again; then an amendment."""
    layout = filing_layouts()["provincial"]
    first = make_filing(cast.office(_at(7, 1, 9)), cast.campaign, layout=layout).result
    raw = as_dbf(first)
    telling.keep(f"filing/{file_name(first, 'dbf')}", raw)
    telling.keep(f"filing/{file_name(first, 'xlsx')}", as_workbook(first))
    rows = list(dbf.read(raw).rows)
    telling.expect("the filing reads back with every row", expected=first.row_count, seen=len(rows))
    telling.expect("the same filing gives the same bytes", expected=True, seen=as_dbf(first) == raw)
    numbers = [row.record.student_number for row in first.rows.select_related("record")]
    answers = {number: ("accepted", "", "") for number in numbers} | {numbers[1]: ("rejected", "JY-07", "专业名称与招生信息不一致")}
    take_answer(cast.office(_at(7, 3, 9)), first, answers=answers)
    (row,) = rejections(cast.registrar)
    record = StudentRecord.objects.select_related("person", "college").get(student_number=numbers[1])
    telling.expect("a rejected row is tied to its record and owner", expected=(numbers[1], "JY-07"), seen=(row.record.student_number, row.answer_rule))
    telling.expect("a rejected record is not frozen", expected=False, seen=filed(record))
    change_record(cast.office(_at(7, 4, 9)), record, values={"major_name": record.major_name + "（学术学位）"}, reason="按招生信息改正")
    settle_rejection(Act(cast.staff[f"SEC{record.college_id}"], _at(7, 4, 10), "college"), row, note="已按招生信息改正，重新报送")
    second = make_filing(cast.office(_at(7, 5, 9)), cast.campaign, layout=layout).result
    telling.expect("the second filing differs in that row only", expected=((), (), ((numbers[1], ("ZYMC",)),)),
                   seen=(difference(second).added, difference(second).removed, difference(second).changed))  # fmt: skip
    frozen = StudentRecord.objects.select_related("person", "college").get(student_number=numbers[0])
    telling.expect("after filing a conclusion is not proposed anew", expected=True, seen="REVIEW.010" in _stops(
        lambda: propose_conclusion(cast.secretary(frozen.cases.get(campaign=cast.campaign), _at(7, 6, 9)), frozen.cases.get(campaign=cast.campaign),
                                   conclusion="graduation", on=REVIEWED)))  # fmt: skip
    amend_record(cast.office(_at(7, 8, 9)), frozen, field="major_name", value=frozen.major_name + "（专业学位）", reason="录入错误", reply=REPLY,
                 reply_number="京教函〔2020〕301号")  # fmt: skip
    ahead = review_of(frozen, REVIEWED, what_if={"defence_passed": False})
    telling.figures |= {"students": len(cast.plans), "filed": second.row_count, "left out": len(second.left_out), "what if": str(ahead.proposed)}
