from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "xueji.jobs"
    label = "jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from xueji.accounts import throttle
        from xueji.jobs.calendar import recurring
        from xueji.jobs.reaper import forget_old

        recurring("forget_old_jobs", timedelta(days=1), forget_old)
        recurring("forget_failed_sign_ins", timedelta(hours=6), throttle.forget_old)
