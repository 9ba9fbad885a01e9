from datetime import timedelta

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """What is known of photos that were taken or handed in."""

    name = "xueji.photos"
    label = "photos"

    def ready(self) -> None:
        from xueji.jobs.calendar import recurring
        from xueji.photos.day.facts import offer
        from xueji.photos.day.judging import judge_waiting_photos

        offer()
        recurring("judge_offline_photos", timedelta(seconds=5), judge_waiting_photos)
