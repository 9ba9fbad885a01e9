"""The student's desk without a browser: what each page says, to whom, and what it does with what is sent."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.apps.collection.answers import ENROLMENT, PERSONAL, SEMESTER, portrait
from tests.world import SHANGHAI

from xueji.campaigns.commands import extend_case
from xueji.collection.models import Draft, Submission
from xueji.corrections.models import Correction
from xueji.imaging.models import missing_models
from xueji.records.queries import value_of
from xueji.rules.findings import finding
from xueji.rules.photo_profile import load_profile
from xueji.rules.photo_verdict import not_examined

CLOSES = datetime(2024, 9, 10, 17, 0, tzinfo=SHANGHAI)

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def desk(world, clock):
    return Desk(world)


class Desk:
    """李明 (or another) at a phone without JavaScript."""

    def __init__(self, world, name="李明", language="zh-hans"):
        self.world, self.client, self.case = world, world.client(name, language), world.case_of(name)

    def at(self, step, more=""):
        return f"/student/cases/{self.case.pk}/steps/{step}/{more}"

    def get(self, step):
        return self.client.get(self.at(step))

    def send(self, step, values, action="submit", **more):
        return self.client.post(self.at(step), {**flat(values), "action": action, **self.page(step), **more})

    def page(self, step):
        text = self.get(step).content.decode()
        return dict(re.findall(r'<input type="hidden" name="(page|base)" value="([^"]*)"', text))

    def type(self, step, values, **page):
        return self.client.post(self.at(step, "draft/"), {**flat(values), **page})

    def finish(self):
        assert self.send("semester", SEMESTER).status_code == 302
        assert self.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("我.jpg", portrait())).status_code == 302
        assert self.send("personal", PERSONAL).status_code == 302
        assert self.send("enrolment", ENROLMENT).status_code == 302


def flat(values):
    """Values as a browser sends them: cells of tables by table.row.column."""
    sent = {}
    for key, value in values.items():
        if isinstance(value, list):
            sent |= {f"{key}.{number}.{column}": cell for number, row in enumerate(value, 1) for column, cell in row.items()}
        else:
            sent[key] = value
    return sent


def text(response):
    return response.content.decode()


def note(page):
    """What is said about the uploaded picture."""
    return re.search(r'<div class="sub" role="note".*?</div>', page, re.DOTALL)[0]


def test_home_says_what_until_when_what_is_missing_why_and_whom_to_ask(desk):
    page = text(desk.client.get("/student/"))
    assert "现在要做：学期注册" in page and "还剩 5 天" in page and "17:00" in page
    assert "报到日期、住宿方式" in page
    assert "王秘书" in page and "信息楼 B205" in page
    assert "为什么我在名单里？" in page and "2024" in page


def test_home_in_english_says_that_the_chinese_prevails(world, clock):
    page = text(Desk(world, "SCHMIDT ANNA", "en").client.get("/student/"))
    assert "To do now: Semester registration" in page and "Where the two differ, the Chinese text prevails." in page
    assert not re.search(r"[\u4e00-\u9fff]{6,}", re.sub(r"(?s)<header.*?</header>", "", page))


def test_a_student_outside_every_notice_has_nothing_to_do(world, clock):
    assert world.campaign
    assert "现在没有要办的事项" in text(world.client("欧阳静").get("/student/"))


def test_the_case_page_is_the_guide_with_contacts(desk):
    page = text(desk.client.get(f"/student/cases/{desk.case.pk}/"))
    assert "操作说明" in page and "常宝英" in page and "67392380" in page and "注意事项" in page


def test_the_form_shows_what_cannot_be_changed_and_why(desk):
    desk.send("semester", SEMESTER)
    page = text(desk.get("personal"))
    assert "李明" in page and "3206**********001X" in page and "32060020020506001X" not in page
    for badge in ("不可修改", "可直接改", "改后待审", "凭材料更正"):
        assert badge in page
    assert "/student/corrections/new/name/" in page
    assert 'name="name"' not in page and 'name="id_number"' not in page


def test_submitting_leads_to_a_receipt_that_can_be_opened_again(desk):
    answer = desk.send("semester", SEMESTER)
    receipt = desk.client.get(answer.headers["Location"])
    digest = Submission.objects.get().digest
    assert digest in text(receipt) and "下一步：个人信息修改" in text(receipt)
    assert text(desk.client.get(answer.headers["Location"])).count(digest) == 1
    assert digest not in text(desk.client.get("/student/receipts/")) and "第 1 次" in text(desk.client.get("/student/receipts/"))


def test_every_mistake_is_named_at_once_with_a_link_to_its_field(desk):
    answer = desk.send("semester", {**SEMESTER, "dormitory": "", "arrived_on": "昨天"})
    page = text(answer)
    assert answer.status_code == 422
    assert "有 2 项要改，改好才能提交" in page
    assert 'href="#id_dormitory"' in page and 'href="#id_arrived_on"' in page
    assert 'value="昨天"' in page, "what was typed stays"
    assert page.count('aria-invalid="true"') == 2


def test_a_mistake_in_a_row_links_to_its_cell(desk):
    desk.send("semester", SEMESTER)
    desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait()))
    desk.send("personal", PERSONAL)
    page = text(desk.send("enrolment", {**ENROLMENT, "family": [{"relation": "51", "name": "李明"}]}))
    assert 'href="#id_family.1.name"' in page and 'id="id_family.1.name"' in page


def test_a_draft_is_kept_by_the_button_and_resumed_on_another_device(desk, world):
    desk.send("semester", {"dormitory": "西苑 9"}, "save")
    assert 'value="西苑 9"' in text(Desk(world).get("semester"))
    assert "上次保存" in text(desk.client.get("/student/"))


def test_a_draft_is_kept_while_typing_and_answers_one_line(desk):
    answer = desk.type("semester", {"dormitory": "西苑 9"}, page="phone", base="0")
    assert (answer.status_code, answer.headers["Content-Type"], text(answer)) == (200, "text/plain; charset=utf-8", "10:00 已存")


def test_two_devices_are_both_kept_and_compared(desk, world):
    desk.type("semester", {"dormitory": "电话"}, page="phone", base="0")
    answer = desk.type("semester", {"dormitory": "电脑"}, page="desk", base="0")
    assert answer.status_code == 409 and "另一台设备" in text(answer)
    page = text(desk.get("semester"))
    assert "有两份草稿" in page and "电脑" in page and 'value="电话"' in page
    assert desk.send("semester", {}, "choose:aside").status_code == 302
    assert 'value="电脑"' in text(desk.get("semester"))
    assert "有两份草稿" not in text(desk.get("semester"))


def test_submitting_over_a_newer_draft_of_another_device_is_refused_and_nothing_is_lost(desk):
    desk.type("semester", {"dormitory": "电话"}, page="phone", base="0")
    answer = desk.client.post(desk.at("semester"), {**SEMESTER, "action": "submit", "page": "desk", "base": "0"})
    assert answer.status_code == 409 and "COLL.002" in text(answer) and "有两份草稿" in text(answer)
    assert {draft.slot for draft in Draft.objects.all()} == {"current", "aside"}


def test_what_was_still_being_saved_when_the_form_was_sent_back_is_not_another_devices(desk):
    old = desk.page("semester")
    refused = desk.client.post(desk.at("semester"), {**SEMESTER, "dormitory": "", "action": "submit", **old})
    assert refused.status_code == 422
    again = dict(re.findall(r'<input type="hidden" name="(page|base)" value="([^"]*)"', text(refused)))
    assert desk.type("semester", {**SEMESTER, "dormitory": ""}, **old).status_code == 200
    assert desk.client.post(desk.at("semester"), {**SEMESTER, "action": "submit", **again}).status_code == 302


def test_rows_are_added_and_removed_without_javascript(desk):
    desk.send("semester", SEMESTER)
    desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait()))
    desk.send("personal", PERSONAL)
    family = {"family": [{"relation": "51", "name": "李强"}]}
    answer = desk.send("enrolment", family, "add:family")
    assert answer.headers["Location"].endswith("#id_family")
    assert 'name="family.2.name"' in text(desk.get("enrolment"))
    desk.send("enrolment", {"family": [{"name": "李强"}, {"name": "陈静"}]}, "remove:family:1")
    page = text(desk.get("enrolment"))
    assert 'value="陈静"' in page and 'name="family.2.name"' not in page


@pytest.mark.parametrize(
    "action", ["add:nonsense", "remove:family:x", "remove::", "remove:family:99", "dance", "photo:dormitory", "choose:aside"]
)
def test_a_button_that_is_not_there_does_no_harm(desk, action):
    assert desk.send("semester", {"dormitory": "西苑 9"}, action).status_code in (302, 422)
    assert "西苑 9" in text(desk.get("semester")) or action == "photo:dormitory" or action == "choose:aside"


@pytest.mark.parametrize(("page", "base"), [("x" * 500, "0"), ("", ""), ("a", "-1"), ("a", "9" * 40), ("a", "一"), ("a", "²"), ("a\0b", "1\0")])
def test_strange_hidden_values_do_no_harm(desk, page, base):
    assert desk.type("semester", {"dormitory": "西苑 9"}, page=page, base=base).status_code == 200


def test_the_photo_is_shown_to_its_owner_and_to_nobody_else(desk, world):
    desk.send("semester", SEMESTER)
    answer = desk.send(
        "personal", {"mobile": "13800001234"}, "photo:form_photo", form_photo=SimpleUploadedFile("a.png", portrait(900, 1200, "PNG"))
    )
    assert answer.headers["Location"].endswith("#id_form_photo")
    page = text(desk.get("personal"))
    assert 'value="13800001234"' in page, "what was typed beside the photo stays"
    address = re.search(r'<img class="photo" src="([^"]+)"', page)[1]
    picture = desk.client.get(address)
    assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/jpeg"
    assert world.client("王芳").get(address).status_code == 404


@pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")
def test_the_photo_rules_give_hints_and_never_stop_the_form(desk, world):
    desk.send("semester", SEMESTER)
    grey = BytesIO()
    Image.new("RGB", (480, 640), (150, 150, 150)).save(grey, "JPEG")
    answer = desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", grey.getvalue()))
    assert answer.status_code == 302
    hint = note(text(desk.get("personal")))
    assert finding("PHOTO.030").message.zh in hint and finding("PHOTO.030").remedy.zh in hint and "不影响提交" in hint
    assert finding("PHOTO.030").message.en in note(text(world.client("李明", "en").get(desk.at("personal"))))
    assert desk.send("personal", PERSONAL).status_code == 302
    assert Submission.objects.filter(step="personal").count() == 1


@pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")
def test_the_hints_of_a_picture_are_worked_out_once(desk, monkeypatch):
    desk.send("semester", SEMESTER)
    desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait()))
    first = note(text(desk.get("personal")))
    monkeypatch.setattr("xueji.collection.photo_hints.judge_photo", lambda *_: pytest.fail("judged again"))
    assert note(text(desk.get("personal"))) == first


def test_a_photo_is_said_to_be_unchecked_where_the_nets_are_missing(desk, monkeypatch):
    monkeypatch.setattr("xueji.collection.photo_hints.judge_photo", lambda *_: not_examined(load_profile("form-photo"), "models_missing"))
    desk.send("semester", SEMESTER)
    assert desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait())).status_code == 302
    assert "没有检查" in note(text(desk.get("personal")))
    assert desk.send("personal", PERSONAL).status_code == 302


def test_a_file_that_is_no_picture_says_so_beside_the_field(desk):
    desk.send("semester", SEMESTER)
    answer = desk.send("personal", {}, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>"))
    assert answer.status_code == 422 and "COLL.003" in text(answer)
    assert "COLL.005" in text(desk.send("personal", {}, "photo:form_photo"))


def test_a_chosen_picture_goes_with_the_submission_without_its_own_button(desk):
    desk.send("semester", SEMESTER)
    answer = desk.send("personal", PERSONAL, form_photo=SimpleUploadedFile("a.jpg", portrait()))
    assert answer.status_code == 302 and Submission.objects.filter(step="personal").count() == 1


def test_a_chosen_picture_stays_when_something_else_is_wrong(desk):
    desk.send("semester", SEMESTER)
    page = text(desk.send("personal", {**PERSONAL, "mobile": "1380000123"}, form_photo=SimpleUploadedFile("a.jpg", portrait())))
    assert "有 1 项要改" in page and 'class="photo"' in page
    assert desk.send("personal", PERSONAL).status_code == 302


def test_a_refused_picture_is_named_together_with_everything_else(desk):
    desk.send("semester", SEMESTER)
    answer = desk.send("personal", {**PERSONAL, "mobile": "1380000123"}, form_photo=SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>"))
    page = text(answer)
    assert answer.status_code == 422 and "COLL.003" in page and "1380000123" in page and 'href="#id_mobile"' in page
    assert "没有填登记照片" not in page


def test_nothing_is_submitted_with_a_refused_picture_even_when_an_earlier_one_is_there(desk):
    desk.send("semester", SEMESTER)
    desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait()))
    answer = desk.send("personal", PERSONAL, form_photo=SimpleUploadedFile("a.jpg", b"no"))
    assert answer.status_code == 422 and not Submission.objects.filter(step="personal").exists()


def test_many_empty_fields_are_one_message_with_a_link_each(desk):
    desk.send("semester", SEMESTER)
    page = text(desk.send("personal", {"mobile": "1380000123"}))
    assert page.count("FIELD.001</span><b>") == 1 and 'href="#id_native_place">籍贯</a>' in page
    assert 'href="#id_mobile">去修改' in page


def test_a_field_that_depends_on_another_is_not_called_optional(desk):
    page = text(desk.get("semester"))
    dormitory = page[page.index('for="id_dormitory"') : page.index('id="id_dormitory"')]
    assert "可不填" not in dormitory and "“住宿方式”为“校内宿舍”时必填。" in page
    assert "可不填" in page[page.index('for="id_insurance"') : page.index('id="id_insurance"')]


def test_the_last_second_is_in_time(desk, clock):
    hidden = desk.page("semester")
    clock(CLOSES - timedelta(seconds=1))
    assert desk.client.post(desk.at("semester"), {**SEMESTER, "action": "submit", **hidden}).status_code == 302


def test_a_second_late_is_refused_and_what_was_typed_is_kept_and_shown(desk, clock):
    hidden = desk.page("semester")
    clock(CLOSES)
    answer = desk.client.post(desk.at("semester"), {**SEMESTER, "action": "submit", **hidden})
    page = text(answer)
    assert answer.status_code == 409 and "TIME.002" in page and "王秘书" in page
    assert "西苑 3 号楼 402" in page and "已留存，没有提交" in page and '<form method="post" action="' + desk.at("semester") not in page
    assert not Submission.objects.exists() and value_of(desk.world.record("李明"), "lodging") == ""
    again = text(desk.get("semester"))
    assert "西苑 3 号楼 402" in again and "现在不能填写" in again


def test_what_came_too_late_stands_in_the_form_again_when_an_extension_opens_it(desk, world, clock):
    desk.send("semester", {**SEMESTER, "dormitory": "早存的"}, "save")
    clock(CLOSES)
    desk.send("semester", {**SEMESTER, "dormitory": "晚了一秒的"}, "submit")
    extend_case(world.act("王秘书", at=CLOSES), desk.case, until=CLOSES + timedelta(days=2), reason="住院")
    clock(CLOSES + timedelta(hours=1))
    assert 'value="晚了一秒的"' in text(desk.get("semester")), "nothing that was typed is lost"
    desk.send("semester", {**SEMESTER, "dormitory": "延期以后的"}, "save")
    assert 'value="延期以后的"' in text(desk.get("semester"))


def test_saving_late_is_refused_in_one_line_too(desk, clock):
    clock(CLOSES)
    answer = desk.type("semester", {"dormitory": "西苑 9"}, page="a", base="0")
    assert answer.status_code == 409 and "都留着，没有丢" in text(answer)
    assert desk.send("semester", {"dormitory": "西苑 9"}, "save").status_code == 409
    assert desk.send("semester", {"dormitory": "西苑 9"}, "add:family").status_code in (302, 409)


def test_a_step_before_its_turn_is_closed_and_says_what_comes_first(desk):
    page = text(desk.get("personal"))
    assert "TIME.003" in page and "学期注册" in page and 'name="mobile"' not in page
    assert desk.send("personal", PERSONAL).status_code == 409
    assert desk.type("personal", PERSONAL, page="a", base="0").status_code == 409


def test_a_change_that_needs_approval_becomes_a_request_and_the_old_value_stands(desk):
    desk.send("semester", SEMESTER)
    desk.send("personal", PERSONAL, "photo:form_photo", form_photo=SimpleUploadedFile("a.jpg", portrait()))
    answer = desk.send("personal", {**PERSONAL, "political_status": "01"})
    assert "政治面貌改后待审" in text(desk.client.get(answer.headers["Location"]))
    made = Correction.objects.get()
    assert (made.old, made.new, made.stage, made.origin) == ("03", "01", "at_college", "step")
    assert "已提出改为“中共党员”" in text(desk.get("personal"))
    assert desk.send("personal", {**PERSONAL, "political_status": "01"}).status_code == 302
    assert Correction.objects.count() == 1, "the same wish is asked once"


def test_the_form_is_downloaded_and_its_code_can_be_proved(desk, world):
    desk.finish()
    page = f"/student/cases/{desk.case.pk}/print/print/"
    assert "下载登记表" in text(desk.client.get(page))
    answer = desk.client.post(f"{page}form.pdf")
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    shown = text(desk.client.get(page))
    code = re.search(r"<dd class=\"num\">([0-9A-Z]{10})</dd>", shown)[1]
    stranger = text(world.client().get(f"/f/{code}/"))
    assert "这是最新版本" in stranger and "李明" not in stranger and "S202401001" not in stranger
    assert "李明" in text(world.client("王秘书").get(f"/f/{code}/"))
    assert "李明" not in text(world.client("赵秘书").get(f"/f/{code}/"))
    assert world.client().get("/f/0000000000/").status_code == 404


def test_printing_late_is_refused_on_the_page_and_by_the_button(desk, clock):
    desk.finish()
    clock(CLOSES)
    page = f"/student/cases/{desk.case.pk}/print/print/"
    assert "现在不能打印" in text(desk.client.get(page)) and "下载登记表" not in text(desk.client.get(page))
    assert desk.client.post(f"{page}form.pdf").status_code == 409
    assert desk.client.get(f"{page}form.pdf").status_code == 405


def test_what_is_not_mine_does_not_exist(desk, world):
    desk.send("semester", SEMESTER)
    where = [
        f"/student/cases/{desk.case.pk}/", desk.at("semester"), f"/student/cases/{desk.case.pk}/print/print/",
        f"/student/receipts/{desk.case.pk}/semester/1/", "/student/corrections/" + str(uuid4()) + "/",
    ]  # fmt: skip
    for name in ("王芳", "王秘书", "刘老师"):
        for address in where:
            assert world.client(name).get(address).status_code == 404, (name, address)
    assert world.client("王芳").post(desk.at("semester", "draft/"), SEMESTER).status_code == 404
    assert world.client().get("/student/").status_code == 302


@pytest.mark.parametrize("address", ["steps/print/", "steps/nothing/", "print/semester/", "print/nothing/"])
def test_a_step_that_does_not_exist_is_not_found(desk, address):
    assert desk.client.get(f"/student/cases/{desk.case.pk}/{address}").status_code == 404


def test_a_receipt_that_does_not_exist_is_not_found(desk):
    assert desk.client.get(f"/student/receipts/{desk.case.pk}/semester/1/").status_code == 404


def queries(client, address, count):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    assert len(seen) <= count, "\n".join(one["sql"][:160] for one in seen)
    return len(seen)


def test_the_first_page_asks_the_database_a_fixed_number_of_times(desk):
    before = queries(desk.client, "/student/", 20)
    desk.finish()
    assert queries(desk.client, "/student/", 20) <= before + 1


def test_the_form_asks_the_database_a_fixed_number_of_times(desk):
    before = queries(desk.client, desk.at("semester"), 20)
    desk.send("semester", SEMESTER)
    assert queries(desk.client, desk.at("semester"), 20) <= before + 1


def test_the_lists_ask_no_more_often_with_more_rows(desk):
    desk.send("semester", SEMESTER)
    one = queries(desk.client, "/student/receipts/", 12)
    for room in ("1", "2"):
        desk.send("semester", {**SEMESTER, "dormitory": room})
    assert queries(desk.client, "/student/receipts/", 12) == one
