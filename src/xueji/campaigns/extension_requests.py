"""Asking for a later end (延期申请): the counsellor asks for a student of the own class, secretary or registry decide."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.commands import extend_case
from xueji.campaigns.models import Campaign, Case, ExtensionRequest
from xueji.campaigns.queries import notice_of, scope_of_case
from xueji.journal.command import Act, Change, Scope, Stopped, command
from xueji.records.queries import visible
from xueji.rules.findings import Finding, finding

LONGEST = 300
"""Characters of a reason."""


def requests_waiting(viewer: Viewer, campaign: Campaign | None = None) -> QuerySet[ExtensionRequest]:
    """The requests that the viewer may decide, oldest first, with case, record, person and college."""
    waiting = _with_case(ExtensionRequest.objects.filter(visible(viewer, Permission.CASE_EXTEND, "case__record__"), decided_at=None))
    return (waiting.filter(case__campaign=campaign) if campaign else waiting).order_by("asked_at", "pk")


def request_for(viewer: Viewer, request_id: UUID) -> ExtensionRequest:
    """One request that the viewer may decide, decided or not. Raises ExtensionRequest.DoesNotExist."""
    return _with_case(ExtensionRequest.objects.filter(visible(viewer, Permission.CASE_EXTEND, "case__record__"))).get(pk=request_id)


def requests_of(case: Case) -> list[ExtensionRequest]:
    """Every request for a case that the viewer already holds, the open one first, then the last decided; one query."""
    return list(ExtensionRequest.objects.filter(case=case).select_related("granted").order_by(F("decided_at").desc(nulls_first=True), "-asked_at"))


def _with_case(found: QuerySet[ExtensionRequest]) -> QuerySet[ExtensionRequest]:
    return found.select_related("case__campaign", "case__record__person", "case__record__college", "case__record__account")


def _problems(case: Case, until: datetime, reason: str, at: datetime) -> list[Finding]:
    closes = notice_of(case.campaign).window.closes or case.campaign.closes
    found = [] if reason.strip() else [finding("CAMP.022", field="reason")]
    if until <= closes or until <= at:
        found.append(finding("CAMP.023", field="until", closes=closes))
    return found


@command(needs=Permission.CASE_ASK_EXTENSION, records="extension.requested", scope=lambda case, **_: scope_of_case(case))
def request_extension(act: Act, case: Case, *, until: datetime, reason: str) -> Change:
    """Ask for a later end for one student (申请个人延期). The result is the ExtensionRequest.

    Stopped without a reason, for an end that is not later, and while another request for the student waits.
    """
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)  # two who ask at once: the second one learns of the first
    problems = _problems(case, until, reason, act.at)
    if ExtensionRequest.objects.filter(case=case, decided_at=None).exists():
        problems.append(finding("CAMP.040"))
    if problems:
        raise Stopped(problems)
    made = ExtensionRequest.objects.create(
        case=case, until=until, reason=reason.strip()[:LONGEST], asked_at=act.at, asked_by=act.by.label, asker=act.by.id_text
    )
    return Change(f"case:{case.pk}", scope_of_case(case), {"until": until.isoformat(), "campaign": case.campaign.code}, made)


def _of_request(request: ExtensionRequest, **_: object) -> Scope:
    return scope_of_case(request.case)


@command(needs=Permission.CASE_EXTEND, records="extension.decided", scope=_of_request)
def decide_extension(act: Act, request: ExtensionRequest, *, grant: bool, until: datetime | None = None, note: str = "") -> Change:
    """Grant a request, with its own end or another one, or refuse it with a reason (审批延期申请). The result is the request.

    Stopped for who asked, when somebody decided meanwhile, and for a refusal without a reason.
    """
    now = ExtensionRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    if now.decided_at is not None:
        raise Stopped([finding("CAMP.041", by=now.decided_by)])
    if request.asker == act.by.id_text:
        raise Stopped([finding("CAMP.042")])
    if not grant and not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    if grant:
        request.granted = extend_case(act, request.case, until=until or request.until, reason=request.reason).result
    request.decided_at, request.decided_by, request.note = act.at, act.by.label, note.strip()[:LONGEST]
    request.save(update_fields=["granted", "decided_at", "decided_by", "note"])
    detail = {"granted": grant, "until": request.granted.until.isoformat() if request.granted else None, "campaign": request.case.campaign.code}
    return Change(f"case:{request.case.pk}", scope_of_case(request.case), detail, request)
