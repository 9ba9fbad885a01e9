"""The station when operator, network and clock do what they should not: no photo is lost, none comes under another name."""

import json
from datetime import timedelta
from threading import Event as Moment
from urllib.parse import quote

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from tests.apps.photos.day import jpeg
from tests.browser.test_station import EAST, photograph, scan, signed_in, station, today, token  # noqa: F401
from tests.world import SHANGHAI

from xueji.photos.day.models import Capture, Envelope, Turn

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING_WAITS = "网络正常，没有待送"


def waiting(page):
    return page.evaluate("""async () => { const b = await new Promise(d => { const a = indexedDB.open('xueji-station', 1); a.onsuccess = () => d(a.result); });
        return await new Promise(d => { const a = b.transaction('waiting').objectStore('waiting').getAllKeys(); a.onsuccess = () => { b.close(); d(a.result); }; }); }""")


def captured():
    return sorted(Capture.objects.values_list("record__person__name", flat=True))


def test_the_next_code_scanned_while_an_ending_is_under_way_is_not_ended_in_its_place(today, station):  # noqa: F811
    page, first, second = station, token(today, "李明"), token(today, "王芳")
    scan(page, first)
    expect(page.locator("[data-number]")).to_have_text("1", timeout=15_000)
    page.route("**/capture/turns/**", lambda route: route.continue_() if 'name="act"\r\n\r\ndone' not in (route.request.post_data or "") else None)
    photograph(page)  # its ending hangs: no answer comes
    scan(page, second)
    expect(page.locator("[data-number]")).to_have_text("2", timeout=30_000)
    page.unroute("**/capture/turns/**")
    expect(page.get_by_role("button", name="拍照")).to_be_visible(timeout=15_000)
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=30_000)
    assert captured() == ["李明"] and Envelope.objects.get().conflicts == []
    photograph(page)
    expect(page.get_by_text("2 号已办结。")).to_be_visible(timeout=15_000)
    assert captured() == sorted(["李明", "王芳"]) and page.complaints == []


def test_of_two_codes_scanned_at_once_the_later_one_sits_in_the_chair(today, station):  # noqa: F811
    page, first, second = station, token(today, "李明"), token(today, "王芳")
    held = []
    page.route("**/scan/", lambda route: held.append(route) if not held else route.continue_())
    scan(page, first)
    page.wait_for_timeout(300)
    scan(page, second)
    expect(page.get_by_role("button", name="拍照")).to_be_visible(timeout=15_000)
    held[0].continue_()
    page.wait_for_timeout(2_000)
    photograph(page)
    expect(page.get_by_text("号已办结。")).to_be_visible(timeout=15_000)
    assert captured() == ["王芳"]


def offline_photo(page, code):
    page.context.set_offline(True)
    scan(page, code)
    expect(page.get_by_text("离线：凭证有效")).to_be_visible(timeout=20_000)
    photograph(page, "cash")
    expect(page.get_by_text("号已办结。")).to_be_visible(timeout=15_000)


def test_what_was_done_at_one_campus_is_delivered_to_it_from_the_page_of_another(today, station, live_server):  # noqa: F811
    page = station
    offline_photo(page, token(today, "李明"))
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote('西山校区')}/")
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=30_000)
    assert waiting(page) == [] and Turn.objects.get().campus == EAST and Envelope.objects.get().conflicts == []


def test_one_envelope_that_the_server_stumbles_over_keeps_none_of_the_others_back(today, station):  # noqa: F811
    page = station
    offline_photo(page, token(today, "李明"))
    bad, = waiting(page)
    offline_photo(page, token(today, "王芳"))

    def stumbling(route):
        ids = [one["id"] for one in json.loads(route.request.post_data)]
        route.fulfill(status=500, body="") if bad in ids else route.continue_()

    page.route("**/envelopes/", stumbling)
    page.context.set_offline(False)
    expect(page.get_by_text("1 份没有被收下")).to_be_visible(timeout=40_000)
    assert captured() == ["王芳"] and waiting(page) == [bad]
    page.unroute("**/envelopes/")
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=30_000)
    assert captured() == sorted(["李明", "王芳"])


def test_a_bundle_that_is_too_much_for_the_line_is_delivered_one_by_one(today, station):  # noqa: F811
    page, over = station, Moment()
    for name in ("李明", "王芳"):
        offline_photo(page, token(today, name))

    def slow(route):
        if len(json.loads(route.request.post_data)) > 1:
            over.set()
            route.abort("timedout")
        else:
            route.continue_()

    page.route("**/envelopes/", slow)
    page.context.set_offline(False)
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=40_000)
    assert over.is_set() and captured() == sorted(["李明", "王芳"])


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n" + b"x" * 99, b"", jpeg() + b"x" * 21 * 1024 * 1024], ids=["PNG", "empty", "21 MB"])
def test_a_file_that_no_photo_can_be_is_refused_before_it_waits_for_the_network(today, station, content, tmp_path):  # noqa: F811
    page, file = station, tmp_path / "photo.jpg"
    file.write_bytes(content)
    page.context.set_offline(True)
    scan(page, token(today, "李明"))
    expect(page.get_by_text("离线：凭证有效")).to_be_visible(timeout=20_000)
    page.get_by_label("或从相机文件夹选择 JPEG").set_input_files(file)
    expect(page.get_by_text("STAT.034")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="本人看过，认可")).to_be_hidden()


def test_an_accepted_photo_that_only_this_computer_has_is_not_dropped_for_the_next_code(today, station):  # noqa: F811
    page = station
    page.context.set_offline(True)
    scan(page, token(today, "李明"))
    expect(page.get_by_text("离线：凭证有效")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="拍照").click()
    page.get_by_role("button", name="本人看过，认可").click()
    scan(page, token(today, "王芳"))
    expect(page.get_by_text("请先办结")).to_be_visible(timeout=15_000)
    page.get_by_label("收费 20 元").select_option("cash")
    page.get_by_role("button", name="办结").click()
    expect(page.get_by_text("号已办结。")).to_be_visible(timeout=15_000)
    page.context.set_offline(False)
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=30_000)
    assert captured() == ["李明"]


def test_a_station_whose_clock_is_two_days_late_tells_the_moment_of_the_school(today, live_server, browser):  # noqa: F811
    context = signed_in(today, live_server, browser)
    page = context.new_page()
    page.clock.install(time=timezone.now() - timedelta(days=2))
    page.goto(f"{live_server.url}/capture/{today.campaign.code}/{quote(EAST)}/")
    page.wait_for_selector("[data-station][data-ready=yes][data-installed=yes]")
    offline_photo(page, token(today, "李明"))
    context.set_offline(False)
    expect(page.get_by_text(NOTHING_WAITS)).to_be_visible(timeout=30_000)
    assert Turn.objects.get().on == timezone.now().astimezone(SHANGHAI).date()
    context.close()
