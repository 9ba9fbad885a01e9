"""The graduation review in real Chromium: student, secretary, dean, registrar; by role and label, with the keyboard, on a phone."""

from datetime import date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.views import EVERY_VIEW
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.graduation.commands import approve_conclusion, propose_conclusion, publish_plan, report_studies
from xueji.graduation.queries import proposal_of

pytestmark = pytest.mark.django_db(transaction=True)
N3 = (Path(__file__).resolve().parents[2] / "campaigns" / "N3-bit-2020-conclusions.toml").read_text("utf-8")
PLAN = """
[plan]
code = "any-master"
title = "硕士培养方案"
title_en = "Master's programme"
levels = ["master"]
intake = { from = 2000 }
source = "2017版培养方案"
[[requirement]]
code = "degree_credits"
kind = "credits"
subject = "学位课"
label = "学位课学分"
label_en = "Credits of degree courses"
least = 18
[[requirement]]
code = "grades"
kind = "no_failures"
label = "成绩合格"
label_en = "All grades are passes"
"""
NOW = datetime(2020, 6, 26, 10, tzinfo=SHANGHAI)
LIST = "/college/graduation/bit-2020-conclusions/"


@pytest.fixture
def review(world, page: Page, live_server, monkeypatch):
    """Three students of A expected in 2020; opens a page as one of the cast."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    world.now = NOW
    for n, name in enumerate(("毕业生", "结业生", "无数据"), 1):
        world.enrol(name, f"S20170100{n}", "A", class_number="S170101", intake_year=2017, enrolled_on=date(2017, 9, 1), expected_on=date(2020, 6, 30),
                    first_expected_on=date(2020, 6, 30), standing="enrolled")  # fmt: skip
    publish_plan(world.act("刘老师"), text=PLAN)
    open_campaign(world.act("刘老师"), text=N3)
    facts = {"credits": {"学位课": 20}, "courses": {"矩阵论": 85}, "defence_on": date(2020, 6, 10), "defence_grade": "良好"}
    rows = [(world.record("毕业生"), facts | {"defence_passed": True}), (world.record("结业生"), facts | {"defence_passed": False})]
    report_studies(world.act("刘老师"), rows=rows, source="成绩系统", on=date(2020, 6, 20))

    def opened(address: str, *, who: str = "王秘书", language: str = "zh-hans", width: int = 1280) -> Page:
        session = world.client(who).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}, {"name": "language", "value": language, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


def case_of(name):
    return Case.objects.select_related("campaign", "record").get(record__person__name=name)


def addresses():
    return [
        ("结业生", f"/student/cases/{case_of('结业生').pk}/graduation/"), ("王秘书", LIST), ("王秘书", f"{LIST}?show=doubt"),
        ("王秘书", f"{LIST}S201701002/"), ("陈院长", f"{LIST}S201701001/"), ("王秘书", "/college/bit-2020-conclusions/sheets/conclusions/"),
        ("刘老师", "/registry/graduation/"), ("刘老师", "/registry/graduation/students/S201701002/?defence=yes"),
        ("刘老师", "/registry/graduation/bit-2020-conclusions/file/"),
    ]  # fmt: skip


@EVERY_VIEW
def test_no_page_has_anything_for_axe_or_scrolls_sideways(review, language, width):
    for who, address in addresses():
        page = review(address, who=who, language=language, width=width)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_secretary_proposes_and_the_dean_approves_with_the_keyboard_alone(review):
    page = review(LIST)
    page.get_by_role("button", name="没有问题的：按规则提议").click()
    expect(page.get_by_text("已为 1 人提出结论。")).to_be_visible()
    page = review(f"{LIST}?show=approve", who="陈院长")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="毕业生")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_text("已选 1 人")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("已批准 1 人。")).to_be_visible()
    assert proposal_of(case_of("毕业生")).approved_at


def test_the_key_n_leads_to_the_next_student_without_a_proposal(review):
    page = review(f"{LIST}S201701001/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1, name="结业生")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1, name="无数据")).to_be_visible()


def test_a_student_asks_with_the_supervisor_on_a_phone_and_takes_it_back(review):
    page = review(f"/student/cases/{case_of('结业生').pk}/graduation/", who="结业生", width=390)
    page.get_by_text("申请结业或肄业").click()
    page.get_by_label("申请", exact=True).select_option(label="结业")
    page.get_by_label("导师姓名").fill("周教授")
    page.get_by_label("理由").fill("找到工作")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("周教授").first).to_be_visible()
    page.get_by_role("button", name="撤回书面申请").click()
    expect(page.get_by_text("申请结业或肄业")).to_be_visible()


def test_a_college_with_nobody_says_why_in_a_form_with_a_label(review, world):
    for name in ("毕业生", "结业生", "无数据"):
        values = {"conclusion": "prolong", "on": NOW.date(), "prolong_until": date(2021, 6, 30), "note": "论文未完成"}
        approve_conclusion(world.act("陈院长"), propose_conclusion(world.act("王秘书"), case_of(name), **values).result)
    page = review("/college/bit-2020-conclusions/sheets/conclusions/")
    expect(page.get_by_role("heading", name="不在表中的 3 人")).to_be_visible()
    page.get_by_label("原因").fill("均延期")
    page.get_by_role("button", name="作为空表冻结").click()
    expect(page.get_by_text("第 1 版已冻结，请打印、签字、盖章。")).to_be_visible()
    expect(page.get_by_text("本学院没有列入本次名单的研究生。")).to_be_visible()
