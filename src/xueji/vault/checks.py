"""System checks: a ring that cannot seal, and tables whose cells could never be sealed."""

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError
from django.db.models import AutoField, BigAutoField, SmallAutoField

from xueji.vault import keys, marks
from xueji.vault.fields import SealedField


@register()
def the_ring_is_usable(**_) -> list[CheckMessage]:
    """A folder without any key is that of an installation before its first migration, and legal."""
    try:
        if keys.held_keys() or isinstance(settings.XUEJI_KEYS, dict):
            keys.ring()
    except keys.KeysUnusable as problem:
        return [Error(str(problem), hint="docs/operations.md, Keys.", id="xueji.vault.E001")]
    return []


@register()
def sealed_cells_have_a_key_before_they_are_saved(app_configs=None, **_) -> list[CheckMessage]:
    """A cell is bound to its row; a row numbered by the database has no number while it is being sealed."""
    return [
        Error(
            f"{model._meta.label}: sealed fields need a primary key that is there before the row is saved (UUIDField(default=uuid4)).",
            obj=model,
            id="xueji.vault.E002",
        )
        for model in apps.get_models()
        if any(isinstance(field, SealedField) for field in model._meta.local_concrete_fields)
        and isinstance(model._meta.pk, AutoField | BigAutoField | SmallAutoField)
    ]


@register(Tags.database)
def ring_and_database_belong_together(databases=None, **_) -> list[CheckMessage]:
    try:
        problem = marks.problem()
    except (DatabaseError, keys.KeysUnusable):
        return []  # no tables yet, or E001 says it already
    return [Error(problem, hint="docs/operations.md, Restore drill.", id="xueji.vault.E004")] if problem else []
