from django.urls import path

from . import messages, notices, proof

urlpatterns = [
    path("f/", proof.ask, name="proof-ask"),
    path("f/<str:code>/", proof.proof, name="proof"),
    path("n/<str:code>/", messages.message, name="message-proof"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<slug:code>/", notices.notice, name="notice-guide"),
    path("notices/<slug:code>/guide.pdf", notices.guide_pdf, name="notice-guide-pdf"),
]
