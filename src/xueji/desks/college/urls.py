from django.urls import path

from . import exports, extending, papers, progress, receiving, reminding, students

urlpatterns = [
    path("", progress.start, name="college"),
    path("receive/", receiving.receive, name="college-receive"),
    path("receive/<str:check_code>/return/", receiving.send_back, name="college-return"),
    path("students/", students.students, name="college-students"),
    path("students/<str:number>/", students.student, name="college-student"),
    path("students/<str:number>/reveal/", students.reveal, name="college-reveal"),
    path("students/<str:number>/password/", students.reset, name="college-reset"),
    path("<slug:code>/", progress.progress, name="college-progress"),
    path("<slug:code>/remind/", reminding.remind, name="college-remind"),
    path("<slug:code>/reached/", reminding.reached, name="college-reached"),
    path("<slug:code>/extend/", extending.extend, name="college-extend"),
    path("<slug:code>/forms/", papers.compose, name="college-forms"),
    path("<slug:code>/export/", exports.export, name="college-export"),
    path("<slug:code>/students/<str:number>/", students.case, name="college-case"),
]
