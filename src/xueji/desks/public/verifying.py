"""Is this certificate genuine? Whoever holds the code learns what stands in it, and no number is ever looked up (证书核验)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts import throttle
from xueji.certificates.offline import offline_page
from xueji.certificates.queries.disclosures import disclosed_photo, shown_of
from xueji.certificates.queries.places import by_token
from xueji.certificates.queries.publishing import keys_in_force, published_keys, signed_revocations
from xueji.certificates.terms import KIND_WORDS
from xueji.desks.acting import address_of
from xueji.desks.public.asking import slow_down
from xueji.formats.statement import Verdict, verify
from xueji.journal.command import Stopped
from xueji.records.issuing import in_force, words_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verifying(request: HttpRequest) -> HttpResponse:
    """Paste or scan the whole statement; without the school's signature there is no answer about anybody."""
    if request.method != "POST":
        return render(request, "public/verify.html", {})
    now, address, text = timezone.now(), address_of(request), request.POST.get("statement", "")[:2000]
    if wait := throttle.looking_waits_until(address, now, throttle.STATEMENTS):
        return slow_down(request, wait)
    verdict, statement = verify(text, keys_in_force())
    if statement is None:
        throttle.looked_up_wrong(address, now, throttle.STATEMENTS)
        return render(request, "public/verify.html", {"verdict": verdict, "typed": text}, status=422)
    other = words_of(statement.kind)
    held = None if other else by_token(statement.token)
    if not (in_force(statement.kind, statement.token) if other else held is not None and not held.revoked_at):
        verdict = Verdict.REVOKED
    shown = shown_of(held, now) if held is not None and verdict is Verdict.VALID else None
    context = {"verdict": verdict, "statement": statement, "words": other or KIND_WORDS[statement.kind], "typed": text, "shown": shown,
               "form": other is not None, "revoked_at": held.revoked_at if held else None}  # fmt: skip
    return render(request, "public/verify.html", context)


@require_safe
@never_cache
def photo(request: HttpRequest, ticket: str) -> HttpResponse:
    """The photo that the holder shows, for who has just verified the certificate."""
    content = disclosed_photo(ticket, timezone.now())
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="image/jpeg")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The school's public keys."""
    return HttpResponse(published_keys(), content_type="application/json")


@require_safe
def revoked(request: HttpRequest) -> HttpResponse:
    """The signed list of revoked papers."""
    try:
        return HttpResponse(signed_revocations(timezone.now()), content_type="application/json")
    except Stopped:  # no key yet, so nothing was ever signed
        return HttpResponse("{}", content_type="application/json", status=404)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that verifies without a network, to be kept as a file."""
    answer = HttpResponse(offline_page(published_keys()), content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify.html"'
    return answer
