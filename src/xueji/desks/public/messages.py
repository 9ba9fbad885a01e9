"""Is this message ours? Phishing imitates school notices; a message carries an address that can be typed (核实消息)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xueji.accounts import throttle
from xueji.campaigns.queries import campaign_of
from xueji.desks.acting import address_of
from xueji.desks.public.asking import slow_down
from xueji.notify.queries import message_by_code


@require_safe
@never_cache
def message(request: HttpRequest, code: str) -> HttpResponse:
    """What was sent under this code: number, title, window, when. To whom it went is nobody's business."""
    now, address = timezone.now(), address_of(request)
    if wait := throttle.looking_waits_until(address, now):
        return slow_down(request, wait)
    found = message_by_code(code[:40])
    if found is None:
        throttle.looked_up_wrong(address, now)
        return render(request, "public/unknown_message.html", {"code": code[:40]}, status=404)
    context = {"message": found, "campaign": campaign_of(found.campaign)}
    return render(request, "public/message.html", context)
