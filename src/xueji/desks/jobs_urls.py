from django.urls import path

from xueji.desks import jobs

app_name = "jobs"
urlpatterns = [
    path("", jobs.job_list, name="list"),
    path("<str:job_id>/", jobs.progress, name="progress"),
    path("<str:job_id>/cancel/", jobs.cancel, name="cancel"),
    path("<str:job_id>/result/", jobs.result, name="result"),
]
