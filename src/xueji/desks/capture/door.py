"""At the door (现场凭证): a capture code on paper for somebody without a phone, by the number on the student card."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache

from xueji.desks.acting import act_of
from xueji.desks.capture.station import OPERATE, place_of
from xueji.documents.capture_slips import render as printed
from xueji.documents.engine import Unprintable, press
from xueji.documents.pictures import qr
from xueji.journal.command import Stopped
from xueji.photos.day.commands.codes import issue_code_at_the_door
from xueji.photos.day.slips import slip_sheet


@OPERATE
@never_cache
def slip(request: HttpRequest, code: str, campus: str) -> HttpResponse:
    """A student number in; the code to scan on the spot, or the slip as a print, out. No name is shown."""
    campaign = place_of(request, code, campus)
    shown = {"campaign": campaign, "campus": campus, "number": request.POST.get("number", "")[:20]}
    if request.method != "POST":
        return render(request, "capture/slip.html", shown)
    act = act_of(request, "capture")
    try:
        given = issue_code_at_the_door(act, campaign, campus=campus, number=shown["number"]).result
        sheet = slip_sheet(campaign, [given], act.at)
        if request.POST.get("as") == "pdf":
            answer = HttpResponse(printed(press(), sheet), content_type="application/pdf")
            answer["Content-Disposition"] = content_disposition_header(False, f"{sheet.slips[0].number}.pdf")
            return answer
    except (Stopped, Unprintable) as no:
        return render(request, "capture/slip.html", shown | {"findings": no.findings}, status=422)
    return render(request, "capture/slip.html", shown | {"slip": sheet.slips[0], "qr": mark_safe(qr(sheet.slips[0].token))})
