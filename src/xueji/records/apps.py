from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "xueji.records"
    label = "records"
