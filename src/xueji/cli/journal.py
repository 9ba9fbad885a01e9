"""``xueji journal …``: is the record of everything whole."""

from __future__ import annotations

import sys

import click


@click.group()
def journal() -> None:
    """The journal (操作记录)."""


@journal.command()
@click.option("--head", default="", help="A hash noted earlier: it must still be in the chain.")
def verify(head: str) -> None:
    """Recompute the hash chain; name the first bad row and exit 1 when it is broken."""
    import django

    django.setup()
    from xueji.journal import queries

    broken = queries.broken_at()
    if broken:
        click.echo(f"第 {broken[0]} 行不对 / row {broken[0]}: {broken[1]}", err=True)
        sys.exit(1)
    if head and not queries.knows(head):
        click.echo(f"链中没有 {head}：末尾被截断，或换了一份 / the chain does not contain {head}", err=True)
        sys.exit(1)
    count, newest = queries.head()
    click.echo(f"{count} 行完整 / {count} rows, whole. head {newest}")
