"""What is typed is not lost when a form's sending is stopped, pressed twice, made without network, or after signing out."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect
from tests.browser.test_student import desk, step, today  # noqa: F401

from xueji.collection.models import Draft

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = "宿舍楼和房间"


def drafted():
    return [draft.values["dormitory"] for draft in Draft.objects.all()]


def saved(page):
    return page.get_by_role("status", name="草稿")


def posts(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url.rpartition("/steps/")[2]) if request.method == "POST" else None)
    return sent


def test_a_sending_that_was_stopped_leaves_a_page_that_saves_itself(today, desk):  # noqa: F811
    page = desk(step(today, "semester"))
    stop = page.context.new_cdp_session(page)
    page.route("**/steps/semester/", lambda route: None)  # no answer comes
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    page.wait_for_timeout(500)
    stop.send("Page.stopLoading")
    page.get_by_label(ROOM).fill("西苑 9")
    expect(saved(page)).to_have_text("10:00 已存", timeout=20_000)
    assert drafted() == ["西苑 9"]


def test_pressed_twice_while_a_draft_is_on_its_way_it_is_sent_once_and_after_it(today, desk):  # noqa: F811
    page = desk(step(today, "semester"))
    sent, under_way = posts(page), []
    page.route("**/draft/", lambda route: under_way.append(route))
    with page.expect_request("**/draft/"):
        page.get_by_label(ROOM).fill("西苑 9")
    for _ in range(3):
        page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    page.wait_for_timeout(600)
    assert sent == ["semester/draft/"]
    under_way[0].continue_()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert sent == ["semester/draft/", "semester/"]


def test_without_network_the_page_is_not_left_and_keeps_what_is_typed(today, desk):  # noqa: F811
    page = desk(step(today, "semester"))
    page.context.set_offline(True)
    page.get_by_label(ROOM).fill("西苑 9")
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    expect(saved(page)).to_contain_text("没有提交", timeout=10_000)
    expect(page.get_by_label(ROOM)).to_have_value("西苑 9")
    page.context.set_offline(False)
    expect(saved(page)).to_have_text("10:00 已存", timeout=30_000)
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert drafted() == ["西苑 9"]


def test_a_network_that_only_seems_to_be_there_does_not_take_the_page_away(today, desk):  # noqa: F811
    page = desk(step(today, "semester"))
    page.route("**/steps/**", lambda route: route.abort("internetdisconnected"))
    page.get_by_label(ROOM).fill("西苑 9")
    expect(saved(page)).to_contain_text("网络断开", timeout=10_000)
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    expect(saved(page)).to_contain_text("没有提交", timeout=10_000)
    expect(page.get_by_label(ROOM)).to_have_value("西苑 9")
    page.unroute("**/steps/**")
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert drafted() == ["西苑 9"]


def test_who_was_signed_out_is_told_that_nothing_is_saved_and_goes_on_after_signing_in_elsewhere(today, desk, live_server):  # noqa: F811
    page = desk(step(today, "semester"))
    Session.objects.all().delete()
    page.get_by_label(ROOM).fill("西苑 9")
    expect(saved(page)).to_contain_text("登录已失效，没有存上", timeout=10_000)
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    page.wait_for_timeout(1_000)
    expect(page.get_by_label(ROOM)).to_have_value("西苑 9")
    assert drafted() == []
    cookies = [{"name": "sessionid", "value": today.client("李明").cookies["sessionid"].value, "url": live_server.url},
               {"name": "csrftoken", "value": "n" * 32, "url": live_server.url}]  # fmt: skip
    page.context.add_cookies(cookies)  # what signing in in another tab leaves: another session and another token
    expect(saved(page)).to_have_text("10:00 已存", timeout=30_000)
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert drafted() == ["西苑 9"]


def test_a_saving_without_an_answer_is_given_up_and_tried_again(today, desk, page):  # noqa: F811
    page.clock.install()
    page = desk(step(today, "semester"))
    hanging = []
    page.route("**/draft/", lambda route: hanging.append(route) if not hanging else route.continue_())
    with page.expect_request("**/draft/"):
        page.get_by_label(ROOM).fill("西苑 9")
        page.clock.fast_forward(1_500)
    page.clock.fast_forward(21_000)
    expect(saved(page)).to_contain_text("网络断开", timeout=10_000)
    page.clock.fast_forward(16_000)
    expect(saved(page)).to_have_text("10:00 已存", timeout=10_000)


def test_a_chosen_photo_goes_with_a_form_that_waited_for_its_draft(today, desk, tmp_path):  # noqa: F811
    from tests.apps.collection.answers import portrait
    from tests.browser.test_student import done

    done(today, "semester")
    (tmp_path / "me.jpg").write_bytes(portrait(900, 1200))
    page, under_way = desk(step(today, "personal")), []
    page.route("**/draft/", lambda route: under_way.append(route))
    page.get_by_label("登记照片").set_input_files(tmp_path / "me.jpg")
    with page.expect_request("**/draft/"):
        page.get_by_label("手机号").fill("13800001234")
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    page.wait_for_timeout(300)
    under_way[0].continue_()
    expect(page.get_by_role("img", name="你上传的登记照片")).to_be_visible(timeout=15_000)
    expect(page.get_by_label("手机号")).to_have_value("13800001234")
