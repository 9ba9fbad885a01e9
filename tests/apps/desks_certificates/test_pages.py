"""Certificates on screen: registry, college, student, archive and the public page, without JavaScript."""

import re
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.certificates.conftest import office as office  # the same office, with masters and numbers
from tests.house.repository import ROOT

from xueji.certificates.commands.copies import install_seal
from xueji.certificates.models import Box, Certificate, IssuerKey, Master, PaperRequest, PrintRun, Wording
from xueji.certificates.queries.places import by_token
from xueji.formats.statement import verify
from xueji.journal.models import Event
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
        if word in {"look", "release"}:
            assert one.get(f"{address}print.pdf").status_code == 404 and "print.pdf" not in one.get(address).content.decode(), "only what two people released is printed"
        assert client.post(address, {word: "1"}).status_code == 302, word
    assert one.get(f"{address}print.pdf").content.startswith(b"%PDF")
    assert one.post("/registry/certificates/", {"box": "A"}).status_code == 302
    assert one.post("/registry/certificates/", {"box": "Z"}).status_code == 404
    secretary = office.world.client("王秘书")
    box = Box.objects.get()
    assert "清点后可以领取" in office.world.client("李明").get("/student/certificates/").content.decode(), "the box is on its way"
    assert "HAND.006" in secretary.post("/college/certificates/", {"box": box.pk, "counted": "7"}).content.decode()
    assert secretary.post("/college/certificates/", {"box": box.pk, "counted": "1"}).status_code == 302
    waits = office.world.client("李明").get("/student/certificates/").content.decode()
    assert "可以领取了" in waits and "委托书" in waits
    early = office.world.client("李明").post("/student/certificates/", {"kind": "attestation", "reason": "遗失", "fee_paid": "on", "evidence": SimpleUploadedFile("a.pdf", PDF)})
    assert early.status_code == 422 and "HAND.016" in early.content.decode()
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
    page = "/registry/certificates/numbers/"
    assert one.post(page, {"act": "number", "year": "24", "upgrade": "keep"}).status_code == 422
    assert one.post(page, {"act": "number", "year": "2024", "upgrade": "keep"}).status_code == 302
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


def sheet_in(content: bytes) -> list[list[str]]:
    """The rows of a workbook, headings first."""
    from python_calamine import CalamineWorkbook

    return [[str(cell) for cell in row] for row in CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()]


def test_degree_numbers_are_given_on_screen_and_leave_as_the_degree_offices_list(office):
    one, page = office.world.client("刘老师"), "/registry/certificates/numbers/"
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="completion")  # no degree without graduation
    assert "2 名毕业生待编" in one.get(page).content.decode()
    assert one.post(page, {"act": "degree", "year": "2024"}).status_code == 302
    rows = sheet_in(one.get(f"{page}degree.xlsx").content)
    assert [row[:3] for row in rows[1:]] == [["1999032024000001", "S202401001", "李明"], ["1999032024000002", "S202401002", "王芳"]]
    assert not any(office.world.record("李明").person.id_number in row for row in rows)


def test_a_gap_gets_its_reason_on_screen_and_the_report_lists_it(office):
    one, page = office.world.client("刘老师"), "/registry/certificates/numbers/"
    assert one.post(page, {"act": "skip", "series": "199901202402", "count": "0", "reason": "污损"}).status_code == 422
    assert one.post(page, {"act": "skip", "series": "199901202402", "count": "2", "reason": " "}).status_code == 422
    assert one.post(page, {"act": "skip", "series": "199901202402", "count": "2", "reason": " x "}).status_code == 302
    assert "NUM.008" in one.post(page, {"act": "void", "number": "199901202402999999", "reason": "误"}).content.decode()
    assert one.post(page, {"act": "void", "number": " 1999 0120 2402 0000 03", "reason": "结论撤回"}).status_code == 302
    rows = sheet_in(one.get(f"{page}gaps.xlsx").content)
    assert [row[1:3] for row in rows[1:]] == [["199901202402000003", "结论撤回"], ["199901202402000004", "x"], ["199901202402000005", "x"]]
    assert "结论撤回" in one.get(page).content.decode() and office.world.record("赵强").certificate_number == ""
    assert one.post(page, {"act": "nothing"}).status_code == 404
    assert office.world.client("王秘书").get(page).status_code == 404


def test_a_number_on_a_certificate_in_force_is_not_voided_on_screen(office):
    office.approved("graduation")
    office.printed(names=("李明",))
    answer = office.world.client("刘老师").post("/registry/certificates/numbers/", {"act": "void", "number": "199901202402000001", "reason": "误"})
    assert answer.status_code == 422 and "NUM.007" in answer.content.decode()


def at_college(office, *names):
    """Certificates printed, sent to college A in one box and counted there."""
    from xueji.certificates.commands.places import receive_box, send_box
    from xueji.records.models import College

    office.approved("graduation")
    run = office.printed(names=names)
    listed = list(run.certificates.select_related("record__person"))
    box = send_box(office.first, college=College.objects.get(code="A"), certificates=listed).result
    receive_box(office.world.act("王秘书"), box, counted=len(listed))
    return listed


def test_the_paper_sheet_is_printed_and_who_signed_is_ticked(office):
    at_college(office, "李明", "王芳")
    secretary = office.world.client("王秘书")
    page = "/college/certificates/sheet/A/"
    assert page in secretary.get("/college/certificates/").content.decode()
    pdf = secretary.get(f"{page}sheet.pdf").content
    words = "".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(pdf)).replace("\u200b", "")
    assert [w in words for w in ("学历证书签收表", "李明", "王芳", "199901202402000001", "本人签字", "代领人签字")] == [True] * 6
    assert "HAND.013" in secretary.post(page, {}).content.decode()
    one = Certificate.objects.get(record__person__name="李明")
    scan = SimpleUploadedFile("签收表.pdf", PDF)
    assert secretary.post(page, {"certificate": [str(one.pk)], "scan": scan}).status_code == 302
    left = secretary.get(page).content.decode()
    assert "王芳" in left and "李明" not in left
    assert office.world.client("赵秘书").get(page).status_code == 404
    assert office.world.client("赵秘书").get("/college/certificates/sheet/B/").status_code == 200


def test_the_student_signs_on_the_secretarys_screen_with_the_own_name(office):
    (one,) = at_college(office, "李明")
    secretary, page = office.world.client("王秘书"), f"/college/certificates/{one.pk}/"
    refused = secretary.post(page, {"hand": "1", "how": "screen", "signer": "王明"})
    assert refused.status_code == 422 and "HAND.014" in refused.content.decode() and "王明" in refused.content.decode()
    assert secretary.post(page, {"hand": "1", "how": "screen", "signer": "李明"}).status_code == 302


def test_the_college_hands_old_certificates_up_on_screen_and_the_registry_settles_them(office):
    StudentRecord.objects.filter(person__name="李明").update(conclusion="upgrade")
    secretary, registry, page = office.world.client("王秘书"), office.world.client("刘老师"), "/college/certificates/"
    assert secretary.post(page, {"old": "S202401001", "note": "199901201902000003"}).status_code == 302
    assert "李明" not in registry.get("/registry/certificates/").content.decode()  # the college still has it
    assert secretary.post(page, {"send": "B"}).status_code == 404
    assert secretary.post(page, {"send": "A"}).status_code == 302
    assert "李明" in registry.get("/registry/certificates/").content.decode()
    assert registry.post("/registry/certificates/", {"paper": PaperRequest.objects.get().pk, "filed": "1"}).status_code == 302
    assert PaperRequest.objects.get().approved_at


def test_after_the_day_of_the_notice_a_college_states_why_it_is_late(office, monkeypatch):
    from xueji.desks.college import certificates as desk

    monkeypatch.setattr(desk, "returns_until", lambda: datetime(2024, 6, 28, 15, 59, 59, tzinfo=UTC))
    StudentRecord.objects.filter(person__name="李明").update(conclusion="upgrade")
    secretary, page = office.world.client("王秘书"), "/college/certificates/"
    secretary.post(page, {"old": "S202401001"})
    late = secretary.post(page, {"send": "A"})
    assert late.status_code == 422 and "HAND.012" in late.content.decode() and "2024年6月28日" in late.content.decode()
    assert secretary.post(page, {"send": "A", "late_reason": "学生在外地"}).status_code == 302
    assert "学生在外地" in office.world.client("刘老师").get("/registry/certificates/").content.decode()


def test_certificates_are_found_by_name_number_and_place(office):
    at_college(office, "李明", "王芳")
    secretary = office.world.client("王秘书")
    for asked, seen, hidden in (("q=王芳", "王芳", "李明"), ("q=S202401001", "李明", "王芳"), ("q=000002", "王芳", "李明"), ("place=archive", "没有符合条件", "李明")):
        listed = secretary.get(f"/college/certificates/?{asked}").content.decode().partition('id="l"')[2]
        assert seen in listed and hidden not in listed, asked


def test_the_holder_chooses_what_a_verifier_sees_beyond_the_minimum_and_takes_it_back(office):
    from xueji.certificates.commands.places import hand_over

    (one,) = at_college(office, "李明")
    student, visitor = office.world.client("李明"), office.world.client()
    field = f"p{one.pk.hex[:8]}"
    wanted = {"certificate": str(one.pk), f"{field}-items": ["photo", "major_name"], f"{field}-days": "7"}
    assert "SHOW.002" in student.post("/student/certificates/", wanted).content.decode()  # it is not signed for yet
    hand_over(office.world.act("王秘书"), one, how="paper")
    assert "SHOW.001" in student.post("/student/certificates/", {"certificate": str(one.pk), f"{field}-days": "7"}).content.decode()
    least = visitor.post("/verify/", {"statement": one.statement}).content.decode()
    major = one.record.major_name
    assert major and major not in least and "授权展示" not in least
    assert student.post("/student/certificates/", wanted).status_code == 302
    more = visitor.post("/verify/", {"statement": one.statement}).content.decode()
    assert major in more and "入学" not in more and "出生" not in more
    address = re.search(r'src="(/verify/photo/[^"]+)"', more)[1]
    shown = visitor.get(address)
    assert shown["Content-Type"] == "image/jpeg" and sha256(b"".join(shown)).hexdigest() == one.photo_sha256
    assert student.post("/student/certificates/", {"certificate": str(one.pk), "withdraw": "1"}).status_code == 302
    assert major not in visitor.post("/verify/", {"statement": one.statement}).content.decode()
    assert visitor.get(address).status_code == 404 and visitor.get("/verify/photo/x/").status_code == 404
    assert office.world.client("王芳").post("/student/certificates/", wanted).status_code == 404
    kinds = list(Event.objects.filter(kind__startswith="certificate.disclos").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["certificate.disclosed", "certificate.disclosure_withdrawn"]


def test_a_verification_asks_for_the_keys_the_certificate_and_the_holders_choice(office, django_assert_num_queries):
    """Three statements, each finds its row by an index; what is shown is one more, and a revoked certificate needs two."""
    from xueji.certificates.commands.disclosures import disclose
    from xueji.certificates.commands.places import hand_over
    from xueji.certificates.queries.disclosures import shown_of
    from xueji.certificates.queries.publishing import keys_in_force

    (one,) = at_college(office, "李明")
    hand_over(office.world.act("王秘书"), one, how="paper")
    act = office.world.act("李明")

    def verified():
        genuine = verify(one.statement, keys_in_force())[1]
        held = by_token(genuine.token)
        return held, shown_of(held, act.at)

    with django_assert_num_queries(3):
        assert verified() == (one, None)
    disclose(act, one, items=["photo", "major_name", "level", "studies", "born_on", "words"], days=7)
    with django_assert_num_queries(4):
        assert len(verified()[1].values) == 5
    Certificate.objects.update(revoked_at=act.at)
    with django_assert_num_queries(2):
        assert verified() == (one, None)


def test_what_the_holder_showed_ends_by_itself_and_with_a_revocation(office):
    from datetime import timedelta

    from xueji.certificates.commands.disclosures import disclose, withdraw_disclosure
    from xueji.certificates.commands.places import hand_over
    from xueji.certificates.queries.disclosures import shown_of

    (one,) = at_college(office, "李明")
    hand_over(office.world.act("王秘书"), one, how="paper")
    act = office.world.act("李明")
    disclose(act, one, items=["level", "studies", "born_on", "words"], days=7)
    shown = shown_of(one, act.at + timedelta(days=7) - timedelta(seconds=1))
    assert [label.en for label, _ in shown.values] == ["Level and length of schooling", "Dates of enrolment and conclusion", "Date of birth",
                                                        "The whole sentence of the certificate"]  # fmt: skip
    assert shown.photo == "" and "硕士研究生，三年制" in [value.zh for _, value in shown.values]
    assert shown_of(one, act.at + timedelta(days=7)) is None
    assert not withdraw_disclosure(act, one).unchanged and shown_of(one, act.at) is None
    assert withdraw_disclosure(act, one).unchanged
    disclose(act, one, items=["level"], days=30)
    one.revoked_at = act.at
    one.save()
    assert shown_of(one, act.at) is None


def test_samples_are_downloads_of_their_own(office):
    office.approved("graduation")
    run, one = office.printed(names=("李明",)), office.world.client("刘老师")
    base = "/registry/certificates/"
    for address, words in ((f"{base}masters/sample.pdf", "阿卜杜热西提"), (f"{base}masters/{Master.objects.get().pk}/sample.pdf", "SPECIMEN"),
                           (f"{base}runs/{run.pk}/sample.pdf", "李明")):  # fmt: skip
        pdf = one.get(address).content
        text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
        assert words in text.replace("\r\n", ""), address
        assert "XJ1." not in text
    assert office.world.client("王秘书").get(f"{base}masters/sample.pdf").status_code == 404


def test_wrong_statements_and_wrong_check_codes_are_counted_apart(office):
    visitor = office.world.client()
    for _ in range(31):
        last = visitor.post("/verify/", {"statement": "nothing"})
    assert last.status_code == 429 and last["Retry-After"]
    assert visitor.get("/f/ABCD-EFGH/").status_code != 429


def test_signing_key_and_seal_are_made_once_on_screen(office):
    IssuerKey.objects.all().delete()
    one = office.world.client("刘老师")
    assert "还没有签发密钥" in one.get("/registry/certificates/").content.decode()
    assert one.post("/registry/certificates/", {"seal": "1"}).status_code == 302
    assert one.post("/registry/certificates/", {"seal": "1"}).status_code == 302
    assert sorted(IssuerKey.objects.values_list("purpose", flat=True)) == ["document", "statement"]
    assert "还没有签发密钥" not in one.get("/registry/certificates/").content.decode()


def test_the_sheet_the_runs_and_the_numbers_ask_as_often_for_three_as_for_one(office, django_assert_max_num_queries):
    from xueji.certificates.commands.places import receive_box, send_box
    from xueji.records.models import College

    StudentRecord.objects.filter(person__name="赵强").update(college_id="A")
    at_college(office, "李明")
    pages = (("王秘书", "/college/certificates/sheet/A/"), ("王秘书", "/college/certificates/?q=S2024"), ("刘老师", "/registry/certificates/runs/"),
             ("刘老师", "/registry/certificates/numbers/"))  # fmt: skip
    asked = []
    for name, address in pages:
        client = office.world.client(name)
        client.get(address)
        with django_assert_max_num_queries(40) as few:
            client.get(address)
        asked.append((client, address, len(few)))
    for name in ("王芳", "赵强"):
        run = office.printed(names=(name,))
        listed = list(run.certificates.all())
        receive_box(office.world.act("王秘书"), send_box(office.first, college=College.objects.get(code="A"), certificates=listed).result, counted=1)
    one = office.world.client("刘老师")
    one.post("/registry/certificates/numbers/", {"act": "skip", "series": "199901202402", "count": "3", "reason": "污损"})
    for client, address, few in asked:
        client.get(address)
        with django_assert_max_num_queries(few):
            assert client.get(address).status_code == 200, address


def test_lists_come_in_pages(office, monkeypatch):
    from xueji.desks.college import certificates as desk

    monkeypatch.setattr(desk, "PER_PAGE", 1)
    at_college(office, "李明", "王芳")
    secretary = office.world.client("王秘书")
    first = secretary.get("/college/certificates/").content.decode().partition('id="l"')[2]
    second = secretary.get("/college/certificates/?page=2").content.decode().partition('id="l"')[2]
    assert ("李明" in first, "王芳" in first) == (True, False) and ("李明" in second, "王芳" in second) == (False, True)
