"""N1 once through in real Chromium: roster, notice, a student at a phone, the college secretary; by role and label, clean for axe."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import Workbook
from playwright.sync_api import Locator, Page, expect
from tests.apps.collection.answers import portrait
from tests.world import N1

from xueji.campaigns.models import Case
from xueji.collection.models import PrintedForm
from xueji.journal.queries import broken_at
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db(transaction=True)

SHOTS = os.environ.get("XUEJI_SHOTS")
"""A folder to keep pictures of what the test saw, for looking at them."""
WAIT = 30_000
"""Milliseconds for a page on a machine that does much else meanwhile; nothing waits so long on an idle one."""
HEADINGS = (
    "学号", "姓名", "性别", "出生日期", "证件类型", "证件号码", "国籍", "民族", "政治面貌", "学院", "班号", "培养层次", "专业代码", "专业名称",
    "学习形式", "入学年级", "入学日期", "预计毕业日期", "学制",
)  # fmt: skip
ROW = (
    "S202401077", "顾小满", "女", "2001-03-05", "居民身份证", "320600200103050021", "中国", "汉族", "共青团员", "计算机学院", "S240101", "硕士研究生",
    "081200", "计算机科学与技术", "全日制", "2024", "2024-09-02", "2027-06-30", "3",
)  # fmt: skip


def roster(number: str = ROW[5]) -> bytes:
    """A roster of one new student; another identity number makes it wrong."""
    book, out = Workbook(), BytesIO()
    book.active.append(HEADINGS)
    book.active.append([number if value == ROW[5] else value for value in ROW])
    book.save(out)
    return out.getvalue()


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


class Walker:
    """One person's browser; every page that is looked at fits its screen, and is clean for axe the first time it is seen."""

    def __init__(self, page: Page, address: str, width: int):
        self.page, self.address, self.width, self.seen = page, address, width, list[str]()
        page.set_default_timeout(WAIT)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, number: str, password: str) -> None:
        page = self.go("/sign-in/")
        page.get_by_label("学号或工号").fill(number)
        page.get_by_label("密码或激活码").fill(password)
        page.get_by_role("button", name="登录").click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def looks(self, heading: str) -> None:
        """The page has this heading, fits its screen, and has nothing for axe."""
        expect(self.page.get_by_role("heading", name=heading).first).to_be_visible()
        self.seen.append(heading)
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{self.width}-{len(self.seen):02d}.png", full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, heading
        if self.seen.count(heading) > 1:
            return
        found = Axe().run(self.page).response["violations"]
        assert not found, (heading, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])


@pytest.fixture
def walker(today, live_server, browser):
    contexts = []

    def arrives(who: str = "", width: int = 1280) -> Walker:
        context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 844})
        contexts.append(context)
        if who:
            session = today.client(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return Walker(context.new_page(), live_server.url, width)

    expect.set_options(timeout=WAIT)
    yield arrives
    expect.set_options(timeout=5_000)
    for context in contexts:
        context.close()


def test_n1_from_the_roster_to_the_signed_form(today, walker, tmp_path):
    _the_registrar_imports_and_opens(walker("刘老师"))
    student = walker(width=390)
    _the_student_gets_an_own_password(student)
    _the_student_fills_in_three_steps(student, tmp_path)
    form = _the_student_prints(student)
    secretary = walker("王秘书")
    _the_secretary_approves_what_waits(secretary)
    _the_secretary_returns_the_form(secretary, form.code)
    _the_student_reads_the_reason_and_prints_again(student)
    newest = PrintedForm.objects.latest("version")
    _the_secretary_receives(secretary, old=form.code, code=newest.code)
    student.go("/student/")
    expect(student.page.get_by_text("已完成").first).to_be_visible()
    student.looks("我的事项")
    assert Case.objects.get(record__student_number="S202401077").stage == State.DONE
    assert broken_at() is None


def _the_registrar_imports_and_opens(registrar: Walker) -> None:
    page = registrar.go("/registry/roster/")
    page.get_by_label("名册文件").set_input_files({"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": roster("320600200103050022")})
    registrar.press("上传并预演")
    expect(page.get_by_text("IDENT.004").first).to_be_visible()
    expect(page.get_by_text("1 行全部被拒绝")).to_be_visible()
    registrar.looks("名册.xlsx")
    page = registrar.go("/registry/roster/")
    page.get_by_label("名册文件").set_input_files({"name": "改好的名册.xlsx", "mimeType": "application/octet-stream", "buffer": roster()})
    registrar.press("上传并预演")
    registrar.press("写入学籍（1 行）")
    page = registrar.go("/registry/notices/open/")
    page.get_by_label("或上传文件").set_input_files(N1)
    registrar.press("校验")
    expect(page.get_by_text("按条件有 5 人；5 个步骤。")).to_be_visible()
    registrar.looks("可以开启")
    registrar.press("开启并通知学生")
    expect(page.get_by_text("通知已开启。已发给 5 人。")).to_be_visible()
    registrar.looks("通知到人")
    registrar.go("/registry/notices/bjut-2024-enrolment/")
    registrar.looks("2024级研究生新生网上基础信息采集")


def _the_student_gets_an_own_password(student: Walker) -> None:
    student.go("/sign-in/")
    student.looks("登录")
    student.sign_in("s202401077", "000000")
    expect(student.page.get_by_text("账号或密码不对。")).to_be_visible()
    student.sign_in("s202401077", "050021")  # N1: the last six of the identity number, the letter in either case
    student.looks("先设一个自己的密码")
    student.page.get_by_label("新密码").fill("050021")
    student.page.get_by_label("再输入一次").fill("050021")
    student.press("保存新密码")
    expect(student.page.get_by_role("alert")).to_contain_text("ACCT.")
    student.page.get_by_label("新密码").fill("harbour-lamp-77")
    student.page.get_by_label("再输入一次").fill("harbour-lamp-77")
    student.press("保存新密码")
    student.looks("我的事项")
    student.page.get_by_role("link", name="消息").click()
    student.page.get_by_role("main").get_by_role("link", name="研通知[2024]53号").click()
    student.press("已知悉")
    student.looks("【东湖理工大学】研通知[2024]53号")


def _the_student_fills_in_three_steps(student: Walker, folder: Path) -> None:
    page = student.go("/student/")
    page.get_by_role("link", name="开始").click()
    page.get_by_label("报到日期").fill("2024-09-02")
    page.get_by_label("住宿方式").select_option(label="校内宿舍")
    page.get_by_label("学费缴纳情况").select_option(label="已缴清")
    student.press("检查并提交")
    student.looks("有 1 项要改，改好才能提交")
    page.get_by_label("宿舍楼和房间").fill("西苑 3 号楼 402")
    student.press("检查并提交")
    student.looks("已提交")
    page.get_by_role("link", name="下一步：个人信息修改").click()
    page.get_by_label("手机号").fill("1380000123")
    (folder / "me.jpg").write_bytes(portrait(900, 1200))
    page.get_by_label("登记照片").set_input_files(folder / "me.jpg")
    student.press("检查并提交")
    expect(page.get_by_text("项没有填。")).to_be_visible()
    expect(page.get_by_role("img", name="你上传的登记照片")).to_be_visible()
    student.looks("个人信息修改")
    texts = {"手机号": "13800001234", "电子邮箱": "gu@example.edu.cn", "籍贯": "江苏省南通市", "出生地": "江苏省南通市", "户口所在地": "江苏省南通市崇川区",
             "家庭住址": "濠南路 18 号", "邮政编码": "226001", "紧急联系人电话": "13800005678"}  # fmt: skip
    for label, value in texts.items():
        _field(page, label).fill(value)
    _field(page, "紧急联系人").fill("顾强")
    choices = {"政治面貌": "中共党员", "婚姻状况": "未婚", "健康状况": "健康或良好", "与紧急联系人的关系": "父亲"}
    for label, word in choices.items():
        _choose(page, label, word)
    student.press("检查并提交")
    student.looks("已提交")
    expect(page.get_by_text("政治面貌改后待审，批准前沿用原值。")).to_be_visible()
    page.get_by_role("link", name="下一步：研究生入学登记").click()
    _choose(page, "前置学历层次", "本科")
    _choose(page, "前置学位", "学士")
    texts = {"前置学历毕业院校": "江淮大学", "前置学历专业": "计算机", "前置学历毕业年月": "2024-06", "前置学历证书编号": "103501202405000123",
             "前置学位证书编号": "1035042024000123"}  # fmt: skip
    for label, value in texts.items():
        _field(page, label).fill(value)
    student.press("添加一行：教育与工作经历")
    rows = page.get_by_role("group", name="第 1 行").first, page.get_by_role("group", name="第 2 行")
    for row, cells in zip(rows, (("2017-09", "2020-06", "南通三中", "学生"), ("2020-09", "2024-06", "江淮大学", "计算机")), strict=True):
        for label, value in zip(("起始年月", "结束年月", "学校或单位", "所学专业或职务"), cells, strict=True):
            _field(row, label).fill(value)
    family = page.get_by_role("group", name="第 1 行").last
    _field(family, "姓名").fill("顾强")
    student.press("检查并提交")
    expect(page.get_by_text("家庭主要成员第 1 行缺关系。").first).to_be_visible()
    student.looks("研究生入学登记")
    _choose(family, "关系", "父亲")
    _field(family, "工作单位").fill("南通纺织")
    _field(family, "电话").fill("13800005678")
    student.press("检查并提交")
    student.looks("已提交")


def _the_student_prints(student: Walker) -> PrintedForm:
    page = student.go("/student/")
    student.looks("我的事项")
    page.get_by_role("link", name="打印").first.click()
    student.looks("打印登记表（学籍表）")
    with page.expect_download() as download:
        student.press("下载登记表（PDF）")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    return PrintedForm.objects.latest("version")


def _the_secretary_approves_what_waits(secretary: Walker) -> None:
    page = secretary.go("/college/")
    page.get_by_role("link", name="更正", exact=True).click()
    secretary.looks("更正审核")
    page.get_by_role("link", name="顾小满").click()
    secretary.looks("顾小满")
    secretary.press("同意")
    expect(page.get_by_text("已同意：顾小满的政治面貌。")).to_be_visible()


def _the_secretary_returns_the_form(secretary: Walker, code: str) -> None:
    page = secretary.go("/college/receive/")
    page.get_by_label("登记表校验码").fill("ABCDEFGHJK")
    secretary.press("收表")
    expect(page.get_by_text("COLL.006")).to_be_visible()
    page.get_by_label("登记表校验码").fill(code)
    page.get_by_label("登记表校验码").press("Enter")
    expect(page.get_by_text("没有收下")).to_be_visible()  # the approval changed the record after the form was printed
    secretary.looks("收表")
    page = secretary.go(f"/college/receive/{code}/return/")
    secretary.press("退回")
    secretary.looks("退回顾小满的登记表")
    page.get_by_role("textbox").last.fill("政治面貌已更新，请重新打印并签字。")
    secretary.press("退回")
    expect(page.get_by_text("已退回顾小满的登记表，学生能看到原因。")).to_be_visible()
    page = secretary.go("/college/bjut-2024-enrolment/")
    secretary.looks("2024级研究生新生网上基础信息采集")
    page.get_by_role("checkbox", name="选择 李明").check()
    secretary.press("提醒")
    secretary.looks("提醒 1 人")
    secretary.press("发出提醒")
    expect(page.get_by_text("已提醒 1 人。")).to_be_visible()


def _the_student_reads_the_reason_and_prints_again(student: Walker) -> None:
    page = student.go("/student/")
    expect(page.get_by_text("政治面貌已更新，请重新打印并签字。").first).to_be_visible()
    student.looks("我的事项")
    page.get_by_role("link", name="打印").first.click()
    with page.expect_download():
        student.press("下载登记表（PDF）")


def _the_secretary_receives(secretary: Walker, *, old: str, code: str) -> None:
    page = secretary.go("/college/receive/")
    for typed, answer in ((old, "COLL.007"), (f"http://127.0.0.1:8000/f/{code}", "已收表"), (code, "已经收过了")):
        page.get_by_label("登记表校验码").fill(typed)
        page.get_by_label("登记表校验码").press("Enter")
        expect(page.get_by_role("status").get_by_text(answer)).to_be_visible()
    secretary.looks("收表")


def _field(within: Page | Locator, label: str) -> Locator:
    """The control with this label, whether or not 可不填 stands behind it."""
    return within.get_by_label(re.compile(rf"^{label}(\s+可不填)?$"))


def _choose(within: Page | Locator, label: str, word: str) -> None:
    control = _field(within, label)
    control.select_option(value=control.get_by_role("option").filter(has_text=word).first.get_attribute("value"))
