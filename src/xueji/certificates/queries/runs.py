"""Reading print runs: what is expected on each page, and the proof that reads it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from django.db.models import QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.catalogue.fields import FIELDS
from xueji.certificates.composing import facts_of, official, page_of, page_words
from xueji.certificates.models import Certificate, IssuerKey, PrintRun
from xueji.certificates.queries.masters import register_on
from xueji.certificates.queries.photos import bytes_of, registered_photos
from xueji.certificates.terms import KIND_OF_CONCLUSION, Kind
from xueji.documents.certificate import CertificatePage
from xueji.documents.certificate_reading import bare, compare, read_pages
from xueji.journal.command import ANYWHERE, Stopped
from xueji.records.models import StudentRecord
from xueji.records.queries import visible
from xueji.rules.filed_values import COLUMNS, compared, written
from xueji.rules.findings import Finding, finding
from xueji.rules.masters import SOURCES, read_master, values_of


def issuer_key() -> IssuerKey:
    """The key that signs now. Raises Stopped when none was made yet."""
    key = IssuerKey.objects.filter(purpose="statement", retired_at=None).order_by("-number").first()
    if key is None:
        raise Stopped([finding("RUN.006", why="还没有签发密钥", why_en="there is no signing key yet")])
    return key


def accepted_by_authority(records: Iterable[object]) -> set[object]:
    """Which records' newest row in a filing was accepted by the authority."""
    rows = StudentRecord.objects.filter(pk__in=list(records), filing_rows__isnull=False).order_by("filing_rows__filing__made_at")
    newest = dict(rows.values_list("pk", "filing_rows__answer"))
    return {pk for pk, answer in newest.items() if answer == "accepted"}


def filed_values(records: Iterable[object]) -> dict[object, dict[str, str]]:
    """What the authority holds of each record, by official column: its accepted rows, later ones over earlier, as it amended them since."""
    filed = StudentRecord.objects.filter(pk__in=list(records), filing_rows__answer="accepted").distinct()
    filed = filed.prefetch_related("filing_rows__filing", "amendments")
    found: dict[object, dict[str, str]] = {}
    for record in filed:
        for row in sorted(record.filing_rows.all(), key=lambda row: row.filing.made_at):
            if row.answer == "accepted":
                found.setdefault(record.pk, {}).update(row.values)
        for change in sorted(record.amendments.all(), key=lambda change: change.made_at):
            found[record.pk].update({c.name: written(c, change.after) for c in COLUMNS if c.field == change.field and c.name in found[record.pk]})
    return found


def by_field(who: str, fields: Mapping[str, str], text: str, found: list[Finding]) -> list[Finding]:
    """The differences of a page with the sentence taken apart: one line for each field whose words are not there as they must be."""
    wrong = [code for code, said in fields.items() if bare(said) not in text]
    if not any(one.id == "RUN.001" and one.field == "body" for one in found) or not wrong:
        return found
    kept = [one for one in found if not (one.id == "RUN.001" and one.field == "body")]
    return kept + [finding("RUN.001", place=who, field=code, who=who, where=FIELDS[code].label.zh) for code in wrong]


def runs_for(viewer: Viewer) -> QuerySet[PrintRun]:
    """Every print run, newest first."""
    if not viewer.may(Permission.CERTIFICATE_RELEASE, ANYWHERE):
        return PrintRun.objects.none()
    return PrintRun.objects.select_related("master", "file")


def pages_of(run: PrintRun) -> list[CertificatePage]:
    """The pages as they are set: from the words kept with each certificate."""
    return [_page(one) for one in _certificates(run)]


def _certificates(run: PrintRun) -> QuerySet[Certificate]:
    return run.certificates.select_related("record__person", "record__college", "photo").order_by("position")


def page_in(one: Certificate, specimen: str = "") -> CertificatePage:
    """The page of one certificate as its run prints it; a specimen says so in the printer's mark and carries no genuine code."""
    page = _page(one)
    return replace(page, mark=f"{specimen} · {page.mark}", qr_text=specimen) if specimen else page


def _page(one: Certificate) -> CertificatePage:
    mark = f"{one.position:04d} · {one.record.college.name} · {one.record.class_number} · {one.record.student_number}"
    return page_of(one.values, whose=one.record.student_number, qr_text=one.statement, photo=bytes_of(one.photo), mark=mark)


def sheet_of(certificate: Certificate) -> CertificatePage:
    """One certificate without the printer's marks: what the holder's electronic copy shows."""
    return page_of(certificate.values, whose=certificate.record.student_number, qr_text=certificate.statement, photo=bytes_of(certificate.photo))


def differences(run: PrintRun, pdf: bytes, *, done: Callable[[int], None] = lambda count: None) -> list[Finding]:
    """Read the print file back and compare every page with the records as they are now (回读核对).

    What must stand there comes from the record, the registered photo, the register of wording on the day of issue and
    the code table, not from what was sent to the typesetter: a wrong fixed phrase in the master shows as a difference.
    """
    master, _ = read_master(run.master.text)
    right = official(master, register_on(run.issued_on))
    certificates = list(_certificates(run))
    photos = registered_photos([c.record for c in certificates])
    found: list[Finding] = []
    filed = filed_values([c.record_id for c in certificates])
    count = 0
    for count, (one, read) in enumerate(zip(certificates, read_pages(pdf), strict=False), 1):
        who = one.record.student_number
        facts = facts_of(one.record)
        words, missing = page_words(facts, right, run.issued_on, f"培养单位：{one.record.college.name}")
        if missing:
            found += [f.at(who) for f in missing]
            continue
        expected = page_of(words, whose=who, qr_text=one.statement, photo=bytes_of(photos.get(one.record_id)), mark=_page(one).mark)
        values, _ = values_of(facts, right)
        fields = {SOURCES[name]: said for name, said in values.items()}
        found += by_field(who, fields, read.text, compare(expected, read))
        if row := filed.get(one.record_id):
            found += compared(who, facts, row, {code: said for code, said in fields.items() if bare(said) in read.text})
        done(count)
    if count != len(certificates):
        found.append(finding("RUN.001", who=run.title, where="页数"))
    return found


def printable_for(viewer: Viewer, kind: str, college: str = "") -> QuerySet[StudentRecord]:
    """The students whose conclusion, or approved request, calls for this kind of paper and who have no valid one yet."""
    records = StudentRecord.objects.filter(visible(viewer, Permission.CERTIFICATE_RELEASE)).select_related("person", "college")
    if college:
        records = records.filter(college=college)
    if kind in {Kind.ATTESTATION, Kind.STUDY}:
        records = records.filter(paper_requests__kind=kind, paper_requests__approved_at__isnull=False)
    elif kind == Kind.ENGLISH:
        records = records.filter(conclusion__in=["graduation", "upgrade"])
    else:
        records = records.filter(conclusion__in=[c for c, k in KIND_OF_CONCLUSION.items() if k == kind])
    return records.exclude(issued_certificates__in=Certificate.objects.filter(kind=kind, revoked_at=None))
