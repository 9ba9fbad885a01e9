"""The public pages in real Chromium: for a visitor with a paper in hand, on a phone, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.test_college import printed
from tests.browser.views import EVERY_VIEW

from xueji.notify.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


@pytest.fixture
def visitor(today, page: Page, live_server):
    """Somebody who has not signed in."""

    def opened(address: str, *, language: str = "zh-hans", width: int = 390) -> Page:
        page.context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


@pytest.mark.parametrize("language, newest, typed", [("zh-hans", "这是最新版本", "校验码"), ("en", "This is the newest version", "Check code")])
def test_a_visitor_types_the_check_code_and_learns_that_the_print_is_the_newest(today, visitor, language, newest, typed):
    form = printed(today, "李明")
    page = visitor("/f/", language=language)
    page.get_by_label(typed, exact=True).fill(f" {form.code[:5].lower()}-{form.code[5:]} ")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(newest)
    expect(page.get_by_text(form.code)).to_be_visible()
    expect(page.get_by_text("李明")).to_have_count(0)


def test_the_way_from_the_notices_to_the_guide_as_a_print(today, visitor):
    today.campaign  # noqa: B018 - opened when asked for
    page = visitor("/notices/")
    page.get_by_role("link", name="2024级研究生新生网上基础信息采集").click()
    expect(page.get_by_role("heading", name="步骤")).to_be_visible()
    print_link = page.get_by_role("link", name="操作指南（PDF）")
    answer = page.request.get(page.url.split("/notices")[0] + print_link.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF")


@EVERY_VIEW
def test_no_public_page_has_anything_for_axe_or_scrolls_sideways(today, visitor, language, width):
    form = printed(today, "李明")
    Message.objects.create(
        code="K7M2P9QX", campaign=today.campaign.code, kind="notice", number="1", title_zh="通知", subject_zh="通知", subject_en="Notice",
        body_zh="", body_en="", made_by="system:tests", made_by_label="", created_at=today.now,
    )  # fmt: skip
    notice = f"/notices/{today.campaign.code}/"
    for address in ("/f/", f"/f/{form.code}/", "/f/ZZZZZZZZZZ/", "/n/K7M2P9QX/", "/n/AAAAAAAA/", "/notices/", notice):
        page = visitor(address, language=language, width=width)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
