"""A notice of a university that none of the five comes from, declared in a file of its own, runs without a line of Python.

西岭农林大学 is invented: undergraduates of two campuses, foresters with a step of their own, an end in July, own requirements (field
work, fitness), withdrawal for who is beyond the maximum duration, and a layout for its own province.
"""

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from tests.world import SHANGHAI

from xueji.campaigns.batches.commands import accept_batch, freeze_batch, hand_in_scan
from xueji.campaigns.batches.papers import print_of
from xueji.campaigns.commands import mark_own_step, open_campaign
from xueji.campaigns.models import Case
from xueji.campaigns.notice import read_notice
from xueji.campaigns.queries import cases_for, explain, notice_of, steps_of
from xueji.campaigns.tallies import progress_by_college
from xueji.exchange.commands.filings import make_filing
from xueji.exchange.layouts import filing_layouts
from xueji.exchange.queries.filings import as_dbf, as_workbook, file_name
from xueji.formats import dbf
from xueji.graduation.commands import approve_conclusion, propose_conclusion, publish_plan, report_studies
from xueji.graduation.sheet import CONCLUSION_LIST
from xueji.journal.command import Stopped
from xueji.records.models import College, StudentRecord
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db

NOTICE = """
code = "xnl-2026-conclusions"
number = "西农林教〔2026〕18号"
kind = "graduation"
title = "2026届本科生毕业资格审核"
title_en = "Graduation review, undergraduates of 2026"
source = "西农林教〔2026〕18号 二"
issuer = "教务处"
issued_on = 2026-05-08
[window]
opens = 2026-05-10T08:00:00+08:00
closes = 2026-06-25T18:00:00+08:00
[review]
graduated_on = 2026-07-01
beyond_limit = "withdrawal"
[[audience]]
group = "east"
label = "东湖校区本科毕业生"
include = { expected_year = 2026, level = "undergraduate", campus = "东湖校区" }
exclude = [{ international = true }]
clause = "二（一）"
[[audience]]
group = "forest"
label = "西山校区林学类本科毕业生"
include = { expected_year = 2026, level = "undergraduate", campus = "西山校区" }
clause = "二（二）"
[[audience]]
group = "on_request"
label = "学院上报、教务处审核"
nominated = "college"
[[step]]
code = "read"
kind = "acknowledge"
who = "student"
title = "阅读毕业须知"
until = 2026-05-31T18:00:00+08:00
[[step]]
code = "field_work"
kind = "hand_in"
who = "college"
groups = ["forest"]
title = "交野外实习报告"
document = "field_report"
until = 2026-06-10T18:00:00+08:00
[[step]]
code = "review"
kind = "review"
who = "college"
after = ["read"]
title = "毕业资格审核"
[[step]]
code = "sign"
kind = "sign_off"
who = "college"
after = ["review"]
title = "名单签字盖章"
document = "conclusions"
until = 2026-06-25T18:00:00+08:00
[lateness.college]
zh = "逾期的学院编入秋季批次。"
en = "A late college is put into the autumn batch."
"""
PLAN = """
[plan]
code = "xnl-forestry-2022"
title = "林学类本科培养方案（2022版）"
levels = ["undergraduate"]
intake = { from = 2022, until = 2022 }
source = "2022版培养方案"
[[requirement]]
code = "total"
kind = "total_credits"
label = "总学分"
least = 160
[[requirement]]
code = "field"
kind = "credits"
subject = "野外实习"
label = "野外实习学分"
least = 6
[[requirement]]
code = "fitness"
kind = "test"
subject = "体质测试"
label = "体质测试"
least = 50
[[requirement]]
code = "grades"
kind = "no_failures"
label = "成绩合格"
"""
LAYOUT = """
[layout]
code = "xnl-province"
label = "省厅毕业生名单"
label_en = "List for the province"
source = "省教育厅 2026 年报送要求 附件3"
[filing]
file = "BYS{school}{number:03d}"
conclusions = ["graduation", "completion"]
[[column]]
name = "KSH"
heading = "考生号"
field = "candidate_number"
width = 18
[[column]]
name = "XM"
heading = "姓名"
field = "name"
width = 30
characters = 15
required = true
[[column]]
name = "BYLB"
heading = "毕业类别"
field = "conclusion"
width = 1
required = true
words = { graduation = "1", completion = "2" }
[[column]]
name = "BYNY"
heading = "毕业年月"
field = "graduated_on"
width = 6
form = "month6"
"""
NOW = datetime(2026, 6, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture
def university(world, settings, tmp_path):
    """The notice, the plan and the layout lie in the installation's folder, as a registrar would put them there."""
    settings.XUEJI_HOME = tmp_path
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "province.toml").write_text(LAYOUT, "utf-8")
    (tmp_path / "notice.toml").write_text(NOTICE, "utf-8")
    world.now = NOW
    for name, number, college in (("东湖生", "B202201001", "A"), ("林学生", "B202202001", "B"), ("缺实习", "B202202002", "B")):
        world.enrol(name, number, college, level="undergraduate", intake_year=2022, enrolled_on=date(2022, 9, 1), expected_on=date(2026, 7, 1),
                    first_expected_on=date(2026, 7, 1), standing="enrolled", schooling_years="4", certificates="both",
                    id_number={"东湖生": "320600200205060060", "林学生": "320600200205060079", "缺实习": "320600200205060087"}[name])  # fmt: skip
    publish_plan(world.act("刘老师"), text=PLAN)
    opened = open_campaign(world.act("刘老师", at=datetime(2026, 5, 10, 9, tzinfo=SHANGHAI)), text=(tmp_path / "notice.toml").read_text("utf-8"))
    world.opened = opened.result[0]
    return world


def case_of(name):
    return Case.objects.select_related("campaign", "record__person", "record__college").get(record__person__name=name)


def test_the_notice_reads_without_a_finding():
    notice, findings = read_notice(NOTICE)
    assert findings == [] and notice.groups() == ("east", "forest", "on_request")


def test_two_campuses_have_different_steps_and_everybody_knows_why(university):
    assert {c.record.person.name: c.group for c in cases_for(university.actor("刘老师"), university.opened)} == {
        "东湖生": "east", "林学生": "forest", "缺实习": "forest",
    }  # fmt: skip
    assert [s.code for s in steps_of(case_of("东湖生"), NOW).steps] == ["read", "review", "sign"]
    assert [s.code for s in steps_of(case_of("林学生"), NOW).steps] == ["read", "field_work", "review", "sign"]
    why = explain(case_of("林学生").record, notice_of(university.opened))
    assert [one.belongs for one in why] == [False, True, False]


def test_it_runs_from_the_own_requirements_to_the_own_layout(university):
    full = {"credits": {"专业课": 156, "野外实习": 6}, "courses": {"树木学": 78}, "tests": {"体质测试": 62}, "defence_on": date(2026, 6, 5), "defence_passed": True}
    rows = [(university.record("东湖生"), full), (university.record("林学生"), full), (university.record("缺实习"), full | {"credits": {"专业课": 160, "野外实习": 2}})]
    report_studies(university.act("刘老师"), rows=rows, source="教务系统", on=date(2026, 6, 15))
    for name in ("东湖生", "林学生", "缺实习"):
        mark_own_step(university.act(name, at=datetime(2026, 5, 20, 9, tzinfo=SHANGHAI)), case_of(name), step="read", mark=State.DONE)
    university.account("陈院长").grants.create(role="dean", college="B")
    secretary, dean = university.act("赵秘书"), university.act("陈院长")
    propose(university, "王秘书", "东湖生", "graduation")
    proposal = propose_conclusion(secretary, case_of("林学生"), conclusion="graduation", on=NOW.date()).result
    with pytest.raises(Stopped) as short:
        propose_conclusion(secretary, case_of("缺实习"), conclusion="graduation", on=NOW.date())
    assert "GRAD.002" in {f.id for f in short.value.findings}
    later = propose_conclusion(secretary, case_of("缺实习"), conclusion="prolong", on=NOW.date(), prolong_until=date(2027, 7, 1), note="补实习").result
    for one in (proposal, later, case_of("东湖生").proposal):
        approve_conclusion(dean, one)
    for code, who in (("A", "王秘书"), ("B", "赵秘书")):
        batch = freeze_batch(university.act(who), university.opened, college=College.objects.get(code=code), kind=CONCLUSION_LIST).result
        hand_in_scan(university.act(who), batch, content=print_of(batch))
        accept_batch(university.act("刘老师"), batch)
    assert set(StudentRecord.objects.filter(intake_year=2022).values_list("person__name", "conclusion", "graduated_on")) == {
        ("东湖生", "graduation", date(2026, 7, 1)), ("林学生", "graduation", date(2026, 7, 1)), ("缺实习", "", None),
    }  # fmt: skip
    filing = make_filing(university.act("刘老师"), university.opened, layout=filing_layouts()["xnl-province"]).result
    assert file_name(filing, "dbf") == "BYS19990001.dbf"
    assert sorted(row[1:] for row in dbf.read(as_dbf(filing)).rows) == [["东湖生", "1", "202607"], ["林学生", "1", "202607"]]
    sheet = load_workbook(io.BytesIO(as_workbook(filing))).active
    assert [cell.value for cell in sheet[1]] == ["考生号", "姓名", "毕业类别", "毕业年月"]
    assert {t.key: (t.total, t.done) for t in progress_by_college(university.actor("刘老师"), university.opened)}["A"] == (1, 1)


def propose(university, who, name, conclusion):
    return propose_conclusion(university.act(who), case_of(name), conclusion=conclusion, on=NOW.date()).result


def test_a_page_names_the_own_notice_and_no_other(university):
    seen = university.client("刘老师").get("/registry/graduation/students/B202201001/").content.decode()
    assert "西农林教〔2026〕18号 要求的事实" in seen
