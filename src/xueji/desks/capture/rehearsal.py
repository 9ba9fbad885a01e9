"""Rehearsal before the camera (拍照练习), and a look at a photo before it is sent in online.

The page guides by itself where the device can (``guidance``); where it cannot, a still every second comes here and one
short word goes back. Nothing is stored: a still lives in the memory of one request.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from xueji.campaigns.queries import own_cases
from xueji.desks.acting import for_students, for_the_signed_in, viewer_of
from xueji.desks.bases import own_base
from xueji.desks.components.pace import too_many
from xueji.imaging import judge_photo
from xueji.imaging.measure import measure
from xueji.imaging.overlay import overlay_svg
from xueji.photos.day.queries import terms_of
from xueji.rules.photo_guidance import instruction
from xueji.rules.photo_profile import Weight, load_profile
from xueji.rules.photo_verdict import LOOK_FOR

PROFILE = "rehearsal"
STILL_BYTES, PHOTO_BYTES = 1_500_000, 20_000_000
STILLS, SECONDS = 40, 10
"""So many stills in so many seconds per account; a page sends one or two a second."""


@for_the_signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rehearsal(request: HttpRequest) -> HttpResponse:
    """The page with the camera; a photo sent here is judged at full size and forgotten."""
    part = request.headers.get("X-Part") == "result"
    return render(request, "capture/rehearsal_result.html" if part else "capture/rehearsal.html", {**_looked_at(request, PROFILE), "base": own_base(viewer_of(request))})


@for_students
@never_cache
@require_POST
def look(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A photo before it is sent in online (线上采集前先看): judged as the round will judge it, and forgotten."""
    case = own_cases(viewer_of(request)).filter(pk=case_id, campaign__kind="photo").first()
    if case is None or not terms_of(case.campaign).online:
        raise Http404
    return render(request, "capture/rehearsal_result.html", _looked_at(request, terms_of(case.campaign).profile))


def _looked_at(request: HttpRequest, code: str) -> dict[str, Any]:
    """What is shown of the photo in the request, judged for the profile; only what to look for where there is none."""
    photo = request.FILES.get("photo") if request.method == "POST" else None
    shown: dict[str, Any] = {"verdict": None, "look_for": LOOK_FOR, "missing": request.method == "POST" and photo is None}
    if photo is None:
        return shown
    profile = load_profile(code)
    verdict = judge_photo(photo.read(PHOTO_BYTES + 1), profile)
    drawn = overlay_svg(verdict.as_json(), profile, lang="en" if (get_language() or "").startswith("en") else "zh")
    return shown | {
        "verdict": verdict,
        "overlay": mark_safe(drawn),
        "marked": [f for f in verdict.findings if f.weight in (Weight.REJECT, Weight.WARN)],
        "hints": [f for f in verdict.findings if f.weight is Weight.INFO],
        "unchecked": [rule for rule, why in verdict.unchecked if why == "models_missing"],
    }


@for_the_signed_in
@never_cache
@require_POST
def still(request: HttpRequest) -> JsonResponse:
    """One still (JPEG as the body, 3 : 4) in, one instruction out. 413 when it is too large, 415 when it is a form, 429 when they come too fast."""
    if too_many(f"rehearsal:{request.user.pk}", most=STILLS, seconds=SECONDS):
        return JsonResponse({}, status=429)
    if int(request.headers.get("Content-Length") or 0) > STILL_BYTES:
        return JsonResponse({}, status=413)
    if request.content_type.startswith("multipart/"):  # a form, which was taken apart before it came here
        return JsonResponse({}, status=415)
    said = instruction(measure(request.body), load_profile(PROFILE))
    face = said.face
    return JsonResponse(
        {
            "code": said.code,
            "say": said.say.in_(get_language() or "zh"),
            "hold": said.hold,
            "face": [face.x, face.y, face.w, face.h] if face else None,
        }
    )
