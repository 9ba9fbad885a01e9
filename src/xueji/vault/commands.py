"""Writes of the vault: files in, files out of time, keys renewed."""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from xueji.accounts.permissions import Permission
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.rules.uploads import upload, within_quota
from xueji.vault import keys, store
from xueji.vault.fields import BlindIndexField, SealedField
from xueji.vault.marks import mark_of, record_marks
from xueji.vault.models import KeyMark, VaultFile
from xueji.vault.queries import BATCH, due_for_purging, kept_by
from xueji.vault.sniffing import seen_in
from xueji.vault.terms import PURPOSES

ORPHAN_AFTER = timedelta(days=1)


@command(
    needs=Permission.VAULT_KEEP,
    records="file.stored",
    scope=lambda content, purpose, scope, title, purge_on: scope,
)
def store_file(
    act: Act,
    content: bytes | BinaryIO | Path,
    *,
    purpose: str,
    scope: Scope,
    title: str = "",
    purge_on: date | None = None,
) -> Change:
    """Keep a file, encrypted, byte for byte as it came (存入文件); the result is the VaultFile.

    ``content`` is bytes, an opened seekable file (Django's uploads too) or a path. What it is, is read from its bytes.
    ``scope`` says whose it is. ``purge_on`` is the day its bytes are to be removed, if that is known already.
    What owners keep of their own is counted against the purpose's quota; staff, who act for many, are not.
    Raises Stopped with the finding when the purpose's limits or the quota forbid the file, KeyError for an unknown purpose.
    """
    limits, quota = PURPOSES[purpose].limits, PURPOSES[purpose].quota
    with closing(_opened(content)) as file:
        size = file.seek(0, io.SEEK_END)
        seen = seen_in(file, size)
        findings = upload(seen, limits)
        if not findings and quota and scope.account and scope.account == act.by.id_text:
            kept_files, kept_bytes = kept_by(scope.account, purpose)
            findings = within_quota(size, quota, kept_files=kept_files, kept_bytes=kept_bytes)
        if findings:
            raise Stopped(findings)
        place, size, digest, number = store.write(_pieces(file))
    kept = VaultFile(
        place=place,
        purpose=purpose,
        content=seen.content,
        size=size,
        width=seen.width,
        height=seen.height,
        digest=digest,
        key_number=number,
        title=Path(title.replace("\\", "/")).name[-255:],
        college=scope.college,
        campus=scope.campus,
        class_number=scope.class_number,
        account=scope.account,
        made_by=act.by.id_text,
        created_at=act.at,
        purge_on=purge_on,
    )
    try:
        kept.save(force_insert=True)
    except BaseException:
        store.remove(place)
        raise
    detail = {"purpose": purpose, "content": seen.content, "size": size}
    return Change(f"file:{kept.pk}", scope, detail, result=kept)


class _Borrowed(io.IOBase):
    """Somebody else's opened file: read here, closed by who opened it."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._file.seek(offset, whence)
        return self._file.tell()  # Django's UploadedFile.seek returns nothing

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """Leaves the file open, as it was given."""


def _opened(content: bytes | BinaryIO | Path) -> BinaryIO:
    if isinstance(content, bytes):
        return io.BytesIO(content)
    if isinstance(content, Path):
        return content.open("rb")
    return _Borrowed(content)  # type: ignore[return-value]


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(store.CHUNK):
        yield piece


@command(needs=Permission.VAULT_KEEP, records="file.term_set", scope=lambda file, purge_on: file.scope)
def set_term(act: Act, file: VaultFile, *, purge_on: date | None) -> Change:
    """Set the day on which the bytes are removed, once the rule that decides it can be applied (设定保存期限)."""
    if file.purge_on == purge_on:
        return Change(f"file:{file.pk}", file.scope, unchanged=True)
    file.purge_on = purge_on
    file.save(update_fields=["purge_on"])
    return Change(f"file:{file.pk}", file.scope, {"purge_on": purge_on.isoformat() if purge_on else None})


@command(needs=Permission.VAULT_KEEP, records="file.opened", scope=lambda file: file.scope)
def note_opening(act: Act, file: VaultFile) -> Change:
    """Note that somebody opens a controlled file, evidence or an official one (打开受控文件).

    Reading was permitted by queries.file_for before; here it only leaves its trace.
    """
    if not file.kept_for.journaled or act.by.id_text == file.account:
        return Change(f"file:{file.pk}", file.scope, unchanged=True)
    return Change(f"file:{file.pk}", file.scope, {"purpose": file.purpose})


@command(needs=Permission.VAULT_KEEP, records="file.purged")
def purge_due(act: Act, *, on: date) -> Change:
    """Remove the bytes of files whose term is over by ``on``, a batch at a time (清除到期文件).

    The rows stay. The result is how many were purged; call again until it is 0.
    """
    files = list(due_for_purging(on)[:BATCH])
    if not files:
        return Change("vault", unchanged=True, result=0)
    VaultFile.objects.filter(pk__in=[f.pk for f in files]).update(purged_at=act.at)
    places = [file.place for file in files]
    # only after the rows say so for good; what a crash leaves here, sweep_orphans finds
    transaction.on_commit(lambda: [store.remove(place) for place in places])
    detail = {"files": [str(file.pk) for file in files], "term": on.isoformat()}
    return Change("vault", ANYWHERE, detail, result=len(files))


def sweep_orphans(at: datetime) -> int:
    """Remove bytes that no living row names, a day old at ``at``: left by a crash between disk and table. Their number."""
    removed = 0
    limit = (at - ORPHAN_AFTER).timestamp()
    waiting = [place for place, written in store.places_on_disk() if written < limit]
    for start in range(0, len(waiting), BATCH):
        batch = waiting[start : start + BATCH]
        named = set(VaultFile.objects.filter(place__in=batch, purged_at=None).values_list("place", flat=True))
        for place in batch:
            if place not in named:
                store.remove(place)
                removed += 1
    return removed


@command(needs=Permission.VAULT_KEEP, records="vault.key_added")
def add_key(act: Act) -> Change:
    """Put a new sealing key into use (启用新密钥); the old ones go on opening. The result is its number."""
    if isinstance(settings.XUEJI_KEYS, dict):
        raise keys.KeysUnusable("密钥环由设置给出 / the ring is given by settings; keys are added in a folder only")
    number = keys.add_key(Path(settings.XUEJI_KEYS))
    record_marks()
    return Change(f"key:{number}", result=number)


@command(needs=Permission.VAULT_KEEP, records="vault.resealed")
def reseal_cells(act: Act, label: str, *, after: UUID | str | None = None) -> Change:
    """Seal the next batch of one table's cells with the current key (重新加密). The result is (last pk or None, changed).

    ``label`` is the model ("records.person"), ``after`` the last primary key of the batch before.
    """
    model = apps.get_model(label)
    sealed = [f for f in model._meta.local_concrete_fields if isinstance(f, SealedField)]
    rows = model._base_manager.order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    if after is not None:
        rows = rows.filter(pk__gt=after)
    batch = list(rows[:BATCH])
    current = keys.current_number()
    changed = []
    for row in batch:
        old = [f for f in sealed if (cell := getattr(row, f.attname)) is not None and cell.blob[0] != current]
        for field in old:
            setattr(row, field.name, getattr(row, field.name))
        if old:
            changed.append(row)
    if changed:
        model._base_manager.bulk_update(changed, [f.name for f in sealed])
    last = batch[-1].pk if len(batch) == BATCH else None
    detail = {"table": label, "rows": len(changed), "key": current}
    return Change(f"table:{label}", ANYWHERE, detail, result=(last, len(changed)), unchanged=not changed)


@command(needs=Permission.VAULT_KEEP, records="vault.resealed")
def reseal_files(act: Act) -> Change:
    """Seal the next batch of files with the current key (重新加密文件). The result is how many; call until it is 0."""
    current = keys.current_number()
    files = list(VaultFile.objects.filter(purged_at=None).exclude(key_number=current).order_by("pk")[:20])
    if not files:
        return Change("vault", unchanged=True, result=0)
    old = []
    for file in files:
        place, size, digest, number = store.write(store.read(file.place))
        if digest != bytes(file.digest):
            store.remove(place)
            raise keys.WrongSeal(f"{file.pk}: the content is not what was stored")
        old.append(file.place)
        file.place, file.key_number = place, number
        file.save(update_fields=["place", "key_number"])
    transaction.on_commit(lambda: [store.remove(place) for place in old])
    return Change("vault", ANYWHERE, {"files": len(files), "key": current}, result=len(files))


@command(needs=Permission.VAULT_KEEP, records="vault.index_key_replaced")
def index_anew(act: Act, key: bytes) -> Change:
    """Index every sealed text and digest every file with a new index key, all or nothing (更换索引密钥).

    With the services stopped: a row saved meanwhile would be indexed with the old key. The caller puts the key into the
    ring afterwards. Raises keys.KeysUnusable for an index that does not follow a text of its own row.
    """
    rows = 0
    for model in apps.get_models():
        indexes = [f for f in model._meta.local_concrete_fields if isinstance(f, BlindIndexField)]
        if loose := [f for f in indexes if not f.of]:
            raise keys.KeysUnusable(f"{model._meta.label}.{loose[0].name}: 无法重建 / cannot be indexed anew, empty it first")
        if indexes:
            rows += _index_table(model, indexes, key)
    for file in VaultFile.objects.filter(purged_at=None).iterator(chunk_size=BATCH):
        mac = hmac.new(keys.digest_key("file-digest", key), digestmod=hashlib.sha256)
        for chunk in store.read(file.place):
            mac.update(chunk)
        VaultFile.objects.filter(pk=file.pk).update(digest=mac.digest())
    KeyMark.objects.filter(number=keys.INDEX_KEY).update(mark=mark_of(key))
    return Change(f"key:{keys.INDEX_KEY}", ANYWHERE, {"rows": rows}, result=rows)


def _index_table(model: type, indexes: list[BlindIndexField], key: bytes) -> int:
    """Every index of one table, in batches by primary key; empty texts keep an empty index."""
    rows, last = 0, None
    while True:
        batch = model._base_manager.order_by("pk")
        batch = list(batch[:BATCH] if last is None else batch.filter(pk__gt=last)[:BATCH])
        if not batch:
            return rows
        for row in batch:
            values = {f.name: keys.index_with(key, text, purpose=f.purpose) if (text := getattr(row, f.of)) else None for f in indexes}
            model._base_manager.filter(pk=row.pk).update(**values)
        rows, last = rows + len(batch), batch[-1].pk
