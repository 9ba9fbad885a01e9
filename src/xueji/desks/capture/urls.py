from django.urls import path

from xueji.desks.capture import rehearsal

app_name = "capture"
urlpatterns = [
    path("rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("rehearsal/still/", rehearsal.still, name="still"),
]
