from django.urls import path

from . import verifying

urlpatterns = [
    path("", verifying.verifying, name="verify"),
    path("photo/<str:ticket>/", verifying.photo, name="verify-photo"),
    path("keys.json", verifying.keys, name="verify-keys"),
    path("revoked.json", verifying.revoked, name="verify-revoked"),
    path("verify.html", verifying.offline, name="verify-offline"),
]
