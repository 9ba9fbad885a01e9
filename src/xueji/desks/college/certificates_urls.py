from django.urls import path

from . import certificates

urlpatterns = [
    path("", certificates.certificates, name="college-certificates"),
    path("sheet/<str:college>/", certificates.sheet, name="college-certificate-sheet"),
    path("sheet/<str:college>/sheet.pdf", certificates.sheet_file, name="college-certificate-sheet-file"),
    path("<uuid:pk>/", certificates.certificate, name="college-certificate"),
]
