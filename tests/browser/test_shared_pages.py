"""Messages, background work and the proof of who was reached in real Chromium, on a phone and on a desk, in both languages."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.views import EVERY_VIEW

from xueji.campaigns.letters import announce
from xueji.catalogue.text import Text
from xueji.jobs import terms
from xueji.jobs.commands import start_job
from xueji.jobs.models import Job
from xueji.jobs.terms import job_kind
from xueji.journal.command import Scope
from xueji.notify.models import Message
from xueji.rules.findings import finding

pytestmark = pytest.mark.django_db(transaction=True)

SHOTS = os.environ.get("XUEJI_SHOTS")
"""A folder to keep pictures of what the tests saw, for looking at them."""


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


@pytest.fixture
def opened(today, page: Page, live_server):
    def go(who: str, address: str, *, language: str = "zh-hans", width: int = 390) -> Page:
        cookies = [{"name": "language", "value": language, "url": live_server.url}]
        cookies.append({"name": "sessionid", "value": today.client(who).cookies["sessionid"].value, "url": live_server.url})
        page.context.add_cookies(cookies)
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return go


@pytest.fixture
def work(today):
    """Three pieces of work of 王秘书: running, failed, done."""
    before = dict(terms.KINDS)

    @job_kind("counting_for_pages", title=Text("清点登记表", "Counting forms"), unit=Text("份", "forms"))
    def counting_for_pages(report, number):
        report.progress(number, 240)
        if number == 1:
            report.found(finding("FILE.005", place="第 3 行"))
            raise ZeroDivisionError

    jobs = []
    for number in range(3):
        change = start_job(
            today.act("王秘书"),
            "counting_for_pages",
            arguments={"number": number},
            purpose=Text("计算机学院", "Computer Science"),
            scope=Scope(college="A"),
        )
        jobs.append(change.result.pk)
    Job.objects.filter(pk=jobs[0]).update(outcome="", finished_at=None, done=87, started_at=today.now)
    yield jobs
    terms.KINDS.clear()
    terms.KINDS.update(before)


def seen(page: Page, name: str) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, (name, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    page.set_viewport_size({"width": width, "height": 844})


@EVERY_VIEW
def test_no_shared_page_has_anything_for_axe_or_scrolls_sideways(today, opened, work, language, width):
    announce(today.act("刘老师"), today.campaign)
    message = Message.objects.get()
    addresses = [
        ("李明", "/messages/", "inbox"), ("李明", f"/messages/{message.pk}/", "message"), ("赵强", "/messages/?page=9", "inbox2"),
        ("王秘书", "/jobs/", "jobs"), *(("王秘书", f"/jobs/{pk}/", f"job{n}") for n, pk in enumerate(work)),
        ("王秘书", "/messages/", "inbox-staff"), ("刘老师", "/jobs/", "jobs-registry"),
        ("刘老师", f"/registry/notices/{today.campaign.code}/told/", "told"),
    ]  # fmt: skip
    for who, address, name in addresses:
        seen(opened(who, address, language=language, width=width), f"{name}-{language}-{width}")


def test_a_student_finds_the_message_by_its_count_and_acknowledges_it(today, opened):
    announce(today.act("刘老师"), today.campaign)
    page = opened("李明", "/student/")
    page.get_by_role("navigation", name="个人菜单").get_by_role("link", name="消息").click()
    page.get_by_role("link", name=Message.objects.get().subject_zh).click()
    page.get_by_role("button", name="已知悉").click()
    expect(page.get_by_text("已记下：你已知悉这条消息。")).to_be_visible()
    expect(page.get_by_role("button", name="已知悉")).to_have_count(0)


def test_progress_moves_by_itself_and_ends(today, opened, work):
    page = opened("王秘书", f"/jobs/{work[0]}/", width=1280)
    expect(page.get_by_text("240 中已完成 87").first).to_be_visible()
    Job.objects.filter(pk=work[0]).update(done=240, outcome="done", finished_at=today.now)
    expect(page.get_by_text("已完成", exact=True).first).to_be_visible(timeout=10_000)


def test_cancelling_is_one_press(today, opened, work):
    page = opened("王秘书", f"/jobs/{work[0]}/", width=1280)
    page.get_by_role("button", name="取消任务").click()
    expect(page.get_by_text("已要求取消，任务会在下一个安全的位置停下。")).to_be_visible()
