"""The in-house day in real Chromium with a fake camera, the network cut in the middle: nothing lost, nothing double."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect
from tests.apps.photos.day import Day, at, text_of
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.imaging.browser_runtime import missing_files
from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.commands.sessions import plan_sessions
from xueji.photos.day.models import Capture, Envelope, Fee, Turn
from xueji.photos.models import Judgement
from xueji.records.commands import change_record
from xueji.rules.station import Planned

pytestmark = pytest.mark.django_db(transaction=True)
EAST = "东湖校区"


@pytest.fixture
def today(world):
    """N2 captured in-house with today as its first day; 李明 and 王芳 are to come now."""
    world.now = now = timezone.now()
    for name in ("李明", "王芳", "赵强"):
        change_record(world.system(), world.record(name), values={"expected_on": "2025-06-30", "first_expected_on": "2025-06-30"}, reason="2025届")
    text = text_of("2025-bit-photo").replace('mode    = "official"', 'mode    = "in_house"')
    days = (now.astimezone(SHANGHAI).date() - at(11, 26).date()).days
    campaign = open_campaign(world.act("刘老师"), text=text, move_by_days=days).result[0]
    day = Day(world, campaign)
    make_keys(world.act("刘老师"))
    hours = (now - timedelta(minutes=30), now + timedelta(hours=3))
    rows = [Planned(2, EAST, "报告厅", *hours, 100, ("A",), False), Planned(3, "西山校区", "A206", *hours, 100, ("B",), False)]
    plan_sessions(world.act("刘老师"), campaign, rows=rows)
    return day


def signed_in(today, live_server, browser, *, language="zh-hans", width=820, height=1180):
    """The operator's browser, on a tablet held upright unless said otherwise."""
    context = browser.new_context(viewport={"width": width, "height": height}, permissions=["camera"])
    session = today.world.client("周操作员").cookies["sessionid"].value
    context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", language))])
    return context


@pytest.fixture
def station(today, live_server, browser):
    """The station opened on a tablet held upright; gives the page."""
    context = signed_in(today, live_server, browser)
    page = context.new_page()
    page.complaints = []
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/")
    page.wait_for_selector("[data-station][data-ready=yes][data-installed=yes]")
    yield page
    context.close()


def token(today, name):
    from xueji.photos.day.commands.codes import issue_code
    from xueji.photos.day.queries import token_of

    return token_of(issue_code(today.world.act(name), today.case(name)).result)


def scan(page, text):
    page.get_by_label("采集凭证（扫码枪）").fill(text)
    page.keyboard.press("Enter")


def photograph(page, method="alipay"):
    page.get_by_role("button", name="拍照").click()
    expect(page.get_by_role("img", name="刚拍的照片")).to_be_visible()
    expect(page.locator("[data-verdict]")).not_to_have_text("正在检测……", timeout=30_000)
    page.get_by_role("button", name="本人看过，认可").click()
    page.get_by_label("收费 20 元").select_option(method)
    page.get_by_role("button", name="办结").click()


def test_the_day_goes_on_when_the_network_is_cut_and_nothing_is_lost_or_double(today, station, tmp_path):
    page = station
    first, second = token(today, "李明"), token(today, "王芳")
    scan(page, first)
    expect(page.get_by_role("heading", name="看一看再拍")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("STAT.013")).to_be_visible()
    if not missing_files():  # the made camera shows nobody; the word is found on this computer, no still is sent for it
        expect(page.get_by_role("status").filter(has_text="入镜")).to_have_count(1, timeout=60_000)
        assert not [url for url in page.asked if "/rehearsal/" in url]
    photograph(page)
    expect(page.get_by_text("1 号已办结。")).to_be_visible(timeout=15_000)
    assert Capture.objects.filter(record__person__name="李明").count() == 1
    page.context.set_offline(True)
    scan(page, second)
    expect(page.get_by_text("离线：凭证有效")).to_be_visible(timeout=20_000)
    photograph(page, "cash")
    expect(page.get_by_text("1 份已加密存在本机")).to_be_visible(timeout=15_000)
    scan(page, second)
    expect(page.get_by_text("这台电脑今天已经采集过")).to_be_visible(timeout=20_000)
    scan(page, second[:-4] + "AAAA")
    expect(page.get_by_text("STAT.002")).to_be_visible(timeout=20_000)
    assert not Envelope.objects.exists() and Turn.objects.count() == 1
    kept = page.evaluate("""async () => { const b = await new Promise(d => { const a = indexedDB.open('xueji-station', 1); a.onsuccess = () => d(a.result); });
        return await new Promise(d => { const a = b.transaction('waiting').objectStore('waiting').getAll(); a.onsuccess = () => d(JSON.stringify(a.result)); }); }""")
    assert second not in kept and "sealed" in kept and "/9j/" not in kept, "what waits is sealed: no code, no picture in clear"
    page.reload()
    expect(page.get_by_role("heading", name=EAST)).to_be_visible()
    expect(page.get_by_text("1 份已加密存在本机")).to_be_visible(timeout=15_000)
    page.screenshot(path=str(tmp_path / "offline.png"), full_page=True)
    page.context.set_offline(False)
    expect(page.get_by_text("网络正常，没有待送")).to_be_visible(timeout=30_000)
    expect(page.locator("[data-n-unjudged]")).to_have_text("1", timeout=15_000)
    assert (Envelope.objects.count(), Turn.objects.count(), Capture.objects.count(), Fee.objects.count()) == (1, 2, 2, 2)
    assert Envelope.objects.get().conflicts == [] and Turn.objects.get(case__record__person__name="王芳").offline
    expect(page.locator("[data-n-done]")).to_have_text("2", timeout=15_000)
    assert page.complaints == []


def test_a_whole_turn_online_double_scan_called_number_retake_and_fee(today, station, live_server, tmp_path):
    page, first = station, token(today, "李明")
    scan(page, first)
    expect(page.locator("[data-number]")).to_have_text("1", timeout=15_000)
    scan(page, first)
    expect(page.get_by_text("STAT.010")).to_be_visible(timeout=15_000)
    assert Turn.objects.count() == 1, "a second scan is harmless"
    wall = page.context.new_page()
    wall.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/display/")
    expect(wall.get_by_text("请到镜头前")).to_be_visible()
    expect(wall.locator(".called")).to_have_text("1")
    wall.screenshot(path=str(tmp_path / "display.png"))
    wall.close()
    page.get_by_role("button", name="拍照").click()
    expect(page.locator("[data-verdict]")).not_to_have_text("正在检测……", timeout=30_000)
    page.get_by_role("button", name="重拍").click()
    expect(page.get_by_role("img", name="刚拍的照片")).to_be_hidden()
    page.screenshot(path=str(tmp_path / "turn.png"), full_page=True)
    photograph(page, "cash")
    expect(page.get_by_text("1 号已办结。")).to_be_visible(timeout=15_000)
    turn = Turn.objects.get()
    assert (turn.outcome, Fee.objects.get().method, Capture.objects.count()) == ("done", "cash", 1)
    scan(page, first)
    expect(page.get_by_text("STAT.011")).to_be_visible(timeout=15_000)
    assert page.complaints == []


def test_a_network_cut_in_the_middle_of_a_turn_ends_it_offline_and_it_is_one_turn(today, station):
    page = station
    scan(page, token(today, "李明"))
    expect(page.locator("[data-number]")).to_have_text("1", timeout=15_000)
    page.get_by_role("button", name="拍照").click()
    expect(page.locator("[data-verdict]")).not_to_have_text("正在检测……", timeout=30_000)
    page.context.set_offline(True)
    page.get_by_role("button", name="本人看过，认可").click()
    page.get_by_label("收费 20 元").select_option("alipay")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("1 份已加密存在本机；1 张照片还没有检测")).to_be_visible(timeout=30_000)
    page.context.set_offline(False)
    expect(page.get_by_text("网络正常，没有待送")).to_be_visible(timeout=30_000)
    turn = Turn.objects.get()
    assert (turn.outcome, turn.shots, Envelope.objects.get().conflicts) == ("done", 1, [])
    assert (Capture.objects.count(), Fee.objects.count()) == (1, 1)


def test_a_photo_taken_offline_that_is_sent_back_calls_the_student_back(today, station, tmp_path):
    page = station
    page.context.set_offline(True)
    scan(page, token(today, "李明"))
    expect(page.get_by_text("离线：凭证有效")).to_be_visible(timeout=20_000)
    photograph(page, "cash")
    page.context.set_offline(False)
    expect(page.get_by_text("网络正常，没有待送；1 张照片还没有检测")).to_be_visible(timeout=30_000)
    turn = Turn.objects.get()
    why = {"rule": "face_count", "level": "reject", "id": "PHOTO.101", "message": {"zh": "照片里没有人像。", "en": "No portrait."}, "remedy": {"zh": "请重拍。", "en": "Take it again."}}
    later = timezone.now() + timedelta(seconds=1)
    verdict = Judgement.objects.create(record=turn.case.record, taken="station", photo_digest="x", profile="chsi-graduation", profile_digest="x", outcome="reject", findings=[why], judged_at=later, judged_by="x")
    Turn.objects.update(judgement=verdict)
    expect(page.get_by_role("heading", name="检测退回，本人还在的请回重拍")).to_be_visible(timeout=15_000)
    page.screenshot(path=str(tmp_path / "back.png"), full_page=True)
    assert not Axe().run(page).response["violations"]
    page.get_by_role("link", name="照片里没有人像").click()
    page.get_by_label("原因").fill("检测退回")
    page.get_by_role("button", name="请回重拍").click()
    expect(page.get_by_role("button", name="办结")).to_be_visible()
    turn.refresh_from_db()
    assert turn.finished_at is None and Capture.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_station_display_door_and_turn_have_nothing_for_axe_and_fit_every_width(today, live_server, browser, language, tmp_path):
    context = signed_in(today, live_server, browser, language=language)
    page, base = context.new_page(), f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/"
    from xueji.photos.day.commands.turns import arrive

    operator = today.world.act("周操作员", "capture", at=timezone.now())
    turn = arrive(operator, today.campaign, token=token(today, "李明"), campus=EAST, station="1").result[2]
    places = {"start": f"{live_server.url}/capture/", "station": base, "display": f"{base}display/", "slip": f"{base}slip/", "turn": f"{live_server.url}/capture/turns/{turn.pk}/"}
    for name, address in places.items():
        page.goto(address)
        for width, height in ((820, 1180), (1280, 900), (390, 844), (320, 700)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            page.screenshot(path=str(tmp_path / f"{name}-{width}-{language}.png"))
        assert not Axe().run(page).response["violations"], name
    context.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_an_operator_signs_in_on_has_nothing_for_axe(today, live_server, browser, language):
    context = browser.new_context(viewport={"width": 820, "height": 1180})
    context.add_cookies([{"name": "language", "value": language, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/")
    expect(page.get_by_role("textbox").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    assert not Axe().run(page).response["violations"]
    context.close()


def test_without_javascript_the_same_turn_is_done_on_plain_pages(today, live_server, browser):
    context = browser.new_context(java_script_enabled=False)
    session = today.world.client("周操作员").cookies["sessionid"].value
    context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in (("sessionid", session), ("language", "zh-hans"))])
    page = context.new_page()
    page.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/")
    page.get_by_label("采集凭证（扫码枪）").fill(token(today, "李明"))
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("heading", name="1 号")).to_be_visible()
    page.get_by_role("button", name="叫号").click()
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("STAT.031")).to_be_visible()
    page.get_by_role("button", name="未采集离开").click()
    expect(page.get_by_role("heading", name=EAST)).to_be_visible()
    assert Turn.objects.get().outcome == "left"
    context.close()
