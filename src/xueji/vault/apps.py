from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "xueji.vault"
    label = "vault"
    verbose_name = "加密保管"

    def ready(self) -> None:
        from xueji.vault import checks  # noqa: F401  (registers the system checks)
