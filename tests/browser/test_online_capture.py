"""Online capture in real Chromium (N3's four days of 2020): the frame, the countdown, a look, retake or send; and where it is forbidden."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from tests.apps.photos.day import at, text_of
from tests.browser.test_rehearsal import film, framed, with_portraits

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.imaging.models import missing_models
from xueji.photos.day.models import Capture
from xueji.records.commands import change_record

pytestmark = pytest.mark.django_db(transaction=True)
needs_models = pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")


def own_case(world, name: str, campaign) -> Case:
    return Case.objects.get(campaign=campaign, record=world.record(name))


@pytest.fixture
def n3(world):
    """N3's round, on its second night; 李明 graduates in 2020."""
    change_record(world.system(), world.record("李明"), values={"expected_on": "2020-06-30", "enrolled_on": "2017-09-01"}, reason="2020届")
    campaign = open_campaign(world.act("刘老师", at=at(6, 3, year=2020)), text=text_of("2020-bit-photo")).result[0]
    world.now = at(6, 10, 3, year=2020)
    return own_case(world, "李明", campaign)


@pytest.fixture
def camera(playwright, browser_type_launch_args, world, monkeypatch, live_server, settings):
    """Opens the photo page of a case before a camera that shows the given picture."""
    settings.SESSION_COOKIE_AGE = 3650 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    opened = []

    def look(case, who: str, seen: np.ndarray, film_at: Path, *, language: str = "zh-hans", before: str = ""):
        how = dict(browser_type_launch_args)
        how["args"] = [*how["args"], f"--use-file-for-fake-video-capture={film(seen, film_at)}"]
        browser = playwright.chromium.launch(**how)
        opened.append(browser)
        context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        client = world.client(who)
        session = client.session
        session.set_expiry(3650 * 86400)
        session.save()
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", client.cookies["sessionid"].value), ("language", language))])
        page = context.new_page()
        page.add_init_script(before)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{live_server.url}/student/cases/{case.pk}/photo/")
        return page

    yield look
    for browser in opened:
        browser.close()


@needs_models
@with_portraits
def test_a_photo_is_counted_down_looked_at_taken_again_and_sent(camera, n3, tmp_path):
    page = camera(n3, "李明", framed("london_030_neutral.jpg", wide=205), tmp_path / "a.y4m")
    page.get_by_role("button", name="打开镜头").click()
    expect(page.locator("video")).to_be_visible(timeout=20_000)
    for again in (False, True):
        page.get_by_role("button", name="3 秒后拍照").click()
        expect(page.locator("[data-countdown]")).to_have_text("2", timeout=10_000)
        expect(page.get_by_role("img", name="刚才的照片")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("heading", name="机器看不出，请自己看")).to_be_visible()
        expect(page.get_by_role("heading", name="这样拍会被退回")).to_be_visible()
        expect(page.get_by_text("PHOTO.050")).to_be_visible()  # the wall is grey, the round wants blue
        assert page.evaluate("document.querySelector('[data-online] video').srcObject") is None
        page.screenshot(path=str(tmp_path / "taken.png"), full_page=True)
        if not again:
            page.get_by_role("button", name="重拍").click()
            expect(page.locator("video")).to_be_visible(timeout=20_000)
    kept = page.evaluate("""async () => { const f = document.querySelector('[name=photo]').files[0], b = await createImageBitmap(f);
        return [f.name, b.width, b.height]; }""")
    assert kept == ["online.jpg", 360, 480], "the camera's own pixels: not enlarged, 3 : 4"
    page.get_by_role("button", name="提交照片").click()
    expect(page.get_by_text("照片已提交，窗口期内可以重新提交。")).to_be_visible(timeout=30_000)
    capture = Capture.objects.get()
    assert (capture.origin, capture.version) == ("online", 1)
    assert page.complaints == []


def test_a_refused_camera_leaves_the_upload_which_is_shown_before_it_is_sent(camera, n3, tmp_path):
    refusing = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
    page = camera(n3, "李明", np.full((480, 640, 3), 180, np.uint8), tmp_path / "a.y4m", before=refusing)
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_role("alert").filter(has_text="浏览器没有允许使用镜头")).to_contain_text("也可以在下面选择照片")
    out = BytesIO()
    Image.new("RGB", (480, 640), (100, 197, 255)).save(out, "JPEG")
    page.get_by_label("选择或刚拍的照片（JPEG）").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    expect(page.get_by_role("img", name="要提交的照片").or_(page.get_by_role("img", name="刚才的照片"))).to_be_visible(timeout=20_000)
    expect(page.get_by_text("PHOTO.030")).to_be_visible(timeout=30_000)
    assert not Capture.objects.exists(), "looking at it sends nothing in"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_has_nothing_for_axe_and_does_not_scroll_sideways(camera, n3, tmp_path, language):
    page = camera(n3, "李明", np.full((480, 640, 3), 180, np.uint8), tmp_path / "a.y4m", language=language)
    page.get_by_role("button", name="打开镜头" if language == "zh-hans" else "Open the camera").click()
    expect(page.locator("video")).to_be_visible(timeout=20_000)
    assert not Axe().run(page).response["violations"]
    for width in (320, 390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=str(tmp_path / f"online-{language}.png"), full_page=True)
    assert page.complaints == []


def test_where_it_is_forbidden_the_notice_itself_says_so_and_there_is_no_camera(world, camera, tmp_path):
    campaign = open_campaign(world.act("刘老师", at=at(9, 25)), text=text_of("2025-cufe-photo")).result[0]
    world.now = at(10, 22)
    page = camera(own_case(world, "欧阳静", campaign), "欧阳静", np.full((480, 640, 3), 180, np.uint8), tmp_path / "a.y4m")
    expect(page.get_by_role("heading", name="不接受线上上传")).to_be_visible()
    expect(page.get_by_text("教字〔2024〕183号 二.5(1)").first).to_be_visible()
    expect(page.get_by_text("严禁通过线上证照信息采集小程序或第三方平台上传毕业照片").first).to_be_visible()
    expect(page.get_by_role("button", name="打开镜头")).to_have_count(0)
    page.screenshot(path=str(tmp_path / "forbidden.png"), full_page=True)
