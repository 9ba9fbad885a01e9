from django.urls import path

from . import certificates

urlpatterns = [
    path("", certificates.certificates, name="college-certificates"),
    path("<uuid:pk>/", certificates.certificate, name="college-certificate"),
]
