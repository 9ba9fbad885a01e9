"""The photo verdicts in real Chromium: nothing for axe, nothing sideways, the keyboard decides."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.apps.desks_registry.test_judgements import QUEUE, captured, found, judged

from xueji.photos.models import Overrule

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page, live_server, world, settings, monkeypatch):
    """The page of an operator; every complaint of the browser is kept."""
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    page.complaints = []
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)

    def visit(address: str, *, language: str = "zh-hans", width: int = 1280, who: str = "刘老师"):
        session = world.client(who).cookies["sessionid"].value
        page.context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", language))])
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return visit


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(desk, world, tmp_path, language, width):
    one = judged(world, "李明", found("eyes"), found("shoulders", "warn"), found("ears", "info"))
    captured(world, one)
    judged(world, "王芳", found("teeth"), hours=1)
    for n, address in enumerate((QUEUE, f"{QUEUE}{one.pk}/", f"{QUEUE}rules/")):
        page = desk(address, language=language, width=width, who="刘老师" if width > 400 else "周操作员")
        violations = Axe().run(page).response["violations"]
        assert not violations, [(v["id"], [node["target"] for node in v["nodes"]]) for v in violations]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=str(tmp_path / f"{n}.png"), full_page=True)
    assert not page.complaints


def test_a_photo_is_let_through_by_keyboard_and_the_next_one_opens(desk, world):
    one = judged(world, "李明", found("eyes"))
    captured(world, one)
    judged(world, "王芳", found("teeth"), hours=1)
    page = desk(QUEUE)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="李明")).to_be_visible()
    expect(page.get_by_role("img", name="李明 的照片")).to_be_visible()
    assert page.get_by_role("img", name="李明 的照片").evaluate("picture => picture.naturalWidth") == 480
    page.get_by_role("checkbox", name="双眼睁开").press("Space")
    page.keyboard.press("w")
    page.keyboard.type("天生眼睛细长，本人在场核实")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name="王芳")).to_be_visible()
    assert Overrule.objects.get().rule == "eyes"
    assert not page.complaints
