"""``xueji form …``: record forms on paper."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click


@click.group()
def form() -> None:
    """Print record forms (登记表、学籍表)."""


@form.command()
@click.argument("student")
@click.option("--out", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write; STUDENT.pdf when left out.")
@click.option("--campaign", "code", help="The notice whose form is meant; the newest one of the student when left out.")
@click.option("--json", "as_json", is_flag=True, help="Say what was written, or what stands in the way, as JSON.")
def render(student: str, out: Path | None, code: str | None, as_json: bool) -> None:
    """Write the form of STUDENT (a student number) as PDF: the newest printed version, or a preview of the record.

    Exit 2 for a student or notice that is not there, 1 when the form cannot be printed; then nothing is written.
    """
    import django

    django.setup()
    from django.utils import timezone

    from xueji.collection.printing import press, preview_of, sheet_of
    from xueji.collection.queries import newest_form
    from xueji.documents.engine import Unprintable
    from xueji.documents.record_form import render as set_form

    case = _case(student, code)
    printed = newest_form(case, "record_form")
    sheet = sheet_of(printed) if printed else preview_of(case, timezone.now())
    try:
        pdf = set_form(press(), sheet)
    except Unprintable as stopped:
        _say_why(stopped.findings, as_json)
        sys.exit(1)
    target = out or Path(f"{case.record.student_number}.pdf")
    target.write_bytes(pdf)
    said = {"file": str(target), "student": case.record.student_number, "version": sheet.version, "check_code": sheet.check_code, "bytes": len(pdf)}
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
    elif printed:
        click.echo(f"{target}: 第 {sheet.version} 版，校验码 {sheet.check_code} / version {sheet.version}, check code {sheet.check_code}")
    else:
        click.echo(f"{target}: 预览稿（本人还没有打印）/ a preview; the student has not printed yet")


def _case(student: str, code: str | None) -> Any:
    from xueji.accounts.queries import SystemActor
    from xueji.campaigns.queries import cases_for

    cases = cases_for(SystemActor("命令行")).filter(record__student_number=student.strip().upper()).order_by("-campaign__opens")
    found = cases.filter(campaign__code=code).first() if code else cases.filter(campaign__kind="enrolment").first() or cases.first()
    if found is None:
        where = f"通知 {code} 里" if code else "任何通知里"
        click.echo(f"{where}都没有学号 {student}。/ No student {student} in {code or 'any notice'}.", err=True)
        sys.exit(2)
    return found


def _say_why(findings: list[Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([found.as_json() for found in findings], ensure_ascii=False, indent=1))
        return
    for found in findings:
        click.echo(f"{found.id} {found.message.zh} {found.remedy.zh}\n   {found.message.en} {found.remedy.en}", err=True)
