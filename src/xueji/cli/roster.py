"""``xueji roster …``: rosters into the register."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from xueji.exchange.roster.plan import Plan

REJECTED, UNREADABLE = 1, 2
SHOWN = 40


@click.group()
def roster() -> None:
    """Import rosters into the register (名册)."""
    import django

    django.setup()


def _act() -> Any:
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output; see docs/roster-import.md.")
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: heading → field code, or - to leave out."
)
@click.option("--marked", type=click.Path(dir_okay=False, path_type=Path), help="Write the marked-up copy here when something is wrong.")
@click.option("--leave-out-rejected", is_flag=True, help="Import the good rows of a file with rejected ones.")
@click.option("--overwrite-own", is_flag=True, help="Let the roster prevail over what students maintain themselves.")
def import_(
    file: Path, dry_run: bool, as_json: bool, mapping: Path | None, marked: Path | None, leave_out_rejected: bool,
    overwrite_own: bool,
) -> None:  # fmt: skip
    """Compare FILE (.xlsx, .xls, .csv, .dbf) with the register, then write all of it or nothing.

    Exit status 0: done (or nothing to do); 1: rows or columns are rejected, or the register changed meanwhile, nothing was
    written; 2: the file or the mapping cannot be read.
    """
    from xueji.exchange.commands.rosters import keep_dry_run, receive_roster
    from xueji.exchange.roster import running
    from xueji.journal.command import Stopped

    act = _act()
    chosen = _chosen(mapping)
    try:
        with _bar("预演 / comparing", quiet=as_json) as progress:
            plan = running.compare_file(file, act=act, chosen=chosen, overwrite_own=overwrite_own, progress=progress)
    except Stopped as stopped:
        _refuse(stopped.findings, as_json, UNREADABLE)
    except KeyError as unknown:
        raise click.ClickException(f"字段目录里没有 {unknown} / the catalogue has no field {unknown}") from None
    if marked and plan.problem_count:
        marked.write_bytes(running.marked_copy(file, plan))
    rejected = bool(plan.stops) or (plan.counts["rejected"] and not leave_out_rejected)
    committed = False
    if not dry_run and not rejected:
        try:
            kept = receive_roster(act, file.read_bytes(), title=file.name).result
            keep_dry_run(act, kept, plan=plan)
            with _bar("提交 / committing", quiet=as_json) as progress:
                running.commit(act, kept, plan=plan, leave_out_rejected=leave_out_rejected, progress=progress)
        except Stopped as stopped:
            _refuse(stopped.findings, as_json, REJECTED)
        committed = True
    if as_json:
        click.echo(json.dumps(_document(plan, committed=committed), ensure_ascii=False, indent=1))
    else:
        _report(plan, committed=committed, dry_run=dry_run, marked=marked)
    sys.exit(REJECTED if rejected else 0)


def _chosen(mapping: Path | None) -> dict[str, str]:
    if mapping is None:
        return {}
    try:
        told = json.loads(mapping.read_text("utf-8-sig"))
        if not isinstance(told, dict) or not all(isinstance(code, str) for code in told.values()):
            raise ValueError("not an object of heading → field code")
    except ValueError as wrong:
        click.echo(f"{mapping}: 不是列的对应（JSON）/ not a mapping (JSON): {wrong}", err=True)
        sys.exit(UNREADABLE)
    return told


def _refuse(findings: list[Any], as_json: bool, status: int) -> None:
    if as_json:
        told = {"committed": False, "of_file": [one.as_json() for one in findings]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for one in findings:
            click.echo(f"{one.id} {one.message.zh}{one.remedy.zh}\n   {one.message.en} {one.remedy.en}", err=True)
    sys.exit(status)


class _bar:
    """A progress line on standard error that counts rows; nothing when quiet or not a terminal."""

    def __init__(self, title: str, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True, quiet=quiet)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=not console.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task(title, total=None)

    def __enter__(self) -> Any:
        self._progress.__enter__()
        return lambda done: self._progress.update(self._task, completed=done)

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            done = self._progress.tasks[0].completed
            self._progress.update(self._task, total=done, completed=done)
        self._progress.__exit__(*error)


def _document(plan: Plan, *, committed: bool) -> dict[str, Any]:
    """The report for programs: everything of the dry run, the changed rows too, sensitive values masked."""
    from xueji.exchange.roster.plan import shown

    rows = [
        {
            "row": one.row,
            "outcome": one.outcome,
            "student_number": one.student_number,
            "changes": {code: [shown(code, old), shown(code, new)] for code, (old, new) in one.changes.items()},
        }
        for one in plan
    ]
    return plan.summary() | {"committed": committed, "changes": rows}


def _report(plan: Plan, *, committed: bool, dry_run: bool, marked: Path | None) -> None:
    """The report for a person: counts, what was cleaned, what is wrong, what comes next."""
    from xueji.catalogue.fields import FIELDS

    counts = plan.counts
    click.echo(
        f"{plan.rows} 行：新增 {counts['added']}，变更 {counts['changed']}，无变化 {counts['unchanged']}，拒绝 {counts['rejected']}"
        f" / {plan.rows} rows: {counts['added']} added, {counts['changed']} changed, {counts['unchanged']} unchanged,"
        f" {counts['rejected']} rejected"
    )
    if plan.touched:
        labels = "、".join(FIELDS[code].label.zh for code in sorted(plan.touched) if code in FIELDS)
        click.echo(f"涉及字段 / fields: {labels}")
    for one in plan.of_file:
        click.echo(f"{one.id} {one.message.zh}{one.remedy.zh}", err=True)
    cleaned = [(key, count) for key, count in sorted(plan.tally.items()) if plan.examples[key].finding.level == "note"]
    for (number, heading), count in cleaned:
        example = plan.examples[number, heading]
        click.echo(f"  {number} {heading}：{count} 处，{example.finding.message.zh}（例如第 {example.row} 行）", err=True)
    for problem in plan.problems[:SHOWN]:
        finding = problem.finding
        value = f"“{problem.value}” " if problem.value else ""
        click.echo(f"第 {problem.row} 行 {problem.heading} {value}{finding.message.zh}{finding.remedy.zh} [{finding.id}]", err=True)
    if plan.problem_count > SHOWN:
        click.echo(f"…… 另有 {plan.problem_count - SHOWN} 处；--json 或 --marked 给出全部。", err=True)
    if marked and plan.problem_count:
        click.echo(f"标注副本 / marked copy: {marked}", err=True)
    if committed:
        click.echo("已写入学籍。 / Written to the register.")
    elif dry_run:
        click.echo("这是预演，没有写入任何内容。 / A dry run; nothing was written.")
    else:
        click.echo("没有写入任何内容。 / Nothing was written.")
