from django.urls import path

from . import comparison

urlpatterns = [
    path("", comparison.comparison, name="registry-compare"),
    path("import/", comparison.import_, name="registry-compare-import"),
    path("workbook/", comparison.workbook, name="registry-compare-workbook"),
]
