from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "xueji.corrections"
    label = "corrections"

    def ready(self) -> None:
        from xueji.campaigns.batches.terms import register
        from xueji.corrections.sheet import CORRECTION_LIST

        register(CORRECTION_LIST)
