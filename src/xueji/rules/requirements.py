"""What a programme asks of its students, as data, and whether one student has met it (培养方案要求).

A plan is a TOML file: modules with least credits, required courses, tests, facts that must be true or must be absent.
Plans are dated by intake year: a student is judged by the plan of the own year. Unknown is an answer of its own: a
fact that nobody has reported is never taken for "no".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from xueji.catalogue.text import Text, listed
from xueji.rules.findings import Finding, Level, finding

KINDS = ("credits", "total_credits", "course", "no_failures", "test", "fact", "clear")
PASS_MARK = 60.0
"""百分制及格线; a plan may declare another for one course or test."""


class Verdict(StrEnum):
    """Whether a requirement is met (达成情况)."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    EXCEPTED = "excepted"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement (要求). ``subject`` is the module, course, test or fact it is about."""

    code: str
    kind: str
    subject: str
    least: float
    label: Text
    clause: str
    weight: Level


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a programme for some intake years (培养方案)."""

    code: str
    title: Text
    levels: tuple[str, ...]
    majors: tuple[str, ...]
    since: int
    until: int
    source: str
    requirements: tuple[Requirement, ...]

    def covers(self, level: str, major_code: str, intake_year: int | None) -> bool:
        """Whether a student of this level, major and intake year is judged by this plan."""
        return (
            (not self.levels or level in self.levels)
            and (not self.majors or major_code in self.majors or any(major_code.startswith(m[:-1]) for m in self.majors if m.endswith("*")))
            and intake_year is not None
            and self.since <= intake_year <= self.until
        )


@dataclass(slots=True)
class Achievements:
    """What is known of one student (学业情况). A missing key means that nobody has reported it."""

    credits: Mapping[str, float] = field(default_factory=dict)
    courses: Mapping[str, float | bool | None] = field(default_factory=dict)
    tests: Mapping[str, float | bool | None] = field(default_factory=dict)
    facts: Mapping[str, bool | None] = field(default_factory=dict)
    exceptions: Mapping[str, date | None] = field(default_factory=dict)


class Outcome(NamedTuple):
    """One requirement judged: the verdict and what it was judged by; the words are made when somebody reads them."""

    requirement: Requirement
    verdict: Verdict
    value: float | bool | str | None = None

    @property
    def measured(self) -> str:
        """What the student has, in words: a number, ✓ or ✗, the failed courses; "" for nothing reported."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "✓" if self.value else "✗"
        return self.value if isinstance(self.value, str) else f"{self.value:g}"

    @property
    def needed(self) -> str:
        """What the plan asks for, in words."""
        signs = {"fact": "✓", "clear": "✗"}
        return signs.get(self.requirement.kind) or f"{self.requirement.least:g}"


def read_plan(text: str) -> tuple[Plan | None, list[Finding]]:
    """The plan declared by ``text``, or None with every problem found."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [finding("PLAN.001", problem=str(error))]
    found: list[Finding] = []
    head, intake = raw.get("plan", {}), raw.get("plan", {}).get("intake", {})
    for key in ("code", "title", "source"):
        if not head.get(key):
            found.append(finding("PLAN.002", key=key))
    since, until = intake.get("from"), intake.get("until", 9999)
    if not isinstance(since, int) or not isinstance(until, int) or until < since:
        found.append(finding("PLAN.003"))
    requirements: list[Requirement] = []
    for number, entry in enumerate(raw.get("requirement", []), 1):
        place = f"requirement {number}"
        code, kind, weight = entry.get("code", ""), entry.get("kind", ""), entry.get("weight", "stop")
        if not code or code in {r.code for r in requirements}:
            found.append(finding("PLAN.004", code=code, place=place))
        if kind not in KINDS:
            found.append(finding("PLAN.005", kind=kind, allowed=listed(KINDS), place=place))
        if weight not in {"stop", "doubt"}:
            found.append(finding("PLAN.006", weight=weight, place=place))
        subject = entry.get("subject", "")
        if not subject and kind not in {"total_credits", "no_failures"}:
            found.append(finding("PLAN.002", key="subject", place=place))
        least = entry.get("least", PASS_MARK if kind in {"course", "test", "no_failures"} else 0)
        if isinstance(least, bool) or not isinstance(least, int | float) or least < 0:
            found.append(finding("PLAN.007", least=least, place=place))
            continue
        requirements.append(
            Requirement(code, kind, subject, float(least), Text(entry.get("label", subject), entry.get("label_en", subject)),
                        entry.get("clause", head.get("source", "")), Level(weight) if weight in {"stop", "doubt"} else Level.STOP)
        )  # fmt: skip
    if not raw.get("requirement"):
        found.append(finding("PLAN.008"))
    if found:
        return None, found
    title = Text(head["title"], head.get("title_en", head["title"]))
    return Plan(head["code"], title, tuple(head.get("levels", ())), tuple(head.get("majors", ())), since, until,
                head["source"], tuple(requirements)), []  # fmt: skip


def plan_for(plans: Iterable[Plan], *, level: str, major_code: str, intake_year: int | None) -> Plan | None:
    """The plan that judges a student: the most specific that covers level, major and intake year; None if none does."""
    covering = [p for p in plans if p.covers(level, major_code, intake_year)]
    return max(covering, key=lambda p: (major_code in p.majors, bool(p.majors), bool(p.levels), p.since), default=None)


def judged(plan: Plan, achieved: Achievements, on: date) -> list[Outcome]:
    """Every requirement of the plan with its verdict for one student, on the day ``on``."""
    return [_judged(r, achieved, on) for r in plan.requirements]


def _judged(r: Requirement, achieved: Achievements, on: date) -> Outcome:
    verdict, value = _MEASURES[r.kind](r, achieved)
    if verdict is not Verdict.MET and r.code in achieved.exceptions:
        until = achieved.exceptions[r.code]
        if until is None or on <= until:
            verdict = Verdict.EXCEPTED
    return Outcome(r, verdict, value)


Measured = tuple[Verdict, float | bool | str | None]


def _credits(r: Requirement, achieved: Achievements) -> Measured:
    earned = achieved.credits.get(r.subject)
    if earned is None:
        return Verdict.UNKNOWN, None
    return (Verdict.MET if earned >= r.least else Verdict.NOT_MET), earned


def _total_credits(r: Requirement, achieved: Achievements) -> Measured:
    if not achieved.credits:
        return Verdict.UNKNOWN, None
    earned = sum(achieved.credits.values())
    return (Verdict.MET if earned >= r.least else Verdict.NOT_MET), earned


def _mark(value: float | bool | None, least: float) -> Verdict:
    if value is None:
        return Verdict.UNKNOWN
    if value is True or value is False:
        return Verdict.MET if value else Verdict.NOT_MET
    return Verdict.MET if value >= least else Verdict.NOT_MET


def _course(r: Requirement, achieved: Achievements) -> Measured:
    value = achieved.courses.get(r.subject)
    return _mark(value, r.least), value


def _test(r: Requirement, achieved: Achievements) -> Measured:
    value = achieved.tests.get(r.subject)
    return _mark(value, r.least), value


def _no_failures(r: Requirement, achieved: Achievements) -> Measured:
    """成绩合格: no reported course below the mark; a course without a grade leaves the answer open."""
    if not achieved.courses:
        return Verdict.UNKNOWN, None
    failed, unknown = [], False
    for course, grade in achieved.courses.items():
        verdict = _mark(grade, r.least)
        if verdict is Verdict.NOT_MET:
            failed.append(course)
        elif verdict is Verdict.UNKNOWN:
            unknown = True
    if failed:
        return Verdict.NOT_MET, "、".join(failed[:5])
    return (Verdict.UNKNOWN if unknown else Verdict.MET), None


def _fact(r: Requirement, achieved: Achievements) -> Measured:
    value = achieved.facts.get(r.subject)
    return _mark(value, 0), value


def _clear(r: Requirement, achieved: Achievements) -> Measured:
    """Something that must not be there: a fee or library hold, a disciplinary measure in force."""
    there = achieved.facts.get(r.subject)
    if there is None:
        return Verdict.UNKNOWN, None
    return (Verdict.NOT_MET if there else Verdict.MET), there


_MEASURES: dict[str, Any] = {
    "credits": _credits, "total_credits": _total_credits, "course": _course, "no_failures": _no_failures, "test": _test,
    "fact": _fact, "clear": _clear,
}  # fmt: skip


def summary(outcomes: Sequence[Outcome]) -> bool | None:
    """Whether the programme is done: True when everything is met or excepted, False when something is not, else None."""
    verdicts = {o.verdict for o in outcomes if o.requirement.weight is Level.STOP}
    if Verdict.NOT_MET in verdicts:
        return False
    return None if Verdict.UNKNOWN in verdicts or not outcomes else True
