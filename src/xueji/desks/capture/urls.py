from django.urls import path

from xueji.desks.capture import door, guidance, rehearsal, station

app_name = "capture"
urlpatterns = [
    path("", station.start, name="start"),
    path("name/", station.name_station, name="name"),
    path("worker.js", station.worker, name="worker"),
    path("guide/", guidance.guide, name="guide"),
    path("guide/worker.js", guidance.worker, name="guide-worker"),
    path("guide/<slug:key>/<str:name>", guidance.file, name="guide-file"),
    path("rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("look/<uuid:case_id>/", rehearsal.look, name="look"),
    path("rehearsal/still/", rehearsal.still, name="still"),
    path("turns/<uuid:turn_id>/", station.turn, name="turn"),
    path("<slug:code>/<str:campus>/", station.station, name="station"),
    path("<slug:code>/<str:campus>/slip/", door.slip, name="slip"),
    path("<slug:code>/<str:campus>/scan/", station.scan, name="scan"),
    path("<slug:code>/<str:campus>/read/", station.read_picture, name="read"),
    path("<slug:code>/<str:campus>/display/", station.display, name="display"),
    path("<slug:code>/<str:campus>/live/", station.live, name="live"),
    path("<slug:code>/<str:campus>/kit/", station.kit, name="kit"),
    path("<slug:code>/<str:campus>/envelopes/", station.envelopes, name="envelopes"),
]
