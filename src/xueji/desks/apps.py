from django.apps import AppConfig


class DesksConfig(AppConfig):
    """Templates, static files and the template library that every desk uses."""

    name = "xueji.desks"
    label = "desks"
