"""The way to one's own messages in every menu (菜单里的消息)."""

from django import template
from django.urls import reverse

from xueji.desks.acting import viewer_of
from xueji.notify.queries import unread_count

register = template.Library()


@register.inclusion_tag("inbox/menu.html", takes_context=True)
def own_messages(context):
    """A link to the inbox with the number of unread messages; one query."""
    request = context["request"]
    address = reverse("inbox:list")
    return {"address": address, "unread": unread_count(viewer_of(request)), "current": request.path.startswith(address)}
