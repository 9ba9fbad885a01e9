from django.urls import path

from . import majors

urlpatterns = [
    path("", majors.majors, name="registry-majors"),
    path("table.xlsx", majors.workbook, name="registry-majors-workbook"),
    path("proposals/<uuid:pk>/", majors.decide, name="registry-major-decide"),
]
