"""Asking for a correction at the student's desk: what is missing is said at once, evidence goes to the vault."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.collection.answers import portrait

from xueji.corrections.commands import review_correction
from xueji.corrections.models import Correction

pytestmark = pytest.mark.usefixtures("clock")
ASK = "/student/corrections/new/name/"


def text(response):
    return response.content.decode()


@pytest.fixture
def student(world):
    return world.client("李明")


def ask(student, **more):
    sent = {"new": "李明远", "reason": "公安机关已更正，附证明", "police_certificate": SimpleUploadedFile("证明.jpg", portrait())}
    return student.post(ASK, {**sent, **more})


def test_a_request_with_reason_and_evidence_is_made_and_shown(student, world):
    answer = ask(student)
    made = Correction.objects.get()
    assert answer.headers["Location"] == f"/student/corrections/{made.pk}/"
    page = text(student.get(answer.headers["Location"]))
    assert "李明远" in page and "待学院审核" in page and "公安机关更正证明" in page and "/files/" in page
    assert "姓名" in text(student.get("/student/corrections/"))


def test_what_is_missing_is_said_at_once_and_what_was_typed_stays(student):
    answer = student.post(ASK, {"new": "李明", "reason": "错"})
    page = text(answer)
    assert answer.status_code == 422
    for id_ in ("CORR.001", "CORR.002", "CORR.003"):
        assert id_ in page
    assert 'value="李明"' in page and "错</textarea>" in page


def test_a_file_that_is_no_evidence_is_refused(student):
    answer = ask(student, police_certificate=SimpleUploadedFile("a.exe", b"MZ"))
    assert answer.status_code == 422 and "FILE.003" in text(answer) and not Correction.objects.exists()


def test_a_number_is_shown_masked(student):
    page = text(student.get("/student/corrections/new/"))
    assert "3206**********001X" in page and "32060020020506001X" not in page


def test_a_request_is_withdrawn_once(student):
    address = ask(student).headers["Location"]
    assert student.post(address).headers["Location"] == "/student/corrections/"
    assert student.post(address).status_code == 409


def test_a_returned_request_says_why_and_leads_back(student, world):
    address = ask(student).headers["Location"]
    review_correction(world.act("王秘书"), Correction.objects.get(), verdict="return", note="照片看不清")
    page = text(student.get(address))
    assert "照片看不清" in page and ASK in page and "撤回申请" not in page


@pytest.mark.parametrize("field", ["student_number", "mobile", "salary", "family"])
def test_a_field_that_cannot_be_corrected_has_no_page(student, field):
    assert student.get(f"/student/corrections/new/{field}/").status_code == 404


def test_a_field_of_another_population_has_no_page(world):
    assert world.client("SCHMIDT ANNA").get("/student/corrections/new/ethnic_group/").status_code == 404


def test_another_students_request_does_not_exist(student, world):
    address = ask(student).headers["Location"]
    assert world.client("王芳").get(address).status_code == 404
    assert world.client("王芳").post(address).status_code == 404


def test_the_list_asks_the_database_no_more_often_with_more_rows(student, django_assert_max_num_queries):
    ask(student)
    with django_assert_max_num_queries(12) as one:
        student.get("/student/corrections/")
        asked = len(one)
    for field, new in (("sex", "2"), ("born_on", "2002-05-07")):
        student.post(
            f"/student/corrections/new/{field}/",
            {"new": new, "reason": "公安机关已更正", "police_certificate": SimpleUploadedFile("a.jpg", portrait())},
        )
    with django_assert_max_num_queries(asked):
        assert student.get("/student/corrections/").status_code == 200
