from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "xueji.site"
    label = "xueji_site"

    def ready(self) -> None:
        from xueji.site import checks  # noqa: F401  registers the system checks
