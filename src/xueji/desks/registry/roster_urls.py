from django.urls import path

from . import rosters

urlpatterns = [
    path("", rosters.rosters, name="roster"),
    path("<uuid:key>/", rosters.report, name="roster-report"),
    path("<uuid:key>/changes/", rosters.changes, name="roster-changes"),
    path("<uuid:key>/columns/", rosters.columns, name="roster-columns"),
    path("<uuid:key>/compare/", rosters.compare, name="roster-compare"),
    path("<uuid:key>/commit/", rosters.commit, name="roster-commit"),
    path("<uuid:key>/discard/", rosters.discard, name="roster-discard"),
    path("<uuid:key>/marked/", rosters.marked, name="roster-marked"),
]
