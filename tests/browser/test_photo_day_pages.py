"""The pages of a photo round in real Chromium: student, college and registry, by role and label, on a phone, in both languages."""

import io
import zipfile
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.apps.photos.day import at, jpeg, opened
from tests.browser.views import EVERY_VIEW

from xueji.formats.workbooks import Heading, write
from xueji.photos.day.commands.after import (
    Arrival,
    confirm_photo,
    dispute_photo,
    nominate_student,
    take_over_captures,
    take_over_faces,
)
from xueji.photos.day.commands.prints import enter_prints
from xueji.photos.day.models import Session
from xueji.records.models import College
from xueji.rules.capture import Face

pytestmark = pytest.mark.django_db(transaction=True)
EAST = "东湖校区"


@pytest.fixture
def day(world, monkeypatch, settings):
    """N2's round on 22 November, before anybody was photographed; ``day.now`` is the clock."""
    settings.SESSION_COOKIE_AGE = 400 * 86400
    it = opened(world, mode="official")
    it.now = at(11, 22)
    monkeypatch.setattr("django.utils.timezone.now", lambda: it.now)
    return it


@pytest.fixture
def visit(day, page: Page, live_server):
    """Somebody's page: signed in, in a language, at a width."""

    def opened(who: str, address: str, *, language: str = "zh-hans", width: int = 1280) -> Page:
        session = day.world.client(who).cookies["sessionid"].value
        page.context.add_cookies(
            [{"name": "sessionid", "value": session, "url": live_server.url}, {"name": "language", "value": language, "url": live_server.url}]
        )
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


def own(day, name: str = "李明") -> str:
    return f"/student/cases/{day.case(name).pk}/photo/"


def after_the_day(day) -> None:
    """李明 was photographed and disputes it, 王芳 confirmed and CHSI doubts her face, 赵强 did not come, Anna was reported, prints came."""
    arrivals = [Arrival(day.case(name), date(2024, 11, 26), jpeg(n)) for n, name in enumerate(("李明", "王芳"))]
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=arrivals, source="易拍.zip")
    confirm_photo(day.act("王芳", at(12, 11)), day.case("王芳"))
    take_over_faces(day.act("刘老师", at(12, 12)), rows=[(day.world.record("王芳"), Face.FAILED, True)], source="在校生.dbf")
    dispute_photo(day.act("李明", at(12, 12)), day.case("李明"), reason="照片不是本人", evidence=jpeg(3), title="证件.jpg")
    nominate_student(day.act("王秘书", at(12, 12)), day.world.record("SCHMIDT ANNA"), campaign=day.campaign, reason="提前毕业")
    enter_prints(day.act("王秘书", at(12, 12)), day.campaign, college=College.objects.get(code="A"), entry="received", count=8)


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def workbook(name: str, headings, *rows) -> dict:
    target = io.BytesIO()
    write(target, [Heading(h) for h in headings], rows, name="表")
    return file(name, target.getvalue())


def timetable(*rows) -> dict:
    return workbook("安排.xlsx", ["校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段"], *rows)


def zipped(**photos: bytes) -> dict:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in photos.items():
            package.writestr(f"{name}.jpg", content)
    return file("易拍.zip", target.getvalue())


def clean(page: Page, address: str) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


@EVERY_VIEW
def test_no_page_has_anything_for_axe_or_scrolls_sideways(day, visit, language, width):
    for address in (own(day), f"{own(day)}code/"):
        clean(visit("李明", address, language=language, width=width), address)
    after_the_day(day)
    day.now = at(12, 13)
    college, registry = f"/college/photos/{day.campaign.code}/", f"/registry/photos/{day.campaign.code}/"
    for who, address in (
        ("李明", own(day)), ("王芳", own(day, "王芳")), ("赵强", own(day, "赵强")),
        ("王秘书", "/college/photos/"), ("王秘书", college), ("王秘书", f"{college}?where=disputed&q=李"), ("赵秘书", f"{college}?where=absent"),
        ("王秘书", f"{college}work/"), ("王秘书", f"{college}slips/"), ("王秘书", f"{college}students/S202401001/"),
        ("刘老师", "/registry/photos/"), ("刘老师", registry), ("刘老师", f"{registry}timetable/"), ("刘老师", f"{registry}slips/?college=A"),
        ("刘老师", f"{registry}results/"), ("刘老师", f"{registry}work/"), ("刘老师", f"{registry}prints/"), ("刘老师", f"{registry}students/S202401002/"),
    ):  # fmt: skip
        clean(visit(who, address, language=language, width=width), address)


def test_the_student_sees_at_a_glance_and_prepares_one_by_one(day, visit):
    page = visit("李明", own(day), width=390)
    expect(page.get_by_role("heading", name="必须参加采集")).to_be_visible()
    answer = page.get_by_role("region", name="必须参加采集")
    for words in ("附件1：未采集图像，必须参加", "11月26日（周二）8:30", "东湖校区 报告厅", "20 元（支付宝、现金）", "3 项，已做到 0 项", "无法完成电子学历注册"):
        expect(answer.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("group", name="着装要求图示").get_by_role("figure")).to_have_count(6)
    for done, title in enumerate(("已获取本人的学信网采集码", "已按要求准备着装", "已备好费用"), 1):
        page.get_by_role("button", name=f"我已做到：{title}").click()
        expect(page.get_by_text(f"3 项，已做到 {done} 项")).to_be_visible()
    expect(page.get_by_role("button", name="我已做到")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("link", name="加入日历").click()
    assert saved.value.suggested_filename == "photo.ics"
    page.get_by_role("link", name="打开采集凭证").click()
    code = page.get_by_role("img", name="采集凭证二维码")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert box["width"] >= 320, "large enough to be scanned from a phone"
    assert code.evaluate("e => getComputedStyle(e.parentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_who_cannot_come_takes_the_open_day_and_who_missed_it_is_told_where_to_go(day, visit):
    page = visit("李明", own(day), width=390)
    page.get_by_text("这个时间来不了").click()
    page.get_by_label("另选时段").select_option(label="11月27日（周三）13:00 东湖校区 报告厅 余 2")
    page.get_by_role("button", name="改到这个时段").click()
    expect(page.get_by_role("region", name="必须参加采集").get_by_text("11月27日（周三）13:00", exact=True)).to_be_visible()
    day.now = at(11, 29)
    page.reload()
    expect(page.get_by_role("heading", name="错过了采集，请补采")).to_be_visible()
    expect(page.get_by_role("region", name="补采", exact=True).get_by_text("周一及法定节日休息")).to_be_visible()
    expect(page.get_by_role("link", name="打开采集凭证")).to_have_count(0)


def test_a_photo_is_disputed_and_the_student_follows_it(day, visit):
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=[Arrival(day.case("李明"), date(2024, 11, 26), jpeg())], source="易拍.zip")
    day.now = at(12, 12)
    page = visit("李明", own(day), width=390)
    expect(page.get_by_role("heading", name="请核对你的照片")).to_be_visible()
    page.get_by_text("照片有误").click()
    page.get_by_label("哪里不对").fill("歪")
    page.get_by_role("button", name="提交学院审核").click()
    expect(page.get_by_role("alert").get_by_text("PROOF.003")).to_be_visible()
    expect(page.get_by_label("哪里不对")).to_have_value("歪")
    page.get_by_label("哪里不对").fill("照片不是本人")
    page.get_by_role("button", name="提交学院审核").click()
    expect(page.get_by_role("heading", name="异议正在审核")).to_be_visible()
    page = visit("王秘书", f"/college/photos/{day.campaign.code}/work/")
    page.get_by_label("学院意见").fill("属实，系同班同学的照片")
    page.get_by_role("button", name="提交学校").click()
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/work/")
    page.get_by_label("处理意见").fill("请补采")
    page.get_by_role("button", name="成立：重新采集").click()
    expect(page.get_by_text("成立，重新采集")).to_be_visible()
    page = visit("李明", own(day), width=390)
    expect(page.get_by_role("heading", name="这张照片不能用，必须重新采集")).to_be_visible()
    expect(page.get_by_text("系同班同学的照片")).to_be_visible()


def test_the_secretary_finds_who_is_not_ready_and_prints_slips_and_lists(day, visit):
    page = visit("王秘书", "/college/photos/")
    page.get_by_role("link", name="未准备好").click()
    people = page.get_by_role("group", name="名单")
    expect(people.get_by_role("link", name="李明")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载 Excel").click()
    assert saved.value.suggested_filename == "未准备好.xlsx"
    with page.expect_download() as saved:
        page.get_by_role("link", name="打印附件（PDF）").click()
    assert saved.value.suggested_filename == "未准备好.pdf"
    page.get_by_role("link", name="打印凭证条").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="打印（PDF） 按班级").click()
    assert saved.value.suggested_filename.endswith(".pdf")
    page = visit("王秘书", f"/college/photos/{day.campaign.code}/students/S202401001/")
    expect(page.get_by_text("第 1 张")).to_be_visible()
    page.get_by_role("button", name="作废").click()
    expect(page.get_by_role("alert").get_by_text("CAMP.022")).to_be_visible()
    page.get_by_label("作废或换发的原因").fill("手机丢失")
    page.get_by_role("button", name="换发新凭证").click()
    expect(page.get_by_text("第 2 张")).to_be_visible()


def test_a_wrong_timetable_names_every_row_and_a_refused_move_keeps_what_was_typed(day, visit):
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/timetable/")
    page.get_by_label("文件").set_input_files(timetable([EAST, "体育馆", "明天", "8:30", "12:00", "许多", "没有的学院", ""], [EAST, "礼堂", "2024-11-26", "8:30", "8:00", "50", "A", ""]))
    page.get_by_role("button", name="检查并发布").click()
    alert = page.get_by_role("alert")
    expect(alert.get_by_text("第 2 行").first).to_be_visible()
    expect(alert.get_by_text("没有的学院")).to_be_visible()
    expect(alert.get_by_text("现有安排没有改动。")).to_be_visible()
    assert Session.objects.filter(campaign=day.campaign).count() == 3
    page.get_by_text("改期或换地点").first.click()
    page.get_by_label("地点").first.fill("礼堂")
    page.get_by_role("button", name="调整并通知").first.click()
    expect(page.get_by_role("alert").get_by_text("CAMP.022")).to_be_visible()
    expect(page.get_by_label("地点").first).to_have_value("礼堂")
    page.get_by_label("原因").first.fill("下雨，操场不能用")
    page.get_by_role("button", name="调整并通知").first.click()
    expect(page.get_by_text("已通知 2 名学生")).to_be_visible()
    page = visit("李明", own(day), width=390)
    expect(page.get_by_role("status").get_by_text("时间地点已调整")).to_be_visible()


def test_a_timetable_with_too_few_places_keeps_its_warning_in_sight(day, visit):
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/timetable/")
    page.get_by_label("文件").set_input_files(timetable([EAST, "体育馆", "2024-11-26", "8:30", "12:00", "1", "A", ""], ["西山校区", "A206", "2024-11-28", "8:00", "12:00", "50", "B", ""]))
    page.get_by_role("button", name="检查并发布").click()
    expect(page.get_by_text("1 人没有位置")).to_be_visible()
    warned = page.get_by_role("region", name="这份安排要注意")
    expect(warned.get_by_text("SESS.003")).to_be_visible()
    page.reload()
    expect(warned.get_by_text("SESS.003")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载 Excel").click()
    page.get_by_label("文件").set_input_files(file("又一次.xlsx", saved.value.path().read_bytes()))
    page.get_by_role("button", name="检查并发布").click()
    expect(page.get_by_text("已发布 2 个场次")).to_be_visible()


def test_the_bureaus_zip_is_looked_through_whole_and_then_taken_over(day, visit):
    day.now = at(12, 12)
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/results/", width=390)
    page.get_by_label("采集日期（名单里没写日期时用）").fill("2024-11-26")
    page.get_by_label("文件", exact=True).set_input_files(zipped(S202401001=jpeg(), S202401002=b"GIF89a", nobody=jpeg(), S202401003=jpeg()))
    page.get_by_role("button", name="检查并导入").click()
    alert = page.get_by_role("alert")
    for words in ("nobody.jpg", "S202401002.jpg", "S202401003.jpg", "什么也没有导入。改好文件，再选一次。"):
        expect(alert.get_by_text(words)).to_be_visible()
    expect(page.get_by_label("采集日期（名单里没写日期时用）")).to_have_value("2024-11-26")
    expect(page.get_by_role("radio", name="照片压缩包")).to_be_checked()
    page.get_by_label("文件", exact=True).set_input_files(zipped(S202401001=jpeg(), S202401002=jpeg(4)))
    page.get_by_role("button", name="检查并导入").click()
    expect(page.get_by_text("导入 2 人，0 人此前已导入。")).to_be_visible()
    page.get_by_label("文件", exact=True).set_input_files(zipped(S202401001=jpeg(), S202401002=jpeg(4)))
    page.get_by_label("采集日期（名单里没写日期时用）").fill("2024-11-26")
    page.get_by_role("button", name="检查并导入").click()
    expect(page.get_by_text("导入 0 人，2 人此前已导入。")).to_be_visible()
    page = visit("李明", own(day), width=390)
    expect(page.get_by_role("img", name="本次采集的照片")).to_be_visible()
    page.get_by_role("button", name="照片无误").click()
    expect(page.get_by_role("heading", name="照片已采集，有效")).to_be_visible()


def test_a_face_chsi_could_not_verify_is_verified_filed_and_agreed(day, visit):
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=[Arrival(day.case("王芳"), date(2024, 11, 26), jpeg())], source="易拍.zip")
    day.now = at(12, 20)
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/results/", language="en")
    page.get_by_role("radio", name="CHSI download").check()
    page.get_by_label("File", exact=True).set_input_files(workbook("在校生.xlsx", ["XH", "BZ", "ZP"], ["S202401002", "身份核验未通过", "是"], ["S1", "通过", "是"]))
    page.get_by_role("button", name="Look through and import").click()
    expect(page.get_by_role("alert").get_by_text("3: S1")).to_be_visible()
    expect(page.get_by_role("radio", name="CHSI download")).to_be_checked()
    page.get_by_label("File", exact=True).set_input_files(workbook("在校生.xlsx", ["XH", "BZ", "ZP"], ["S202401002", "身份核验未通过", "是"]))
    page.get_by_role("button", name="Look through and import").click()
    expect(page.get_by_text("1 answers taken over, 1 cases opened.")).to_be_visible()
    page = visit("王芳", own(day, "王芳"), width=390)
    expect(page.get_by_role("heading", name="这张照片不能用，必须重新采集")).to_be_visible()
    page = visit("刘老师", f"/registry/photos/{day.campaign.code}/work/")
    page.get_by_label("核实材料").set_input_files(file("说明.jpg", b"no picture"))
    page.get_by_role("button", name="已当面核实").click()
    expect(page.get_by_role("alert").get_by_text("FILE.003")).to_be_visible()
    page.get_by_label("核实材料").set_input_files(file("核验.jpg", jpeg(7)))
    page.get_by_role("button", name="已当面核实").click()
    page.get_by_label("备案号").fill("BA-2024-17")
    page.get_by_role("button", name="登记备案").click()
    page.get_by_role("button", name="登记同意备案").click()
    expect(page.get_by_text("BA-2024-17")).to_be_visible()
    page = visit("王芳", own(day, "王芳"), width=390)
    expect(page.get_by_role("heading", name="必须重新采集")).to_have_count(0)


def test_prints_are_booked_reversed_with_a_reason_and_add_up(day, visit):
    page = visit("王秘书", f"/college/photos/{day.campaign.code}/work/", width=390)

    def book(entry: str, count: str) -> None:
        page.get_by_label("去向").select_option(label=entry)
        page.get_by_label("张数").fill(count)
        page.get_by_role("button", name="登记", exact=True).click()

    book("领取", "80")
    book("用于证书", "81")
    expect(page.get_by_role("alert").get_by_text("PRINT.001")).to_be_visible()
    expect(page.get_by_label("张数")).to_have_value("81")
    book("用于证书", "20")
    entries = page.get_by_role("region", name="全部登记")
    received, used = (entries.get_by_role("listitem").filter(has_text=words) for words in ("领取 80", "用于证书 20"))
    received.get_by_text("冲销 领取 80").click()
    received.get_by_label("冲销的原因").fill("实收 8 张")
    received.get_by_role("button", name="冲销 80 张").click()
    expect(page.get_by_role("alert").get_by_text("PRINT.002")).to_be_visible()
    expect(received.get_by_label("冲销的原因")).to_have_value("实收 8 张")
    used.get_by_text("冲销 用于证书 20").click()
    used.get_by_label("冲销的原因").fill("多登了")
    used.get_by_role("button", name="冲销 20 张").click()
    expect(entries.get_by_role("listitem")).to_have_count(3)
    book("用于证书", "2")
    total = visit("刘老师", f"/registry/photos/{day.campaign.code}/prints/", language="en").get_by_role("row", name="Total")
    assert total.get_by_role("cell").all_inner_texts() == ["80", "2", "0", "0", "78"]


def test_a_reported_student_is_refused_with_a_reason_the_college_reads(day, visit):
    college, registry = f"/college/photos/{day.campaign.code}/work/", f"/registry/photos/{day.campaign.code}/work/"
    page = visit("王秘书", college)
    for number, says in (("S99", "PROOF.013"), ("S202401001", "PROOF.005")):
        page.get_by_label("学号").fill(number)
        page.get_by_label("情况").fill("提前毕业")
        page.get_by_role("button", name="上报").click()
        expect(page.get_by_role("alert").get_by_text(says)).to_be_visible()
        expect(page.get_by_label("学号")).to_have_value(number)
    page.get_by_label("学号").fill("s202401003")
    page.get_by_role("button", name="上报").click()
    expect(page.get_by_text("已上报，等学籍管理审核。")).to_be_visible()
    page = visit("刘老师", registry, language="en", width=390)
    expect(page.get_by_text("By the record as it is:")).to_be_visible()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_role("alert").get_by_text("CAMP.022")).to_be_visible()
    page.get_by_label("Note").fill("预计2027年毕业")
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("refused", exact=True)).to_be_visible()
    expect(visit("王秘书", college).get_by_text("预计2027年毕业")).to_be_visible()


def test_without_script_the_day_is_prepared(day, live_server, browser):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": day.world.client("李明").cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + own(day))
    page.get_by_role("button", name="我已做到：已备好费用").click()
    expect(page.get_by_text("3 项，已做到 1 项")).to_be_visible()
    context.close()
