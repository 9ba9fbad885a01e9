from django.urls import path

from . import photos

urlpatterns = [
    path("", photos.photos, name="college-photos"),
    path("<slug:code>/", photos.photo_round, name="college-photos-round"),
    path("<slug:code>/work/", photos.photo_work, name="college-photos-work"),
    path("<slug:code>/slips/", photos.photo_slips, name="college-photos-slips"),
    path("<slug:code>/open/<slug:what>/<uuid:pk>/", photos.photo_open, name="college-photos-open"),
    path("<slug:code>/students/<str:number>/", photos.photo_student, name="college-photos-student"),
]
