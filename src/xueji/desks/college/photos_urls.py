from django.urls import path

from . import photos

urlpatterns = [
    path("", photos.photos, name="college-photos"),
    path("<slug:code>/", photos.photo_round, name="college-photos-round"),
]
