"""``xueji story N1``: a whole notice without a browser, on a database of its own that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import click

STORIES = {"N1": "notice_n1", "N3-conclusions": "notice_n3_conclusions", "N3-certificates": "notice_n3_certificates", "N2-names": "n2_names", "N4-confirmation": "n4_confirmation", "N2-photo": "n2_photo", "N3-photo": "n3_photo",
           "N4-photo": "n4_photo", "N5-photo": "n5_photo"}


@click.command()
@click.argument("notice", type=click.Choice(list(STORIES), case_sensitive=False))
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where the story's files go; a folder story-NOTICE here if not given.")
@click.option("--students", default=200, show_default=True, type=click.IntRange(8, 5000), help="How many students take part.")
def story(notice: str, folder: Path | None, students: int) -> None:
    """Tell a NOTICE from roster to signed form: everybody acts through the same commands as at the desks.

    Ends with 1 when the world was not as the story expected. The installation's own data is not touched.
    """
    home = tempfile.mkdtemp(prefix="xueji-story-")
    for name in [name for name in os.environ if name.startswith("XUEJI_")]:
        del os.environ[name]
    os.environ |= {"XUEJI_HOME": home, "XUEJI_LOG_LEVEL": "ERROR"}
    try:
        failed = _tell(STORIES[notice], folder or Path(f"story-{notice}"), students)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    raise SystemExit(1 if failed else 0)


def _tell(module: str, folder: Path, students: int) -> bool:
    """Tell the story with a progress bar; whether an expectation failed."""
    import importlib

    import django
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    django.setup()
    from django.core.management import call_command

    console, began = Console(), time.monotonic()
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, object] = {}

        def show(chapter: str, done: int, total: int) -> None:
            if chapter not in tasks:
                tasks[chapter] = bar.add_task(chapter, total=total)
            bar.update(tasks[chapter], completed=done, total=total)

        show("数据库 database", 0, 1)
        call_command("migrate", verbosity=0)
        show("数据库 database", 1, 1)
        told = importlib.import_module(f"xueji.stories.{module}").tell(folder, count=students, progress=show)
        for chapter, task in tasks.items():
            bar.update(task, completed=bar.tasks[task].total, description=chapter)
    for sentence, held in told.sentences():
        console.print(f"[green]✓[/] {sentence}" if held else f"[red]✗[/] {sentence}", highlight=False, soft_wrap=True)
    if told.figures:
        console.print("人数 figures: " + ", ".join(f"{name} {figure}" for name, figure in told.figures.items()), highlight=False, soft_wrap=True)
    for one in told.failed:
        console.print(f"[red]✗[/] {one.sentence}: 预期 expected {one.expected!r}, 实际 seen {one.seen!r}", highlight=False)
    held = len(told.expectations) - len(told.failed)
    console.print(f"{held}/{len(told.expectations)} 项预期成立 expectations hold; {time.monotonic() - began:.0f} s; 文件 files: {folder}", highlight=False)
    return bool(told.failed)
