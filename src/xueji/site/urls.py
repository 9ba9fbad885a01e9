"""The addresses of the house."""

from django.urls import path

urlpatterns = []
