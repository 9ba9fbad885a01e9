"""``xueji names …``: spelling of names, without a database."""

from __future__ import annotations

import json
import sys

import click

from xueji.pinyin import DEFAULT_STYLE, Suggestion, spell, styles, suggest
from xueji.rules import names as rules
from xueji.rules.findings import Finding, stops


@click.group()
def names() -> None:
    """Propose the pinyin of names (姓名拼音)."""


def _as_json(suggestion: Suggestion, style: str) -> dict[str, object]:
    return {
        "name": suggestion.name,
        "pinyin": spell(suggestion.name, suggestion.syllables, suggestion.surname_length, style),
        "syllables": list(suggestion.syllables),
        "surname_length": suggestion.surname_length,
        "doubtful": [{"position": d.position, "readings": list(d.readings)} for d in suggestion.doubtful],
    }


def _show(found: list[Finding], name: str) -> None:
    for one in found:
        click.echo(f"{one.id} {name}: {one.message.zh}{one.remedy.zh}", err=True)
        click.echo(f"   {one.message.en} {one.remedy.en}", err=True)


@names.command("suggest")
@click.argument("name", nargs=-1)
@click.option("--from", "source", type=click.File("r", encoding="utf-8"), help="A file with one name a line; - reads standard input.")
@click.option(
    "--style", type=click.Choice(sorted(styles())), default=DEFAULT_STYLE, show_default=True, help="Style profile of the spelling."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON list; positions count from 0.")
def suggest_names(name: tuple[str, ...], source: object, style: str, as_json: bool) -> None:
    """Propose a spelling for each NAME; the person it belongs to decides.

    Exit 1 when a name holds characters that no certificate can print; all other names are answered all the same.
    """
    asked = list(name) + ([line.strip() for line in source if line.strip()] if source else [])
    if not asked:
        click.echo("请给出姓名，或用 --from 文件。 / Give names, or --from a file.", err=True)
        sys.exit(2)
    proposed = [suggest(one) for one in asked]
    if as_json:
        click.echo(json.dumps([_as_json(one, style) for one in proposed], ensure_ascii=False, indent=1))
    refused = False
    for one in proposed:
        found = rules.characters(one.name)
        refused = refused or bool(stops(found))
        if not as_json:
            click.echo(f"{one.name}\t{spell(one.name, one.syllables, one.surname_length, style)}\t姓 {one.surname_length}")
        _show(found if as_json else found + rules.proposal(one), one.name)
    sys.exit(1 if refused else 0)


@names.command("styles")
@click.option("--json", "as_json", is_flag=True)
def list_styles(as_json: bool) -> None:
    """The style profiles, each with an example."""
    shown = [
        {"style": code, "label": one.label, "label_en": one.label_en, "example": spell("吕平安", ["lü", "ping", "an"], 1, code)}
        for code, one in styles().items()
    ]
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for one in shown:
            click.echo("\t".join(one.values()))
