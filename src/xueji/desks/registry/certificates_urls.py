from django.urls import path

from . import certificate_numbers, certificates

urlpatterns = [
    path("", certificates.overview, name="registry-certificates"),
    path("numbers/", certificate_numbers.numbers, name="registry-numbers"),
    path("numbers/gaps.xlsx", certificate_numbers.gaps_file, name="registry-gaps"),
    path("numbers/degree.xlsx", certificate_numbers.degree_file, name="registry-degree-numbers"),
    path("masters/sample.pdf", certificates.masters_sample, name="registry-masters-sample"),
    path("masters/<uuid:pk>/sample.pdf", certificates.master_sample, name="registry-master-sample"),
    path("masters/", certificates.masters, name="registry-masters"),
    path("masters/<uuid:pk>/", certificates.master, name="registry-master"),
    path("runs/", certificates.runs, name="registry-runs"),
    path("runs/<uuid:pk>/", certificates.run, name="registry-run"),
    path("runs/<uuid:pk>/sample.pdf", certificates.run_sample, name="registry-run-sample"),
    path("runs/<uuid:pk>/print.pdf", certificates.print_file, name="registry-run-file"),
]
