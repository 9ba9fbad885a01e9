from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """What is known of photos that were taken or handed in."""

    name = "xueji.photos"
    label = "photos"

    def ready(self) -> None:
        from xueji.photos.day.facts import offer

        offer()
