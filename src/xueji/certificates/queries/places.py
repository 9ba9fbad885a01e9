"""Reading the issue register, viewer first: where each certificate is, and counts that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.campaigns.models import Campaign
from xueji.campaigns.queries import notice_of
from xueji.certificates.models import Box, Certificate, Move, PaperRequest
from xueji.certificates.terms import Kind, Place
from xueji.journal.command import ANYWHERE
from xueji.records.models import College, StudentRecord
from xueji.records.queries import visible
from xueji.rules.numbering import read

RETURN_LIST = "completion_returns"
"""The ``document`` of a notice's step by which a college hands the old certificates up (结业证书交回名单)."""


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
    return mine.select_related("record__person", "record__college", "number", "run").prefetch_related("moves__box").order_by("issued_on")


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


def box_counted(certificate: Certificate) -> bool:
    """Whether the box by which the certificate came to the college was counted there; true for one that came without a box."""
    last = Move.objects.filter(certificate=certificate, after=Place.COLLEGE).select_related("box").order_by("-step").first()
    return last is None or last.box is None or last.box.received_at is not None


def returns_for(viewer: Viewer) -> list[tuple[StudentRecord, PaperRequest | None]]:
    """The college's list of old certificates to come back (结业证书交回名单): every upgraded student, and how far the return is."""
    records = StudentRecord.objects.filter(visible(viewer, Permission.CERTIFICATE_HAND_OVER), conclusion="upgrade").select_related("person", "college")
    records = list(records.order_by("college_id", "student_number"))
    there = {r.record_id: r for r in PaperRequest.objects.filter(record__in=records, kind="exchange", refused_at=None)}
    return [(record, there.get(record.pk)) for record in records]


def returns_until() -> datetime | None:
    """The moment by which colleges hand the old certificates up: the step of the newest notice that returns them; None without one."""
    for campaign in Campaign.objects.filter(kind__in=("graduation", "certificates")).order_by("-opens"):
        until = next((step.window.closes for step in notice_of(campaign).steps if step.document == RETURN_LIST), None)
        if until is not None:
            return until
    return None


def returns_to_send(viewer: Viewer) -> list[tuple[College, int, int]]:
    """For each college of the viewer with upgraded students: how many old certificates lie there to be handed up, how many are still out."""
    found: dict[str, list[int]] = {}
    colleges: dict[str, College] = {}
    for record, row in returns_for(viewer):
        counted = found.setdefault(record.college_id, [0, 0])
        colleges[record.college_id] = record.college
        if row is None or not row.reviewed_at:
            counted[1] += 1
        elif not row.sent_up_at:
            counted[0] += 1
    return [(colleges[code], here, out) for code, (here, out) in found.items()]


def narrowed(certificates: QuerySet[Certificate], *, words: str = "", place: str = "") -> QuerySet[Certificate]:
    """Those whose holder's name, student number, class or certificate number has these words, and that are at this place."""
    if words:
        found = Q(record__person__name__icontains=words) | Q(record__student_number__istartswith=words) | Q(record__class_number__istartswith=words)
        certificates = certificates.filter(found | Q(number__text__endswith=words))
    return certificates.filter(place=place) if place in set(Place) else certificates


def _to_be_signed_for(viewer: Viewer) -> QuerySet[Certificate]:
    """The certificates that lie at the viewer's colleges, their boxes counted; what is still in a box cannot be handed over."""
    uncounted = Move.objects.filter(certificate=OuterRef("pk"), after=Place.COLLEGE, box__isnull=False, box__received_at=None)
    return certificates_for(viewer).filter(~Exists(uncounted), place=Place.COLLEGE, commissioned=False, revoked_at=None)


def sheet_rows(viewer: Viewer, college: str, class_number: str = "") -> QuerySet[Certificate]:
    """The certificates that lie at a college to be signed for on paper, by class and student number: the sign-for sheet (签收表)."""
    rows = _to_be_signed_for(viewer).filter(college=college)
    rows = rows.filter(record__class_number=class_number) if class_number else rows
    return rows.order_by("record__class_number", "record__student_number", "kind")


def classes_waiting(viewer: Viewer) -> list[tuple[College, list[tuple[str, int]]]]:
    """For each college of the viewer the classes whose certificates wait to be signed for, with how many."""
    rows = _to_be_signed_for(viewer)
    counted = rows.order_by().values_list("college_id", "record__class_number").annotate(n=Count("pk")).order_by("college_id", "record__class_number")
    found: dict[str, list[tuple[str, int]]] = {}
    for college, number, n in counted:
        found.setdefault(college, []).append((number, n))
    colleges = College.objects.in_bulk(list(found))
    return [(colleges[code], classes) for code, classes in found.items()]


def requests_for(viewer: Viewer, permission: str = Permission.CERTIFICATE_HAND_OVER) -> QuerySet[PaperRequest]:
    """Requests for further papers that the viewer may see; a student's own among them."""
    seen = PaperRequest.objects.filter(visible(viewer, permission, "record__"))
    return seen.select_related("record__person", "record__college").order_by("-asked_at")


def to_decide(viewer: Viewer) -> QuerySet[PaperRequest]:
    """What waits for the registry: requests that a college reviewed, old certificates that a college handed up."""
    waiting = requests_for(viewer, Permission.CERTIFICATE_RELEASE).filter(reviewed_at__isnull=False, approved_at=None, refused_at=None)
    return waiting.exclude(kind="exchange", sent_up_at=None).order_by("reviewed_at", "pk")


def by_token(token: str) -> Certificate | None:
    """The certificate of a genuine statement; called after its signature was verified, never with a typed number.

    Only what tells whether it is in force is read: the statement itself says the rest, and what a holder shows is asked apart.
    """
    return Certificate.objects.filter(token=token).only("token", "revoked_at").order_by("pk").first()


def revoked_tokens() -> Iterable[str]:
    """The tokens of every revoked certificate: public, and meaningless without the paper."""
    return Certificate.objects.filter(revoked_at__isnull=False).values_list("token", flat=True)


def by_number(viewer: Viewer, number: str) -> Certificate | None:
    """A certificate by its number, for staff who may see the student."""
    if read(number) is None:
        return None
    return certificates_for(viewer).filter(number__text=number).first()
