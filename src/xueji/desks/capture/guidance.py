"""What a camera page needs to guide somebody by itself (浏览器端引导): the steps, the worker, the runtime and the nets.

Everything comes from our own address. Only the worker may compile wasm: its own policy says so, no page's does.
"""

from __future__ import annotations

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xueji.desks.acting import for_the_signed_in
from xueji.imaging.browser_runtime import KEY, NotServed, missing_files, served_file
from xueji.rules.photo_guidance import guide_as_json
from xueji.rules.photo_profile import load_profile

PROFILE = "rehearsal"
WORKER = Path(__file__).parent.parent / "static" / "xueji" / "capture" / "guide-worker.js"
WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
FOR_GOOD = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".wasm": "application/wasm", ".tflite": "application/octet-stream"}


@for_the_signed_in
@never_cache
@require_safe
def guide(request: HttpRequest) -> JsonResponse:
    """The steps with their limits, and where the worker and its files are; ``worker`` is empty where a file is missing."""
    here = not missing_files()
    return JsonResponse(
        {
            "guide": guide_as_json(load_profile(PROFILE), "en" if (get_language() or "").startswith("en") else "zh"),
            "worker": reverse("capture:guide-worker") if here else "",
            "files": reverse("capture:guide-file", args=[KEY, "-"]).removesuffix("-"),
            "points": static("xueji/capture/face-points.js"),
            "numbers": static("xueji/capture/face-numbers.js"),
        }
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script with the worker's own policy."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript")
    answer["Content-Security-Policy"] = WORKER_POLICY
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def file(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One pinned file, to be kept for good; 404 for any other, and for one whose content is not the pinned one."""
    packed = "gzip" in request.headers.get("Accept-Encoding", "") and not name.endswith(".tflite")
    if key != KEY:
        raise Http404
    tag = f'"{KEY}-{name}{"-gz" if packed else ""}"'
    try:
        path = served_file(name, packed=packed)
    except NotServed:
        raise Http404 from None
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = FileResponse(path.open("rb"), content_type=TYPES[Path(name).suffix], filename=name)
        if packed:
            answer["Content-Encoding"] = "gzip"
    answer["Cache-Control"], answer["ETag"] = FOR_GOOD, tag
    answer["Vary"] = "Accept-Encoding"
    return answer
