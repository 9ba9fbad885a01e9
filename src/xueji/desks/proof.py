"""What a check code on paper says (登记表核对): for anybody who holds the sheet, without a name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xueji.collection.queries import proof_for, proof_of
from xueji.desks.acting import viewer_of


@never_cache
@require_safe
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Valid, void, or unknown. Only who may receive the form also reads whose it is."""
    found = proof_of(code)
    received = proof_for(viewer_of(request), code) if found and request.user.is_authenticated else None
    return render(request, "proof.html", {"proof": found, "mine": received, "code": code}, status=200 if found else 404)
