"""The one place where a certificate's photo comes from (证书照片)."""

from __future__ import annotations

from collections.abc import Iterable

from xueji.records.models import StudentRecord
from xueji.vault.models import VaultFile
from xueji.vault.store import read


def registered_photos(records: Iterable[StudentRecord]) -> dict[object, VaultFile]:
    """The newest captured photo (图像采集照片) of each record's owner, by the record's key; one query."""
    owners = {f"account:{r.account_id}": r.pk for r in records if r.account_id}
    files = VaultFile.objects.filter(purpose="photo", account__in=owners, purged_at=None).order_by("created_at")
    return {owners[file.account]: file for file in files}


def bytes_of(file: VaultFile | None) -> bytes | None:
    """The photo's bytes as they were registered; the caller has been permitted to print."""
    return b"".join(read(file.place)) if file else None
