"""Reading the vault, viewer first. What is not the viewer's does not exist (DoesNotExist, a 404 at the desks)."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from django.apps import apps
from django.db.models import Count, Q, QuerySet, Sum

from xueji.accounts.queries import Viewer
from xueji.vault import keys, store
from xueji.vault.fields import SealedField
from xueji.vault.models import VaultFile

BATCH = 500


def may_read(viewer: Viewer, file: VaultFile) -> bool:
    """Who stored it, whose it is (where the purpose says so), and staff with the purpose's permission in its scope."""
    purpose = file.kept_for
    if viewer.id_text == file.made_by or (purpose.owner_reads and file.account and viewer.id_text == file.account):
        return True
    if purpose.reader is None:
        return viewer.id_text.startswith("system:")
    scope = file.scope
    if not purpose.owner_reads and scope.account == viewer.id_text:
        return False
    return viewer.may(purpose.reader, scope) or (purpose.judge is not None and viewer.may(purpose.judge, scope))


def file_for(viewer: Viewer, file_id: UUID | str) -> VaultFile:
    """One file that the viewer may read and that has not been purged. Raises VaultFile.DoesNotExist."""
    try:
        file = VaultFile.objects.filter(purged_at=None).get(pk=UUID(str(file_id)))
    except ValueError:  # not an id at all
        raise VaultFile.DoesNotExist from None
    if not may_read(viewer, file):
        raise VaultFile.DoesNotExist
    return file


def files_for(viewer: Viewer, file_ids: Iterable[UUID]) -> dict[UUID, VaultFile]:
    """Those of the files that the viewer may read, by id; one query."""
    files = VaultFile.objects.filter(pk__in=list(file_ids), purged_at=None)
    return {file.pk: file for file in files if may_read(viewer, file)}


def chunks_of(viewer: Viewer, file_id: UUID | str) -> Iterator[bytes]:
    """The plain bytes, chunk by chunk. Raises VaultFile.DoesNotExist, store.FileGone, fields.WrongSeal."""
    return store.read(file_for(viewer, file_id).place)


def read_file(viewer: Viewer, file_id: UUID | str) -> bytes:
    """The plain bytes at once, for what is known to be small. Raises as chunks_of."""
    return b"".join(chunks_of(viewer, file_id))


def same_bytes(file: VaultFile, content: bytes) -> bool:
    """Whether a kept file is these very bytes, told by its keyed digest; also after the bytes were purged."""
    return hmac.compare_digest(hmac.digest(keys.digest_key("file-digest"), content, hashlib.sha256), bytes(file.digest))


def kept_by(account: str, purpose: str) -> tuple[int, int]:
    """How many files, of how many bytes, an account has kept of its own for a purpose; one query."""
    mine = VaultFile.objects.filter(account=account, made_by=account, purpose=purpose, purged_at=None)
    found = mine.aggregate(files=Count("pk"), bytes=Sum("size"))
    return found["files"], found["bytes"] or 0


def due_for_purging(on: date) -> QuerySet[VaultFile]:
    """Files whose time is over, oldest first (到期应清除的文件)."""
    return VaultFile.objects.filter(Q(purge_on__lte=on), purged_at=None).order_by("purge_on", "pk")


def sealed_models() -> list[tuple[type, list[SealedField]]]:
    """Every model with sealed cells, and which they are."""
    found = []
    for model in apps.get_models():
        sealed = [f for f in model._meta.local_concrete_fields if isinstance(f, SealedField)]
        if sealed:
            found.append((model, sealed))
    return found


def key_use() -> tuple[Counter[int], Counter[int]]:
    """How many cells and how many files each key number seals. A key with none of either may leave the ring."""
    cells: Counter[int] = Counter()
    for model, sealed in sealed_models():
        rows = model._base_manager.values_list(*(f.name for f in sealed))
        for row in rows.iterator(chunk_size=2000):
            cells.update(cell.blob[0] for cell in row if cell is not None)
    files = Counter(VaultFile.objects.filter(purged_at=None).values_list("key_number", flat=True))
    return cells, files
