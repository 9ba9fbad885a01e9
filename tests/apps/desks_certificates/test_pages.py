"""Certificates on screen: registry, college, student, archive and the public page, without JavaScript."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.certificates.conftest import office as office  # the same office, with masters and numbers
from tests.house.repository import ROOT

from xueji.certificates.commands.copies import install_seal
from xueji.certificates.models import Box, Certificate, Master, PaperRequest, PrintRun, Wording
from xueji.records.models import StudentRecord

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
pytestmark = pytest.mark.django_db


def test_two_registrars_upload_approve_draft_prove_and_release_on_screen(office):
    one, two = office.world.client("刘老师"), office.world.client("吴老师")
    text = (ROOT / "src/xueji/documents/masters/graduation.toml").read_bytes()
    bad = one.post("/registry/certificates/masters/", {"upload": "1", "file": SimpleUploadedFile("m.toml", b"\xff\xfe")})
    assert bad.status_code == 422 and "UTF-8" in bad.content.decode()
    made = one.post("/registry/certificates/masters/", {"upload": "1", "file": SimpleUploadedFile("m.toml", text)})
    assert "MASTER.010" in one.post(made.url, {"approve": "1"}).content.decode()
    for client, word in ((one, "lint"), (one, "approve"), (two, "approve")):
        assert client.post(made.url, {word: "1"}).status_code == 302, word
    assert Master.objects.get().frozen
    StudentRecord.objects.filter(conclusion="graduation").exclude(college_id="A").update(conclusion="")
    StudentRecord.objects.filter(conclusion="graduation").update(conclusion="completion")
    refused = one.post("/registry/certificates/", {"draft": "1", "kind": "completion", "college": "A", "issued_on": "2024-06-30", "title": "结业"})
    assert refused.status_code == 422 and "MASTER.011" in refused.content.decode()
    assert not PrintRun.objects.exists()


def test_a_run_is_proved_released_received_and_boxed_on_screen(office):
    office.approved("graduation")
    one, two = office.world.client("刘老师"), office.world.client("吴老师")
    from xueji.certificates.commands.runs import draft_run

    run = draft_run(office.first, kind="graduation", records=office.records("李明"), issued_on=date(2024, 6, 30), title="2024届", must_be_filed=False).result
    address = f"/registry/certificates/runs/{run.pk}/"
    assert "RUN.006" in one.post(address, {"release": "1"}).content.decode()
    for client, word in ((one, "prove"), (one, "look"), (one, "release"), (two, "release"), (one, "printed")):
        assert client.post(address, {word: "1"}).status_code == 302, word
    assert one.get(f"{address}print.pdf").content.startswith(b"%PDF")
    assert one.post("/registry/certificates/", {"box": "A"}).status_code == 302
    assert one.post("/registry/certificates/", {"box": "Z"}).status_code == 404
    secretary = office.world.client("王秘书")
    box = Box.objects.get()
    assert "HAND.006" in secretary.post("/college/certificates/", {"box": box.pk, "counted": "7"}).content.decode()
    assert secretary.post("/college/certificates/", {"box": box.pk, "counted": "1"}).status_code == 302
    page = f"/college/certificates/{Certificate.objects.get().pk}/"
    assert "HAND.004" in secretary.post(page, {"hand": "1", "how": "proxy", "proxy": "李大明"}).content.decode()
    scan = SimpleUploadedFile("委托书.pdf", PDF)
    assert secretary.post(page, {"hand": "1", "how": "proxy", "proxy": "李大明", "authorisation": scan}).status_code == 302
    assert "李大明" in secretary.get(page).content.decode()
    install_seal(office.first)
    student = office.world.client("李明")
    assert "凭授权代领" in student.get("/student/certificates/").content.decode()
    assert student.get(f"/student/certificates/{Certificate.objects.get().pk}/copy.pdf").content.startswith(b"%PDF")
    refused = student.post("/student/certificates/", {"kind": "attestation", "reason": "遗失"})
    assert refused.status_code == 422 and "HAND.009" in refused.content.decode()
    sent = student.post("/student/certificates/", {"kind": "attestation", "reason": "遗失", "fee_paid": "on", "evidence": SimpleUploadedFile("a.pdf", PDF)})
    assert sent.status_code == 302
    request = PaperRequest.objects.get()
    assert secretary.post("/college/certificates/", {"review": request.pk}).status_code == 302
    assert one.post("/registry/certificates/", {"paper": request.pk}).status_code == 302
    assert "遗失或损坏" in student.get("/student/certificates/").content.decode()


def test_the_archive_receives_what_is_ticked(office):
    StudentRecord.objects.filter(person__name="李明").update(commissioned="directed")
    office.approved("graduation")
    office.printed(names=("李明",))
    archive = office.world.client("孙档案员")
    assert "李明" in archive.get("/archive/").content.decode()
    assert archive.post("/archive/", {"certificate": [str(Certificate.objects.get().pk)]}).status_code == 302
    assert Certificate.objects.get().place == "archive"


def test_the_public_page_answers_who_holds_a_statement_and_nobody_else(office):
    office.approved("graduation")
    one = office.printed(names=("李明",)).certificates.get()
    visitor = office.world.client()
    answer = visitor.post("/verify/", {"statement": one.statement}).content.decode()
    assert "真实" in answer and "李明" in answer and one.number.text in answer
    Certificate.objects.update(revoked_at=datetime(2024, 9, 1, tzinfo=UTC))
    assert "已失效" in visitor.post("/verify/", {"statement": one.statement}).content.decode()
    assert "李明" not in visitor.post("/verify/", {"statement": one.number.text}).content.decode()
    for _ in range(40):
        last = visitor.post("/verify/", {"statement": "199901202402000002"})
    assert last.status_code == 429
    assert visitor.get("/verify/verify.html")["Content-Type"].startswith("text/html")


def test_wording_is_registered_by_one_and_confirmed_by_another_on_screen(office):
    one, two = office.world.client("刘老师"), office.world.client("吴老师")
    sent = {"wording": "1", "code": "president", "since": "2024-06-01", "zh": "林知夏", "en": "Lin Zhixia", "source": "任字〔2024〕3号"}
    assert one.post("/registry/certificates/masters/", sent).status_code == 302
    row = Wording.objects.get(zh="林知夏")
    assert one.post("/registry/certificates/masters/", {"confirm": row.pk}).status_code == 422
    assert two.post("/registry/certificates/masters/", {"confirm": row.pk}).status_code == 302
    assert one.post("/registry/certificates/masters/", {"confirm": "x"}).status_code == 404


def test_numbers_are_given_on_screen(office):
    StudentRecord.objects.filter(person__name="欧阳静").update(conclusion="completion", graduated_on=date(2024, 6, 30))
    one = office.world.client("刘老师")
    assert one.post("/registry/certificates/", {"number": "1", "year": "24", "upgrade": "keep"}).status_code == 422
    assert one.post("/registry/certificates/", {"number": "1", "year": "2024", "upgrade": "keep"}).status_code == 302
    assert office.world.record("欧阳静").certificate_number == "199901202405000001"


def test_the_lists_ask_the_database_as_often_for_three_as_for_one(office, django_assert_max_num_queries):
    office.approved("graduation")
    office.printed(names=("李明",))
    pages = (("王秘书", "/college/certificates/"), ("刘老师", "/registry/certificates/"), ("孙档案员", "/archive/"))
    asked = []
    for name, address in pages:
        client = office.world.client(name)
        client.get(address)
        with django_assert_max_num_queries(60) as few:
            client.get(address)
        asked.append((client, address, len(few)))
    StudentRecord.objects.filter(person__name="赵强").update(college_id="A")
    office.printed(names=("王芳", "赵强"))
    for client, address, few in asked:
        client.get(address)
        with django_assert_max_num_queries(few + (1 if "registry" in address else 0)):
            assert client.get(address).status_code == 200
