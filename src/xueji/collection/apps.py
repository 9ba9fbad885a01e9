from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "xueji.collection"
    label = "collection"

    def ready(self) -> None:
        from xueji.collection import tasks  # noqa: F401 - declares its kinds of background work
