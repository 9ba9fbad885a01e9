"""Is this sheet the newest? Whoever holds a printed form learns that much, and no more (核对打印件)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xueji.accounts import throttle
from xueji.accounts.permissions import Permission
from xueji.collection.queries import proof_for, proof_of
from xueji.collection.terms import typed_code
from xueji.desks.acting import address_of, viewer_of
from xueji.desks.public.asking import slow_down


@require_safe
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Type a check code; the answer has an address of its own, the same that the QR opens."""
    code = typed_code(request.GET.get("code", "")[:300])
    return redirect("proof", code=code) if code else render(request, "public/ask.html")


@require_safe
@never_cache
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Newest, old, or unknown. Of the person only a masked number, so that a code pasted on another form shows.

    Only who may receive the form also reads whose it is.
    """
    now, address = timezone.now(), address_of(request)
    if wait := throttle.looking_waits_until(address, now):
        return slow_down(request, wait)
    found = proof_of(code)
    if found is None:
        throttle.looked_up_wrong(address, now)
        return render(request, "public/unknown.html", {"code": typed_code(code)}, status=404)
    mine = proof_for(viewer_of(request), code) if viewer_of(request).holds(Permission.CASE_RECEIVE) else None
    number = found.form.case.record.student_number
    context = {"proof": found, "form": found.form, "campaign": found.form.case.campaign, "number": partly(number), "mine": mine}
    return render(request, "public/proof.html", context)


def partly(number: str) -> str:
    """A student number with its middle hidden: S2*****001. Enough to compare with the paper in hand."""
    return number if len(number) < 6 else f"{number[:2]}{'*' * (len(number) - 5)}{number[-3:]}"
