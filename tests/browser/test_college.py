"""The college desk in real Chromium: by role and label, with the keyboard, on a phone, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.views import EVERY_VIEW

from xueji.campaigns.commands import mark_own_step
from xueji.campaigns.queries import marks_of
from xueji.collection.commands import print_form
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


@pytest.fixture
def desk(today, page: Page, live_server):
    """王秘书 at her desk: a page that opens addresses of the college desk, signed in."""

    def opened(address: str, *, language: str = "zh-hans", width: int = 1280, who: str = "王秘书") -> Page:
        session = today.client(who).cookies["sessionid"].value
        page.context.add_cookies(
            [
                {"name": "sessionid", "value": session, "url": live_server.url},
                {"name": "language", "value": language, "url": live_server.url},
            ]
        )
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


def printed(world, name: str):
    case = world.case_of(name)
    for step in ("semester", "personal", "enrolment"):
        if step not in marks_of(case):
            mark_own_step(world.act(name), case, step=step, mark=State.DONE)
    return print_form(world.act(name), case, step="print").result


@EVERY_VIEW
def test_no_page_has_anything_for_axe_or_scrolls_sideways(today, desk, language, width):
    form = printed(today, "李明")
    base = f"/college/{today.campaign.code}/"
    for address in (
        "/college/?all=1", base, f"{base}?q=没有这个人", f"{base}students/S202401001/", f"{base}reached/", "/college/receive/",
        f"/college/receive/{form.code}/return/", "/college/students/?q=王", "/college/students/S202401001/",
    ):  # fmt: skip
        page = desk(address, language=language, width=width)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_the_keys_choose_two_people_and_open_the_reminder(today, desk):
    page = desk(f"/college/{today.campaign.code}/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("已选 2 人")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="提醒 2 人")).to_be_visible()
    page.get_by_role("button", name="发出提醒").click()
    expect(page.get_by_text("已提醒 2 人。")).to_be_visible()


def test_the_search_key_finds_somebody_by_name(today, desk):
    page = desk(f"/college/{today.campaign.code}/")
    page.keyboard.press("/")
    page.keyboard.type("王芳")
    page.keyboard.press("Enter")
    people = page.get_by_role("group", name="名单")
    expect(people.get_by_role("link", name="王芳")).to_be_visible()
    expect(people.get_by_role("link", name="李明")).to_have_count(0)


def test_a_hand_scanner_takes_in_one_form_after_the_other(today, desk):
    forms = [printed(today, name) for name in ("李明", "王芳")]
    page = desk("/college/receive/")
    for form, name in zip(forms, ("李明", "王芳"), strict=True):
        page.keyboard.type(f"http://127.0.0.1:8000/f/{form.code}")  # the cursor waits in the field
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").get_by_text(name)).to_be_visible()
        expect(page.get_by_label("登记表校验码")).to_be_focused()
    expect(page.get_by_role("group", name="最近收下的登记表").get_by_role("row")).to_have_count(3)


def test_the_secretary_hands_over_a_one_time_code_that_opens_the_account(today, desk, live_server, browser):
    page = desk("/college/students/S202401001/")
    page.get_by_role("checkbox", name="本人已到场，我已核对其证件。").check()
    page.get_by_role("button", name="重置密码，给一次性代码").click()
    expect(page.get_by_role("heading", name="一次性代码，只显示这一次")).to_be_visible()
    code = page.locator("#code").inner_text()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="已交给本人，返回")).to_be_hidden()
    context = browser.new_context(locale="zh-CN")
    student = context.new_page()
    student.goto(live_server.url + "/sign-in/")
    student.get_by_label("学号或工号").fill("s202401001")
    student.get_by_label("密码").fill(code)
    student.get_by_role("button", name="登录").click()
    expect(student).to_have_url(live_server.url + "/password/")
    context.close()


def test_without_script_somebody_is_extended(today, live_server, browser):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": today.client("王秘书").cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/college/{today.campaign.code}/")
    page.get_by_role("checkbox", name="选择 李明").check()
    page.get_by_role("button", name="个人延期").click()
    page.get_by_label("延长到哪一天").fill("2024-09-12")
    page.get_by_label("理由").fill("参加学校比赛")
    page.get_by_role("button", name="延期 1 人").click()
    expect(page.get_by_text("已给 1 人延期。")).to_be_visible()
    context.close()
