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
from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.commands.sessions import plan_sessions
from xueji.photos.day.models import Capture, Envelope, Fee, Turn
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


@pytest.fixture
def station(today, live_server, browser, browser_context_args):
    """Opens the station on a tablet; gives the page and its context."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, permissions=["camera"])
    session = today.world.client("周操作员").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}, {"name": "language", "value": "zh-hans", "url": live_server.url}])
    page = context.new_page()
    page.complaints = []
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
    assert (Envelope.objects.count(), Turn.objects.count(), Capture.objects.count(), Fee.objects.count()) == (1, 2, 2, 2)
    assert Envelope.objects.get().conflicts == [] and Turn.objects.get(case__record__person__name="王芳").offline
    expect(page.locator("[data-n-done]")).to_have_text("2", timeout=15_000)
    assert page.complaints == []


def test_the_station_has_nothing_for_axe_and_fits_a_tablet_a_phone_and_a_desk(today, station):
    for width, height in ((1024, 768), (390, 844), (1280, 900)):
        station.set_viewport_size({"width": width, "height": height})
        assert station.evaluate("document.documentElement.scrollWidth") <= width
        assert not Axe().run(station).response["violations"]


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
