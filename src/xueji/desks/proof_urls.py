from django.urls import path

from xueji.desks import proof

app_name = "proof"
urlpatterns = [path("<str:code>", proof.proof, name="form")]
