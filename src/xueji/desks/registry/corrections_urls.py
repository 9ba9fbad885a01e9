from django.urls import path

from . import corrections

urlpatterns = [
    path("", corrections.corrections, name="registry-corrections"),
    path("<uuid:correction_id>/", corrections.correction, name="registry-correction"),
]
