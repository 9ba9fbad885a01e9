"""``xueji numbers …``: certificate numbers of both series from the command line, the gap report, the degree office's list."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

YEAR = click.option("--year", required=True, type=click.IntRange(2000, 2999), help="The year that stands in the numbers.")
REASON = click.option("--reason", required=True, help="Why; it stays in the register for ever.")
OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="The workbook to write (.xlsx).")


@click.group()
def numbers() -> None:
    """Numbers (证书编号): allocate, skip, void, report."""


def _act() -> Any:
    import django

    django.setup()
    from django.utils import timezone

    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act

    return Act(SystemActor("命令行"), timezone.now(), "cli")


def _done(work: Callable[[], Any]) -> Any:
    """Do it; what stands in the way is said in both languages, with the next step, and ends with 1."""
    from xueji.journal.command import Stopped

    try:
        return work()
    except Stopped as stopped:
        for one in stopped.findings:
            where = f"{one.place}: " if one.place else ""
            click.echo(f"{one.id} {where}{one.message.zh} {one.remedy.zh}\n  {one.message.en} {one.remedy.en}", err=True)
        sys.exit(1)


@numbers.command()
@YEAR
@click.option("--degree", is_flag=True, help="Degree numbers (16 digits) instead of qualification numbers (18).")
@click.option("--upgrade", type=click.Choice(["keep", "new"]), default="keep", show_default=True, help="What happens to the number on 结业转毕业.")
def allocate(year: int, degree: bool, upgrade: str) -> None:
    """Number everybody who waits, by college, class and student number. Again changes nothing."""
    act = _act()
    from xueji.certificates.commands.numbers import allocate_degree_numbers, allocate_numbers
    from xueji.certificates.queries.numbers import to_be_degree_numbered, to_be_numbered

    waiting = (to_be_degree_numbered if degree else to_be_numbered)(act.by).select_related("person", "college")
    if degree:
        given = _done(lambda: allocate_degree_numbers(act, records=waiting, year=year)).result
    else:
        given = _done(lambda: allocate_numbers(act, records=waiting, year=year, upgrade=upgrade)).result
    for student, number in sorted(given.items(), key=lambda pair: pair[1]):
        click.echo(f"{number}  {student}")
    click.echo(f"{len(given)} 人有号 / {len(given)} numbered")


@numbers.command()
@click.argument("series")
@click.option("--count", required=True, type=int, help="How many of the next numbers.")
@REASON
def skip(series: str, count: int, reason: str) -> None:
    """Leave the next numbers of SERIES (its digits before the serial) out."""
    act = _act()
    from xueji.certificates.commands.numbers import skip_numbers
    from xueji.certificates.queries.numbers import series_for
    from xueji.journal.command import Stopped
    from xueji.rules.findings import finding

    def left_out() -> Any:
        found = series_for(act.by).filter(prefix=series).first()
        if found is None:
            raise Stopped([finding("NUM.010", series=series)])
        return skip_numbers(act, found, count=count, reason=reason)

    for number in _done(left_out).result:
        click.echo(number.text)


@numbers.command()
@click.argument("number")
@REASON
def void(number: str, reason: str) -> None:
    """Void one NUMBER of either kind; it is never given again."""
    act = _act()
    from xueji.certificates.commands.numbers import void_number
    from xueji.certificates.queries.numbers import number_in_force
    from xueji.journal.command import Stopped
    from xueji.rules.findings import finding

    def voided() -> Any:
        found = number_in_force(act.by, number)
        if found is None:
            raise Stopped([finding("NUM.008", number=number)])
        return void_number(act, found, reason=reason)

    click.echo(f"{_done(voided).result.text} 已作废 / void")


@numbers.command()
@OUT
def gaps(out: Path) -> None:
    """Write the gap report: every number that no student holds, and why. Exit 1 when one has no reason."""
    act = _act()
    from xueji.certificates.papers import gap_report
    from xueji.certificates.queries.numbers import gap_rows

    rows = gap_rows(act.by)
    out.write_bytes(gap_report(rows))
    unknown = [row[1] for row in rows if not row[2]]
    click.echo(f"{out}: {len(rows)} 处空号 / {len(rows)} gaps")
    for number in unknown:
        click.echo(f"{number} 没有原因 / has no reason", err=True)
    sys.exit(1 if unknown else 0)


@numbers.command("degree-list")
@OUT
def degree_list(out: Path) -> None:
    """Write the degree office's list: number, student, level, major."""
    act = _act()
    from xueji.certificates.papers import degree_list as made
    from xueji.certificates.queries.numbers import degree_numbers

    rows = list(degree_numbers(act.by))
    out.write_bytes(made(rows))
    click.echo(f"{out}: {len(rows)} 人 / {len(rows)} students")
