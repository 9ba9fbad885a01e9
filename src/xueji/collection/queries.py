"""Reading what students enter, viewer first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.admission import why_not
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.notice import Notice, NoticeStep
from xueji.campaigns.queries import SHANGHAI, CaseSteps, cases_for, own_cases, steps_of
from xueji.catalogue.fields import FIELDS, Field, Kind, Policy, Population
from xueji.collection.models import Draft, PrintedForm, Submission
from xueji.collection.terms import DRAFT_DAYS, Slot, typed_code
from xueji.documents.record_form import fields_printed
from xueji.records.models import StudentRecord
from xueji.records.queries import values_of
from xueji.rules.fields import required, term_of
from xueji.rules.findings import Finding, finding
from xueji.rules.progress import Standing, State


@dataclass(frozen=True, slots=True)
class Asked:
    """One field that a step asks of a student, with the policy of this round (本次填报的字段)."""

    field: Field
    policy: Policy
    held_back: bool = False

    @property
    def editable(self) -> bool:
        """Whether the student types it here."""
        return self.policy in (Policy.FREE, Policy.APPROVAL)


def asked_of(notice: Notice, step: NoticeStep, population: Population) -> list[Asked]:
    """The fields of a step that concern a population, in the notice's order, with the round's own policies."""
    found = []
    for code in step.fields:
        field = FIELDS[code]
        if population in field.applies_to:
            declared = notice.policies.get(code, field.policy)
            held_back = declared == "not_now"
            found.append(Asked(field, Policy.FIXED if held_back else Policy(declared), held_back))
    return found


@dataclass(frozen=True, slots=True)
class Filling:
    """One step that is filled in, at one instant: what it asks, and what stands in the way of filling it now."""

    steps: CaseSteps
    declared: NoticeStep
    standing: Standing
    asked: list[Asked]
    problems: list[Finding]


def filling(case: Case, step: str, now: datetime) -> Filling:
    """A step of a case as it is filled in at ``now``. Raises KeyError for a step that is not filled in."""
    steps = steps_of(case, now)
    for declared, standing in steps.pairs():
        if declared.code == step and declared.kind == "fill":
            problems = why_not(case, declared, standing, now)
            if has_been_received(steps):
                problems.append(finding("COLL.001"))
            return Filling(steps, declared, standing, asked_of(steps.notice, declared, population_of(case.record)), problems)
    raise KeyError(step)


def has_been_received(steps: CaseSteps) -> bool:
    """Whether the college holds the signed form of this case."""
    return any(declared.kind == "hand_in" and standing.state is State.DONE for declared, standing in steps.pairs())


def own_case(viewer: Viewer, case_id: UUID) -> Case:
    """The viewer's own case. Raises Case.DoesNotExist for anybody else's."""
    return own_cases(viewer).get(pk=case_id)


def given_by_notice(notice: Notice, step: NoticeStep) -> dict[str, str]:
    """What the notice itself says of a step's fields: its ``values``, and the term its window lies in."""
    values = {str(code): str(value) for code, value in step.extra.get("values", {}).items()}
    opens = step.window.opens or notice.window.opens
    if "term" in step.fields and opens:
        values.setdefault("term", term_of(opens.astimezone(SHANGHAI).date()))
    return values


def drafts_of(case: Case, step: str = "") -> dict[tuple[str, str], Draft]:
    """The drafts of a case (of one step) by step and slot; one query."""
    found = Draft.objects.filter(case=case, **({"step": step} if step else {}))
    return {(draft.step, draft.slot): draft for draft in found}


def drafts_over(now: datetime) -> QuerySet[Draft]:
    """Drafts of campaigns that closed DRAFT_DAYS ago and that nobody touched since: their time is over."""
    over = now - timedelta(days=DRAFT_DAYS)
    return Draft.objects.filter(case__campaign__closes__lt=over, saved_at__lt=over).select_related("case__record")


def submissions_of(case: Case) -> dict[str, Submission]:
    """The newest submission of every step of a case; one query. Nothing is opened."""
    return {one.step: one for one in Submission.objects.filter(case=case).order_by("number").defer("values")}


def submission_for(viewer: Viewer, case_id: UUID, step: str, number: int) -> Submission:
    """One submission of the viewer's own case. Raises Submission.DoesNotExist."""
    cases = own_cases(viewer).order_by().values("pk")
    return Submission.objects.select_related("case__campaign", "case__record__person", "case__record__college").get(
        case__in=cases, case_id=case_id, step=step, number=number
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """How much of a step is filled (填写进度): of what must be filled, and what is still missing."""

    total: int
    missing: tuple[Field, ...]

    @property
    def done(self) -> int:
        return self.total - len(self.missing)


def filled(asked: Sequence[Asked], values: Mapping[str, Any], population: Population, also: Iterable[str] = ()) -> Filled:
    """What of a step must be filled by the student, and which of it is empty."""
    needed = [one.field for one in asked if one.editable and required(one.field, population, values, tuple(also))]
    return Filled(len(needed), tuple(field for field in needed if not values.get(field.code)))


def population_of(record: StudentRecord) -> Population:
    """Whose documents and rules apply."""
    return Population(record.person.population)


def digest_of(content: Mapping[str, Any]) -> str:
    """The SHA-256 of a content in one fixed form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hand_in_step(notice: Notice, document: str, group: str) -> NoticeStep | None:
    """The step at which the college receives a document."""
    return next((s for s in notice.steps_for(group) if s.kind == "hand_in" and s.document == document), None)


def print_step(notice: Notice, document: str, group: str) -> NoticeStep | None:
    """The step at which a document is printed."""
    return next((s for s in notice.steps_for(group) if s.kind == "print" and s.document == document), None)


def newest_form(case: Case, document: str) -> PrintedForm | None:
    """The newest printed version of a document of a case."""
    return PrintedForm.objects.filter(case=case, document=document).order_by("-version").first()


def printed_versions(case: Case) -> QuerySet[PrintedForm]:
    """Every printed version of a case, the newest first; what stands on them is not opened."""
    return PrintedForm.objects.filter(case=case).defer("values").order_by("document", "-version")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check code says of a sheet (核对结果): which version it is, which is newest, whether the record moved on.

    ``number`` is the notice's number, ``step_open`` nothing personal: this much a stranger may know.
    """

    form: PrintedForm
    newest: int
    outdated: bool

    @property
    def valid(self) -> bool:
        """Whether the sheet is the newest and the record still says the same."""
        return self.form.version == self.newest and not self.outdated


def proof_of(code: str) -> Proof | None:
    """The sheet behind a typed or scanned check code, for anybody who holds it; None when there is none."""
    form = (
        PrintedForm.objects.filter(code=typed_code(code))
        .select_related("case__campaign", "case__record__person", "case__record__college")
        .first()
    )
    if form is None:
        return None
    newest = PrintedForm.objects.filter(case=form.case, document=form.document).aggregate(n=Max("version"))["n"]
    outdated = form.version == newest and form.digest != digest_of(form_values(form.case.record))
    return Proof(form, newest, outdated)


def proof_for(viewer: Viewer, code: str) -> Proof | None:
    """The same for a college or registry that may see the case; None when it is not theirs."""
    proof = proof_of(code)
    if proof is None or not cases_for(viewer, proof.form.case.campaign, Permission.CASE_RECEIVE).filter(pk=proof.form.case_id).exists():
        return None
    return proof


def form_values(record: StudentRecord) -> dict[str, Any]:
    """What stands on a record form: of everything the record holds, what the form's layout shows."""
    shown = fields_printed() | {"form_photo"}
    return {code: value for code, value in values_of(record).items() if code in shown}


def newest_forms(viewer: Viewer, campaign: Campaign, college: str, document: str = "record_form") -> QuerySet[PrintedForm]:
    """The newest printed form of every case of a college that the viewer may see, by class and student number."""
    cases = cases_for(viewer, campaign).filter(record__college_id=college)
    newest = PrintedForm.objects.filter(case__in=cases.order_by().values("pk"), document=document)
    latest = newest.order_by().values("case").annotate(n=Max("version")).values_list("case", "n")
    wanted = dict(latest)
    forms = newest.select_related("case__campaign", "case__record__person", "case__record__college").order_by(
        "case__record__class_number", "case__record__student_number"
    )
    return forms.filter(pk__in=[form.pk for form in forms.only("pk", "case_id", "version") if form.version == wanted[form.case_id]])


def lately_received(viewer: Viewer) -> QuerySet[PrintedForm]:
    """The forms that the viewer's colleges have received, the last one first."""
    cases = cases_for(viewer, permission=Permission.CASE_RECEIVE).order_by().values("pk")
    received = PrintedForm.objects.filter(case__in=cases).exclude(received_at=None)
    return received.select_related("case__record__person", "case__campaign").order_by("-received_at")


def photo_of(values: Mapping[str, Any]) -> str:
    """The vault id of the form's photo, "" for none."""
    return str(values.get("form_photo") or "")


def kept_values(asked: Sequence[Asked], drafts: Mapping[tuple[str, str], Draft], step: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """What a step's page starts from: the draft where there is one, otherwise what the record holds."""
    draft = drafts.get((step, Slot.CURRENT))
    typed = draft.values if draft else {}
    return {**record, **{one.field.code: typed[one.field.code] for one in asked if one.editable and one.field.code in typed}}


def differences(asked: Sequence[Asked], one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[Field, Any, Any]]:
    """The fields in which two drafts differ, with both values; photos are not compared."""
    return [
        (it.field, one.get(it.field.code) or "", other.get(it.field.code) or "")
        for it in asked
        if it.editable and it.field.kind is not Kind.PHOTO and (one.get(it.field.code) or "") != (other.get(it.field.code) or "")
    ]


def receipts_of(viewer: Viewer, now: datetime) -> QuerySet[Submission]:
    """Every submission of the viewer's own, newest first; nothing is opened."""
    return (
        Submission.objects.filter(case__in=own_cases(viewer).order_by().values("pk"), submitted_at__lte=now)
        .select_related("case__campaign")
        .defer("values")
        .order_by("-submitted_at")
    )
