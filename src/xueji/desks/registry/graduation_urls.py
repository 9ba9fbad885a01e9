from django.urls import path

from . import graduation

urlpatterns = [
    path("", graduation.overview, name="registry-graduation"),
    path("explain/", graduation.explain, name="registry-graduation-explain"),
    path("students/<str:number>/", graduation.student, name="registry-graduation-student"),
    path("filings/<uuid:pk>/", graduation.filing, name="registry-filing"),
    path("filings/<uuid:pk>/<str:ending>/", graduation.download, name="registry-filing-file"),
    path("<slug:code>/file/", graduation.make, name="registry-filing-make"),
]
