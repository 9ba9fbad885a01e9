from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "xueji.campaigns"
    label = "campaigns"
