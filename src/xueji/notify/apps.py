from datetime import timedelta

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "xueji.notify"
    label = "notify"
    verbose_name = "消息"

    def ready(self) -> None:
        from xueji.jobs.calendar import recurring
        from xueji.notify import tasks  # declares the job kind

        recurring("send_waiting_mail", timedelta(minutes=2), tasks.send_what_waits)
        recurring("purge_files", timedelta(hours=12), tasks.purge_files)
