"""``xueji vault …``: keys and encrypted files."""

from __future__ import annotations

from typing import Any

import click


@click.group()
def vault() -> None:
    """Show and renew the keys, remove files whose time is over (加密保管)."""
    import django

    django.setup()


def _act() -> Any:
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


@vault.command()
def keys() -> None:
    """Which key seals how many cells and files; exit 1 when ring and database do not belong together."""
    from xueji.vault import marks
    from xueji.vault.keys import INDEX_KEY, current_number, held_keys
    from xueji.vault.queries import key_use

    held = held_keys()
    cells, files = key_use()
    click.echo("密钥 key\t单元格 cells\t文件 files")
    for number in sorted(held.keys() | cells.keys() | files.keys()):
        if number == INDEX_KEY:
            click.echo("0\t索引密钥，必须一直保留 / the index key, always needed")
            continue
        word = "当前 current" if number in held and number == current_number() else "" if number in held else "缺失 MISSING"
        unused = "" if word or cells[number] or files[number] else "可以移走 may leave the ring"
        click.echo(f"{number}\t{cells[number]}\t{files[number]}\t{word or unused}")
    if sentence := marks.problem():
        raise click.ClickException(sentence)


@vault.command()
@click.option("--same-key", is_flag=True, help="Make no new key; only finish sealing with the newest one.")
@click.option("--index", "index_too", is_flag=True, help="Replace the index key instead; stop all services first.")
def rotate(same_key: bool, index_too: bool) -> None:
    """Put a new key into use and seal everything with it, batch by batch; may be interrupted and repeated.

    Students can go on working meanwhile. Afterwards restart the services and run it once more with --same-key.
    """
    from xueji.vault import commands
    from xueji.vault.models import VaultFile
    from xueji.vault.queries import sealed_models

    act = _act()
    if index_too:
        _replace_index_key(act)
        return
    if not same_key:
        number = commands.add_key(act).result
        click.echo(f"新密钥 {number} 已启用；请立即备份密钥文件夹 / key {number} is in use; back the key folder up now")
    for model, _ in sealed_models():
        last, total = None, 0
        with click.progressbar(length=model._base_manager.count(), label=model._meta.label) as bar:
            while True:
                last, changed = commands.reseal_cells(act, model._meta.label, after=last).result
                total += changed
                bar.update(commands.BATCH)
                if last is None:
                    break
        click.echo(f"{model._meta.label}: {total}")
    sealed = 0
    with click.progressbar(length=VaultFile.objects.filter(purged_at=None).count(), label="vault") as bar:
        while changed := commands.reseal_files(act).result:
            sealed += changed
            bar.update(changed)
    click.echo(f"文件 files: {sealed}")


def _replace_index_key(act: Any) -> None:
    """All or nothing; when it was interrupted between table and file, the second run finishes it."""
    from pathlib import Path

    from django.conf import settings

    from xueji.vault import commands, keys, marks
    from xueji.vault.models import KeyMark

    folder = Path(settings.XUEJI_KEYS)
    waiting = keys.waiting_index_key(folder)
    if waiting is None or KeyMark.objects.get(number=keys.INDEX_KEY).mark != marks.mark_of(waiting):
        if sentence := marks.problem():
            raise click.ClickException(sentence)
        rows = commands.index_anew(act, keys.prepare_index_key(folder)).result
        click.echo(f"重建索引 {rows} 行 / {rows} rows indexed anew")
    keys.put_index_key_into_use(folder)
    click.echo("索引密钥已更换；请备份密钥文件夹，再启动服务 / index key replaced; back the key folder up, then start the services")


@vault.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Up to this day instead of today.")
def purge(on: Any) -> None:
    """Remove the bytes of files whose term is over, and what a crash left on the disk (清除到期文件)."""
    from zoneinfo import ZoneInfo

    from xueji.collection.commands import clear_drafts
    from xueji.vault import commands

    act = _act()
    drafts = 0
    while number := clear_drafts(act).result:
        drafts += number
    day = on.date() if on else act.at.astimezone(ZoneInfo("Asia/Shanghai")).date()
    removed = 0
    while number := commands.purge_due(act, on=day).result:
        removed += number
    orphans = commands.sweep_orphans(act.at)
    click.echo(f"清除过期草稿 {drafts} 份 / {drafts} drafts cleared")
    click.echo(f"清除到期文件 {removed} 个，残留 {orphans} 个 / {removed} files removed, {orphans} left by crashes")


@vault.command()
def verify() -> None:
    """Open every file and compare it with its digest; exit 1 naming those that are damaged or missing (核对文件)."""
    import hashlib
    import hmac

    from xueji.vault import keys as ring
    from xueji.vault import store
    from xueji.vault.models import VaultFile

    bad = []
    files = VaultFile.objects.filter(purged_at=None)
    with click.progressbar(files.iterator(chunk_size=500), length=files.count(), label="vault") as bar:
        for file in bar:
            mac = hmac.new(ring.digest_key("file-digest"), digestmod=hashlib.sha256)
            try:
                for chunk in store.read(file.place):
                    mac.update(chunk)
                if mac.digest() != bytes(file.digest):
                    bad.append((file, "内容变了 changed"))
            except (store.FileGone, ring.WrongSeal, ring.KeyMissing) as problem:
                bad.append((file, type(problem).__name__))
    for file, why in bad:
        click.echo(f"{file.pk}\t{file.purpose}\t{file.created_at:%Y-%m-%d}\t{why}", err=True)
    if bad:
        raise click.ClickException(f"{len(bad)} 个文件有问题，请从备份恢复 / files to restore from the backup")
    click.echo(f"{files.count()} 个文件完好 / files are whole")
