"""The addresses of the house: one line a desk."""

from django.urls import include, path

DESKS = [
    ("files/", "xueji.desks.files_urls"),
    ("jobs/", "xueji.desks.jobs_urls"),
    ("messages/", "xueji.desks.inbox_urls"),
    ("student/", "xueji.desks.student.urls"),
    ("college/", "xueji.desks.college.urls"),
    ("registry/", "xueji.desks.registry.urls"),
    ("capture/", "xueji.desks.capture.urls"),
    ("archive/", "xueji.desks.archive.urls"),
    ("verify/", "xueji.desks.public.verifying_urls"),
    ("", "xueji.desks.access.urls"),
    ("", "xueji.desks.components.urls"),
    ("", "xueji.desks.public.urls"),
]


urlpatterns = [path(prefix, include(module)) for prefix, module in DESKS]

handler400 = "xueji.desks.components.pages.bad_request"
handler403 = "xueji.desks.components.pages.denied"
handler404 = "xueji.desks.components.pages.missing"
handler500 = "xueji.desks.components.pages.failed"
