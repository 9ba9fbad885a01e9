from datetime import timedelta

from django.apps import AppConfig


class ConfirmationConfig(AppConfig):
    name = "xueji.confirmation"
    label = "confirmation"
    verbose_name = "信息确认"

    def ready(self) -> None:
        from xueji.campaigns.batches.terms import register
        from xueji.confirmation.calendar import void_what_changed
        from xueji.confirmation.sheet import VERIFICATION_SHEET
        from xueji.jobs.calendar import recurring

        register(VERIFICATION_SHEET)
        recurring("void_changed_confirmations", timedelta(minutes=15), void_what_changed)
