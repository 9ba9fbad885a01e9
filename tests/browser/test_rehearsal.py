"""The camera page in real Chromium with a camera made of one picture: guidance, holding still, the full-size look."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from xueji.imaging.measure import measure
from xueji.imaging.models import missing_models
from xueji.imaging.opening import open_photo

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
ADDRESS = "/capture/rehearsal/"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py"),
]
with_portraits = pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"{PHOTOS} is not there: the portraits are not part of the project")


def film(rgb: np.ndarray, path: Path, frames: int = 10) -> Path:
    """A Y4M film, 640 × 480, that shows one picture (480 high) in its middle."""
    whole = Image.new("RGB", (640, 480), (100, 197, 255))
    picture = Image.fromarray(rgb)
    picture = picture.resize((round(picture.width * 480 / picture.height), 480))
    whole.paste(picture, ((640 - picture.width) // 2, 0))
    planes = cv2.cvtColor(np.asarray(whole), cv2.COLOR_RGB2YUV_I420).tobytes()
    with path.open("wb") as out:
        out.write(b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420jpeg\n")
        for _ in range(frames):
            out.write(b"FRAME\n" + planes)
    return path


def framed(name: str, *, wide: float = 235, dx: float = 0) -> np.ndarray:
    """A portrait brought to the frame of the photo: eyes at 250, the face ``wide`` of 480, moved by ``dx``."""
    content = (PHOTOS / name).read_bytes()
    rgb, at = open_photo(content).rgb, measure(content).head
    k = wide / at.face_width
    place = np.array([[k, 0, 240 + dx - k * at.centre_x], [0, k, 250 - k * at.eyes_y]])
    return cv2.warpAffine(rgb, place, (480, 640), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


@pytest.fixture
def camera(playwright, browser_type_launch_args, world, monkeypatch, live_server, settings):
    """Opens the page before a camera that shows the given film; every request of the page is watched."""
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    opened = []

    def look(seen: Path, *, language: str = "zh-hans", who: str = "李明"):
        how = dict(browser_type_launch_args)
        how["args"] = [*how.get("args", []), "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                       f"--use-file-for-fake-video-capture={seen}"]  # fmt: skip
        browser = playwright.chromium.launch(**how)
        opened.append(browser)
        context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        session = world.client(who).cookies["sessionid"].value
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", language))])
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + ADDRESS)
        return page

    yield look
    for browser in opened:
        browser.close()


@with_portraits
def test_a_good_still_is_held_and_then_looked_at_in_full_size(camera, tmp_path, live_server):
    page = camera(film(framed("london_030_neutral.jpg", wide=205), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_role("heading", name="镜头")).to_be_visible()
    expect(page.get_by_text("别动")).to_be_visible(timeout=20_000)
    found = page.get_by_role("heading", level=2).filter(has_text="看一看").or_(page.get_by_role("heading", name="这样可以"))
    expect(found).to_be_visible(timeout=20_000)
    expect(page.get_by_role("img", name="刚才的照片")).to_be_visible()
    expect(page.get_by_role("button", name="打开镜头")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-looked-at]').naturalWidth") == 360
    assert all(url.startswith((live_server.url, "blob:")) for url in page.asked), page.asked
    assert page.complaints == []
    page.screenshot(path=str(tmp_path / "looked-at.png"), full_page=True)


@with_portraits
@pytest.mark.parametrize(
    ("how", "zh", "en"),
    [({"wide": 130}, "靠近", "Closer"), ({"dx": -70}, "左移", "Move left"), ({"dx": 70}, "右移", "Move right")],
)
def test_one_short_word_says_what_to_do_next(camera, tmp_path, how, zh, en):
    seen = film(framed("london_030_neutral.jpg", **how), tmp_path / "a.y4m")
    for language, start, word in (("zh-hans", "打开镜头", zh), ("en", "Open the camera", en)):
        page = camera(seen, language=language)
        page.get_by_role("button", name=start).click()
        expect(page.get_by_role("status").filter(has_text=word)).to_be_visible(timeout=20_000)


def test_an_empty_chair_is_asked_to_come_in_and_the_camera_can_be_closed(camera, tmp_path):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_role("status").filter(has_text="入镜")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="关闭镜头").click()
    expect(page.get_by_role("button", name="打开镜头")).to_be_visible()
    assert page.evaluate("document.querySelector('video').srcObject") is None


def test_the_camera_is_shown_as_a_mirror_and_the_saved_frame_is_not(camera, tmp_path):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.locator("video")).to_be_visible(timeout=20_000)  # what is not laid out has no transform
    assert page.evaluate("getComputedStyle(document.querySelector('video')).transform").startswith("matrix(-1")
    script = (Path(__file__).parents[2] / "src/xueji/desks/static/xueji/js/rehearsal.js").read_text("utf-8")
    assert "scale(" not in script and "translate(" not in script


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_has_nothing_for_axe_and_does_not_scroll_sideways(camera, tmp_path, language):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"), language=language)
    chosen = tmp_path / "photo.jpg"
    Image.new("RGB", (480, 640), (100, 197, 255)).save(chosen)
    page.get_by_label("或者选一张照片" if language == "zh-hans" else "Or choose a photo").set_input_files(chosen)
    page.get_by_role("button", name="检查这张照片" if language == "zh-hans" else "Look at this photo").click()
    expect(page.get_by_text("PHOTO.030")).to_be_visible(timeout=20_000)
    assert not Axe().run(page).response["violations"]
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.complaints == []
