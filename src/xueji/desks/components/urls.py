from django.conf import settings
from django.urls import include, path

from . import pages

urlpatterns = [path("language/", pages.language, name="language")]

if settings.DEBUG or settings.DEMO:
    urlpatterns.append(path("", include("xueji.desks.components.gallery_urls")))
