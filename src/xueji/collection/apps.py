from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "xueji.collection"
    label = "collection"
