"""The camera page in real Chromium with a camera made of one picture: guidance on the device or by the server, holding
still, the full-size look."""

import base64
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from xueji.imaging.browser_runtime import missing_files
from xueji.imaging.measure import measure
from xueji.imaging.models import missing_models
from xueji.imaging.opening import open_photo
from xueji.rules.photo_guidance import instruction, numbers_of
from xueji.rules.photo_profile import load_profile

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
ADDRESS = "/capture/rehearsal/"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py"),
]
with_portraits = pytest.mark.skipif(not PHOTOS.is_dir(), reason=f"{PHOTOS} is not there: the portraits are not part of the project")
on_the_device = pytest.mark.skipif(bool(missing_files()), reason="what runs the nets in a browser is not in place: tools/fetch_browser.py")


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

    def look(seen: Path, *, language: str = "zh-hans", who: str = "李明", before: str = ""):
        how = dict(browser_type_launch_args)
        how["args"] = [*how.get("args", []), "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                       f"--use-file-for-fake-video-capture={seen}"]  # fmt: skip
        browser = playwright.chromium.launch(**how)
        opened.append(browser)
        context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
        session = world.client(who).cookies["sessionid"].value
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", language))])
        page = context.new_page()
        page.add_init_script(before)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append((request.method, request.url)))
        page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + ADDRESS)
        return page

    yield look
    for browser in opened:
        browser.close()


def posted(page) -> list[str]:
    """Where the page sent something."""
    return [url for method, url in page.asked if method == "POST"]


def word(page, text: str):
    """What a screen reader is told, once it is this word."""
    return page.get_by_role("status").filter(has_text=text)


@with_portraits
@on_the_device
def test_the_device_guides_by_itself_and_sends_nothing_but_the_final_still(camera, tmp_path, live_server):
    page = camera(film(framed("london_030_neutral.jpg", wide=205), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_role("heading", name="镜头")).to_be_visible()
    expect(page.get_by_text("画面只在这台设备上分析")).to_be_visible(timeout=60_000)
    found = page.get_by_role("heading", level=2).filter(has_text="看一看").or_(page.get_by_role("heading", name="这样可以"))
    expect(found).to_be_visible(timeout=60_000)
    expect(page.get_by_role("img", name="刚才的照片")).to_be_visible()
    expect(page.get_by_role("button", name="打开镜头")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-looked-at]').naturalWidth") == 360, "the camera's own pixels, not enlarged"
    assert posted(page) == [live_server.url + ADDRESS]
    assert any(url.endswith("face_landmark.tflite") for _, url in page.asked)
    assert all(url.startswith((live_server.url, "blob:")) for _, url in page.asked), page.asked
    assert page.complaints == []
    page.screenshot(path=str(tmp_path / "looked-at.png"), full_page=True)


@with_portraits
def test_where_the_runtime_is_missing_the_server_looks_and_says_so(camera, tmp_path, live_server, monkeypatch):
    monkeypatch.setattr("xueji.desks.capture.guidance.missing_files", lambda: ["core.js: not there"])
    page = camera(film(framed("london_030_neutral.jpg", wide=205), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_text("这台设备不能自己分析：每秒送一张画面到学校服务器检查，看完即忘。")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("img", name="刚才的照片")).to_be_visible(timeout=60_000)
    sent = posted(page)
    assert sent[-1] == live_server.url + ADDRESS and set(sent[:-1]) == {f"{live_server.url}{ADDRESS}still/"}
    assert not any("guide/" in url and url.endswith((".js", ".wasm", ".tflite")) for _, url in page.asked)
    assert page.complaints == []


def test_while_the_page_is_hidden_no_still_is_sent(camera, tmp_path, monkeypatch):
    monkeypatch.setattr("xueji.desks.capture.guidance.missing_files", lambda: ["core.js: not there"])
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"), before="Object.defineProperty(document, 'hidden', { get: () => window.away === true });")
    page.get_by_role("button", name="打开镜头").click()
    expect(word(page, "入镜")).to_have_count(1, timeout=20_000)
    page.evaluate("window.away = true")
    page.wait_for_timeout(2_500)  # what was under way when it was hidden
    before = len(posted(page))
    page.wait_for_timeout(3_000)
    assert len(posted(page)) == before


@with_portraits
@on_the_device
@pytest.mark.parametrize(
    ("how", "language", "said"),
    [({"wide": 130}, "zh-hans", "靠近"), ({"dx": -70}, "en", "Move left"), ({"dx": 70}, "zh-hans", "右移")],
)
def test_one_short_word_says_what_to_do_next(camera, tmp_path, how, language, said):
    page = camera(film(framed("london_030_neutral.jpg", **how), tmp_path / "a.y4m"), language=language)
    page.get_by_role("button", name="Open the camera" if language == "en" else "打开镜头").click()
    expect(word(page, said)).to_have_count(1, timeout=60_000)
    assert posted(page) == []


IN_THE_WORKER = """async ({ pictures, guide }) => {
  const set = await (await fetch(guide)).json(), from = (path) => new URL(path, location.href).href, said = [];
  for (const picture of pictures) {
    const worker = new Worker(set.worker);  // one each: a worker remembers the face before
    const ask = (m) => new Promise((done, fail) => { worker.onmessage = ({ data }) => done(data); worker.onerror = (e) => fail(e.message); worker.postMessage(m); });
    await ask({ files: from(set.files), points: from(set.points), numbers: from(set.numbers), guide: set.guide });
    const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0)), seen = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = Object.assign(document.createElement("canvas"), { width: seen.width, height: seen.height }), pen = canvas.getContext("2d");
    pen.drawImage(seen, 0, 0);
    said.push(await ask({ data: pen.getImageData(0, 0, seen.width, seen.height).data, width: seen.width, height: seen.height }));
    worker.terminate();
  }
  return said;
}"""
ALIKE = {"face_width": 4, "off_centre": 2, "eyes_line": 2, "hair_top": 6, "yaw": 1.5, "roll": 1, "pitch": 2, "openness": 0.03, "openness_less": 0.03, "eyes_apart": 0.03,
         "gaze": 0.02, "gap": 0.03, "clipped": 0.02, "teeth": 0.3, "pale": 0.3, "strip": 0.6}  # fmt: skip
"""How far the browser's number may lie from the server's: pixels of 480 × 640, degrees, shares."""


def png(rgb: np.ndarray) -> bytes:
    kept = BytesIO()
    Image.fromarray(rgb).save(kept, "PNG")
    return kept.getvalue()


def eyes_covered(rgb: np.ndarray) -> np.ndarray:
    """The same face with a smooth patch of its own skin over both eyes: nothing in them looks like an iris."""
    seen = measure(png(rgb))
    covered = rgb.copy()
    for name in ("eye_left", "eye_right"):
        box = seen.regions[name]
        x, y, w, h = (round(v) for v in (box.x * 480, box.y * 640, box.w * 480, box.h * 640))
        covered[y - 2 : y + h + 2, x - 2 : x + w + 2] = np.median(rgb[y + h + 2 : y + h + 12, x : x + w], axis=(0, 1))
    return cv2.GaussianBlur(covered, (0, 0), 1)


def faces_to_measure() -> dict[str, np.ndarray]:
    """Open, narrow, laughing, covered eyes; light and dark skin; a head that leans."""
    faces = {name: framed(f"{name}.jpg", wide=205) for name in ("london_030_neutral", "london_016_smile", "faker_male_50", "faker_female_04", "faker_male_63")}
    return faces | {"covered": eyes_covered(faces["london_030_neutral"])}


@with_portraits
@on_the_device
def test_the_browser_measures_what_the_server_measures_and_says_the_same_word(camera, tmp_path, live_server):
    faces = faces_to_measure()
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"))
    pictures = [base64.b64encode(png(rgb)).decode() for rgb in faces.values()]
    answers = page.evaluate(IN_THE_WORKER, {"pictures": pictures, "guide": f"{live_server.url}/capture/guide/"})
    words = set()
    for (name, rgb), there in zip(faces.items(), answers, strict=True):
        here = measure(png(rgb))
        said = instruction(here, load_profile("rehearsal")).code
        words.add(said)
        apart = {k: (there["numbers"][k], v) for k, v in numbers_of(here).items() if k in ALIKE and abs(there["numbers"][k] - v) > ALIKE[k]}
        assert apart == {}, name
        assert there["code"] == said, name
        assert set(there) == {"code", "say", "hold", "face", "numbers"}, "no face point leaves the worker"
    assert {"eyes", "teeth", "straight"} <= words, "the faces are there to be told different things"


@on_the_device
def test_an_empty_chair_is_asked_to_come_in_and_the_camera_can_be_closed(camera, tmp_path):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(word(page, "入镜")).to_have_count(1, timeout=60_000)
    page.get_by_role("button", name="关闭镜头").click()
    expect(page.get_by_role("button", name="打开镜头")).to_be_focused()
    assert page.evaluate("document.querySelector('video').srcObject") is None


@pytest.mark.parametrize(
    ("fault", "zh"),
    [("NotAllowedError", "浏览器没有允许使用镜头"), ("NotFoundError", "没有找到镜头"), ("NotReadableError", "镜头正被别的程序占用")],
)
def test_a_camera_that_does_not_open_is_a_sentence_and_the_upload_is_left(camera, tmp_path, fault, zh):
    refusing = f"navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '{fault}'));"
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"), before=refusing)
    page.get_by_role("button", name="打开镜头").click()
    expect(page.get_by_role("alert").filter(has_text=zh)).to_contain_text("也可以在下面选一张照片")
    expect(page.get_by_label("或者选一张照片")).to_be_enabled()
    expect(page.get_by_role("button", name="打开镜头")).to_be_enabled()


def test_a_screen_reader_hears_the_latest_word_at_most_once_a_second(camera, tmp_path):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"))
    heard = page.evaluate("""async () => {
      const { spoken } = await import('/static/xueji/capture/guidance.js');
      const region = document.querySelector('[data-spoken]'), speak = spoken(region), heard = [];
      new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
      for (let n = 0; n < 50; n += 1) { speak(`${n}`); await new Promise((done) => setTimeout(done, 50)); }
      await new Promise((done) => setTimeout(done, 1200));
      return heard;
    }""")
    assert 2 <= len(heard) <= 5 and heard[-1] == "49"
    assert page.get_by_role("status").and_(page.locator("[data-spoken]")).get_attribute("aria-live") == "polite"


def test_the_camera_is_shown_as_a_mirror_and_the_saved_frame_is_not(camera, tmp_path):
    half = np.full((640, 480, 3), 60, np.uint8)
    half[:, :240] = (220, 30, 30)
    page = camera(film(half, tmp_path / "a.y4m"))
    page.get_by_role("button", name="打开镜头").click()
    expect(page.locator("video")).to_be_visible(timeout=20_000)  # what is not laid out has no transform
    assert page.evaluate("getComputedStyle(document.querySelector('video')).transform").startswith("matrix(-1")
    seen = page.locator(".viewfinder svg").evaluate("(drawn) => [getComputedStyle(drawn).backgroundColor, getComputedStyle(drawn).fill]")
    assert seen == ["rgba(0, 0, 0, 0)", "none"], "the outline is lines only: the face is seen through it"
    left, right = page.evaluate("""async () => {
      const { frameOf } = await import('/static/xueji/capture/camera.js'), canvas = frameOf(document.querySelector('video'));
      const at = (x) => canvas.getContext('2d').getImageData(x, 240, 1, 1).data[0];
      return [at(60), at(300)];
    }""")
    assert left > 150 > 100 > right, "red stays on the left, where the camera saw it"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_has_nothing_for_axe_and_does_not_scroll_sideways(camera, tmp_path, language):
    page = camera(film(np.full((640, 480, 3), 180, np.uint8), tmp_path / "a.y4m"), language=language)
    chosen = tmp_path / "photo.jpg"
    Image.new("RGB", (480, 640), (100, 197, 255)).save(chosen)
    page.get_by_label("或者选一张照片" if language == "zh-hans" else "Or choose a photo").set_input_files(chosen)
    page.get_by_role("button", name="检查这张照片" if language == "zh-hans" else "Look at this photo").click()
    expect(page.get_by_text("PHOTO.030")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="打开镜头" if language == "zh-hans" else "Open the camera").click()
    expect(page.locator("video")).to_be_visible(timeout=20_000)
    assert not Axe().run(page).response["violations"]
    for width in (320, 390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.complaints == []
