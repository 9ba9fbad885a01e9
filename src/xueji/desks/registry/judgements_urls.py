from django.urls import path

from . import judgements

urlpatterns = [
    path("", judgements.judgements, name="registry-photo-judgements"),
    path("rules/", judgements.rules, name="registry-photo-rules"),
    path("<uuid:judgement_id>/", judgements.judgement, name="registry-photo-judgement"),
]
