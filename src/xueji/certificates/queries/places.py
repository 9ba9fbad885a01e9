"""Reading the issue register, viewer first: where each certificate is, and counts that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.certificates.models import Box, Certificate, PaperRequest
from xueji.certificates.terms import Kind, Place
from xueji.journal.command import ANYWHERE
from xueji.records.models import College, StudentRecord
from xueji.records.queries import visible
from xueji.rules.numbering import read


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many certificates of a college are where (各学院证书数); ``total`` is counted on its own."""

    college: College
    at: dict[str, int]
    total: int

    @property
    def adds_up(self) -> bool:
        """Whether every certificate is at exactly one known place."""
        return sum(self.at.values()) == self.total and set(self.at) <= set(Place)


def certificates_for(viewer: Viewer, permission: str = Permission.CERTIFICATE_HAND_OVER) -> QuerySet[Certificate]:
    """The certificates of students for whom the viewer holds the permission, and the viewer's own."""
    seen = Certificate.objects.filter(visible(viewer, permission, "record__"), run__second_at__isnull=False)
    return seen.select_related("record__person", "record__college", "number", "run").order_by("college_id", "position")


def counts_for(viewer: Viewer) -> list[PlaceCount]:
    """Certificates by college and place; two queries."""
    rows = certificates_for(viewer).order_by().values_list("college_id", "place").annotate(n=Count("pk"))
    at: dict[str, dict[str, int]] = {}
    for college, place, n in rows:
        at.setdefault(college, {})[place] = n
    totals = dict(certificates_for(viewer).order_by().values_list("college_id").annotate(n=Count("pk")))
    colleges = College.objects.in_bulk(list(totals))
    return [PlaceCount(colleges[code], at[code], totals[code]) for code in sorted(totals)]


def own_certificates(viewer: Viewer) -> QuerySet[Certificate]:
    """The viewer's own certificates with their moves: where is my certificate."""
    if not isinstance(viewer, AccountActor) or not viewer.is_student:
        return Certificate.objects.none()
    mine = Certificate.objects.filter(record__account_id=viewer.account.pk, run__second_at__isnull=False)
    return mine.select_related("record__person", "record__college", "number", "run").prefetch_related("moves").order_by("issued_on")


def boxes_for(viewer: Viewer) -> QuerySet[Box]:
    """Boxes on their way to the viewer's colleges."""
    codes = viewer.colleges_for(Permission.CERTIFICATE_HAND_OVER)
    boxes = Box.objects.select_related("college")
    return boxes if codes is None else boxes.filter(college__in=codes)


def waiting_for_archive(viewer: Viewer) -> QuerySet[Certificate]:
    """What the archive is to receive: commissioned students' certificates that lie at the registry."""
    if not viewer.may(Permission.ARCHIVE_RECEIVE, ANYWHERE):
        return Certificate.objects.none()
    waiting = Certificate.objects.filter(Q(commissioned=True) | Q(not_called_at__isnull=False), place=Place.REGISTRY, revoked_at=None)
    return waiting.select_related("record__person", "record__college", "number").order_by("college_id", "position")


def in_archive(viewer: Viewer) -> QuerySet[Certificate]:
    """What the archive holds."""
    if not viewer.may(Permission.ARCHIVE_RECEIVE, ANYWHERE):
        return Certificate.objects.none()
    return Certificate.objects.filter(place=Place.ARCHIVE).select_related("record__person", "record__college", "number").order_by("college_id", "position")


def old_one_in(certificate: Certificate) -> bool:
    """Whether the certificate of completion came back, where this one takes its place (结业转毕业); true for all others."""
    if certificate.record.conclusion != "upgrade" or certificate.kind != Kind.GRADUATION:
        return True
    return PaperRequest.objects.filter(record=certificate.record, kind="exchange", reviewed_at__isnull=False).exists()


def returns_for(viewer: Viewer) -> list[tuple[StudentRecord, PaperRequest | None]]:
    """The college's list of old certificates to come back (结业证书交回名单): every upgraded student, and how far the return is."""
    records = StudentRecord.objects.filter(visible(viewer, Permission.CERTIFICATE_HAND_OVER), conclusion="upgrade").select_related("person", "college")
    records = list(records.order_by("college_id", "student_number"))
    there = {r.record_id: r for r in PaperRequest.objects.filter(record__in=records, kind="exchange", refused_at=None)}
    return [(record, there.get(record.pk)) for record in records]


def requests_for(viewer: Viewer, permission: str = Permission.CERTIFICATE_HAND_OVER) -> QuerySet[PaperRequest]:
    """Requests for further papers that the viewer may see; a student's own among them."""
    seen = PaperRequest.objects.filter(visible(viewer, permission, "record__"))
    return seen.select_related("record__person", "record__college").order_by("-asked_at")


def by_token(token: str) -> Certificate | None:
    """The certificate of a genuine statement; called after its signature was verified, never with a typed number."""
    return Certificate.objects.filter(token=token).select_related("record__person").first()


def revoked_tokens() -> Iterable[str]:
    """The tokens of every revoked certificate: public, and meaningless without the paper."""
    return Certificate.objects.filter(revoked_at__isnull=False).values_list("token", flat=True)


def by_number(viewer: Viewer, number: str) -> Certificate | None:
    """A certificate by its number, for staff who may see the student."""
    if read(number) is None:
        return None
    return certificates_for(viewer).filter(number__text=number).first()
