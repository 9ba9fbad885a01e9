"""Reading requests for a later end (延期申请), viewer first."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case, ExtensionRequest
from xueji.records.queries import visible


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
