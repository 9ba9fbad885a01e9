"""From rows to facts to findings: the bridge between the tables and the rule book (毕业资格审核)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from xueji.graduation.models import JointRequest, ProgrammePlan, RequirementException, Studies
from xueji.records.models import StandingChange, StudentRecord
from xueji.records.queries import suspended_days, values_in_force
from xueji.records.terms import Certificates, Population, Standing
from xueji.rules.conclusions import JUDGEMENTS, Conclusion, proposal
from xueji.rules.conclusions import Studies as Facts
from xueji.rules.findings import Finding
from xueji.rules.requirements import Achievements, Outcome, Plan, Verdict, judged, plan_for, read_plan, summary
from xueji.rules.standing import within_limit
from xueji.rules.values import Values

HOLDS = "holds"


@lru_cache(maxsize=256)
def _plan(sha256: str, text: str) -> Plan:
    plan, findings = read_plan(text)
    if plan is None:
        raise ValueError(f"a published plan no longer reads: {findings}")
    return plan


def published_plans() -> list[Plan]:
    """Every plan in its newest version."""
    newest: dict[str, ProgrammePlan] = {}
    for row in ProgrammePlan.objects.order_by("code", "version"):
        newest[row.code] = row
    return [_plan(row.sha256, row.text) for row in newest.values()]


@dataclass(frozen=True, slots=True)
class Review:
    """One student reviewed on one day: requirements with verdicts, facts, what the rules propose and why."""

    record: StudentRecord
    plan: Plan | None
    outcomes: tuple[Outcome, ...]
    facts: Facts
    proposed: Conclusion
    findings: tuple[Finding, ...]

    def against(self, conclusion: str) -> list[Finding]:
        """What stands in the way of a conclusion other than the proposed one."""
        judge = JUDGEMENTS.get(Conclusion(conclusion))
        return judge(self.facts) if judge else []


@dataclass(slots=True)
class Material:
    """Everything the review of one student needs, fetched in bulk."""

    record: StudentRecord
    studies: Studies | None = None
    exceptions: Mapping[str, date | None] = field(default_factory=dict)
    request: JointRequest | None = None
    changes: tuple[StandingChange, ...] = ()


def material(records: Iterable[StudentRecord]) -> list[Material]:
    """The material of many students in five queries."""
    found = {r.pk: Material(r) for r in records}
    keys = list(found)
    for studies in Studies.objects.filter(record__in=keys):
        found[studies.record_id].studies = studies
    exceptions: dict[object, dict[str, date | None]] = {}
    for row in RequirementException.objects.filter(record__in=keys):
        exceptions.setdefault(row.record_id, {})[row.requirement] = row.until
    for pk, waived in exceptions.items():
        found[pk].exceptions = waived
    for request in JointRequest.objects.filter(case__record__in=keys, withdrawn_at=None).select_related("case"):
        found[request.case.record_id].request = request
    changes: dict[object, list[StandingChange]] = {}
    for change in StandingChange.objects.filter(record__in=keys).order_by("effective_on", "decided_at"):
        changes.setdefault(change.record_id, []).append(change)
    for pk, rows in changes.items():
        found[pk].changes = tuple(rows)
    return list(found.values())


def achievements(material: Material) -> Achievements:
    """What has been reported, as the rule book wants it."""
    known = material.studies.known if material.studies else {}
    return Achievements(
        credits=known.get("credits", {}), courses=known.get("courses", {}), tests=known.get("tests", {}),
        facts=known.get("facts", {}), exceptions=material.exceptions,
    )  # fmt: skip


def review(material: Material, plans: list[Plan], on: date, *, beyond_limit: Conclusion = Conclusion.INCOMPLETION,
           what_if: Mapping[str, bool | None] | None = None, numbers: Values | None = None) -> Review:  # fmt: skip
    """Review one student on the day ``on``. ``what_if`` replaces facts ("defence_passed": True) for a look ahead."""
    record, studies = material.record, material.studies
    plan = plan_for(plans, level=record.level, major_code=record.major_code, intake_year=record.intake_year)
    outcomes = judged(plan, achievements(material), on) if plan else []
    grades = [o for o in outcomes if o.requirement.kind == "no_failures"]
    rest = [o for o in outcomes if o.requirement.kind != "no_failures"]
    numbers = values_in_force() if numbers is None else numbers
    limit = float(studies.limit_years) if studies and studies.limit_years else numbers.at("graduation.limit_years", on).get(record.schooling_years)
    known = studies.known if studies else {}
    values = {
        "international": record.person.population == Population.INTERNATIONAL,
        "both_certificates": record.certificates == Certificates.BOTH,
        "within_time_limit": within_limit(record.enrolled_on, limit, suspended_days(material.changes, on), on),
        "programme_done": summary(rest),
        "grades_passed": summary(grades),
        "defence_held": None if studies is None or studies.defence_on is None else studies.defence_on <= on,
        "defence_passed": studies.defence_passed if studies else None,
        "joint_request": bool(material.request and material.request.supervisor_at),
        "college_approval": bool(material.request and material.request.college_at),
        "completed_before": record.standing == Standing.COMPLETED or record.conclusion == Conclusion.COMPLETION,
        "completion_certificate_returned": known.get("facts", {}).get("completion_certificate_returned"),
        "studied_a_year": None if record.enrolled_on is None else (on - record.enrolled_on).days >= numbers.at("graduation.year_of_study_days", on),
        "open_holds": tuple(name for name, there in known.get(HOLDS, {}).items() if there),
    }  # fmt: skip
    facts = Facts(**(values | dict(what_if or {})))
    proposed, findings = proposal(facts, beyond_limit=beyond_limit)
    return Review(record, plan, tuple(outcomes), facts, proposed, tuple(findings))


def unmet(review: Review) -> list[Outcome]:
    """The requirements that are not met or not known."""
    return [o for o in review.outcomes if o.verdict in {Verdict.NOT_MET, Verdict.UNKNOWN}]
