from django.urls import include, path

from . import campaigns, colleges, journal, overview, staff, students, telling

urlpatterns = [
    path("", overview.overview, name="registry"),
    path("notices/", campaigns.notices, name="registry-notices"),
    path("notices/open/", campaigns.open_notice, name="registry-open"),
    path("notices/<slug:code>/", campaigns.notice, name="registry-notice"),
    path("notices/<slug:code>/supplement/", campaigns.supplement, name="registry-supplement"),
    path("notices/<slug:code>/extend/", campaigns.extend, name="registry-extend"),
    path("notices/<slug:code>/close/", campaigns.close, name="registry-close"),
    path("notices/<slug:code>/follow/", campaigns.follow, name="registry-follow"),
    path("notices/<slug:code>/text/<int:version>/", campaigns.text, name="registry-notice-text"),
    path("notices/<slug:code>/export/", campaigns.export, name="registry-export"),
    path("notices/<slug:code>/explain/", campaigns.explain, name="registry-explain"),
    path("notices/<slug:code>/told/", telling.told, name="registry-told"),
    path("notices/<slug:code>/<str:college>/", campaigns.college, name="registry-notice-college"),
    path("notices/<slug:code>/<str:college>/<str:class_number>/", campaigns.class_, name="registry-notice-class"),
    path("students/", students.search, name="registry-students"),
    path("students/<uuid:pk>/", students.student, name="registry-student"),
    path("students/<uuid:pk>/reveal/", students.reveal, name="registry-reveal"),
    path("colleges/", colleges.colleges, name="registry-colleges"),
    path("colleges/<str:code>/", colleges.college, name="registry-college"),
    path("staff/", staff.staff, name="registry-staff"),
    path("staff/<int:pk>/", staff.person, name="registry-staff-person"),
    path("journal/", journal.journal, name="registry-journal"),
]
TOPICS = ["roster", "compare", "majors", "corrections", "sheets", "photos", "judgements", "graduation", "certificates"]
urlpatterns += [path(f"{name}/", include(f"xueji.desks.registry.{name}_urls")) for name in TOPICS]
