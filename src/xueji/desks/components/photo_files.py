"""Opening what belongs to a photo round on request, never beforehand (打开照片与材料): each look is one address and one line in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from xueji.accounts.queries import Viewer
from xueji.desks.files import file_address
from xueji.photos.day.queries import disputes_for, face_cases_for

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

KINDS = ("evidence", "photo", "face")


def opened(viewer: Viewer, campaign: Campaign, what: str, pk: UUID) -> HttpResponse:
    """Go to the material or the photo of a dispute, or to the material of an identity case. Http404 where there is none for this viewer."""
    if what == "face":
        row = face_cases_for(viewer).filter(pk=pk).first()
        file = row.evidence_id if row else None
    else:
        row = disputes_for(viewer, campaign).filter(pk=pk).first() if what in KINDS else None
        file = None if row is None else row.evidence_id if what == "evidence" else row.capture.file_id
    address = file_address(viewer, file) if file else ""
    if not address:
        raise Http404
    return redirect(address)
