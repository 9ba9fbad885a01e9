from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "xueji.journal"
    label = "journal"
