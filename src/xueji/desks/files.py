"""Opening an encrypted file in the browser (查看加密文件), for every desk."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.accounts.queries import Viewer
from xueji.desks.acting import act_of, for_the_signed_in, viewer_of
from xueji.vault.addresses import file_by_ticket, ticket_for
from xueji.vault.commands import note_opening
from xueji.vault.queries import chunks_of, file_for
from xueji.vault.store import FileGone

SHOWN = {"image/jpeg", "image/png"}
"""Pictures are shown in the page; everything else is only ever saved, so nothing uploaded is opened in our name."""
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/zip": ".zip",
    "application/x-dbf": ".dbf",
    "text/csv": ".csv",
}


def file_address(viewer: Viewer, file_id: UUID | str) -> str:
    """An address that opens the file for this viewer for five minutes; empty when it is not the viewer's to see."""
    try:
        file = file_for(viewer, file_id)
    except ObjectDoesNotExist:
        return ""
    return reverse("files:file", args=[ticket_for(viewer, file, now=timezone.now())])


@require_safe
@for_the_signed_in
def file(request: HttpRequest, ticket: str) -> HttpResponse:
    """The plain bytes, streamed; 404 for a ticket that is forged, old, or somebody else's."""
    viewer = viewer_of(request)
    try:
        kept = file_by_ticket(viewer, ticket, now=timezone.now())
        chunks = chunks_of(viewer, kept.pk)
    except (ObjectDoesNotExist, FileGone):
        raise Http404 from None
    if request.method == "GET":
        note_opening(act_of(request, "files"), kept)
    answer = StreamingHttpResponse(chunks, content_type=kept.content)
    name = kept.title or f"{kept.purpose}{ENDINGS.get(kept.content, '')}"
    how = "inline" if kept.content in SHOWN else "attachment"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    answer["Content-Length"] = str(kept.size)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
