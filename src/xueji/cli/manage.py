"""``xueji manage …``: the web framework's own commands (migrate, check, collectstatic, shell)."""

from __future__ import annotations

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage(words: tuple[str, ...]) -> None:
    """Run a management command of the web framework."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["xueji manage", *words])
