"""The site with the gallery beside it, as in the demonstration."""

from django.urls import include, path

urlpatterns = [path("", include("xueji.desks.components.gallery_urls")), path("", include("xueji.site.urls"))]
handler404 = "xueji.desks.components.pages.missing"
