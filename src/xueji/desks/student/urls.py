from django.urls import path

from . import certificates, confirming, corrections, graduation, home, papers, photos, step

app_name = "student"
urlpatterns = [
    path("", home.home, name="home"),
    path("cases/<uuid:case_id>/", home.case, name="case"),
    path("cases/<uuid:case_id>/steps/<slug:code>/", step.step, name="step"),
    path("cases/<uuid:case_id>/steps/<slug:code>/draft/", step.draft, name="draft"),
    path("cases/<uuid:case_id>/print/<slug:code>/", papers.print_page, name="print"),
    path("cases/<uuid:case_id>/print/<slug:code>/form.pdf", papers.form_pdf, name="form-pdf"),
    path("cases/<uuid:case_id>/confirm/<slug:code>/", confirming.confirm, name="confirm"),
    path("cases/<uuid:case_id>/graduation/", graduation.graduation, name="graduation"),
    path("cases/<uuid:case_id>/photo/", photos.photo, name="photo"),
    path("cases/<uuid:case_id>/photo/code/", photos.code, name="photo-code"),
    path("cases/<uuid:case_id>/photo/calendar.ics", photos.calendar, name="photo-calendar"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<uuid:pk>/copy.pdf", certificates.copy, name="certificate-copy"),
    path("receipts/", papers.receipts, name="receipts"),
    path("receipts/<uuid:case_id>/<slug:code>/<int:number>/", papers.receipt, name="receipt"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/new/", corrections.choose, name="correction-choose"),
    path("corrections/new/<slug:field>/", corrections.request, name="correction-request"),
    path("corrections/<uuid:correction_id>/", corrections.correction, name="correction"),
]
