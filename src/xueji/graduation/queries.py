"""Reading the graduation review, viewer first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import cases_for, notice_of
from xueji.catalogue.text import Text
from xueji.graduation.models import AdverseNotice, Amendment, Filing, FilingRow, JointRequest, ProgrammePlan, Proposal, RequirementException
from xueji.graduation.reviewing import Review, material, published_plans, review
from xueji.graduation.terms import ADVERSE
from xueji.journal.command import Scope
from xueji.records.models import StudentRecord
from xueji.records.queries import values_in_force, visible
from xueji.rules.conclusions import Conclusion

_ASKED = Exists(JointRequest.objects.filter(case=OuterRef("pk"), withdrawn_at=None))
SHOWN = {
    "open": Q(proposal=None),
    "approve": Q(proposal__isnull=False, proposal__approved_at=None),
    "adverse": Q(proposal__conclusion__in=ADVERSE) | Q(_ASKED, proposal=None),
}
"""What a list of the review may be narrowed to, by what was decided: a database answers it without judging anybody."""


def beyond_limit(campaign: Campaign) -> Conclusion:
    """What the school's notice proposes for who is over the maximum duration: ``[review] beyond_limit``."""
    declared = notice_of(campaign).tables.get("review", {})
    return Conclusion(declared.get("beyond_limit", Conclusion.INCOMPLETION))


def freeze_day(campaign: Campaign) -> date | None:
    """The day from which changes of standing rest for this batch: ``[review] freeze_on``."""
    return notice_of(campaign).tables.get("review", {}).get("freeze_on")


def defence_deadline(campaign: Campaign) -> date | None:
    """The last day of defences for this batch (研函〔2020〕61号 三: 2020年6月28日): ``[review] defence_until``."""
    return notice_of(campaign).tables.get("review", {}).get("defence_until")


def to_review(viewer: Viewer, campaign: Campaign, *, college: str = "", show: str = "all") -> QuerySet[Case]:
    """The cases of a campaign that the viewer may see, in the order of the list.

    ``show`` narrows by what was decided: open (nothing proposed), approve (proposed, not approved), adverse (an adverse
    conclusion proposed, or asked for by the student).
    """
    cases = cases_for(viewer, campaign).select_related("proposal")
    if college:
        cases = cases.filter(record__college_id=college)
    return cases.filter(SHOWN.get(show, Q())).order_by("record__college_id", "record__class_number", "record__student_number")


def review_counts(viewer: Viewer, campaign: Campaign, *, college: str) -> dict[str, int]:
    """How many there are of each kind that `to_review` shows, one query."""
    cases = Case.objects.filter(visible(viewer, Permission.CASE_READ, "record__"), campaign=campaign, left_at=None, record__college_id=college)
    return cases.aggregate(all=Count("pk"), **{name: Count("pk", filter=condition) for name, condition in SHOWN.items()})


def next_open(viewer: Viewer, case: Case) -> Case | None:
    """The next student of the college for whom nothing is proposed yet, in the order of the list; after the last the first."""
    waiting = to_review(viewer, case.campaign, college=case.record.college_id, show="open").exclude(pk=case.pk)
    here = (case.record.class_number, case.record.student_number)
    after = Q(record__class_number__gt=here[0]) | Q(record__class_number=here[0], record__student_number__gt=here[1])
    return waiting.filter(after).first() or waiting.first()


def reviewed(viewer: Viewer, campaign: Campaign, on: date, *, college: str = "", show: str = "all") -> list[tuple[Case, Review, Proposal | None]]:
    """Every case of a campaign that the viewer may see, reviewed on the day; at most eight queries however many."""
    return reviewed_cases(to_review(viewer, campaign, college=college, show=show), campaign, on)


def reviewed_cases(cases: Iterable[Case], campaign: Campaign, on: date) -> list[tuple[Case, Review, Proposal | None]]:
    """Cases the caller may see (a page of them) reviewed on the day, each with what was proposed."""
    rows = list(cases)
    plans, rule, numbers = published_plans(), beyond_limit(campaign), values_in_force()
    reviews = {m.record.pk: review(m, plans, on, beyond_limit=rule, numbers=numbers) for m in material([c.record for c in rows])}
    return [(case, reviews[case.record_id], getattr(case, "proposal", None)) for case in rows]


def review_of(record: StudentRecord, on: date, *, rule: Conclusion = Conclusion.INCOMPLETION,
              what_if: Mapping[str, bool | None] | None = None) -> Review:  # fmt: skip
    """One student reviewed on the day, with facts replaced for a look ahead. The caller has seen the record by a query."""
    (one,) = material([record])
    return review(one, published_plans(), on, beyond_limit=rule, what_if=what_if)


def proposal_of(case: Case) -> Proposal | None:
    """The proposal for a case the viewer has seen."""
    return Proposal.objects.filter(case=case).first()


def exceptions_of(record: StudentRecord) -> QuerySet[RequirementException]:
    """The requirements waived for a student."""
    return RequirementException.objects.filter(record=record).order_by("requirement")


def open_request(case: Case) -> JointRequest | None:
    """The joint request that is not withdrawn."""
    return JointRequest.objects.filter(case=case, withdrawn_at=None).first()


def requests_for(viewer: Viewer, campaign: Campaign) -> QuerySet[JointRequest]:
    """The open joint requests the viewer may see, the oldest first."""
    return (
        JointRequest.objects.filter(visible(viewer, Permission.CASE_READ, "case__record__"), case__campaign=campaign, withdrawn_at=None)
        .select_related("case__record__person", "case__record__college")
        .order_by("requested_at")
    )  # fmt: skip


def adverse_notice_of(case: Case) -> AdverseNotice | None:
    """What the student was told before an adverse conclusion."""
    return AdverseNotice.objects.filter(case=case).first()


def plans() -> QuerySet[ProgrammePlan]:
    """The published plans, newest version first."""
    return ProgrammePlan.objects.order_by("code", "-version")


@dataclass(frozen=True, slots=True)
class CollegeTally:
    """How far a college is: how many on each conclusion, approved, still open."""

    college: str
    name: Text
    total: int
    proposed: int
    approved: int


def tallies(viewer: Viewer, campaign: Campaign) -> list[CollegeTally]:
    """One line per college, one query."""
    rows = (
        Case.objects.filter(visible(viewer, Permission.CASE_READ, "record__"), campaign=campaign, left_at=None)
        .values("record__college_id", "record__college__name", "record__college__name_en")
        .annotate(
            total=Count("pk"),
            proposed=Count("proposal", filter=Q(proposal__isnull=False)),
            approved=Count("proposal", filter=Q(proposal__approved_at__isnull=False)),
        )
        .order_by("record__college_id")
    )
    named = [(r, Text(r["record__college__name"], r["record__college__name_en"])) for r in rows]
    return [CollegeTally(r["record__college_id"], name, r["total"], r["proposed"], r["approved"]) for r, name in named]


def filings(viewer: Viewer, campaign: Campaign | None = None) -> QuerySet[Filing]:
    """The filings made, newest first; the registry's affair."""
    if not viewer.may(Permission.FILING_MAKE, Scope()):
        return Filing.objects.none()
    found = Filing.objects.select_related("campaign", "previous")
    return found.filter(campaign=campaign) if campaign else found


def rejections(viewer: Viewer) -> QuerySet[FilingRow]:
    """Rows an authority rejected and nobody has settled yet, each with its owner (the college), oldest first."""
    return (
        FilingRow.objects.filter(visible(viewer, Permission.CASE_READ, "record__"), answer="rejected", settled_at=None)
        .select_related("record__person", "record__college", "filing")
        .order_by("answered_at")
    )


def filed(record: StudentRecord) -> bool:
    """Whether the record stands in a filing that was not rejected: it is frozen then."""
    return FilingRow.objects.filter(record=record).exclude(answer="rejected").exists()


def amendments_of(record: StudentRecord) -> QuerySet[Amendment]:
    """The changes made after filing."""
    return Amendment.objects.filter(record=record).order_by("made_at")
