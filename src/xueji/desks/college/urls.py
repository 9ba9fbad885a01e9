from django.urls import include, path

from . import confirmations, corrections, exports, extending, majors, papers, progress, receiving, reminding, sheets, students

urlpatterns = [
    path("", progress.start, name="college"),
    path("receive/", receiving.receive, name="college-receive"),
    path("receive/<str:check_code>/return/", receiving.send_back, name="college-return"),
    path("students/", students.students, name="college-students"),
    path("students/<str:number>/", students.student, name="college-student"),
    path("students/<str:number>/reveal/", students.reveal, name="college-reveal"),
    path("students/<str:number>/password/", students.reset, name="college-reset"),
    path("corrections/", corrections.corrections, name="college-corrections"),
    path("corrections/<uuid:correction_id>/", corrections.correction, name="college-correction"),
    path("majors/", majors.majors, name="college-majors"),
    path("sheets/<uuid:pk>/", sheets.batch, name="college-batch"),
    path("sheets/<uuid:pk>/sheet.<str:ending>", sheets.paper, name="college-paper"),
    path("copies/<uuid:pk>/", sheets.copy, name="college-copy"),
    path("<slug:code>/sheets/", sheets.sheets, name="college-sheets"),
    path("<slug:code>/sheets/<slug:kind>/", sheets.sheet, name="college-sheet"),
    path("<slug:code>/confirmations/", confirmations.confirmations, name="college-confirmations"),
    path("<slug:code>/confirmations/<str:number>/", confirmations.confirmation, name="college-confirmation"),
    path("photos/", include("xueji.desks.college.photos_urls")),
    path("graduation/", include("xueji.desks.college.graduation_urls")),
    path("certificates/", include("xueji.desks.college.certificates_urls")),
    path("<slug:code>/", progress.progress, name="college-progress"),
    path("<slug:code>/remind/", reminding.remind, name="college-remind"),
    path("<slug:code>/reached/", reminding.reached, name="college-reached"),
    path("<slug:code>/extend/", extending.extend, name="college-extend"),
    path("<slug:code>/forms/", papers.compose, name="college-forms"),
    path("<slug:code>/export/", exports.export, name="college-export"),
    path("<slug:code>/students/<str:number>/", students.case, name="college-case"),
]
