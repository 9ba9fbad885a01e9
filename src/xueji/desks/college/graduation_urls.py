from django.urls import path

from . import graduation

urlpatterns = [
    path("<slug:code>/", graduation.graduation, name="college-graduation"),
    path("<slug:code>/propose/", graduation.propose_plain, name="college-graduation-plain"),
    path("<slug:code>/approve/", graduation.approve_plain, name="college-graduation-approve"),
    path("<slug:code>/<str:number>/", graduation.student, name="college-graduation-student"),
]
