from django.conf import settings
from django.urls import path

from . import pages

urlpatterns = [path("language/", pages.language, name="language")]

if settings.DEBUG or settings.DEMO:
    from . import gallery

    urlpatterns += [
        path("gallery/", gallery.gallery, name="gallery"),
        path("gallery/staff/", gallery.staff, name="gallery_staff"),
    ]
