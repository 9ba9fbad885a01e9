"""The record form carries the school's signature in its code: read from paper, verified offline and on the public page."""

import pytest
from zxingcpp import read_barcodes

from xueji.campaigns.commands import mark_own_step
from xueji.campaigns.queries import marks_of
from xueji.certificates.commands.runs import make_issuer_key
from xueji.certificates.queries.publishing import keys_in_force
from xueji.collection.commands import print_form
from xueji.collection.printing import pdf_of, proof_address, sheet_of
from xueji.collection.queries import proof_of
from xueji.formats.statement import Verdict, verify
from xueji.records.issuing import in_force, signer_now, words_of
from xueji.rules.progress import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(world):
    case = world.case_of("李明")
    for step in ("semester", "personal", "enrolment"):
        if step not in marks_of(case):
            mark_own_step(world.act("李明"), case, step=step, mark=State.DONE)
    return print_form(world.act("李明"), case, step="print").result


def code_on(pdf: bytes, dpi: int) -> str:
    """What a scanner of this resolution reads from the first side."""
    import pypdfium2

    page = pypdfium2.PdfDocument(pdf)[0].render(scale=dpi / 72, grayscale=True).to_pil()
    return read_barcodes(page)[0].text


def test_without_a_key_the_code_is_the_address_alone(form):
    assert signer_now() is None
    assert code_on(pdf_of(form), 200) == proof_address(form.code)


def test_the_code_on_paper_is_signed_and_read_at_the_resolution_of_an_office_scanner(world, form):
    make_issuer_key(world.act("刘老师"))
    for dpi in (200, 300):
        code = code_on(pdf_of(form), dpi)
        address, _, _ = code.partition("#")
        assert address == proof_address(form.code)
        verdict, said = verify(code, keys_in_force())
        assert verdict is Verdict.VALID and (said.kind, said.token, said.number, said.name) == ("form", form.code, "S202401001", "李明")
    changed = code[:-20] + ("A" if code[-20] != "A" else "B") + code[-19:]
    assert verify(changed, keys_in_force())[0] is Verdict.FORGED


def test_the_signed_code_still_opens_the_form_for_who_receives_it(world, form):
    make_issuer_key(world.act("刘老师"))
    scanned = sheet_of(form, signer_now()).address
    assert proof_of(scanned).form == form
    secretary = world.client("王秘书")
    answer = secretary.post("/college/receive/", {"code": scanned})
    assert answer.status_code == 200 and "李明" in answer.content.decode()


def test_the_public_page_says_of_a_signed_form_whether_it_is_the_latest(world, form):
    make_issuer_key(world.act("刘老师"))
    old = sheet_of(form, signer_now()).address
    visitor = world.client()
    answer = visitor.post("/verify/", {"statement": old}).content.decode()
    assert "真实" in answer and "登记表" in answer and "李明" in answer and "S202401001" in answer
    assert in_force("form", form.code) and words_of("form") and not in_force("letter", form.code)
    type(form).objects.create(case=form.case, document=form.document, version=form.version + 1, code="NEW2345678", values=form.values, digest=form.digest,
                              printed_at=form.printed_at)  # fmt: skip
    assert "不是最新的一版" in visitor.post("/verify/", {"statement": old}).content.decode()


def test_many_forms_ask_for_the_key_once(world, form, django_assert_num_queries):
    make_issuer_key(world.act("刘老师"))
    with django_assert_num_queries(2):  # the key and the school
        sign = signer_now()
    with django_assert_num_queries(0):
        from xueji.records.issuing import Stated

        for _ in range(5):
            assert sign(Stated("form", form.code, "S1", "李明", form.printed_at.date(), "x")).startswith("XJ1.")
