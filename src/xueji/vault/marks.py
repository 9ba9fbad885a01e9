"""A database and its key ring are born together, and know each other again (密钥与数据库的对应).

A backup restored beside the wrong ring would seal new values with keys that the old ones do not have, and nobody would
notice until it is too late. So the database keeps a digest of every key it was sealed with.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from django.conf import settings
from django.db import connections

from xueji.vault import keys


def mark_of(key: bytes) -> str:
    """A digest that proves a key without telling it."""
    return hmac.digest(key, b"xueji:mark", hashlib.sha256).hex()


def record_marks() -> None:
    """Note the keys of the ring that this database does not know yet. Raises KeysUnusable when a known key differs."""
    from xueji.vault.models import KeyMark

    known = dict(KeyMark.objects.values_list("number", "mark"))
    held = keys.ring()
    if wrong := differing(known, held):
        raise keys.KeysUnusable(_sentence(wrong))
    KeyMark.objects.bulk_create(
        [KeyMark(number=number, mark=mark_of(key)) for number, key in held.items() if number not in known],
        ignore_conflicts=True,
    )


def differing(known: dict[int, str], held: dict[int, bytes]) -> list[int]:
    """The numbers under which the ring holds another key than the database knows."""
    return sorted(number for number, key in held.items() if number in known and known[number] != mark_of(key))


def _sentence(wrong: list[int]) -> str:
    listed = ", ".join(f"{number}.key" for number in wrong)
    return (
        f"密钥 {listed} 不是这个数据库用过的密钥 / {listed}: not the key this database was sealed with. "
        "Restore XUEJI_HOME/keys from the backup that belongs to this database."
    )


def after_migrate(sender: object, using: str, **_: object) -> None:
    """The ring of a new installation is made with its tables; an existing one is compared."""
    from xueji.vault.models import KeyMark

    if KeyMark._meta.db_table not in connections[using].introspection.table_names():
        return  # the vault's own tables were just taken back
    configured = settings.XUEJI_KEYS
    if not isinstance(configured, dict):
        if not KeyMark.objects.using(using).exists():
            keys.make_ring(Path(configured))
        keys.forget_cached_keys()
    record_marks()


def problem() -> str:
    """What is wrong between ring and database, in one sentence; empty when they belong together."""
    from xueji.vault.models import KeyMark

    known = dict(KeyMark.objects.values_list("number", "mark"))
    held = keys.held_keys()
    if wrong := differing(known, held):
        return _sentence(wrong)
    if lost := sorted(known.keys() - held.keys()):
        listed = ", ".join(f"{number}.key" for number in lost)
        return (
            f"缺少密钥文件 {listed} / key files missing: {listed}. What they sealed cannot be opened; "
            "restore them, or make sure with `xueji vault keys` that nothing needs them."
        )
    return ""
