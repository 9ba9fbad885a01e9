from django.urls import path

from . import sheets

urlpatterns = [
    path("", sheets.sheets, name="registry-sheets"),
    path("<uuid:pk>/", sheets.batch, name="registry-sheet"),
    path("<uuid:pk>/sheet.pdf", sheets.paper, name="registry-sheet-pdf"),
]
