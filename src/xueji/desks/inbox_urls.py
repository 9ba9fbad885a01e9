from django.urls import path

from xueji.desks import inbox

app_name = "inbox"
urlpatterns = [
    path("", inbox.inbox, name="list"),
    path("<str:message_id>/", inbox.message, name="message"),
    path("<str:message_id>/acknowledge/", inbox.acknowledge, name="acknowledge"),
]
