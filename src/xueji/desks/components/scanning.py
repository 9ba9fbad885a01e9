"""Reading a code before a camera (用镜头扫码), for browsers that cannot do it themselves: a frame in, its texts out.

The page decodes on the device where the browser knows how; only otherwise a frame comes here. It is forgotten at once.
"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xueji.desks.acting import for_the_signed_in
from xueji.desks.components.pace import too_many
from xueji.imaging.codes import UnreadableScan, codes_on

FRAME_BYTES, FRAME_PIXELS = 1_500_000, 4_000_000
FRAMES, SECONDS = 40, 10
"""So many frames in so many seconds per account; a page sends two a second."""


@for_the_signed_in
@never_cache
@require_POST
def read_code(request: HttpRequest) -> JsonResponse:
    """A frame (JPEG as the body) in; the texts of its QR codes out. 413 too large, 415 no JPEG, 429 too many at once."""
    if too_many(f"scan:{request.user.pk}", most=FRAMES, seconds=SECONDS):
        return JsonResponse({}, status=429)
    if int(request.headers.get("Content-Length") or 0) > FRAME_BYTES:
        return JsonResponse({}, status=413)
    if request.content_type != "image/jpeg":
        return JsonResponse({}, status=415)
    try:
        return JsonResponse({"texts": codes_on(request.body, most_pixels=FRAME_PIXELS)})
    except UnreadableScan:
        return JsonResponse({"texts": []})
