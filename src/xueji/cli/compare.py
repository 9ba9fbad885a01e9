"""``xueji compare …``: import another system's export, lay it beside the register."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click


@click.group()
def compare() -> None:
    """Compare the register with CHSI and other sources (信息比对)."""
    import django

    django.setup()


def _act() -> Any:
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


def _say(findings: list[Any]) -> None:
    for one in findings:
        click.echo(f"{one.id} {one.place} {one.message.zh}{one.remedy.zh}", err=True)
        click.echo(f"   {one.message.en} {one.remedy.en}", err=True)


@compare.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source", default="chsi", show_default=True, help="Whose export it is: chsi, degrees, academic, admission or a word of your own."
)
@click.option("--taken-on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day of the export.")
@click.option("--json", "as_json", is_flag=True)
def import_(file: Path, source: str, taken_on: datetime, as_json: bool) -> None:
    """Keep FILE (.dbf, .xlsx, .xls, .csv) as what SOURCE said on that day. Exit 2 when it cannot be read."""
    from xueji.exchange.chsi import import_source
    from xueji.journal.command import Stopped

    day: date = taken_on.date()
    try:
        change, read = import_source(_act(), source=source, taken_on=day, content=file.read_bytes(), title=file.name)
    except Stopped as stopped:
        _say(stopped.findings)
        sys.exit(2)
    kept = change.result
    _say(read.findings)
    said = {"source": kept.source, "rows": kept.row_count, "matched": kept.matched, "fields": kept.fields, "new": not change.unchanged}
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        click.echo(
            f"{kept.source} {kept.taken_on}：{kept.row_count} 行，对上 {kept.matched} 人。{'' if said['new'] else '这个文件已经导入过。'}"
        )


@compare.command("show")
@click.option("--campaign", "code", help="Only the students of this notice, by its own rules (known differences, who prevails).")
@click.option("--json", "as_json", is_flag=True)
@click.option("--workbook", "target", type=click.Path(dir_okay=False, path_type=Path), help="Also write the differences as .xlsx here.")
def show(code: str | None, as_json: bool, target: Path | None) -> None:
    """Print every difference between the register and the newest sources. Exit 1 when somebody has to look at one."""
    from xueji.campaigns.queries import campaign_of, notice_of
    from xueji.confirmation.queries.sources import compared, round_of
    from xueji.exchange import compare as exported

    campaign = campaign_of(code) if code else None
    if code and campaign is None:
        click.echo(f"没有代号为 {code} 的通知。 / No campaign {code}.", err=True)
        sys.exit(2)
    seen = compared(_act().by, campaign=campaign, round=round_of(notice_of(campaign)) if campaign else None)
    if not seen.snapshots:
        click.echo("还没有导入任何来源；先用 xueji compare import。 / No source yet; use xueji compare import first.", err=True)
        sys.exit(2)
    if target:
        target.write_bytes(exported.workbook(seen))
    said = exported.as_json(seen)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        for one in said["differences"] + said["known_differences"]:
            values = "；".join(f"{source} {value}" for source, value in one["values"].items())
            click.echo(
                f"{one['student_number']} {one['name']} {one['label']}：{values} → {one['right'] or '看证件'} {one['known']}".rstrip()
            )
        for one in said["unmatched"]:
            partners = "；".join(f"{p['student_number']} {p['name']}（{p['why']}）" for p in one["likely"])
            click.echo(f"只在{one['side']}：{one['student_number']} {one['name']} {partners}".rstrip())
        click.echo(f"{said['students']} 人，{len(said['differences'])} 处不一致，{len(said['known_differences'])} 处属正常。")
    sys.exit(1 if said["differences"] else 0)
