"""The addresses of the house. Each desk brings its own, one line per desk."""

from django.urls import include, path

urlpatterns = [
    path("", include("xueji.desks.components.urls")),
]

handler400 = "xueji.desks.components.pages.bad_request"
handler403 = "xueji.desks.components.pages.denied"
handler404 = "xueji.desks.components.pages.missing"
handler500 = "xueji.desks.components.pages.failed"
