"""Reading verdicts on photos, viewer first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.photos.day.models import Capture, Turn
from xueji.photos.models import Judgement, Overrule
from xueji.records.queries import visible
from xueji.rules.photo_profile import RULES


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule rejected, and how often a person overruled it (各规则放行次数)."""

    rule: str
    rejected: int
    overruled: int


def judgements_for(viewer: Viewer) -> QuerySet[Judgement]:
    """The verdicts on the viewer's own photos and those the viewer may overrule, newest first, with overrules."""
    seen = Judgement.objects.filter(visible(viewer, Permission.PHOTO_OVERRULE, "record__"))
    return seen.select_related("record__college").prefetch_related("overrules")


def judgement_for(viewer: Viewer, judgement_id: UUID) -> Judgement:
    """One verdict that the viewer may see. Raises Judgement.DoesNotExist."""
    return judgements_for(viewer).get(pk=judgement_id)


def rejecting_rules(judgement: Judgement) -> list[str]:
    """The rules that rejected this photo, in the order of the rules."""
    found = {f["rule"] for f in judgement.findings if f["level"] == "reject"}
    return [rule for rule in RULES if rule in found]


def accepted(judgement: Judgement) -> bool:
    """Whether the photo may be used: nothing rejected it, or a person overruled every rule that did.

    A photo that was not examined is not accepted by silence.
    """
    if judgement.outcome == "unchecked":
        return False
    overruled = {one.rule for one in judgement.overrules.all()}
    return set(rejecting_rules(judgement)) <= overruled


def overrules_per_rule(viewer: Viewer) -> list[RuleCount]:
    """Per rule how often it rejected and was overruled, among the photos the viewer may see; most overruled first.

    A rule that people overrule often is one to calibrate (``xueji photo calibrate``).
    """
    mine = Judgement.objects.filter(visible(viewer, Permission.PHOTO_OVERRULE, "record__")).order_by()
    rejected: Counter[str] = Counter()
    for findings in mine.filter(outcome__in=["reject", "unchecked"]).values_list("findings", flat=True).iterator():
        rejected.update({f["rule"] for f in findings if f["level"] == "reject"})
    overruled = Counter(Overrule.objects.filter(judgement__in=mine).values_list("rule", flat=True))
    counts = [RuleCount(rule, rejected[rule], overruled[rule]) for rule in RULES if rejected[rule] or overruled[rule]]
    return sorted(counts, key=lambda count: -count.overruled)


def waiting_for(viewer: Viewer) -> QuerySet[Judgement]:
    """Rejected photos that wait for a new photo or for a person's word (待处理), oldest first: of each student only the newest verdict."""
    seen = judgements_for(viewer).filter(outcome="reject").exclude(pk__in=_settled(viewer))
    return _newest(seen).select_related("record__college", "record__person").order_by("judged_at", "pk")


def unexamined_for(viewer: Viewer) -> QuerySet[Judgement]:
    """Photos whose newest verdict is "not checked" (未检查), oldest first: a person looks, and they are examined again later."""
    seen = judgements_for(viewer).filter(outcome="unchecked")
    return _newest(seen).select_related("record__college", "record__person").order_by("judged_at", "pk")


def overruled_for(viewer: Viewer) -> QuerySet[Judgement]:
    """Photos with at least one overruled finding (已放行), newest first."""
    return judgements_for(viewer).filter(overrules__isnull=False).distinct().select_related("record__college", "record__person")


def _newest(judgements: QuerySet[Judgement]) -> QuerySet[Judgement]:
    later = Judgement.objects.filter(record=OuterRef("record"), judged_at__gt=OuterRef("judged_at"))
    return judgements.filter(~Exists(later))


def _settled(viewer: Viewer) -> list[UUID]:
    """The rejected photos of which every finding was overruled. Overrules are few; their photos are looked through."""
    some = judgements_for(viewer).filter(outcome="reject", overrules__isnull=False).distinct()
    return [one.pk for one in some if accepted(one)]


def picture_of(judgement: Judgement) -> UUID | None:
    """The id of the photo that was judged, in the vault; None once it was replaced by another shot or removed."""
    kept = Capture.objects.filter(judgement=judgement, file__purged_at=None).values_list("file", flat=True).first()
    return kept or Turn.objects.filter(judgement=judgement, draft__purged_at=None).values_list("draft", flat=True).first()
