from django.urls import path

from . import photos, photos_timetable

urlpatterns = [
    path("", photos.overview, name="registry-photos"),
    path("keys/", photos.keys, name="registry-photos-keys"),
    path("<slug:code>/", photos.round_lists, name="registry-photos-round"),
    path("<slug:code>/timetable/", photos_timetable.timetable, name="registry-photos-timetable"),
    path("<slug:code>/results/", photos.results, name="registry-photos-results"),
    path("<slug:code>/work/", photos.work, name="registry-photos-work"),
    path("<slug:code>/prints/", photos.prints, name="registry-photos-prints"),
    path("<slug:code>/slips/", photos.slips, name="registry-photos-slips"),
    path("<slug:code>/open/<slug:what>/<uuid:pk>/", photos.open_file, name="registry-photos-open"),
    path("<slug:code>/students/<str:number>/", photos.student, name="registry-photos-student"),
]
