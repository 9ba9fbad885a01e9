"""The command ``xueji``. One module a topic; each adds its group to the root group here."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click

TOPICS = Path(__file__).parent


class Topics(click.Group):
    """Loads a topic's module only when its word is used, so that ``xueji photo`` does not start the web framework."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(p.stem.replace("_", "-") for p in TOPICS.glob("[a-z]*.py") if p.stem != "main")

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        stem = name.replace("-", "_")
        if name not in self.list_commands(ctx):
            return None
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xueji.site.settings")
        return getattr(importlib.import_module(f"xueji.cli.{stem}"), stem)


@click.command(cls=Topics, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xueji")
def main() -> None:
    """Xueji (学籍): student records from the roster to the certificate."""
