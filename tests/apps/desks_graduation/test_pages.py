"""The graduation review on screen: student, college, dean and registry, without JavaScript."""

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.formats import dbf
from xueji.graduation.commands import publish_plan, report_studies
from xueji.graduation.queries import adverse_notice_of, open_request, proposal_of
from xueji.records.commands import change_record
from xueji.records.models import StudentRecord

pytestmark = pytest.mark.django_db
N3 = (Path(__file__).resolve().parents[3] / "campaigns" / "N3-bit-2020-conclusions.toml").read_text("utf-8")
PLAN = """
[plan]
code = "any-master"
title = "硕士培养方案"
levels = ["master"]
intake = { from = 2000 }
source = "2017版培养方案"
[[requirement]]
code = "degree_credits"
kind = "credits"
subject = "学位课"
least = 18
[[requirement]]
code = "grades"
kind = "no_failures"
"""
PDF = SimpleUploadedFile("scan.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", "application/pdf")


@pytest.fixture
def batch(world):
    """Two students of A who want to graduate this year; N3 is open now."""
    today = timezone.now().astimezone(SHANGHAI)
    world.now = today
    year = today.year
    for n, name in enumerate(("毕业生", "结业生"), 1):
        world.enrol(name, f"S2099010{n:02}", "A", class_number="S990101", intake_year=year - 2, enrolled_on=date(year - 2, 9, 1),
                    expected_on=date(year, 6, 30), first_expected_on=date(year, 6, 30), standing="enrolled")  # fmt: skip
    publish_plan(world.act("刘老师"), text=PLAN)
    text = N3.replace("expected_year = 2020", f"expected_year = {year}")
    opened = open_campaign(world.act("刘老师"), text=text).result[0]
    Campaign.objects.filter(pk=opened.pk).update(closes=today + timedelta(days=5))
    facts = {"credits": {"学位课": 20}, "courses": {"矩阵论": 85}, "defence_on": date(2020, 6, 10), "defence_grade": "良好"}
    rows = [(world.record("毕业生"), facts | {"defence_passed": True}), (world.record("结业生"), facts | {"defence_passed": False})]
    report_studies(world.act("刘老师"), rows=rows, source="成绩系统", on=date(2020, 6, 20))
    return world


def case_of(name):
    return Case.objects.select_related("campaign", "record").get(record__person__name=name)


def page(response, status=200):
    assert response.status_code == status, (response.status_code, response.content[:300])
    return response.content.decode()


def own(world, name):
    return world.client(name), f"/student/cases/{case_of(name).pk}/graduation/"


COLLEGE = "/college/graduation/bit-2020-conclusions/"


def test_a_student_sees_each_requirement_and_asks_with_the_supervisor(batch):
    client, address = own(batch, "结业生")
    seen = page(client.get(address))
    assert "没有通过论文答辩" in seen and "学位课" in seen and "GRAD.007" in seen
    refused = page(client.post(address, {"ask": "1", "conclusion": "completion", "supervisor": "", "reason": "找到工作"}), 422)
    assert "找到工作" in refused, "what was typed stays"
    assert client.post(address, {"ask": "1", "conclusion": "completion", "supervisor": "周教授", "reason": "找到工作"}).status_code == 302
    assert "周教授" in page(client.get(address))
    assert client.post(address, {"withdraw": "1"}).status_code == 302
    assert open_request(case_of("结业生")) is None


def test_nobody_sees_the_review_of_another(batch):
    _, address = own(batch, "结业生")
    assert batch.client("毕业生").get(address).status_code == 404
    assert batch.client("赵秘书").get(f"{COLLEGE}S209901001/").status_code == 404
    assert batch.client("王秘书").get("/registry/graduation/").status_code == 404


def test_the_secretary_proposes_the_plain_ones_at_once_and_the_dean_approves(batch):
    secretary, dean = batch.client("王秘书"), batch.client("陈院长")
    seen = page(secretary.get(COLLEGE))
    assert "按规则提议" in seen and "GRAD.007" in seen
    assert "结业生" in page(secretary.get(COLLEGE, {"show": "doubt"})) and "毕业生" not in page(secretary.get(COLLEGE, {"show": "doubt"}))
    secretary.post(f"{COLLEGE}propose/")
    assert proposal_of(case_of("毕业生")).conclusion == "graduation" and proposal_of(case_of("结业生")) is None
    assert "毕业生" in page(dean.get(COLLEGE, {"show": "approve"}))
    dean.post(f"{COLLEGE}approve/", {"case": [str(case_of("毕业生").pk), "nonsense"]})
    assert proposal_of(case_of("毕业生")).approved_at


def test_an_adverse_conclusion_goes_its_whole_way_on_the_pages(batch):
    secretary, dean, registrar = batch.client("王秘书"), batch.client("陈院长"), batch.client("刘老师")
    student, own_page = own(batch, "结业生")
    address = f"{COLLEGE}S209901002/"
    stopped = page(secretary.post(address, {"act": "propose", "conclusion": "completion", "note": "", "prolong_until": ""}), 422)
    assert "GRAD.005" in stopped and "GRAD.006" in stopped
    secretary.post(address, {"act": "paper", "conclusion": "completion", "reason": "就业", "supervisor": "周教授", "scan": PDF})
    dean.post(address, {"act": "opinion", "opinion": "同意结业"})
    secretary.post(address, {"act": "propose", "conclusion": "completion", "note": "", "prolong_until": ""})
    assert "REVIEW.012" in page(dean.post(address, {"act": "approve"}), 422)
    secretary.post(address, {"act": "tell", "facts": "未通过答辩，本人与导师申请结业"})
    assert "你的陈述和申辩" in page(student.get(own_page))
    assert "REVIEW.016" in page(student.post(own_page, {"answer": "1", "statement": " "}), 422)
    student.post(own_page, {"answer": "1", "statement": "没有异议"})
    assert "没有异议" in page(registrar.get("/registry/graduation/students/S209901002/"))
    registrar.post("/registry/graduation/students/S209901002/", {"legality": "1"})
    dean.post(address, {"act": "approve"})
    assert proposal_of(case_of("结业生")).approved_at
    secretary.post(address, {"act": "deliver", "how": "in_person"})
    assert adverse_notice_of(case_of("结业生")).delivered_at
    assert "申诉" in page(student.get(own_page))


def test_the_registrar_looks_ahead_grants_exceptions_and_changes_standings(batch):
    client = batch.client("刘老师")
    assert client.get("/registry/graduation/explain/", {"number": "s209901002"}).status_code == 302
    assert client.get("/registry/graduation/explain/", {"number": "nothing"}).status_code == 404
    address = "/registry/graduation/students/S209901002/"
    assert "按规则：毕业" in page(client.get(address, {"defence": "yes"}))
    client.post(address, {"except": "1", "requirement": "degree_credits", "reason": "免修", "until": ""})
    assert "免修" in page(client.get(address))
    bad = page(client.post(address, {"standing": "1", "move": "resume", "effective_on": "2020-01-01", "until": "", "reason": "", "document_number": ""}), 422)
    assert "STAND.002" in bad
    client.post(address, {"standing": "1", "move": "prolong", "effective_on": "2020-01-01", "until": "2030-06-30", "reason": "论文", "document_number": "研〔2020〕1号"})
    assert "延长学习年限" in page(client.get(address))


def test_a_filing_is_made_answered_and_followed_on_the_pages(batch):
    client = batch.client("刘老师")
    for name, number in (("毕业生", "320600200205060060"), ("结业生", "320600200205060079")):
        change_record(batch.act("刘老师"), batch.record(name), values={"id_number": number, "conclusion": "graduation", "graduated_on": "2026-06-30"}, reason="x")
    make = "/registry/graduation/bit-2020-conclusions/file/"
    assert "预计人数" in page(client.post(make, {"profile": "provincial", "rule": "REPORT.005", "expected": "", "reason": ""}))
    assert "REVIEW.021" in page(client.post(make, {"profile": "qualification", "rule": "", "expected": "", "reason": ""}), 422)
    made = client.post(make, {"profile": "provincial", "rule": "", "expected": "", "reason": ""})
    address = made.headers["Location"]
    assert "SHA-256" in page(client.get(address))
    raw = client.get(f"{address}dbf/").content
    assert len(list(dbf.read(raw).rows)) == 2
    assert client.get(f"{address}xlsx/").status_code == 200 and client.get(f"{address}exe/").status_code == 404
    wrong = page(client.post(address, {"file": io.BytesIO("学号,结果\nS209901001,maybe\n".encode())}))
    assert "REVIEW.026" in wrong
    assert "REVIEW.025" in page(client.post(address, {"file": io.BytesIO(b"a,b\n1,2\n")}))
    client.post(address, {"file": io.BytesIO("学号,结果,规则,原因\nS209901001,通过,,\nS209901002,驳回,JY-12,照片不符\n".encode())})
    seen = page(client.get("/registry/graduation/"))
    assert "照片不符" in seen and "计算机学院" in seen
    from xueji.graduation.models import FilingRow

    row = FilingRow.objects.get(answer="rejected")
    client.post("/registry/graduation/", {"row": str(row.pk), "note": "已重拍"})
    assert "照片不符" not in page(client.get("/registry/graduation/"))


def test_the_pages_speak_english(batch):
    client = batch.client("刘老师", language="en")
    assert "Thesis defence passed" in page(client.get("/registry/graduation/students/S209901002/"))


def test_the_lists_take_the_same_queries_however_many_students(batch, django_assert_max_num_queries):
    client = batch.client("王秘书")
    year = batch.now.year
    client.get(COLLEGE)
    with django_assert_max_num_queries(24) as few:
        page(client.get(COLLEGE))
    for n in range(3, 6):
        batch.enrol(f"多{n}", f"S2099010{n:02}", "A", class_number="S990101", intake_year=year - 2, expected_on=date(year, 6, 30), standing="enrolled")
    from xueji.campaigns.commands import follow_audience

    follow_audience(batch.act("刘老师"), case_of("毕业生").campaign)
    assert StudentRecord.objects.filter(cases__campaign__kind="graduation").count() == 5
    with django_assert_max_num_queries(len(few)):
        page(client.get(COLLEGE))


def test_another_kind_of_notice_has_no_review(batch):
    code = batch.campaign.code
    assert batch.client("王秘书").get(f"/college/graduation/{code}/").status_code == 404


def test_the_list_comes_in_pages_and_only_the_page_is_judged(batch, monkeypatch, django_assert_max_num_queries):
    from xueji.campaigns.commands import follow_audience

    monkeypatch.setattr("xueji.desks.college.graduation.PAGE", 2)
    year = batch.now.year
    for n in range(3, 7):
        batch.enrol(f"多{n}", f"S2099010{n:02}", "A", class_number="S990101", intake_year=year - 2, expected_on=date(year, 6, 30), standing="enrolled")
    follow_audience(batch.act("刘老师"), case_of("毕业生").campaign)
    client = batch.client("王秘书")
    first, last = page(client.get(COLLEGE)), page(client.get(COLLEGE, {"page": "3"}))
    assert "第 1–2 条，共 6 条" in first and "毕业生" in first and "多6" not in first
    assert "多6" in last and "毕业生" not in last
    assert "多6" in page(client.get(COLLEGE, {"page": "999"})), "a page that is no more is the last one"
    with django_assert_max_num_queries(24):
        page(client.get(COLLEGE, {"show": "doubt"}))
    client.post(f"{COLLEGE}propose/")
    assert "多6" in page(client.get(COLLEGE, {"show": "open", "page": "3"})), "doubts stay open"


def test_the_next_student_without_a_proposal_is_one_key_away(batch):
    client = batch.client("王秘书")
    assert f"{COLLEGE}S209901002/" in page(client.get(f"{COLLEGE}S209901001/"))
    assert f"{COLLEGE}S209901001/" in page(client.get(f"{COLLEGE}S209901002/")), "after the last comes the first"


def test_who_works_for_two_colleges_acts_in_the_one_that_is_open(batch):
    batch.account("王秘书").grants.create(role="secretary", college="B")
    client = batch.client("王秘书")
    assert client.post(f"{COLLEGE}propose/?college=B").headers["Location"].endswith("?college=B")
    assert proposal_of(case_of("毕业生")) is None, "college A was not on the page"
