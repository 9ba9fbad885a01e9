from datetime import timedelta

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "xueji.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from xueji.campaigns import tasks  # noqa: F401  (declares the job kind)
        from xueji.campaigns.letters import send_due_reminders
        from xueji.jobs.calendar import recurring

        recurring("send_due_reminders", timedelta(minutes=10), send_due_reminders)
