"""N2 part two and N4 part one walked through the pages, in every role, without JavaScript."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests.world import SHANGHAI

from xueji.campaigns.batches.papers import print_of, workbook_of
from xueji.campaigns.batches.queries import batches_for
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.confirmation.commands.majors import publish_majors
from xueji.confirmation.queries.confirmations import confirmation_standing, spelling_of, written
from xueji.exchange.layouts import as_dbf, layout
from xueji.exchange.majors import table_workbook
from xueji.formats.sheets import read as read_sheet
from xueji.formats.workbooks import Heading, write
from xueji.records.commands import change_record
from xueji.records.queries import value_of

CAMPAIGNS = Path(__file__).resolve().parents[2] / "campaigns"


@pytest.fixture
def clock(monkeypatch):
    """Everything happens at one instant that the test sets."""

    class Clock:
        now = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)

    monkeypatch.setattr("django.utils.timezone.now", lambda: Clock.now)
    return Clock


@pytest.fixture
def names(world, clock):
    for name in ("李明", "王芳"):
        record = world.record(name)
        values = {"expected_on": "2025-06-30", "name": {"李明": "乐明", "王芳": "王芳"}[name]}
        change_record(world.system(), record, values=values, reason="2025届")
    world.round = open_campaign(world.act("刘老师", at=clock.now), text=(CAMPAIGNS / "2025-bit-names.toml").read_text("utf-8")).result[0]
    publish_majors(world.act("刘老师", at=clock.now), rows=[("081200", "计算机科学与技术", "Computer Science")], effective="2025届")
    return world


def _client(world, number):
    from django.test import Client

    from xueji.accounts.models import Account

    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    client.force_login(Account.objects.get(username=number))
    return client


LI, WANG = "S202401001", "S202401002"


def test_n2_from_spelling_to_the_accepted_sheet(names, clock):
    case = Case.objects.get(campaign=names.round, record__student_number=LI)
    page = reverse("student:confirm", args=[case.pk, "verify"])
    student = _client(names, LI)
    shown = student.get(page).content.decode()
    assert "第 1 字“乐”怎么读" in shown and "“明”怎么读" not in shown, "only what is doubtful in this place is asked"
    refused = student.post(page, {"action": "confirm", "looked": "yes"})
    assert refused.status_code == 422 and "NAME.021" in refused.content.decode()
    student.post(page, {"action": "spelling", "reading_0": "le", "surname_length": "1"})
    record = names.record("乐明")
    assert written(spelling_of(record)) == "Le Ming"
    unticked = student.post(page, {"action": "confirm"})
    assert unticked.status_code == 422 and "CONF.014" in unticked.content.decode(), "the tick says that every line was looked at"
    student.post(page, {"action": "confirm", "looked": "yes"})
    assert confirmation_standing(Case.objects.get(pk=case.pk), "verify").holds
    assert "本人网上确认" in student.get(page).content.decode()

    secretary = names.client("王秘书")
    sheet = reverse("college-sheet", args=[names.round.code, "verification_sheet"])
    text = secretary.get(sheet).content.decode()
    assert "Le Ming" in text and "SHEET.012" in text and "延后" in text, "the empty pinyin is marked, the consequence is shown"
    assert secretary.post(sheet).status_code == 422
    other = _client(names, WANG)
    other_page = reverse("student:confirm", args=[Case.objects.get(campaign=names.round, record__student_number=WANG).pk, "verify"])
    other.post(other_page, {"action": "spelling", "surname_length": "1"})
    counsellor = names.client("高辅导员")
    listed = counsellor.get(reverse("college-confirmations", args=[names.round.code])).content.decode()
    assert "没有回答" in listed and "王芳" in listed
    behalf = reverse("college-confirmation", args=[names.round.code, WANG])
    assert counsellor.post(behalf, {"action": "confirm"}).status_code == 422
    counsellor.post(behalf, {"action": "confirm", "how": "telephone", "note": "17:40 打通"})
    assert "电话确认，代为登记" in counsellor.get(behalf).content.decode()

    frozen = secretary.post(sheet)
    (batch,) = batches_for(names.actor("王秘书"), names.round)
    assert frozen.status_code == 302 and frozen.headers["Location"] == reverse("college-batch", args=[batch.pk])
    assert secretary.get(reverse("college-paper", args=[batch.pk, "pdf"])).content.startswith(b"%PDF")
    assert secretary.get(reverse("college-paper", args=[batch.pk, "xlsx"])).content.startswith(b"PK")
    assert secretary.get(reverse("college-paper", args=[batch.pk, "doc"])).status_code == 404
    dean = names.client("陈院长")
    assert reverse("college-batch", args=[batch.pk]) in dean.get(reverse("college-sheets", args=[names.round.code])).content.decode()
    assert secretary.post(reverse("college-batch", args=[batch.pk]), {"action": "endorse"}).status_code == 404
    dean.post(reverse("college-batch", args=[batch.pk]), {"action": "endorse"})
    assert "院长审签" in secretary.get(reverse("college-batch", args=[batch.pk])).content.decode()
    upload = SimpleUploadedFile("核对表.pdf", print_of(batch), "application/pdf")
    secretary.post(reverse("college-batch", args=[batch.pk]), {"action": "scan", "file": upload})
    registrar = names.client("刘老师")
    assert "待学校接收" in registrar.get(reverse("registry-sheets")).content.decode()
    one = reverse("registry-sheet", args=[batch.pk])
    assert registrar.get(reverse("registry-sheet-pdf", args=[batch.pk])).content.startswith(b"%PDF")
    assert "Le Ming" in registrar.get(one).content.decode()
    registrar.post(one, {"action": "accept"})
    assert names.record("乐明").person.name_pinyin == "Le Ming"
    assert names.client("赵秘书").get(reverse("college-batch", args=[batch.pk])).status_code == 404


def test_an_edited_workbook_comes_home_and_a_sheet_is_returned(names, clock):
    test_students = {LI: {"reading_0": "yue", "surname_length": "1"}, WANG: {"surname_length": "1"}}
    for number, typed in test_students.items():
        page = reverse("student:confirm", args=[Case.objects.get(campaign=names.round, record__student_number=number).pk, "verify"])
        student = _client(names, number)
        student.post(page, {"action": "spelling", **typed})
        student.post(page, {"action": "confirm", "looked": "yes"})
    secretary = names.client("王秘书")
    secretary.post(reverse("college-sheet", args=[names.round.code, "verification_sheet"]))
    (batch,) = batches_for(names.actor("王秘书"), names.round)
    sheet = read_sheet(workbook_of(batch))
    rows = [[str(cell or "") for cell in cells] for _, cells in sheet.rows]
    rows[0][sheet.columns.index("姓名拼音")] = "Le Ming"
    target = BytesIO()
    write(target, [Heading(title) for title in sheet.columns], rows, name="核对表")
    sent = secretary.post(
        reverse("college-batch", args=[batch.pk]), {"action": "copy", "file": SimpleUploadedFile("x.xlsx", target.getvalue())}
    )
    copy = sent.headers["Location"]
    assert "Le Ming" in secretary.get(copy).content.decode()
    assert names.client("赵秘书").get(copy).status_code == 404
    secretary.post(copy)
    assert written(spelling_of(names.record("乐明"))) == "Le Ming"
    shown = secretary.get(reverse("college-batch", args=[batch.pk])).content.decode()
    assert "签字作废" in shown and LI in shown
    page = reverse("student:confirm", args=[Case.objects.get(campaign=names.round, record__student_number=LI).pk, "verify"])
    asked = _client(names, LI).get(page).content.decode()
    assert "学院补全，待本人确认" in asked and "请再核对并确认一次" in asked
    _client(names, LI).post(page, {"action": "as-written"})
    assert spelling_of(names.record("乐明")).confirmed_at
    registrar = names.client("刘老师")
    one = reverse("registry-sheet", args=[batch.pk])
    assert registrar.post(one, {"action": "return"}).status_code == 422
    registrar.post(one, {"action": "return", f"row:{LI}": "请核对护照"})
    assert "请核对护照" in secretary.get(reverse("college-batch", args=[batch.pk])).content.decode()


def test_english_names_go_from_the_college_to_the_registry_and_into_the_next_version(names):
    secretary, registrar = names.client("王秘书"), names.client("刘老师")
    page = reverse("college-majors")
    assert "Computer Science" in secretary.get(page).content.decode()
    assert secretary.post(page, {"code": "081200", "new": "Computer Science and Technology", "reason": ""}).status_code == 422
    secretary.post(page, {"code": "081200", "new": "Computer Science and Technology", "reason": "与学位信息一致"})
    waiting = registrar.get(reverse("registry-majors"))
    assert "Computer Science and Technology" in waiting.content.decode()
    decide = reverse("registry-major-decide", args=[waiting.context["waiting"][0].pk])
    assert registrar.post(decide, {"verdict": "refuse"}).status_code == 422
    registrar.post(decide, {"verdict": "approve"})
    assert "第 2 版" in registrar.get(reverse("registry-majors")).content.decode()
    again = registrar.post(
        reverse("registry-majors"), {"effective": "2025届", "file": SimpleUploadedFile("t.xlsx", table_workbook())}, follow=True
    )
    assert "与现行版本相同" in again.content.decode()
    assert registrar.post(reverse("registry-majors"), {"file": SimpleUploadedFile("t.xlsx", b"no")}).status_code == 422
    assert registrar.get(reverse("registry-majors-workbook")).content.startswith(b"PK")


@pytest.fixture
def undergraduates(world, clock):
    clock.now = datetime(2024, 10, 12, 9, tzinfo=SHANGHAI)
    world.round = open_campaign(
        world.act("刘老师", at=clock.now), text=(CAMPAIGNS / "2025-cufe-confirmation.toml").read_text("utf-8")
    ).result[0]
    return world


def test_n4_from_chsis_download_to_the_signed_correction_list(undergraduates, clock):
    world = undergraduates
    record = world.record("欧阳静")
    row = {column.field: str(value_of(record, column.field)) for column in layout("chsi_students").columns} | {"ethnic_group": "02"}
    content = as_dbf("chsi_students", [row], on=date(2024, 10, 8))
    registrar = world.client("刘老师")
    form = reverse("registry-compare-import")
    assert "还没有导入" in registrar.get(reverse("registry-compare")).content.decode()
    bad = registrar.post(form, {"source": "chsi", "taken_on": "", "file": SimpleUploadedFile("zxs.dbf", content)})
    assert bad.status_code == 422 and "CONF.015" in bad.content.decode()
    sent = registrar.post(form, {"source": "chsi", "taken_on": "2024-10-08", "file": SimpleUploadedFile("zxs.dbf", content)}, follow=True)
    assert "对上 1 人" in sent.content.decode() and "zxs.dbf" in registrar.get(form).content.decode()
    compare = reverse("registry-compare") + f"?campaign={world.round.code}"
    assert "还没有比对过" in registrar.get(compare).content.decode()
    registrar.post(compare)
    shown = registrar.get(compare).content.decode()
    assert "民族" in shown and "蒙古族" in shown and "欧阳静" in shown
    book = registrar.get(reverse("registry-compare-workbook"), {"campaign": world.round.code}, follow=True)
    assert b"".join(book.streaming_content).startswith(b"PK")

    student = world.client("欧阳静")
    page = reverse("student:confirm", args=[Case.objects.get(campaign=world.round).pk, "confirm"])
    text = student.get(page).content.decode()
    assert "以此为准" in text and "蒙古族" in text and "姓名拼音" not in text
    assert "政治面貌" not in text, "本次暂不作更正"
    picture = BytesIO()
    Image.new("RGB", (600, 800), "white").save(picture, "JPEG")
    counsellor = world.client("王秘书")
    behalf = reverse("college-confirmation", args=[world.round.code, "B202101001"])
    typed = {"action": "correct", "field": "ethnic_group", "wrong.new": "02", "wrong.reason": "户口簿为蒙古族"}
    assert counsellor.post(behalf, typed | {"wrong.reason": ""}).status_code == 422
    counsellor.post(behalf, typed | {"wrong.household_register": SimpleUploadedFile("hk.jpg", picture.getvalue(), "image/jpeg")})
    assert "已提出更正" in student.get(page).content.decode()
    student.post(page, {"action": "confirm", "looked": "yes"})
    assert confirmation_standing(Case.objects.get(campaign=world.round), "confirm").confirmation.left_out == ["ethnic_group"]

    from xueji.corrections.commands import review_correction
    from xueji.corrections.models import Correction

    review_correction(world.act("王秘书", at=clock.now), Correction.objects.get(), verdict="approve")
    counsellor.post(reverse("college-sheet", args=[world.round.code, "correction_list"]))
    (batch,) = batches_for(world.actor("王秘书"), world.round)
    counsellor.post(reverse("college-batch", args=[batch.pk]), {"action": "scan", "file": SimpleUploadedFile("gz.pdf", print_of(batch))})
    registrar.post(reverse("registry-sheet", args=[batch.pk]), {"action": "accept"})
    assert value_of(world.record("欧阳静"), "ethnic_group") == "02"
    clock.now += timedelta(minutes=1)
    registrar.post(compare)
    assert registrar.get(compare).context["real_count"] == 0
