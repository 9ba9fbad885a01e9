from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "xueji.collection"
    label = "collection"

    def ready(self) -> None:
        from xueji.catalogue.text import Text
        from xueji.collection import tasks  # noqa: F401 - declares its kinds of background work
        from xueji.collection.printing import FORM, newest_form
        from xueji.records.issuing import register_kind

        register_kind(FORM, Text("登记表（学籍表）", "Record form"), newest_form)
