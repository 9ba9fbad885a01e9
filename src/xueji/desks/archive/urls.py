from django.urls import path

from . import receiving

urlpatterns = [path("", receiving.receiving, name="archive")]
