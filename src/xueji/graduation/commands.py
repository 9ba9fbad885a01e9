"""Writes of the graduation review: plans, facts, requests, proposals, notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from xueji.accounts.permissions import Permission
from xueji.campaigns.commands import mark_step
from xueji.campaigns.models import Case
from xueji.campaigns.queries import notice_of, scope_of_case
from xueji.catalogue.text import listed
from xueji.graduation.models import AdverseNotice, JointRequest, ProgrammePlan, Proposal, RequirementException, Studies
from xueji.graduation.queries import beyond_limit, filed, open_request, proposal_of, review_of
from xueji.graduation.terms import ADVERSE, DELIVERIES
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.rules.conclusions import Conclusion
from xueji.rules.findings import Level, finding, stops
from xueji.rules.progress import State
from xueji.rules.requirements import read_plan
from xueji.vault.commands import store_file


def _of_case(case: Case, **_: object) -> Scope:
    return scope_of_case(case)


def _of_request(request: JointRequest, **_: object) -> Scope:
    return scope_of_case(request.case)


def _of_record(record: StudentRecord, **_: object) -> Scope:
    return scope_of(record)


@command(needs=Permission.RECORD_CHANGE, records="plan.published")
def publish_plan(act: Act, *, text: str) -> Change:
    """Publish a programme's plan (发布培养方案). Stopped with every finding; the same text again changes nothing."""
    plan, findings = read_plan(text)
    if plan is None:
        raise Stopped(findings)
    proof = hashlib.sha256(text.encode()).hexdigest()
    newest = ProgrammePlan.objects.filter(code=plan.code).order_by("-version").first()
    if newest is not None and newest.sha256 == proof:
        return Change(f"plan:{plan.code}", result=newest, unchanged=True)
    row = ProgrammePlan.objects.create(code=plan.code, version=newest.version + 1 if newest else 1, title=plan.title.zh, text=text,
                                       sha256=proof, published_at=act.at, published_by=act.by.label)  # fmt: skip
    return Change(f"plan:{plan.code}", ANYWHERE, {"version": row.version, "sha256": proof, "requirements": len(plan.requirements)}, row)


@command(needs=Permission.RECORD_CHANGE, records="studies.reported")
def report_studies(act: Act, *, rows: Iterable[tuple[StudentRecord, Mapping[str, Any]]], source: str, on: date) -> Change:
    """Take over reported facts of many students (导入学业数据), each value with its source and day.

    A row: ``credits``/``courses``/``tests``/``facts``/``holds`` as mappings, and ``defence_on``, ``defence_passed``,
    ``defence_grade``, ``limit_years``. What a row does not mention stays. The result is the number of changed students.
    """
    listed = list(rows)
    there = {s.record_id: s for s in Studies.objects.filter(record__in=[r.pk for r, _ in listed])}
    fresh, changed = [], []
    for record, values in listed:
        studies = there.get(record.pk) or Studies(record=record, known={}, sources={}, changed_at=act.at)
        if _taken_over(studies, values, source, on):
            studies.changed_at = act.at
            (changed if record.pk in there else fresh).append(studies)
    Studies.objects.bulk_create(fresh, batch_size=1000)
    Studies.objects.bulk_update(
        changed, ["known", "sources", "defence_on", "defence_passed", "defence_grade", "limit_years", "changed_at"], batch_size=500
    )
    touched = len(fresh) + len(changed)
    return Change(f"studies:{source}", ANYWHERE, {"source": source, "on": str(on), "students": touched}, touched, unchanged=not touched)


def _taken_over(studies: Studies, values: Mapping[str, Any], source: str, on: date) -> bool:
    changed = False
    known = studies.known
    for part, value in values.items():
        if isinstance(value, Mapping):
            held = known.setdefault(part, {})
            for key, single in value.items():
                if key not in held or held[key] != single:
                    held[key] = single
                    studies.sources[f"{part}.{key}"] = [source, str(on)]
                    changed = True
        elif getattr(studies, part) != value:
            setattr(studies, part, value)
            studies.sources[part] = [source, str(on)]
            changed = True
    return changed


@command(needs=Permission.RECORD_CHANGE, records="requirement.excepted", scope=_of_record)
def except_requirement(act: Act, record: StudentRecord, *, requirement: str, reason: str, until: date | None = None) -> Change:
    """Waive a requirement for one student (批准例外), with reason and, if it ends, its last day."""
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    row, _ = RequirementException.objects.update_or_create(
        record=record, requirement=requirement,
        defaults={"reason": reason.strip(), "until": until, "approved_at": act.at, "approved_by": act.by.label},
    )  # fmt: skip
    detail = {"requirement": requirement, "reason": reason.strip(), "until": str(until or "")}
    return Change(f"record:{record.student_number}", scope_of(record), detail, row)


# the joint written request (研究生及导师书面申请)


@command(needs=Permission.CASE_FILL, records="joint_request.made", scope=_of_case)
def request_conclusion(act: Act, case: Case, *, conclusion: str, reason: str, supervisor: str) -> Change:
    """The student asks for 结业 or 肄业, naming the supervisor who has to join (研究生申请)."""
    return _requested(act, case, conclusion, reason, supervisor)


@command(needs=Permission.CONCLUSION_PROPOSE, records="joint_request.recorded", scope=_of_case)
def record_request(act: Act, case: Case, *, conclusion: str, reason: str, supervisor: str, scan: bytes, title: str = "") -> Change:
    """The college records the paper signed by student and supervisor, with its scan (登记纸质申请): both have joined."""
    kept = store_file(act, scan, purpose="scan", scope=scope_of_case(case), title=title).result
    change = _requested(act, case, conclusion, reason, supervisor)
    request: JointRequest = change.result
    request.scan, request.supervisor_at, request.supervisor_by = kept, act.at, act.by.label
    request.save(update_fields=["scan", "supervisor_at", "supervisor_by"])
    return change


def _requested(act: Act, case: Case, conclusion: str, reason: str, supervisor: str) -> Change:
    problems = []
    if conclusion not in {Conclusion.COMPLETION, Conclusion.INCOMPLETION}:
        problems.append(finding("REVIEW.001", field="conclusion"))
    if not reason.strip():
        problems.append(finding("CAMP.022", field="reason"))
    if not supervisor.strip():
        problems.append(finding("REVIEW.002", field="supervisor"))
    if open_request(case) is not None:
        problems.append(finding("REVIEW.003"))
    if _frozen(case):
        problems.append(finding("REVIEW.004"))
    if problems:
        raise Stopped(problems)
    request = JointRequest.objects.create(case=case, conclusion=conclusion, reason=reason.strip(), supervisor=supervisor.strip()[:60],
                                          requested_at=act.at, requested_by=act.by.label)  # fmt: skip
    return Change(f"case:{case.pk}", scope_of_case(case), {"conclusion": conclusion, "request": str(request.pk)}, request)


@command(needs=Permission.CONCLUSION_PROPOSE, records="joint_request.joined", scope=_of_request)
def join_request(act: Act, request: JointRequest, *, scan: bytes | None = None, title: str = "") -> Change:
    """Register that the supervisor has joined the request (导师同意), with the signed paper if there is one."""
    if request.supervisor_at or request.withdrawn_at:
        return Change(f"case:{request.case_id}", result=request, unchanged=True)
    if scan is not None:
        request.scan = store_file(act, scan, purpose="scan", scope=scope_of_case(request.case), title=title).result
    request.supervisor_at, request.supervisor_by = act.at, act.by.label
    request.save(update_fields=["supervisor_at", "supervisor_by", "scan"])
    return Change(f"case:{request.case_id}", scope_of_case(request.case), {"request": str(request.pk)}, request)


@command(needs=Permission.CONCLUSION_APPROVE, records="joint_request.approved", scope=_of_request)
def approve_request(act: Act, request: JointRequest, *, opinion: str) -> Change:
    """The college approves a joint request in writing (学院审批意见). It needs both signatures first."""
    problems = []
    if request.withdrawn_at:
        problems.append(finding("REVIEW.005"))
    if not request.supervisor_at:
        problems.append(finding("REVIEW.006", supervisor=request.supervisor))
    if not opinion.strip():
        problems.append(finding("REVIEW.007", field="opinion"))
    if problems:
        raise Stopped(problems)
    request.college_at, request.college_by, request.college_opinion = act.at, act.by.label, opinion.strip()[:500]
    request.save(update_fields=["college_at", "college_by", "college_opinion"])
    return Change(f"case:{request.case_id}", scope_of_case(request.case), {"request": str(request.pk)}, request)


@command(needs=Permission.CASE_FILL, records="joint_request.withdrawn", scope=_of_request)
def withdraw_request(act: Act, request: JointRequest) -> Change:
    """The student takes the request back, as long as the college's list is not frozen (撤回申请)."""
    if _frozen(request.case):
        raise Stopped([finding("REVIEW.004")])
    if request.withdrawn_at:
        return Change(f"case:{request.case_id}", result=request, unchanged=True)
    request.withdrawn_at = act.at
    request.save(update_fields=["withdrawn_at"])
    return Change(f"case:{request.case_id}", scope_of_case(request.case), {"request": str(request.pk)}, request)


def _frozen(case: Case) -> bool:
    """Whether the conclusion stands on a list that the registry has accepted, or was filed."""
    return bool(case.record.conclusion and case.finished_at) or filed(case.record)


# proposing and approving: two persons (四眼)


@command(needs=Permission.CONCLUSION_PROPOSE, records="conclusion.proposed", scope=_of_case)
def propose_conclusion(
    act: Act, case: Case, *, conclusion: str, on: date, note: str = "", prolong_until: date | None = None
) -> Change:
    """Propose a conclusion for one student (提出毕业结论).

    Stopped by every stop of the rule book. A doubt needs the proposer's note: what was looked at and why it is in
    order. Proposing anew takes an approval back.
    """
    reviewed = review_of(case.record, on, rule=beyond_limit(case.campaign))
    found = reviewed.against(conclusion)
    problems = stops(found)
    if conclusion == Conclusion.PROLONG and (prolong_until is None or prolong_until <= on):
        problems.append(finding("REVIEW.008", field="prolong_until"))
    doubts = [f for f in found if f.level is Level.DOUBT]
    if doubts and not note.strip():
        problems.append(finding("REVIEW.009", doubts=listed(f.id for f in doubts), field="note"))
    if filed(case.record):
        problems.append(finding("REVIEW.010"))
    if problems:
        raise Stopped(problems + [d for d in doubts if d not in problems])
    row, _ = Proposal.objects.update_or_create(
        case=case,
        defaults={
            "conclusion": conclusion, "by_rule": reviewed.proposed, "cleared": [f.id for f in doubts], "note": note.strip()[:500],
            "prolong_until": prolong_until, "proposed_at": act.at, "proposed_by": act.by.id_text, "proposed_label": act.by.label,
            "approved_at": None, "approved_by": "", "approved_label": "",
        },
    )  # fmt: skip
    _mark_review(act, case, State.REVIEW)
    detail = {"conclusion": conclusion, "by_rule": reviewed.proposed, "cleared": row.cleared}
    return Change(f"case:{case.pk}", scope_of_case(case), detail, row)


@command(needs=Permission.CONCLUSION_APPROVE, records="conclusion.approved", scope=lambda proposal, **_: scope_of_case(proposal.case))
def approve_conclusion(act: Act, proposal: Proposal) -> Change:
    """Approve a proposed conclusion (批准毕业结论): never by the person who proposed it.

    An adverse conclusion is approved only after the student was told, could answer, and its legality was reviewed.
    """
    problems = []
    if proposal.proposed_by == act.by.id_text:
        problems.append(finding("REVIEW.011", who=proposal.proposed_label))
    if proposal.conclusion in ADVERSE:
        notice = AdverseNotice.objects.filter(case=proposal.case, conclusion=proposal.conclusion).first()
        if notice is None:
            problems.append(finding("REVIEW.012"))
        elif notice.legality_reviewed_at is None:
            problems.append(finding("REVIEW.013"))
    if problems:
        raise Stopped(problems)
    if proposal.approved_at:
        return Change(f"case:{proposal.case_id}", result=proposal, unchanged=True)
    proposal.approved_at, proposal.approved_by, proposal.approved_label = act.at, act.by.id_text, act.by.label
    proposal.save(update_fields=["approved_at", "approved_by", "approved_label"])
    return Change(f"case:{proposal.case_id}", scope_of_case(proposal.case), {"conclusion": proposal.conclusion}, proposal)


def _mark_review(act: Act, case: Case, mark: State) -> None:
    for step in notice_of(case.campaign).steps:
        if step.kind == "review":
            mark_step(act, case, step=step.code, mark=mark)
            return


# telling the student (告知、申辩、送达)


@command(needs=Permission.CONCLUSION_PROPOSE, records="adverse_notice.given", scope=_of_case)
def tell_student(act: Act, case: Case, *, facts: str) -> Change:
    """Tell the student facts, reasons and basis before an adverse conclusion (告知). It needs a proposal."""
    proposal = proposal_of(case)
    problems = []
    if proposal is None or proposal.conclusion not in ADVERSE:
        problems.append(finding("REVIEW.014"))
    if not facts.strip():
        problems.append(finding("REVIEW.015", field="facts"))
    if problems:
        raise Stopped(problems)
    notice, _ = AdverseNotice.objects.update_or_create(
        case=case,
        defaults={"conclusion": proposal.conclusion, "facts": facts.strip()[:2000], "told_at": act.at, "told_by": act.by.label,
                  "legality_reviewed_at": None, "legality_reviewed_by": ""},
    )  # fmt: skip
    return Change(f"case:{case.pk}", scope_of_case(case), {"conclusion": notice.conclusion}, notice)


@command(needs=Permission.CASE_FILL, records="adverse_notice.answered", scope=lambda notice, **_: scope_of_case(notice.case))
def answer_notice(act: Act, notice: AdverseNotice, *, statement: str) -> Change:
    """The student's own statement (陈述和申辩), kept as it was written."""
    if not statement.strip():
        raise Stopped([finding("REVIEW.016", field="statement")])
    notice.statement, notice.stated_at = statement.strip()[:4000], act.at
    notice.save(update_fields=["statement", "stated_at"])
    return Change(f"case:{notice.case_id}", scope_of_case(notice.case), {}, notice)


@command(needs=Permission.CORRECTION_DECIDE, records="adverse_notice.reviewed", scope=lambda notice: scope_of_case(notice.case))
def review_legality(act: Act, notice: AdverseNotice) -> Change:
    """Record that the decision's legality was reviewed (合法性审查, 41号令 第五十六条)."""
    notice.legality_reviewed_at, notice.legality_reviewed_by = act.at, act.by.label
    notice.save(update_fields=["legality_reviewed_at", "legality_reviewed_by"])
    return Change(f"case:{notice.case_id}", scope_of_case(notice.case), {}, notice)


@command(needs=Permission.CONCLUSION_PROPOSE, records="adverse_notice.delivered", scope=lambda notice, how: scope_of_case(notice.case))
def deliver_notice(act: Act, notice: AdverseNotice, *, how: str) -> Change:
    """Record how and when the decision reached the student (送达): the appeal days count from here."""
    if how not in DELIVERIES:
        raise Stopped([finding("REVIEW.017", field="how")])
    notice.delivered_at, notice.delivered_how, notice.delivered_by = act.at, how, act.by.label
    notice.save(update_fields=["delivered_at", "delivered_how", "delivered_by"])
    return Change(f"case:{notice.case_id}", scope_of_case(notice.case), {"how": how}, notice)
