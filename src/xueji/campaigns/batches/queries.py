"""Reading batches, viewer first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import AccountActor, Viewer
from xueji.campaigns.batches.models import Batch, EditedCopy
from xueji.campaigns.batches.terms import KINDS, Rows, SheetKind, Stage
from xueji.campaigns.models import Campaign
from xueji.campaigns.notice import Notice
from xueji.journal.command import Scope
from xueji.records.models import College
from xueji.records.queries import colleges_for
from xueji.rules.findings import Finding, finding
from xueji.rules.sheets import Merge, RowChange, drift, merge

QR_HEAD = "xueji:sheet:"
BESIDE = "beside"
"""What a change is called that concerns somebody who is not on the sheet."""


def scope_of_college(college: College) -> Scope:
    """Where a college's sheet belongs: the college as a whole, so that a counsellor of one class does not reach it."""
    return Scope(college=college.code, campus=college.campus)


def _visible(viewer: Viewer, permission: str) -> Q:
    """Sheets of whole colleges: a grant for one class or campus alone does not reach them."""
    codes = viewer.colleges_for(permission)
    if codes is None:
        return Q()
    if not isinstance(viewer, AccountActor):
        return Q() if viewer.may(permission, Scope()) else Q(pk__in=[])
    whole = [one.code for one in College.objects.filter(code__in=codes) if viewer.may(permission, scope_of_college(one))]
    return Q(college_id__in=whole)


def batches_for(viewer: Viewer, campaign: Campaign | None = None, permission: str = Permission.CASE_READ) -> QuerySet[Batch]:
    """The batches of the colleges in which the viewer holds the permission, newest version first."""
    found = Batch.objects.filter(_visible(viewer, permission)).select_related("campaign", "college", "scan")
    return found.filter(campaign=campaign) if campaign is not None else found


def batch_for(viewer: Viewer, batch_id: UUID, permission: str = Permission.CASE_READ) -> Batch:
    """One batch that the viewer may see. Raises Batch.DoesNotExist."""
    return batches_for(viewer, permission=permission).get(pk=batch_id)


def newest(campaign: Campaign, college: College, kind: str) -> Batch | None:
    """The newest version of a college's sheet."""
    return (
        Batch.objects.filter(campaign=campaign, college=college, kind=kind)
        .select_related("campaign", "college")
        .order_by("-version")
        .first()
    )


def kind_of(batch: Batch) -> SheetKind:
    """The kind of a batch; raises KeyError when no topic brings it any more."""
    return KINDS[batch.kind]


def rows_now(kind: SheetKind, campaign: Campaign, college: College) -> Rows:
    """The rows of a sheet as the tables have them at this moment."""
    return kind.rows(campaign, college)


def beside_now(kind: SheetKind, campaign: Campaign, college: College) -> dict[str, str]:
    """Who of the college is not on the sheet, and why, as the tables have it at this moment."""
    return kind.beside(campaign, college) if kind.beside else {}


def changes_since(batch: Batch) -> list[RowChange]:
    """What changed since the batch was frozen, on the sheet and beside it; empty once it is accepted: history then."""
    if batch.accepted_at:
        return []
    kind = kind_of(batch)
    found = {one.key: one for one in drift((BESIDE,), _column(batch.beside), _column(beside_now(kind, batch.campaign, batch.college)))}
    found |= {one.key: one for one in drift(kind.codes, batch.rows, kind.rows(batch.campaign, batch.college))}
    return [found[key] for key in sorted(found)]


def _column(beside: dict[str, str]) -> Rows:
    return {key: {BESIDE: words} for key, words in beside.items()}


def stage_of(batch: Batch, *, changed: bool, newest_version: int) -> Stage:
    """Where a batch stands, from its facts."""
    if batch.accepted_at:
        return Stage.ACCEPTED
    if batch.version < newest_version:
        return Stage.REPLACED
    if batch.returned_at:
        return Stage.RETURNED
    if changed:
        return Stage.VOID
    return Stage.SIGNED if batch.signed_at else Stage.FROZEN


@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch with everything a page needs (批次现状)."""

    batch: Batch
    kind: SheetKind
    stage: Stage
    changes: list[RowChange]

    @property
    def qr_text(self) -> str:
        return QR_HEAD + self.batch.digest


def standing_of(batch: Batch) -> BatchStanding:
    """Where a batch stands now, with the rows that changed since."""
    top = newest(batch.campaign, batch.college, batch.kind)
    changes = changes_since(batch)
    return BatchStanding(batch, kind_of(batch), stage_of(batch, changed=bool(changes), newest_version=top.version if top else 0), changes)


@dataclass(frozen=True, slots=True)
class CollegeSheet:
    """A college in a campaign with its newest batch, and whether it is late (学院办理情况)."""

    college: College
    standing: BatchStanding | None
    late: Finding | None


def sheets_of(viewer: Viewer, campaign: Campaign, notice: Notice, kind: SheetKind, now: datetime) -> list[CollegeSheet]:
    """Every college the viewer sees in this campaign, with its newest sheet of a kind and the consequence of lateness."""
    until = due(notice)
    concerned = set(campaign.cases.filter(left_at=None).values_list("record__college_id", flat=True))
    tops: dict[str, Batch] = {}
    for batch in batches_for(viewer, campaign).filter(kind=kind.code).order_by("version"):
        tops[batch.college_id] = batch
    found = []
    for college in colleges_for(viewer).filter(code__in=concerned):
        batch = tops.get(college.code)
        standing = None
        if batch is not None:
            changes = changes_since(batch)
            standing = BatchStanding(batch, kind, stage_of(batch, changed=bool(changes), newest_version=batch.version), changes)
        done = standing is not None and standing.stage in (Stage.SIGNED, Stage.ACCEPTED)
        late = until is not None and now > until and not done
        words = finding("SHEET.014", college=college.name, until=f"{until:%Y-%m-%d %H:%M}") if late and until else None
        found.append(CollegeSheet(college, standing, words))
    return found


def due(notice: Notice) -> datetime | None:
    """Until when a college has to hand in its signed sheet: the end of the sign-off step, if the notice has one."""
    ends = [step.window.closes for step in notice.steps if step.kind == "sign_off" and step.window.closes]
    return max(ends) if ends else None


def copy_for(viewer: Viewer, copy_id: UUID) -> EditedCopy:
    """An edited copy of a sheet the viewer may prepare. Raises EditedCopy.DoesNotExist."""
    copy = EditedCopy.objects.select_related("batch__campaign", "batch__college").get(pk=copy_id)
    if not viewer.may(Permission.BATCH_PREPARE, scope_of_college(copy.batch.college)):
        raise EditedCopy.DoesNotExist
    return copy


def merged(copy: EditedCopy) -> Merge:
    """An edited copy laid over the rows as they are now: theirs, ours, the frozen one."""
    batch, kind = copy.batch, kind_of(copy.batch)
    theirs = [(key, row) for key, row in copy.theirs]
    return merge(kind.codes, kind.editable, batch.rows, kind.rows(batch.campaign, batch.college), theirs)
