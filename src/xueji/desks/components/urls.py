from django.conf import settings
from django.urls import include, path

from . import pages, scanning

urlpatterns = [
    path("language/", pages.language, name="language"),
    path("codes/read/", scanning.read_code, name="read-code"),
]

if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("", include("xueji.desks.components.gallery_urls")))
