"""The registry's pages without JavaScript: opening, watching, supplementing, extending, closing, looking up."""

import io

import pytest
from openpyxl import load_workbook
from tests.world import N1

from xueji.accounts.models import Account
from xueji.campaigns import queries
from xueji.campaigns.models import Campaign
from xueji.journal.models import Event
from xueji.notify.models import Delivery, Message
from xueji.notify.terms import Kind
from xueji.records.models import StudentRecord

pytestmark = pytest.mark.django_db
TEXT = N1.read_text("utf-8")


@pytest.fixture
def registrar(world):
    return world.client("刘老师")


def page(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_notice_is_validated_then_opened(world, registrar):
    seen = page(registrar.post("/registry/notices/open/", {"text": TEXT, "validate": "1"}))
    assert "按条件有 4 人" in seen and not Campaign.objects.exists()
    assert registrar.post("/registry/notices/open/", {"text": TEXT, "open": "1"}).headers["Location"].endswith("bjut-2024-enrolment/told/")


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


def reached(kind):
    return sorted(Delivery.objects.filter(way="app", message__kind=kind).values_list("account__name", flat=True))


EVERYBODY = sorted(["李明", "王芳", "赵强", "SCHMIDT ANNA"])


def test_opening_tells_everybody_at_once_and_shows_whom_it_reached(today):
    seen = page(today.client("刘老师").post("/registry/notices/open/", {"text": TEXT, "open": "1"}, follow=True))
    assert "通知已开启。已发给 4 人。" in seen and "各学院送达情况" in seen
    assert reached(Kind.NOTICE) == EVERYBODY


def test_a_large_audience_is_told_in_the_background(today, monkeypatch):
    monkeypatch.setattr("xueji.desks.registry.telling.AT_ONCE", 3)
    seen = page(today.client("刘老师").post("/registry/notices/open/", {"text": TEXT, "open": "1"}, follow=True))
    assert "正在后台通知 4 名学生" in seen and reached(Kind.NOTICE) == EVERYBODY


def test_a_notice_that_concerns_nobody_yet_opens_and_says_so(today):
    StudentRecord.objects.update(intake_year=2019)
    seen = page(today.client("刘老师").post("/registry/notices/open/", {"text": TEXT, "open": "1"}, follow=True))
    assert "通知已开启。" in seen and "没有收件人。" in seen and not Message.objects.exists()


def test_a_supplement_goes_to_everybody_too(today):
    registrar, code = today.client("刘老师"), today.campaign.code
    seen = page(registrar.post(f"/registry/notices/{code}/supplement/", {"text": TEXT + "\n#\n", "reason": "更正"}, follow=True))
    assert "补充通知已发布。已发给 4 人。" in seen and reached(Kind.SUPPLEMENT) == EVERYBODY
    seen = page(registrar.post(f"/registry/notices/{code}/supplement/", {"text": TEXT + "\n#\n", "reason": "更正"}, follow=True))
    assert "没有发布新版本" in seen and Message.objects.count() == 1


def test_who_joins_the_list_later_is_told_and_nobody_else_again(today):
    registrar, code = today.client("刘老师"), today.campaign.code
    registrar.post(f"/registry/notices/{code}/told/")
    today.enrol("孙悦", "S202401009", "A", id_number="320600200205060052")
    assert "新增 1 人，移出 0 人。已发给 1 人。" in page(registrar.post(f"/registry/notices/{code}/follow/", follow=True))
    assert reached(Kind.NOTICE) == sorted([*EVERYBODY, "孙悦"])


def test_a_notice_that_is_over_is_not_announced(world, registrar):
    code = world.campaign.code
    world.enrol("孙悦", "S202401009", "A", id_number="320600200205060052")
    assert "新增 1 人" in page(registrar.post(f"/registry/notices/{code}/follow/", follow=True))
    assert not Message.objects.exists()


@pytest.mark.parametrize("at_once", [400, 1])
def test_a_college_hears_of_its_later_end_but_nobody_who_is_finished(today, monkeypatch, at_once):
    monkeypatch.setattr("xueji.desks.registry.telling.AT_ONCE", at_once)
    type(today.case_of("王芳")).objects.filter(record__person__name="王芳").update(stage="done")
    values = {"college": "A", "until": "2024-09-12T17:00", "reason": "停电", "step": ""}
    seen = page(today.client("刘老师").post(f"/registry/notices/{today.campaign.code}/extend/", values, follow=True))
    assert ("已通知 2 名未完成的学生" if at_once == 400 else "正在后台通知 3 名学生") in seen
    assert reached(Kind.EXTENSION) == ["SCHMIDT ANNA", "李明"]
    assert "2024年9月12日（周四）17:00" in Message.objects.get().subject.zh


def test_every_mistake_is_shown_with_its_line_and_what_was_typed_stays(registrar):
    bad = TEXT.replace("group:term", "shoe_size").replace('kind      = "enrolment"', 'kind = "party"')
    seen = page(registrar.post("/registry/notices/open/", {"text": bad, "open": "1"}))
    assert "CAMP.017" in seen and "CAMP.006" in seen and "line " in seen and "shoe_size" in seen


def _again(file):
    file.seek(0)
    return file


def test_a_typed_notice_and_an_uploaded_one_are_the_same(world, registrar):
    registrar.post("/registry/notices/open/", {"text": TEXT.replace("\n", "\r\n"), "open": "1"})
    assert queries.versions_of(Campaign.objects.get()).first().text == TEXT


def test_a_notice_may_come_as_a_file_and_a_wrong_file_gets_a_sentence(registrar):
    file = io.BytesIO(TEXT.encode())
    file.name = "n1.toml"
    assert "按条件有" in page(registrar.post("/registry/notices/open/", {"file": file, "validate": "1"}))
    kept = registrar.post("/registry/notices/open/", {"file": _again(file), "validate": "1"}).context["form"]["text"].value()
    assert kept == TEXT, "the file is not asked for a second time"
    wrong = io.BytesIO(b"\xff\xfe\x00")
    wrong.name = "n1.toml"
    assert "UTF-8" in page(registrar.post("/registry/notices/open/", {"file": wrong, "validate": "1"}))
    assert "请输入通知的声明" in page(registrar.post("/registry/notices/open/", {"text": " ", "validate": "1"}))


def test_activation_codes_are_shown_once_to_be_printed(world, registrar):
    StudentRecord.objects.filter(person__name="李明").update(account=None)
    Account.objects.filter(username="S202401001").delete()
    text = TEXT.replace('"document_suffix"', '"activation_code"')
    answer = registrar.post("/registry/notices/open/", {"text": text, "open": "1"})
    assert "S202401001" in page(answer) and answer.headers["Cache-Control"] == "no-store"


def test_the_overview_and_the_notice_show_everybody_by_college_class_and_person(world, registrar):
    code = world.campaign.code
    seen = page(registrar.get(f"/registry/notices/{code}/"))
    assert "计算机学院" in seen and "化学与化工学院" in seen and "应完成 4 人" in seen
    assert "S240101" in page(registrar.get(f"/registry/notices/{code}/A/"))
    assert "王芳" in page(registrar.get(f"/registry/notices/{code}/A/S240101/"))
    assert registrar.get(f"/registry/notices/{code}/ZZ/").status_code == 404
    assert registrar.get("/registry/notices/nothing/").status_code == 404
    assert "研通知[2024]53号" in page(registrar.get("/registry/notices/"))
    Campaign.objects.update(closes="2099-01-01T00:00:00Z")
    assert "各学院" in page(registrar.get("/registry/"))


def test_the_pages_speak_english_too(world):
    client = world.client("刘老师", language="en")
    seen = page(client.get(f"/registry/notices/{world.campaign.code}/"))
    assert "Online basic information collection" in seen and "Where the two differ, the Chinese text prevails" in seen


def test_a_college_is_given_a_later_end(world, registrar):
    address = f"/registry/notices/{world.campaign.code}/extend/"
    values = {"college": "A", "until": "2024-09-12T17:00", "reason": "停电", "step": ""}
    refused = registrar.post(address, values | {"until": "2024-09-09T17:00"})
    assert refused.status_code == 422 and "CAMP.023" in refused.content.decode() and "停电" in refused.content.decode()
    garbled = registrar.post(address, values | {"until": "tomorrow"})
    assert garbled.status_code == 422 and "2024-09-12 17:00" in garbled.content.decode()


def test_a_supplement_needs_a_reason(world, registrar):
    address = f"/registry/notices/{world.campaign.code}/supplement/"
    assert "CAMP.022" in page(registrar.post(address, {"text": TEXT + "\n#\n", "reason": ""}))
    assert registrar.post(address, {"text": TEXT + "\n#\n", "reason": "更正"}).status_code == 302
    assert queries.campaign_of(world.campaign.code).version == 2
    assert page(registrar.get(f"/registry/notices/{world.campaign.code}/text/1/")) == TEXT
    assert registrar.get(f"/registry/notices/{world.campaign.code}/text/9/").status_code == 404


def test_closing_needs_a_reason(world, registrar):
    Campaign.objects.filter(pk=world.campaign.pk).update(closes="2099-01-01T00:00:00Z")
    address = f"/registry/notices/{world.campaign.code}/close/"
    assert registrar.post(address, {"reason": ""}).status_code == 422
    assert registrar.post(address, {"reason": "改期"}).status_code == 302
    assert Campaign.objects.get().closed_at


def test_the_lists_follow_the_records(world, registrar):
    code = world.campaign.code
    world.enrol("新同学", "S202401010", "A")
    seen = page(registrar.post(f"/registry/notices/{code}/follow/", follow=True))
    assert "新增 1 人，移出 0 人" in seen


def test_the_export_is_a_workbook_without_formulas_or_sensitive_values(world, registrar):
    world.enrol("=1+1", "S202401011", "A", id_number="320600200205060052")
    world.campaign  # noqa: B018
    answer = registrar.get(f"/registry/notices/{world.campaign.code}/export/")
    cells = [c for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows() for c in row if c.value]
    assert any(c.value == "=1+1" and c.data_type != "f" for c in cells)
    assert not [c for c in cells if "320600" in str(c.value)]
    assert sum("S2024" in str(c.value) for c in cells) == 5


def test_why_a_student_is_on_a_list_or_not(world, registrar):
    address = f"/registry/notices/{world.campaign.code}/explain/"
    assert "不在名单内" in page(registrar.get(address, {"student": "b202101001"}))
    assert "没有这个学号" in page(registrar.get(address, {"student": "S0"}))
    page(registrar.get(address))


def test_a_student_is_found_shown_masked_and_revealed_with_a_trace(world, registrar):
    assert "李明" in page(registrar.get("/registry/students/", {"q": "李"}))
    record = world.record("李明")
    seen = page(registrar.get(f"/registry/students/{record.pk}/"))
    assert "3206**********001X" in seen and "32060020020506001X" not in seen and "居民身份证" in seen
    seen = page(registrar.post(f"/registry/students/{record.pk}/reveal/", {"field": "id_number"}))
    assert "32060020020506001X" in seen and "查看了" in seen
    assert registrar.post(f"/registry/students/{record.pk}/reveal/", {"field": "nonsense"}).status_code == 404


def test_colleges_and_staff_are_kept_by_the_registry(world, registrar):
    values = {"name": "计算机学院", "name_en": "", "contact": "新秘书", "phone": "1", "campus": "", "room": "", "hours": "", "email": ""}
    registrar.post("/registry/colleges/A/", values)
    assert "新秘书" in page(registrar.get("/registry/colleges/"))
    assert "一次性代码" in page(registrar.post("/registry/staff/", {"username": "t900", "name": "新同事", "email": "", "phone": ""}))
    assert "这个工号已有账号" in page(registrar.post("/registry/staff/", {"username": "T900", "name": "重名", "email": "", "phone": ""}))
    colleague = Account.objects.get(username="T900")
    address = f"/registry/staff/{colleague.pk}/"
    assert "这个角色要写明学院" in page(registrar.post(address, {"grant": "1", "role": "secretary", "college": ""}))
    registrar.post(address, {"grant": "1", "role": "secretary", "college": "A"})
    grant = colleague.grants.get()
    registrar.post(address, {"take": str(grant.pk)})
    assert not colleague.grants.exists()
    assert "一次性代码" in page(registrar.post(address, {"reset": "1"}))
    assert registrar.get("/registry/staff/99999/").status_code == 404


def test_the_journal_is_read_and_filtered(world, registrar):
    world.campaign  # noqa: B018
    seen = page(registrar.get("/registry/journal/"))
    assert "开启了通知" in seen and Event.objects.last().hash[:16] in seen
    assert "开启了通知" in page(registrar.get("/registry/journal/", {"subject": "campaign:bjut-2024-enrolment"}))
    assert "没有。" in page(registrar.get("/registry/journal/", {"subject": "nothing"}))


@pytest.mark.parametrize("who", ["李明", "王秘书", "高辅导员", "陈院长", "周操作员"])
@pytest.mark.parametrize("address", ["/registry/", "/registry/notices/", "/registry/notices/open/", "/registry/students/", "/registry/staff/", "/registry/journal/", "/registry/colleges/"])
def test_the_registry_does_not_exist_for_others(world, who, address):
    assert world.client(who).get(address).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_the_same_number_of_queries_however_long(world, registrar, django_assert_max_num_queries, rows):
    for n in range(rows):
        world.enrol(f"李{n}", f"S20240102{n}", "A")
    code = world.campaign.code
    for address, most in ((f"/registry/notices/{code}/A/S240101/", 9), ("/registry/students/?q=李", 7), (f"/registry/notices/{code}/", 12), ("/registry/journal/", 9)):
        registrar.get(address)
        with django_assert_max_num_queries(most):
            page(registrar.get(address))
