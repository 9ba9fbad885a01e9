"""``xueji campaign …``: notices declared as files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def campaign() -> None:
    """Validate, open, close, list and explain campaigns (通知)."""


def _act() -> Any:
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


def _setup() -> None:
    import django

    django.setup()


def show_findings(findings: list[Any], as_json: bool) -> None:
    """Findings for a person or a program."""
    if as_json:
        click.echo(json.dumps([f.as_json() for f in findings], ensure_ascii=False, indent=1))
        return
    for f in findings:
        click.echo(f"{f.id} {f.place} {f.message.zh} {f.remedy.zh}".replace("  ", " "), err=True)
        click.echo(f"   {f.message.en} {f.remedy.en}", err=True)


def _campaign_or_exit(code: str) -> Any:
    from xueji.campaigns import queries

    found = queries.campaign_of(code)
    if found is None:
        click.echo(f"没有代号为 {code} 的通知；用 xueji campaign list 查看。 / No campaign {code}; see xueji campaign list.", err=True)
        sys.exit(2)
    return found


@campaign.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True)
def validate(files: tuple[Path, ...], as_json: bool) -> None:
    """Read notices and print everything that is wrong with them; exit 1 when something is."""
    _setup()
    from xueji.campaigns.notice import read_notice

    bad = False
    for file in files:
        notice, findings = read_notice(file.read_text("utf-8"))
        if findings:
            bad = True
            show_findings([f.at(f"{file.name} {f.place}") for f in findings], as_json)
        elif not as_json:
            assert notice is not None
            click.echo(f"{file.name}: {notice.number} {notice.title.zh}，{len(notice.steps)} 步，sha256 {notice.sha256[:12]}")
    sys.exit(1 if bad else 0)


@campaign.command("open")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--move-by-days", default=0, help="Demonstrations only: move every date by whole days.")
@click.option("--supplement", default="", help="Publish as a supplement, with this reason.")
@click.option("--codes", type=click.Path(path_type=Path), help="Write activation codes here (CSV), readable by you alone.")
def open_(file: Path, move_by_days: int, supplement: str, codes: Path | None) -> None:
    """Open the notice in FILE, or publish it as a supplement to the open one."""
    _setup()
    from xueji.campaigns import commands
    from xueji.campaigns.notice import read_notice
    from xueji.journal.command import Stopped

    text = file.read_text("utf-8")
    try:
        if supplement:
            notice, findings = read_notice(text)
            if notice is None:
                raise Stopped(findings)
            change = commands.supplement_campaign(_act(), _campaign_or_exit(notice.code), text=text, reason=supplement)
        else:
            change = commands.open_campaign(_act(), text=text, move_by_days=move_by_days)
    except Stopped as stopped:
        show_findings(stopped.findings, as_json=False)
        sys.exit(1)
    if change.unchanged:
        click.echo("已经开启，内容相同，没有改动。 / Open already with the same text; nothing changed.")
        return
    opened, secrets = change.result
    click.echo(f"{opened.code} 第 {opened.version} 版：{change.detail['cases']} 人。")
    _tell(opened)
    if secrets and codes:
        codes.touch(mode=0o600)
        codes.write_text("student_number,activation_code\n" + "".join(f"{n},{c}\n" for n, c in sorted(secrets.items())))
        click.echo(f"{len(secrets)} 个激活码写入 {codes}")
    elif secrets:
        click.echo(f"{len(secrets)} 人需要激活码，没有写出（--codes FILE）；可由学院秘书逐个重置。", err=True)


def _tell(opened: Any) -> None:
    """Tell everybody of the notice, with a bar; begun again by ``xueji campaign tell`` it goes on where it stopped."""
    from rich.progress import Progress

    from xueji.campaigns.letters import announce
    from xueji.journal.command import Stopped

    if opened.closed_at or opened.closes <= _act().at:
        click.echo("通知已截止，没有发消息。 / The notice is over; no message was sent.", err=True)
        return
    try:
        with Progress(transient=True) as bar:
            task = bar.add_task("通知到人 telling students", total=None)
            sent = announce(_act(), opened, heard=lambda done, total: bar.update(task, completed=done, total=total))
    except Stopped as stopped:
        show_findings(stopped.findings, as_json=False)
        return
    click.echo(f"已通知 {sent.people} 人。 / {sent.people} people told.")


@campaign.command()
@click.argument("code")
def tell(code: str) -> None:
    """Send the present version to everybody on the list who has not got it."""
    _setup()
    _tell(_campaign_or_exit(code))


@campaign.command()
@click.argument("code")
@click.option("--reason", required=True)
def close(code: str, reason: str) -> None:
    """Close a campaign before its time."""
    _setup()
    from xueji.campaigns import commands

    change = commands.close_campaign(_act(), _campaign_or_exit(code), reason=reason)
    click.echo("已经过了截止时间，没有改动。" if change.unchanged else f"{code} 已关闭。")


@campaign.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """Every campaign with its window and how far it is."""
    _setup()
    from xueji.accounts.queries import SystemActor
    from xueji.campaigns import queries
    from xueji.campaigns.tallies import progress_by_college

    rows = []
    for found in queries.campaigns():
        tallies = progress_by_college(SystemActor("命令行"), found)
        rows.append(
            {"code": found.code, "number": found.number, "title": found.title, "version": found.version,
             "opens": found.opens.astimezone(queries.SHANGHAI).isoformat(),
             "closes": found.closes.astimezone(queries.SHANGHAI).isoformat(),
             "closed_at": found.closed_at and found.closed_at.astimezone(queries.SHANGHAI).isoformat(),
             "cases": sum(t.total for t in tallies), "done": sum(t.done for t in tallies)}
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{row['code']}  {row['number']}  v{row['version']}  {row['opens'][:16]} – {row['closes'][:19]}  "
                   f"{row['done']}/{row['cases']}  {row['title']}")  # fmt: skip


@campaign.command()
@click.argument("code")
@click.argument("student_number")
@click.option("--json", "as_json", is_flag=True)
def explain(code: str, student_number: str, as_json: bool) -> None:
    """Why STUDENT_NUMBER is in the groups of campaign CODE, or not."""
    _setup()
    from xueji.accounts.queries import SystemActor
    from xueji.campaigns import queries
    from xueji.records.queries import records_for

    notice = queries.notice_of(_campaign_or_exit(code))
    record = records_for(SystemActor("命令行")).filter(student_number__iexact=student_number).first()
    if record is None:
        click.echo(f"没有学号 {student_number}。 / No student {student_number}.", err=True)
        sys.exit(2)
    found = queries.explain(record, notice)
    if as_json:
        click.echo(json.dumps(
            [{"group": m.audience.group, "belongs": m.belongs, "clause": m.audience.clause,
              "reasons": [{"zh": r.sentence.zh, "en": r.sentence.en, "holds": r.holds, "excludes": r.excludes}
                          for r in m.reasons]} for m in found], ensure_ascii=False, indent=1))  # fmt: skip
        return
    for m in found:
        click.echo(f"{m.audience.group}: {'在名单内 / in' if m.belongs else '不在名单内 / not in'}  {notice.number} {m.audience.clause}")
        for r in m.reasons:
            word = ("排除条件" if r.excludes else "条件") + ("成立" if r.holds else "不成立")
            click.echo(f"  {word}  {r.sentence.zh} / {r.sentence.en}")
