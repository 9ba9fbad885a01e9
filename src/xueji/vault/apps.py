from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VaultConfig(AppConfig):
    name = "xueji.vault"
    label = "vault"
    verbose_name = "加密保管"

    def ready(self) -> None:
        from xueji.vault import checks  # noqa: F401  (registers the system checks)
        from xueji.vault.marks import after_migrate

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="xueji.vault.keys")
