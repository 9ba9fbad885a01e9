from django.urls import path

from . import certificates

urlpatterns = [
    path("", certificates.overview, name="registry-certificates"),
    path("masters/", certificates.masters, name="registry-masters"),
    path("masters/<uuid:pk>/", certificates.master, name="registry-master"),
    path("runs/<uuid:pk>/", certificates.run, name="registry-run"),
    path("runs/<uuid:pk>/print.pdf", certificates.print_file, name="registry-run-file"),
]
