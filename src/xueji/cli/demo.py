"""``xueji demo``: the demo university. ``make demo`` builds it once, keeps it, and serves it."""

from __future__ import annotations

import json
import os

import click


@click.group()
def demo() -> None:
    """The demo university: invented people, the real notices with their windows moved to today."""


@demo.command()
@click.option("--students", default=3000, show_default=True, type=click.IntRange(100, 50_000))
@click.option("--seed", default=2024, show_default=True, help="The same seed makes the same people.")
def build(students: int, seed: int) -> None:
    """Build the demo university into this installation, unless it stands there already."""
    _only_a_demo()
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console()
    call_command("migrate", verbosity=0)
    _collect_static()
    kept = settings.XUEJI_HOME / "demo-accounts.json"
    if kept.exists():
        _say_when_over(console)
        return
    from xueji.records.models import StudentRecord
    from xueji.stories.demo import build as build_university

    if StudentRecord.objects.exists():
        raise click.ClickException("这里已有学生，但不是完整的演示数据。请运行 make demo-reset。 Students are here, but no whole demo: make demo-reset.")
    with Progress(TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console) as bar:
        tasks: dict[str, object] = {}

        def show(chapter: str, done: int, total: int) -> None:
            if chapter not in tasks:
                tasks[chapter] = bar.add_task(chapter, total=total)
            bar.update(tasks[chapter], completed=min(done, total), total=total)

        doors = build_university(timezone.now(), settings.XUEJI_HOME, count=students, seed=seed, progress=show)
    kept.write_text(json.dumps([door.as_json() for door in doors], ensure_ascii=False, indent=1), "utf-8")
    kept.chmod(0o600)


@demo.command()
@click.option("--address", default="http://127.0.0.1:8000", show_default=True)
def accounts(address: str) -> None:
    """One line per role: address, account, password."""
    _only_a_demo()
    import django

    django.setup()
    from django.conf import settings
    from django.urls import Resolver404, resolve

    from xueji.stories.demo import lines

    def leads_somewhere(door: dict[str, str]) -> bool:
        try:
            return bool(resolve(door["address"]))
        except Resolver404:
            return False  # that desk is not in this version

    kept = settings.XUEJI_HOME / "demo-accounts.json"
    if not kept.exists():
        raise click.ClickException("还没有演示数据：先运行 xueji demo build。 No demo yet: run xueji demo build.")
    doors = [door for door in json.loads(kept.read_text("utf-8")) if leads_somewhere(door)]
    for line in lines(doors, address):
        click.echo(line)


def _collect_static() -> None:
    """Gather and compress what pages are made of, when any of it changed since the last start."""
    import hashlib

    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = [(path, os.stat(storage.path(path)).st_mtime_ns) for finder in get_finders() for path, storage in finder.list([])]
    now = hashlib.sha256(repr(sorted(found)).encode()).hexdigest()
    stamp = settings.XUEJI_HOME / "static.stamp"
    if not stamp.exists() or stamp.read_text() != now or not settings.STATIC_ROOT.exists():
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def _only_a_demo() -> None:
    """The demo shows passwords and invents people: never on an installation that is not one."""
    if os.environ.get("XUEJI_DEMO", "").lower() not in {"1", "true", "yes", "on"}:
        raise click.ClickException("只在演示安装上可用：设 XUEJI_DEMO=yes 和单独的 XUEJI_HOME。 For a demo only: set XUEJI_DEMO=yes and a XUEJI_HOME of its own.")


def _say_when_over(console) -> None:
    """A demo of last week has closed notices; say how to get fresh ones."""
    from django.utils import timezone

    from xueji.campaigns.models import Campaign

    now = timezone.now()
    over = [campaign.code for campaign in Campaign.objects.all() if campaign.closes <= now]
    if over:
        console.print(f"demo: 已过截止时间的通知 closed by now: {', '.join(over)}; make demo-reset 重新平移日期 moves the dates again", highlight=False)
