from django.urls import path

from xueji.desks import files

app_name = "files"
urlpatterns = [path("<str:ticket>", files.file, name="file")]
