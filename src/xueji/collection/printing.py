"""The record form on paper: from a printed version to PDF bytes (登记表印件)."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.conf import settings

from xueji.accounts.queries import SystemActor
from xueji.campaigns.models import Case
from xueji.campaigns.queries import day_of, notice_of
from xueji.catalogue.text import Text
from xueji.collection.models import PrintedForm
from xueji.collection.queries import form_values, photo_of, population_of, proof_of
from xueji.documents.engine import Press
from xueji.documents.faces import MACHINE_FOLDERS
from xueji.documents.record_form import RecordForm, findings_for, render, render_many
from xueji.records.issuing import Signer, Stated, signer_now
from xueji.records.queries import school
from xueji.rules.findings import Finding
from xueji.vault.models import VaultFile
from xueji.vault.queries import read_file
from xueji.vault.store import FileGone

TITLES = {
    True: Text("研究生登记表（学籍表）", "Graduate Registration Form (Student Record Form)"),
    False: Text("学生登记表（学籍表）", "Student Registration Form (Student Record Form)"),
}


@cache
def press() -> Press:
    """The one press of this process, with the school's own fonts before the machine's."""
    return Press([settings.XUEJI_FONTS, *MACHINE_FOLDERS])


def proof_address(code: str) -> str:
    """The full address that the QR of a form opens; without a code the page where one is typed."""
    return f"{settings.XUEJI_ADDRESS}/f/{code}"


FORM = "form"
"""The kind of a record form's signed statement."""


def stated(form: PrintedForm, sign: Signer | None) -> str:
    """The address on the form's QR; behind its # stands the signed statement, which no server is sent, once the school has a key."""
    address = proof_address(form.code)
    if sign is None or not form.version:
        return address
    person = form.case.record.person
    return f"{address}#{sign(Stated(FORM, form.code, form.case.record.student_number, person.name, day_of(form.case.campaign, form.printed_at), form.digest))}"


def newest_form(code: str) -> bool:
    """Whether the form with this check code is the version that counts."""
    proof = proof_of(code)
    return proof is not None and proof.form.code == code and proof.valid


def sheet_of(form: PrintedForm, sign: Signer | None = None) -> RecordForm:
    """A printed version with everything that stands on it, ready for the press; ``sign`` puts the school's signature into its QR."""
    case: Case = form.case
    record = case.record
    ours = school()
    return RecordForm(
        student_number=record.student_number,
        name=record.person.name,
        population=population_of(record),
        answers=form.values,
        school=Text(ours.name, ours.name_en),
        title=TITLES[record.level in ("master", "doctor")],
        notice=notice_of(case.campaign).number,
        version=form.version,
        check_code=form.code,
        address=stated(form, sign),
        submitted_at=form.printed_at,
        photo=_photo(form),
        class_number=record.class_number,
    )


def preview_of(case: Case, at: datetime) -> RecordForm:
    """The form as the record stands at ``at``, without version and check code: to look at, not to hand in (预览稿)."""
    values = form_values(case.record)
    return sheet_of(PrintedForm(case=case, version=0, code="", values=values, printed_at=at))


def _photo(form: PrintedForm) -> bytes | None:
    """The bytes of the form's photo: the printing itself is permitted, so the system opens it."""
    file_id = photo_of(form.values)
    if not file_id:
        return None
    try:
        return read_file(SystemActor("印表"), file_id)
    except (VaultFile.DoesNotExist, FileGone):
        return None


def unprintable_in(form: PrintedForm) -> list[Finding]:
    """What keeps a version from being printed, naming the student and the character; nothing when all is well."""
    return findings_for(press(), [sheet_of(form)])


def pdf_of(form: PrintedForm) -> bytes:
    """One student's form as PDF. Raises documents.engine.Unprintable with every reason."""
    return render(press(), sheet_of(form, signer_now()))


def pdf_of_many(forms: list[PrintedForm]) -> bytes:
    """Several students' forms as one PDF, in the given order. Raises documents.engine.Unprintable."""
    sign = signer_now()
    return render_many(press(), [sheet_of(form, sign) for form in forms])
