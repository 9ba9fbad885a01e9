"""Reading campaigns and cases, viewer first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Q, QuerySet, Value, When
from django.db.models import Case as Choose

from xueji.accounts.last_seen import LastSeen, Row, columns_of, taken_apart
from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.audience import Condition, facts_for, membership
from xueji.campaigns.models import Campaign, Case, Extension, NoticeVersion, StepMark
from xueji.campaigns.notice import Audience, Notice, NoticeStep, read_notice
from xueji.catalogue.text import Text
from xueji.journal.command import Scope
from xueji.records.models import StudentRecord
from xueji.records.queries import matching, scope_of, visible
from xueji.records.terms import PRESENT
from xueji.rules.progress import Mark, Standing, State, Step, standings

SHANGHAI = ZoneInfo("Asia/Shanghai")


_read: dict[str, Notice] = {}
"""Notices this process has read, by the digest of their text: a text never changes its meaning."""


@lru_cache(maxsize=64)
def _parsed(sha256: str, text: str) -> Notice:
    notice, findings = read_notice(text)
    if notice is None:
        raise ValueError(f"a published notice no longer reads: {findings}")
    return notice


def campaigns() -> QuerySet[Campaign]:
    """Every campaign, newest first. That a notice exists is public."""
    return Campaign.objects.all()


CAMPAIGN = f"""
SELECT {columns_of(Campaign, "campaign")}, text.sha256 AS text_sha256, campaign.version AS text_version FROM campaigns_campaign campaign
LEFT JOIN campaigns_noticeversion text ON text.campaign_id = campaign.id AND text.version = campaign.version WHERE campaign.code = %s
"""


def _with_digest(rows: Sequence[Row]) -> Campaign:
    campaign = taken_apart(Campaign, rows[0])
    campaign.__dict__ |= {"text_sha256": rows[0]["text_sha256"], "text_version": rows[0]["text_version"]}
    return campaign


campaign_of: LastSeen[Campaign] = LastSeen(CAMPAIGN, _with_digest)
"""The campaign of a code, with the digest of its text, by which a notice read before is found again; None for an unknown code."""


def notice_of(campaign: Campaign, version: int | None = None) -> Notice:
    """The notice as published, in its current or an earlier version; asked once for each campaign in hand."""
    wanted = version or campaign.version
    kept: dict[int, Notice] = campaign.__dict__.setdefault("_notices", {})
    digest = campaign.__dict__.get("text_sha256") if wanted == campaign.__dict__.get("text_version") else None
    if wanted not in kept and digest in _read:
        kept[wanted] = _read[digest]
    if wanted not in kept:
        row = NoticeVersion.objects.get(campaign=campaign, version=wanted)
        kept[wanted] = _read[row.sha256] = _parsed(row.sha256, row.text)
    return kept[wanted]


def day_of(campaign: Campaign, now: datetime) -> date:
    """The day in Shanghai as this notice counts it: where a demonstration moved its dates, that many days earlier, so that
    facts which were not moved (an enrolment, a defence) stand to the day as in the real notice."""
    return (now.astimezone(SHANGHAI) - timedelta(days=campaign.moved_by_days)).date()


def versions_of(campaign: Campaign) -> QuerySet[NoticeVersion]:
    """The published versions, newest first."""
    return campaign.versions.order_by("-version")


def cases_for(viewer: Viewer, campaign: Campaign | None = None, permission: str = Permission.CASE_READ) -> QuerySet[Case]:
    """The cases the viewer may see (of one campaign), without those who have left the audience."""
    cases = Case.objects.filter(visible(viewer, permission, "record__"), left_at=None)
    if campaign is not None:
        cases = cases.filter(campaign=campaign)
    return cases.select_related("campaign", "record__person", "record__college")


def own_cases(viewer: Viewer) -> QuerySet[Case]:
    """The viewer's own cases as a student, those that close first in front."""
    if not viewer.is_student:
        return Case.objects.none()
    return cases_for(viewer, permission=Permission.CASE_FILL).order_by("campaign__closes")


def scope_of_case(case: Case) -> Scope:
    """Where a case belongs: where its record belongs."""
    return scope_of(case.record)


@dataclass(frozen=True, slots=True)
class CaseSteps:
    """One case with its notice and every step at one instant."""

    case: Case
    notice: Notice
    steps: tuple[NoticeStep, ...]
    standings: tuple[Standing, ...]

    def standing(self, code: str) -> Standing:
        """The standing of one step; raises KeyError."""
        for found in self.standings:
            if found.step.code == code:
                return found
        raise KeyError(code)

    def pairs(self) -> list[tuple[NoticeStep, Standing]]:
        """Declared step and standing side by side, in order."""
        return list(zip(self.steps, self.standings, strict=True))


def marks_of(case: Case) -> dict[str, Mark]:
    """The newest mark of every step of a case."""
    found = StepMark.objects.filter(case=case).values_list("step", "mark", "at", "note", "by")
    return {step: Mark(State(mark), at, note, by) for step, mark, at, note, by in found}


def rule_steps(notice: Notice, group: str, personal: Iterable[Extension] = ()) -> tuple[tuple[NoticeStep, ...], tuple[Step, ...]]:
    """The declared steps of a group, and the same for the rules with the granted extensions put in."""
    declared = notice.steps_for(group)
    extensions = list(personal)
    steps = tuple(
        Step(s.code, s.who, tuple(c for c in s.after if any(d.code == c for d in declared)),
             s.window.extended(e.until for e in extensions if e.step in {"", s.code}), s.optional)
        for s in declared
    )  # fmt: skip
    return declared, steps


def extensions_of(case: Case) -> QuerySet[Extension]:
    """The extensions that reach this case: its own and its college's."""
    return Extension.objects.filter(Q(case=case) | Q(case=None, college_id=case.record.college_id), campaign_id=case.campaign_id)


def extensions_in(viewer: Viewer, campaign: Campaign) -> QuerySet[Extension]:
    """Every extension granted in a campaign that the viewer may see, newest first."""
    whole = Q() if viewer.may(Permission.CAMPAIGN_MANAGE, Scope()) else Q(college_id__in=viewer.colleges_for(Permission.CASE_READ) or ()) | visible(viewer, Permission.CASE_READ, "case__record__")
    return (
        Extension.objects.filter(whole, campaign=campaign)
        .select_related("college", "case__record__person")
        .order_by("-granted_at")
    )


def extension_of(number: str) -> Extension | None:
    """An extension by its number, for work in the background that tells of it."""
    return Extension.objects.select_related("campaign", "college").filter(pk=number).first()


def steps_of(case: Case, now: datetime) -> CaseSteps:
    """The case's steps at ``now`` with windows as extended. Three queries."""
    notice = notice_of(case.campaign)
    declared, steps = rule_steps(notice, case.group, extensions_of(case))
    return CaseSteps(case, notice, declared, tuple(standings(steps, marks_of(case), now)))


def steps_of_all(cases: Iterable[Case], now: datetime) -> list[CaseSteps]:
    """What `steps_of` says of one case, for a page of cases of one campaign. Three queries, however many they are."""
    page = list(cases)
    if not page:
        return []
    notice = notice_of(page[0].campaign)
    marks: dict[object, dict[str, Mark]] = {case.pk: {} for case in page}
    for m in StepMark.objects.filter(case__in=page):
        marks[m.case_id][m.step] = Mark(State(m.mark), m.at, m.note, m.by)
    colleges = {case.record.college_id for case in page}
    granted = list(Extension.objects.filter(Q(case__in=page) | Q(case=None, college__in=colleges), campaign_id=page[0].campaign_id))
    found = []
    for case in page:
        reaching = [e for e in granted if e.case_id == case.pk or (e.case_id is None and e.college_id == case.record.college_id)]
        declared, steps = rule_steps(notice, case.group, reaching)
        found.append(CaseSteps(case, notice, declared, tuple(standings(steps, marks[case.pk], now))))
    return found


def narrowed(cases: QuerySet[Case], *, words: str = "", class_number: str = "", stage: str = "", step: str = "") -> QuerySet[Case]:
    """The cases that fit: words (see `records.queries.matching`), a class, a stage, the step where they stopped.

    The stage "open" means everything that is not done.
    """
    if words:
        cases = cases.filter(matching(words, "record__"))
    if class_number:
        cases = cases.filter(record__class_number=class_number)
    if stage == "open":
        cases = cases.exclude(stage=State.DONE)
    elif stage:
        cases = cases.filter(stage=stage)
    if step:
        cases = cases.filter(at_step=step).exclude(stage=State.DONE)
    return cases


def _present(audience: Audience) -> Q:
    """Only who still belongs to the school, unless the notice itself asks where somebody stands."""
    asks = any(c.code in {"standing", "conclusion", "concluded"} for c in audience.include)
    return Q() if asks else Q(standing__in=PRESENT)


def audience_of(notice: Notice) -> QuerySet[StudentRecord]:
    """Every record that belongs to some group by its conditions, annotated with ``entry`` (index of the audience)."""
    conditions = [c for a in notice.audiences for c in (*a.include, *(m for e in a.exclude for m in e))]
    picks = [When(_present(a) & membership(a), then=Value(n)) for n, a in enumerate(notice.audiences) if a.include]
    return (
        StudentRecord.objects.alias(**facts_for(conditions))
        .annotate(entry=Choose(*picks, default=Value(-1)))
        .filter(entry__gte=0)
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition of one audience entry, and whether it holds for a student (原因)."""

    sentence: Text
    holds: bool
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """One audience entry explained for one student: in or out, and why."""

    audience: Audience
    belongs: bool
    reasons: tuple[Reason, ...]


def explain(record: StudentRecord, notice: Notice) -> list[Membership]:
    """Why a student is in each group, or not: every condition of every entry with its answer. One query."""
    asked: list[Condition] = [c for a in notice.audiences for c in (*a.include, *(m for e in a.exclude for m in e))]
    if not asked:
        return [Membership(a, False, ()) for a in notice.audiences]
    truth = {
        f"c{n}": Choose(When(c.holds(), then=Value(True)), default=Value(False), output_field=BooleanField()) for n, c in enumerate(asked)
    }
    answers = StudentRecord.objects.alias(**facts_for(asked)).annotate(**truth).values(*truth).get(pk=record.pk)
    held = {id(c): answers[f"c{n}"] for n, c in enumerate(asked)}
    found = []
    for audience in notice.audiences:
        reasons = [Reason(c.sentence(), held[id(c)]) for c in audience.include]
        out = [[Reason(c.sentence(), held[id(c)], excludes=True) for c in members] for members in audience.exclude]
        belongs = bool(audience.include) and all(r.holds for r in reasons)
        belongs = belongs and not any(all(r.holds for r in members) for members in out)
        found.append(Membership(audience, belongs, tuple(reasons + [r for members in out for r in members])))
    return found
