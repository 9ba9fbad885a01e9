"""The student's desk in real Chromium, at a phone: by role and label, in both languages, with and without script."""

from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.apps.collection.answers import ENROLMENT, PERSONAL, SEMESTER, portrait
from tests.browser.views import EVERY_VIEW
from tests.world import SHANGHAI

from xueji.collection.commands import keep_draft, keep_form_photo, print_form, submit_step
from xueji.collection.models import Draft, Submission
from xueji.corrections.commands import request_correction

pytestmark = pytest.mark.django_db(transaction=True)
CLOSES = datetime(2024, 9, 10, 17, 0, tzinfo=SHANGHAI)


@pytest.fixture
def today(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


@pytest.fixture
def desk(today, page: Page, live_server):
    def opened(address: str, *, language: str = "zh-hans", width: int = 390, who: str = "李明", at: Page = page) -> Page:
        session = today.client(who).cookies["sessionid"].value
        at.context.add_cookies(
            [
                {"name": "sessionid", "value": session, "url": live_server.url},
                {"name": "language", "value": language, "url": live_server.url},
            ]
        )
        at.set_viewport_size({"width": width, "height": 844})
        at.goto(live_server.url + address)
        return at

    return opened


def step(world, code: str, who: str = "李明") -> str:
    return f"/student/cases/{world.case_of(who).pk}/steps/{code}/"


def done(world, *steps: str, who: str = "李明"):
    answers = {"semester": SEMESTER, "personal": PERSONAL, "enrolment": ENROLMENT}
    for code in steps:
        if code == "personal":
            keep_form_photo(world.act(who), world.case_of(who), step=code, field="form_photo", content=portrait())
        submit_step(world.act(who), world.case_of(who), step=code, values=answers[code])


@EVERY_VIEW
def test_no_page_has_anything_for_axe_or_scrolls_sideways(today, desk, language, width):
    done(today, "semester", "personal", "enrolment")
    case = today.case_of("李明")
    form = print_form(today.act("李明"), case, step="print").result
    made = request_correction(
        today.act("李明"), case.record, field="name", new="李明远", reason="公安机关已更正", evidence={"police_certificate": portrait()}
    ).result
    for address in (
        "/student/", f"/student/cases/{case.pk}/", step(today, "semester"), step(today, "personal"), step(today, "enrolment"),
        f"/student/cases/{case.pk}/print/print/", "/student/receipts/", f"/student/receipts/{case.pk}/enrolment/1/",
        "/student/corrections/", "/student/corrections/new/", "/student/corrections/new/sex/", f"/student/corrections/{made.pk}/", f"/f/{form.code}",
    ):  # fmt: skip
        page = desk(address, language=language, width=width)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_a_student_registers_the_term_and_reads_what_comes_next(today, desk):
    assert today.campaign
    page = desk("/student/")
    page.get_by_role("link", name="开始").click()
    page.get_by_label("报到日期").fill("2024-09-02")
    page.get_by_label("住宿方式").select_option(label="校内宿舍")
    page.get_by_label("学费缴纳情况").select_option(label="已缴清")
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("heading", name="有 1 项要改，改好才能提交")).to_be_visible()
    page.get_by_role("alert").get_by_role("link", name="去修改").click()
    expect(page.get_by_label("宿舍楼和房间")).to_be_focused()
    page.keyboard.type("西苑 3 号楼 402")
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("heading", name="已提交")).to_be_visible()
    page.get_by_role("link", name="下一步：个人信息修改").click()
    expect(page.get_by_role("heading", name="个人信息修改")).to_be_visible()


def test_a_form_is_sent_after_what_was_being_saved_and_nothing_follows_it(today, desk):
    page = desk(step(today, "semester"))
    sent, under_way = [], []
    page.on("request", lambda request: sent.append(request.url.rpartition("/steps/")[2]) if request.method == "POST" else None)
    page.route("**/draft/", lambda route: under_way.append(route))
    with page.expect_request("**/draft/"):
        page.get_by_label("报到日期").fill("2024-09-02")
    page.get_by_label("住宿方式").select_option(label="校内宿舍")
    page.get_by_role("button", name="检查并提交").click(no_wait_after=True)
    page.wait_for_timeout(600)
    assert sent == ["semester/draft/"]
    under_way[0].continue_()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert sent == ["semester/draft/", "semester/"]


def test_what_is_typed_saves_itself_and_is_there_on_another_device(today, desk, browser):
    page = desk(step(today, "semester"))
    page.get_by_label("宿舍楼和房间").fill("西苑 9")
    expect(page.get_by_role("status", name="草稿")).to_have_text("10:00 已存", timeout=8000)
    other = desk(step(today, "semester"), at=browser.new_context().new_page())
    expect(other.get_by_label("宿舍楼和房间")).to_have_value("西苑 9")


def test_two_devices_say_so_and_both_texts_are_kept(today, desk, browser):
    phone = desk(step(today, "semester"))
    computer = desk(step(today, "semester"), at=browser.new_context().new_page())
    phone.get_by_label("宿舍楼和房间").fill("电话")
    expect(phone.get_by_role("status", name="草稿")).to_have_text("10:00 已存", timeout=8000)
    computer.get_by_label("宿舍楼和房间").fill("电脑")
    expect(computer.get_by_role("status", name="草稿")).to_contain_text("另一台设备上有更新的草稿", timeout=8000)
    computer.reload()
    expect(computer.get_by_role("heading", name="有两份草稿")).to_be_visible()
    computer.get_by_role("button", name="用另一份").click()
    expect(computer.get_by_label("宿舍楼和房间")).to_have_value("电脑")
    assert Draft.objects.count() == 1


def test_rows_and_photo_work_without_script(today, desk, browser, tmp_path):
    done(today, "semester")
    (tmp_path / "me.jpg").write_bytes(portrait(900, 1200))
    page = desk(step(today, "personal"), at=browser.new_context(java_script_enabled=False).new_page())
    page.get_by_label("手机号").fill("13800001234")
    page.get_by_label("登记照片").set_input_files(tmp_path / "me.jpg")
    page.get_by_role("button", name="上传照片").click()
    expect(page.get_by_role("img", name="你上传的登记照片")).to_be_visible()
    expect(page.get_by_label("手机号")).to_have_value("13800001234")
    done(today, "personal")
    page = desk(step(today, "enrolment"), at=page)
    page.get_by_role("group", name="第 1 行").last.get_by_label("姓名").fill("李强")
    page.get_by_role("button", name="添加一行：家庭主要成员").click()
    expect(page.get_by_role("button", name="删去第 2 行")).to_be_visible()
    page.get_by_role("button", name="删去第 2 行").click()
    expect(page.get_by_label("姓名", exact=True).last).to_have_value("李强")


def test_a_second_late_nothing_is_submitted_and_everything_is_shown(today, desk):
    page = desk(step(today, "semester"))
    page.get_by_label("宿舍楼和房间").fill("西苑 9")
    today.now = CLOSES
    page.get_by_role("button", name="检查并提交").click()
    expect(page.get_by_role("heading", name="现在不能填写")).to_be_visible()
    expect(page.get_by_text("西苑 9")).to_be_visible()
    expect(page.get_by_text("已留存，没有提交")).to_be_visible()
    expect(page.get_by_role("button", name="检查并提交")).to_have_count(0)
    assert not Submission.objects.exists()


def test_the_switch_of_language_keeps_the_page_and_the_draft(today, desk):
    keep_draft(today.act("李明"), today.case_of("李明"), step="semester", values={"dormitory": "西苑 9"}, page="a")
    page = desk(step(today, "semester"))
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("heading", name="Semester registration")).to_be_visible()
    expect(page.get_by_label("Dormitory and room")).to_have_value("西苑 9")
    expect(page.get_by_text("Where the two differ, the Chinese text prevails.")).to_be_visible()


def test_the_form_is_downloaded_after_the_three_steps(today, desk):
    done(today, "semester", "personal", "enrolment")
    page = desk(f"/student/cases/{today.case_of('李明').pk}/print/print/")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载登记表（PDF）").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert "S202401001" in download.value.suggested_filename
