"""Taking in forms before a camera in real Chromium: the code is read, the form is sent, and the next one may come."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.test_college import printed
from tests.browser.test_rehearsal import film

from xueji.collection.printing import proof_address

pytestmark = pytest.mark.django_db(transaction=True)


def paper(text: str) -> np.ndarray:
    """A sheet that lies before the camera, with a QR code on it."""
    sheet = np.full((480, 640, 3), 235, np.uint8)
    code = cv2.copyMakeBorder(cv2.QRCodeEncoder.create().encode(text), 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
    code = cv2.resize(code, None, fx=6, fy=6, interpolation=cv2.INTER_NEAREST)
    sheet[120 : 120 + code.shape[0], 200 : 200 + code.shape[1]] = code[..., None]
    return sheet


@pytest.fixture
def desk(playwright, browser_type_launch_args, world, monkeypatch, live_server):
    """王秘书's page for receiving forms, before a camera that shows the given sheet; every request is watched."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    opened = []

    def look(seen: np.ndarray, film_at: Path, *, before: str = "", language: str = "zh-hans", width: int = 1280):
        how = dict(browser_type_launch_args)
        how["args"] = [*how["args"], f"--use-file-for-fake-video-capture={film(seen, film_at)}"]
        browser = playwright.chromium.launch(**how)
        opened.append(browser)
        context = browser.new_context(viewport={"width": width, "height": 844}, permissions=["camera"])
        session = world.client("王秘书").cookies["sessionid"].value
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", language))])
        page = context.new_page()
        page.add_init_script(before)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append((request.method, request.url)))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{live_server.url}/college/receive/")
        return page

    yield look
    for browser in opened:
        browser.close()


def test_a_form_before_the_camera_is_received_once_and_the_camera_waits_for_the_next(world, desk, tmp_path, live_server):
    form = printed(world, "李明")
    page = desk(paper(proof_address(form.code)), tmp_path / "a.y4m")
    page.get_by_role("button", name="用镜头扫").click()
    expect(page.get_by_text("已收表")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("李明").first).to_be_visible()
    expect(page.get_by_role("button", name="关闭镜头")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(3_000)  # the same form still lies there
    received = [url for method, url in page.asked if method == "POST" and url.endswith("/receive/")]
    assert len(received) == 1
    expect(page.get_by_text("已收表")).to_be_visible()
    assert any(url.endswith("/codes/read/") for _, url in page.asked)
    assert all(url.startswith((live_server.url, "blob:")) for _, url in page.asked)
    assert page.complaints == []
    page.screenshot(path=str(tmp_path / "scanned.png"), full_page=True)
    page.get_by_role("button", name="关闭镜头").click()
    expect(page.get_by_role("button", name="用镜头扫")).to_be_focused()
    page.reload()
    expect(page.get_by_role("button", name="用镜头扫")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-scan-camera] video').srcObject") is None


def test_a_browser_that_reads_codes_itself_sends_no_picture(world, desk, tmp_path):
    form = printed(world, "李明")
    reads = f"""window.BarcodeDetector = class {{
      static async getSupportedFormats() {{ return ["qr_code"]; }}
      async detect() {{ return [{{ rawValue: {proof_address(form.code)!r} }}]; }}
    }};"""
    page = desk(paper("nothing of ours"), tmp_path / "a.y4m", before=reads)
    page.get_by_role("button", name="用镜头扫").click()
    expect(page.get_by_text("已收表")).to_be_visible(timeout=30_000)
    assert not any(url.endswith("/codes/read/") for _, url in page.asked)


def test_without_a_camera_there_is_a_sentence_and_the_field_is_left(world, desk, tmp_path):
    refusing = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'));"
    page = desk(paper("x"), tmp_path / "a.y4m", before=refusing)
    page.get_by_role("button", name="用镜头扫").click()
    expect(page.get_by_text("没有找到镜头：请接上镜头，或换一台有镜头的设备。也可以用扫码枪，或输入校验码。")).to_be_visible()
    page.get_by_label("登记表校验码").fill("7K3M9QXA2T")
    page.get_by_role("button", name="收表").click()
    expect(page.get_by_text("COLL.006")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_with_the_camera_open_has_nothing_for_axe_and_fits(world, desk, tmp_path, language):
    page = desk(np.full((480, 640, 3), 235, np.uint8), tmp_path / "a.y4m", language=language)
    page.get_by_role("button", name="用镜头扫" if language == "zh-hans" else "Scan with the camera").click()
    expect(page.locator("[data-scan-camera] video")).to_be_visible(timeout=20_000)
    assert not Axe().run(page).response["violations"]
    for width in (320, 390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
