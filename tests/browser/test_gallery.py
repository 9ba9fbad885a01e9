"""Every component in real Chromium: nothing for axe to find, nothing to scroll sideways, nothing the policy blocks."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.urls("tests.apps.desks_components.gallery_addresses"), pytest.mark.django_db(transaction=True)]

PAGES = ["/gallery/", "/gallery/staff/"]


def visit(page: Page, live_server, address: str, language: str, width: int) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(live_server.url + address)
    return complaints


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page: Page, live_server, address, language, width):
    complaints = visit(page, live_server, address, language, width)
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
    assert not [line for line in complaints if "favicon" not in line]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_does_not_scroll_sideways_on_the_smallest_phone(page: Page, live_server, address, language):
    visit(page, live_server, address, language, 320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_a_student_presses_is_large_enough_for_a_thumb(page: Page, live_server):
    visit(page, live_server, "/gallery/", "zh-hans", 390)
    for role in ("button", "textbox", "combobox"):
        for control in page.get_by_role(role).all():
            assert control.bounding_box()["height"] >= 44, control.inner_text()


def test_the_switch_speaks_english_and_keeps_the_page(page: Page, live_server):
    visit(page, live_server, "/gallery/staff/?page=4", "zh-hans", 390)
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(live_server.url + "/gallery/staff/?page=4")
    expect(page.get_by_role("heading", level=1, name="Gallery")).to_be_visible()


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(page: Page, live_server):
    visit(page, live_server, "/gallery/", "en", 390)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_keys_move_and_select_and_can_be_switched_off(page: Page, live_server):
    visit(page, live_server, "/gallery/staff/", "en", 1280)
    section = page.get_by_role("region", name="Not finished")
    page.keyboard.press("/")
    expect(section.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(section.get_by_role("checkbox", name="能动硕2601")).to_be_checked()
    expect(section.get_by_text("1 selected")).to_be_visible()
    section.get_by_role("checkbox", name="Select the whole page").check()
    expect(section.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Switch keys off").click()
    page.get_by_role("button", name="Switch keys on").blur()
    page.keyboard.press("/")
    expect(section.get_by_role("searchbox")).not_to_be_focused()


def test_without_script_nothing_is_lost(browser, live_server):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(live_server.url + "/gallery/staff/")
    expect(page.get_by_role("checkbox", name="机硕2601")).to_be_visible()
    expect(page.get_by_role("button", name="提醒")).to_be_visible()
    expect(page.get_by_text("还剩 2 天 2 小时")).to_be_visible()
    context.close()


def test_a_page_in_forced_colours_still_shows_its_states(page: Page, live_server):
    page.emulate_media(forced_colors="active")
    visit(page, live_server, "/gallery/", "zh-hans", 390)
    for word in ("未开始", "进行中", "待审核", "已完成", "退回", "逾期"):
        expect(page.get_by_role("region", name="状态").get_by_text(word)).to_be_visible()


def test_print_leaves_the_controls_out(page: Page, live_server):
    page.emulate_media(media="print")
    visit(page, live_server, "/gallery/staff/", "zh-hans", 1280)
    expect(page.get_by_role("navigation", name="主导航")).to_be_hidden()
    expect(page.get_by_role("button", name="提醒")).to_be_hidden()
    expect(page.get_by_role("heading", name="没有完成的人")).to_be_visible()
