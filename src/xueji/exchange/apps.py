from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "xueji.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Declare the kinds of background work."""
        import_module("xueji.exchange.tasks")
