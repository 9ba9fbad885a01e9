"""``xueji graduation …``: why somebody graduates, or not yet."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

FACTS = ("within_time_limit", "programme_done", "grades_passed", "defence_passed", "joint_request", "college_approval")


@click.group()
def graduation() -> None:
    """The graduation review (毕业审核)."""


def _act() -> Any:
    import django

    django.setup()
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


@graduation.command()
@click.argument("student")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day to judge by; today when left out.")
@click.option("--what-if", "wishes", multiple=True, metavar="FACT=yes|no|unknown", help=f"Replace a fact: {', '.join(FACTS)}.")
@click.option("--json", "as_json", is_flag=True)
def explain(student: str, day: Any, wishes: tuple[str, ...], as_json: bool) -> None:
    """What the rules propose for STUDENT (a student number): each requirement with its verdict, number, clause and remedy."""
    act = _act()
    from xueji.campaigns.queries import SHANGHAI
    from xueji.graduation.queries import review_of
    from xueji.graduation.terms import CONCLUSION_WORDS
    from xueji.records.queries import records_for

    on: date = day.date() if day else act.at.astimezone(SHANGHAI).date()
    record = records_for(act.by).filter(student_number__iexact=student).first()
    if record is None:
        click.echo(f"没有学号 {student}。 / No student {student}.", err=True)
        sys.exit(2)
    what_if: dict[str, bool | None] = {}
    for wish in wishes:
        fact, _, value = wish.partition("=")
        if fact not in FACTS or value not in {"yes", "no", "unknown"}:
            raise click.UsageError(f"{wish}: write FACT=yes|no|unknown with FACT one of {', '.join(FACTS)}")
        what_if[fact] = {"yes": True, "no": False, "unknown": None}[value]
    found = review_of(record, on, what_if=what_if)
    answer = {
        "student": record.student_number,
        "on": str(on),
        "plan": found.plan.code if found.plan else None,
        "proposed": str(found.proposed),
        "requirements": [
            {"code": o.requirement.code, "label": o.requirement.label.zh, "verdict": str(o.verdict), "measured": o.measured,
             "needed": o.needed, "clause": o.requirement.clause} for o in found.outcomes
        ],
        "facts": {name: getattr(found.facts, name) for name in FACTS},
        "findings": [f.as_json() for f in found.findings],
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    words = CONCLUSION_WORDS[found.proposed]
    click.echo(f"{record.student_number} {on}：{words.zh} / {words.en}")
    for o in found.outcomes:
        click.echo(f"  {o.verdict:9} {o.requirement.label.zh}  {o.measured or '—'} / {o.needed}  {o.requirement.clause}")
    for f in found.findings:
        click.echo(f"  {f.id} {f.message.zh} {f.remedy.zh}（{f.source}）")


@graduation.command("plan")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="Publish the plans; without it they are only validated.")
def plan_(files: tuple[Path, ...], publish: bool) -> None:
    """Validate programmes' plans (培养方案), and publish them."""
    act = _act()
    from xueji.cli.campaign import show_findings
    from xueji.graduation.commands import publish_plan
    from xueji.rules.requirements import read_plan

    bad = False
    for file in files:
        text = file.read_text("utf-8")
        plan, findings = read_plan(text)
        if plan is None:
            bad = True
            show_findings([f.at(f"{file.name} {f.place}") for f in findings], as_json=False)
        elif publish:
            change = publish_plan(act, text=text)
            click.echo(f"{file.name}: {plan.code} 第 {change.result.version} 版{'，没有改动' if change.unchanged else ''}")
        else:
            click.echo(f"{file.name}: {plan.code}，{len(plan.requirements)} 条要求")
    sys.exit(1 if bad else 0)


@graduation.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where the data come from, such as 研究生成绩系统.")
@click.option("--on", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day on which they were true.")
@click.option("--dry-run", is_flag=True, help="Only report what is wrong.")
@click.option("--json", "as_json", is_flag=True)
def studies(file: Path, source: str, day: Any, dry_run: bool, as_json: bool) -> None:
    """Take over study results (学业数据) from FILE (.xlsx, .xls, .csv, .dbf): all of it or nothing. Exit 1 when something is wrong."""
    act = _act()
    from xueji.exchange.studies_file import read_studies
    from xueji.graduation.commands import report_studies

    found = read_studies(file)
    written = 0
    if not found.findings and not dry_run:
        written = report_studies(act, rows=found.rows, source=source, on=day.date()).result
    if as_json:
        click.echo(json.dumps({"rows": len(found.rows), "written": written, "ignored": found.ignored,
                               "findings": [f.as_json() for f in found.findings]}, ensure_ascii=False, indent=1))  # fmt: skip
    else:
        for f in found.findings:
            click.echo(f"第 {f.place or '—'} 行 {f.id} {f.message.zh} {f.remedy.zh}", err=True)
        if found.ignored:
            click.echo(f"没有用到的列：{'、'.join(found.ignored)}")
        click.echo(f"{len(found.rows)} 行，写入 {written} 人")
    sys.exit(1 if found.findings else 0)
