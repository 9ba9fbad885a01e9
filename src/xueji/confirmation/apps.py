from django.apps import AppConfig


class ConfirmationConfig(AppConfig):
    name = "xueji.confirmation"
    label = "confirmation"
    verbose_name = "信息确认"

    def ready(self) -> None:
        from xueji.campaigns.batches.terms import register
        from xueji.confirmation.sheet import VERIFICATION_SHEET

        register(VERIFICATION_SHEET)
