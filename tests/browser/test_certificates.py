"""N3 part four in real Chromium: numbers to signed-for, proxy, post, archive, exchange, attestation; and anybody's verification."""

import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.apps.certificates.conftest import Office, master_text
from tests.browser.views import EVERY_VIEW

from xueji.certificates.commands.copies import install_seal
from xueji.certificates.commands.disclosures import disclose
from xueji.certificates.commands.places import hand_over, receive_box, send_box
from xueji.certificates.models import Certificate, PrintRun
from xueji.imaging.form_picture import form_picture
from xueji.journal.command import Act
from xueji.records.models import College, StudentRecord
from xueji.records.queries import scope_of
from xueji.stories.portrait import portrait
from xueji.vault.commands import store_file

pytestmark = pytest.mark.django_db(transaction=True)
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def office(world):
    """Two registrars, five students who concluded, with photos; wording confirmed; nothing numbered and no master yet."""
    office = Office(world)
    conclusions = {"李明": "graduation", "王芳": "graduation", "赵强": "graduation", "欧阳静": "upgrade"}
    for n, (name, conclusion) in enumerate(conclusions.items()):
        StudentRecord.objects.filter(person__name=name).update(conclusion=conclusion, graduated_on=date(2024, 6, 30), standing="graduated", college_id="A")
        store_file(world.system(), form_picture(portrait(n)), purpose="photo", scope=scope_of(world.record(name)))
    StudentRecord.objects.filter(person__name="王芳").update(commissioned="directed")
    office.register()
    return office


@pytest.fixture
def desk(office, page: Page, live_server):
    """Opens an address as somebody, in a language, at a width."""

    def opened(address: str, who: str = "", *, language: str = "zh-hans", width: int = 1280) -> Page:
        page.context.clear_cookies()
        cookies = [{"name": "language", "value": language, "url": live_server.url}]
        if who:
            cookies.append({"name": "sessionid", "value": office.world.client(who).cookies["sessionid"].value, "url": live_server.url})
        page.context.add_cookies(cookies)
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


@pytest.fixture
def handed_out(office):
    """李明 signed for the certificate; 王芳's waits for the archive; 欧阳静's for the old one; 赵强's lies at the college."""
    from xueji.certificates.commands.numbers import allocate_numbers
    from xueji.certificates.commands.runs import make_issuer_key

    allocate_numbers(office.first, records=office.records("李明", "王芳", "赵强", "欧阳静"), year=2024)
    make_issuer_key(office.first)
    install_seal(office.first)
    office.approved("graduation")
    office.printed(names=("李明", "王芳", "赵强", "欧阳静"))
    waiting = [c for c in Certificate.objects.select_related("record__person", "record__college") if not c.commissioned]
    box = send_box(office.first, college=College.objects.get(code="A"), certificates=waiting).result
    receive_box(office.world.act("王秘书"), box, counted=3)
    office.paper = next(c for c in waiting if c.record.person.name == "李明")
    hand_over(office.world.act("王秘书"), office.paper, how="screen", signer="李明")
    return office


def test_from_numbers_to_released_and_boxed(office, desk):
    page = desk("/registry/certificates/", "刘老师")
    page.get_by_role("button", name="启用签发密钥和电子签章").click()
    page.get_by_role("link", name="编号、空号、学位编号表").click()
    expect(page.get_by_role("heading", name="学历证书编号：4 名学生待编")).to_be_visible()
    page.get_by_role("button", name="编号", exact=True).click()
    expect(page.get_by_text("编号完成：4 名学生有号。")).to_be_visible()
    page.get_by_role("button", name="编学位号").click()
    expect(page.get_by_role("cell", name="学位证书编号（16 位）").first).to_be_visible()
    page.get_by_text("留空号或作废一个号").click()
    page.get_by_label("空几个号").fill("2")
    page.get_by_label("原因").first.fill("空白证书纸污损")
    page.get_by_role("button", name="留空", exact=True).click()
    expect(page.get_by_role("cell", name="空白证书纸污损")).to_have_count(2)

    page = desk("/registry/certificates/masters/", "刘老师")
    page.get_by_label("模板文件").set_input_files({"name": "m.toml", "mimeType": "text/plain", "buffer": master_text("graduation").encode()})
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="按今天的日期检查").click()
    expect(page.get_by_text("没有问题")).to_be_visible()
    page.get_by_role("button", name="批准").click()
    master = page.url.partition("/registry")[2]
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("alert").get_by_text("MASTER.009")).to_be_visible()
    page = desk(f"/registry{master}", "吴老师")
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_text("已冻结")).to_be_visible()

    StudentRecord.objects.filter(conclusion="upgrade").update(conclusion="graduation")
    for record in StudentRecord.objects.filter(conclusion="graduation").select_related("person"):
        record.person.population = "international"  # filed elsewhere, so that no filing stands in the way of printing
        record.person.save(update_fields=["population"])
    page = desk("/registry/certificates/", "刘老师")
    page.get_by_text("编排新的印制批次").click()
    page.get_by_label("批次名称").fill("2024届毕业证书")
    page.get_by_role("button", name="编排", exact=True).click()
    assert page.get_by_role("alert").all_inner_texts() == []
    expect(page.get_by_role("heading", name="2024届毕业证书")).to_be_visible()
    run = f"/registry{page.url.partition('/registry')[2]}"
    page.get_by_role("button", name="放行").click()
    expect(page.get_by_role("alert").get_by_text("RUN.006")).to_be_visible()
    page.get_by_role("button", name="排印并核对").click()
    page = desk(run, "刘老师")
    expect(page.get_by_text("逐项一致")).to_be_visible()
    page.get_by_role("button", name="样张已看，无误").click()
    page.get_by_role("button", name="放行").click()
    page = desk(run, "吴老师")
    page.get_by_role("button", name="放行").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载印制文件").click()
    assert download.value.suggested_filename.startswith("print-")
    page.get_by_role("button", name="印成，已入库").click()
    assert PrintRun.objects.get().released
    page = desk("/registry/certificates/", "刘老师")
    page.get_by_role("button", name=re.compile("装箱")).first.click()
    page = desk("/college/certificates/", "王秘书")
    page.get_by_label("清点数").fill("9")
    page.get_by_role("button", name="接收").click()
    expect(page.get_by_role("alert").get_by_text("HAND.006")).to_be_visible()
    page.get_by_label("清点数").fill("3")
    page.get_by_role("button", name="接收").click()
    expect(page.get_by_text("已记录。")).to_be_visible()


def test_signed_for_on_the_screen_by_proxy_by_post_and_by_the_archive(handed_out, desk):
    def of(name):
        return f"/college/certificates/{Certificate.objects.get(record__person__name=name).pk}/"

    page = desk(of("赵强"), "王秘书")
    page.get_by_label("本人在这里写下姓名").fill("赵小强")
    page.get_by_role("button", name="我已核对并收到证书").click()
    expect(page.get_by_role("alert").get_by_text("HAND.014")).to_be_visible()
    expect(page.get_by_label("本人在这里写下姓名")).to_have_value("赵小强")
    page.get_by_text("由别人代领").click()
    page.get_by_label("代领人姓名和证件").fill("赵大强 3201")
    page.get_by_label("委托书").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": SCAN})
    page.get_by_role("button", name="登记代领").click()
    expect(page.get_by_text("凭授权代领")).to_be_visible()

    page = desk("/college/certificates/", "王秘书")
    returns = page.get_by_role("group", name="结业证书交回名单")
    returns.get_by_label("证书编号、发证年份").fill("199901202302000007，2023")
    returns.get_by_role("button", name="登记 欧阳静 交回").click()
    page.get_by_role("button", name="交到学籍部门").click()
    expect(page.get_by_role("group", name="结业证书交回名单").get_by_text("已交学籍部门")).to_be_visible()
    page = desk("/registry/certificates/", "刘老师")
    page.get_by_role("button", name="欧阳静 的结业证书已销毁").click()

    page = desk(of("欧阳静"), "王秘书")
    page.get_by_text("邮寄给本人").click()
    page.get_by_label("运单号").fill("EX123456789CN")
    page.get_by_label("已收到本人的邮寄声明").check()
    page.get_by_role("button", name="登记邮寄").click()
    expect(page.get_by_role("heading", name="现在在：邮寄途中")).to_be_visible()
    page.get_by_role("button", name="登记已送达").click()
    expect(page.get_by_role("heading", name="现在在：本人已签收")).to_be_visible()

    page = desk(of("王芳"), "王秘书")
    page.get_by_role("button", name="登记发放封皮").click()
    page = desk("/archive/", "孙档案员")
    page.get_by_role("checkbox", name="王芳").check()
    page.get_by_role("button", name="接收所选").click()
    expect(page.get_by_text("接收 1 份。")).to_be_visible()


def test_a_lost_certificate_leads_to_one_attestation(handed_out, desk):
    page = desk("/student/certificates/", "李明", width=390)
    page.get_by_text("申请学历证明书或硕士阶段学习证明").click()
    page.get_by_label("理由").fill("火车上遗失")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("alert").get_by_text("HAND.009")).to_be_visible()
    expect(page.get_by_label("理由")).to_have_value("火车上遗失")
    page.get_by_label("遗失声明或损坏照片").set_input_files({"name": "loss.pdf", "mimeType": "application/pdf", "buffer": SCAN})
    page.get_by_label("工本费已缴").check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("已提交，学院会审核。")).to_be_visible()
    page = desk("/college/certificates/", "王秘书")
    page.get_by_role("button", name="审核通过").click()
    page = desk("/registry/certificates/", "刘老师")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="2024届毕业证书")).to_be_focused()
    page.get_by_role("button", name="批准 李明 的申请").click()
    page = desk("/verify/")
    page.get_by_label("二维码里的文字").fill(handed_out.paper.statement)
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("status", name="核验结论").get_by_text("学校已吊销这份证书")).to_be_visible()


def test_the_sign_for_sheet_is_ticked_with_the_keyboard(handed_out, desk):
    page = desk("/college/certificates/sheet/A/", "王秘书")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("已选 1 人")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_text("已登记 1 人签收。").or_(page.get_by_role("alert"))).to_be_visible()


def test_the_holder_shows_more_and_a_visitor_sees_exactly_that(handed_out, desk):
    page = desk("/student/certificates/", "李明", width=390)
    page.get_by_text("核验的人能看到什么").click()
    page.get_by_role("checkbox", name="照片").check()
    page.get_by_role("checkbox", name="专业", exact=True).check()
    page.get_by_role("button", name="授权展示").click()
    expect(page.get_by_text("现在还展示：照片、专业")).to_be_visible()
    page = desk("/verify/", language="en", width=390)
    page.get_by_label("The text of the code").fill(handed_out.paper.statement)
    page.get_by_role("button", name="Verify").click()
    photo = page.get_by_role("img", name="Photo of 李明 on the certificate")
    expect(photo).to_be_visible()
    assert photo.evaluate("one => one.naturalWidth") > 100
    said = page.get_by_role("status", name="Verdict")
    expect(said.get_by_text("Major")).to_be_visible()
    expect(said.get_by_text("Date of birth")).to_have_count(0)
    page = desk("/student/certificates/", "李明", width=390)
    page.get_by_role("button", name="全部收回").click()
    expect(page.get_by_text("已收回")).to_be_visible()


@pytest.mark.parametrize(("language", "label", "button", "words"), [
    ("zh-hans", "二维码里的文字", "核验", ("签名真实", "伪造或被改动", "读不出凭证", "不是本校密钥")),
    ("en", "The text of the code", "Verify", ("Signed by the school and unchanged", "Forged or changed", "No statement to read", "Not signed by a key of this school")),
])  # fmt: skip
@pytest.mark.parametrize("width", [390, 1280])
def test_the_public_page_tells_genuine_forged_nothing_and_foreign_apart(handed_out, desk, language, label, button, words, width):
    from xueji.formats.statement import Statement, new_key, sign

    text = handed_out.paper.statement
    forged = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    foreign = sign(Statement(99, "graduation", "19990", "t", "1", "李明", date(2024, 6, 30), "x" * 22), new_key()[0])
    for typed, said in zip((text, forged, handed_out.paper.number.text, foreign), words, strict=True):
        page = desk("/verify/", language=language, width=width)
        page.get_by_label(label).fill(typed)
        page.get_by_role("button", name=button).click()
        status = page.get_by_role("status", name="核验结论" if language == "zh-hans" else "Verdict")
        expect(status).to_contain_text("由学校签发，内容未被改动" if said == "签名真实" else said)
        expect(status.get_by_text("李明")).to_have_count(1 if typed == text else 0)
        assert not Axe().run(page).response["violations"]


def test_a_scanned_address_is_answered_at_once_and_leaves_nothing_in_the_address(handed_out, desk):
    page = desk(f"/verify/#{handed_out.paper.statement.partition('#')[2]}")
    expect(page.get_by_role("status", name="核验结论")).to_contain_text("真实")
    expect(page.get_by_label("二维码里的文字")).to_have_value(re.compile(r"^XJ1\."))
    assert "#" not in page.url
    page.evaluate("location.hash = '#%E0%A4%A'")  # the next code, in the same tab
    expect(page.get_by_role("status", name="核验结论")).to_contain_text("读不出凭证")


@EVERY_VIEW
def test_no_page_of_it_has_anything_for_axe_or_scrolls_sideways(handed_out, desk, language, width):
    office = handed_out
    disclose(Act(office.world.actor("李明"), timezone.now(), "student"), office.paper, items=["photo", "level"], days=30)
    from xueji.certificates.models import Master

    base, paper = "/registry/certificates/", Certificate.objects.get(record__person__name="赵强")
    pages = [
        ("刘老师", base), ("刘老师", f"{base}numbers/"), ("刘老师", f"{base}masters/"), ("刘老师", f"{base}masters/{Master.objects.get().pk}/"), ("刘老师", f"{base}runs/"),
        ("刘老师", f"{base}runs/{PrintRun.objects.get().pk}/"), ("王秘书", "/college/certificates/"), ("王秘书", f"/college/certificates/{paper.pk}/"),
        ("王秘书", f"/college/certificates/{office.paper.pk}/"), ("王秘书", "/college/certificates/sheet/A/"), ("孙档案员", "/archive/"),
        ("李明", "/student/certificates/"), ("", "/verify/"),
    ]  # fmt: skip
    for who, address in pages:
        page = desk(address, who, language=language, width=width)
        found = Axe().run(page).response["violations"]
        assert not found, (address, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_the_kept_offline_page_tells_a_good_statement_from_a_changed_one_without_a_network(handed_out, desk, tmp_path, browser):
    page = desk("/verify/")
    with page.expect_download() as download:
        page.get_by_role("link", name="离线核验页").click()
    kept = tmp_path / "verify.html"
    download.value.save_as(kept)
    text = handed_out.paper.statement
    for width in (390, 1280):
        context = browser.new_context(offline=True, viewport={"width": width, "height": 844})
        alone = context.new_page()
        alone.goto(kept.as_uri())
        for typed, verdict, name in ((text, "valid", 1), (text.replace("XJ1.", "XJ1.A"), "unreadable", 0), (text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:], "forged", 0)):
            alone.get_by_label("二维码里的文字").fill(typed)
            alone.get_by_role("button", name="核验").click()
            alone.wait_for_selector(f"[data-verdict={verdict}]", timeout=5000)
            expect(alone.get_by_role("status").get_by_text("李明", exact=True)).to_have_count(name)
        assert not Axe().run(alone).response["violations"]
        alone.set_viewport_size({"width": 320, "height": 700})
        assert alone.evaluate("document.documentElement.scrollWidth") <= 320
        context.close()
