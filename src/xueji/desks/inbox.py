"""One's own messages: what came, that it was opened, that it was understood (消息)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_the_signed_in, viewer_of
from xueji.desks.bases import own_base
from xueji.desks.components.languages import said
from xueji.notify.commands import acknowledge_message, open_message
from xueji.notify.queries import inbox_for, own_delivery

PER_PAGE = 20


def _own(request: HttpRequest, message_id: str):
    try:
        return own_delivery(viewer_of(request), message_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@require_safe
@for_the_signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """The own messages, newest first."""
    page = Paginator(inbox_for(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "inbox/list.html", {"page": page, "base": own_base(viewer_of(request))})


@require_safe
@for_the_signed_in
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """One message. Opening it is noted once: this is what "opened" means, there is no hidden picture in the e-mail."""
    delivery = _own(request, message_id)
    if request.method == "GET":
        open_message(act_of(request, "inbox"), delivery)
    context = {"delivery": delivery, "message": delivery.message, "base": own_base(viewer_of(request))}
    return render(request, "inbox/message.html", context)


@require_POST
@for_the_signed_in
def acknowledge(request: HttpRequest, message_id: str) -> HttpResponse:
    """The reader says "I know"."""
    acknowledge_message(act_of(request, "inbox"), _own(request, message_id))
    messages.success(request, said(Text("已记下：你已知悉这条消息。", "Noted: you have acknowledged this message.")))
    return redirect("inbox:message", message_id=message_id)
