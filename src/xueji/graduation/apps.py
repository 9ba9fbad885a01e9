from django.apps import AppConfig


class GraduationConfig(AppConfig):
    name = "xueji.graduation"
    label = "graduation"
    verbose_name = "毕业审核"

    def ready(self) -> None:
        from xueji.campaigns.batches.terms import register
        from xueji.graduation.sheet import CONCLUSION_LIST

        register(CONCLUSION_LIST)
