from django.urls import path

from . import gallery

urlpatterns = [
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/staff/", gallery.staff, name="gallery_staff"),
]
