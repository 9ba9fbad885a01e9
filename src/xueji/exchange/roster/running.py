"""The two long halves of an import, for the command line and for background work: compare, commit (名册导入的两步)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from xueji.exchange.commands.rosters import commit_roster, keep_dry_run, note_refusal
from xueji.exchange.models import Roster
from xueji.exchange.queries.rosters import plan_of, remembered_columns
from xueji.exchange.roster.columns import OWN_REMARKS
from xueji.exchange.roster.comparison import dry_run
from xueji.exchange.roster.plan import Plan
from xueji.exchange.roster.staging import Staging
from xueji.formats import sheets
from xueji.formats.unreadable import Unreadable
from xueji.formats.workbooks import Mark, write_marked
from xueji.journal.command import Act, Change, Stopped
from xueji.rules.findings import Finding, Level, finding
from xueji.vault.queries import read_file

SHANGHAI = ZoneInfo("Asia/Shanghai")
Progress = Callable[[int], None]


TEXT_REFUSALS = ("FORMAT.009", "FORMAT.010", "FORMAT.011")
"""What is said of text that holds no table."""


def refusal_of(unreadable: Unreadable) -> Finding:
    """The finding for a file that cannot be read."""
    return finding(unreadable.id, **unreadable.values)


def compare_file(
    source: Path | bytes, *, act: Act, chosen: dict[str, str] | None = None, overwrite_own: bool = False,
    progress: Progress = lambda done: None,
) -> Plan:  # fmt: skip
    """The dry run of a file; writes nothing anywhere. Raises Stopped for a file that cannot be read."""
    try:
        with sheets.opened(source) as sheet:
            return dry_run(
                sheet,
                on=act.at.astimezone(SHANGHAI).date(),
                remembered=remembered_columns(),
                chosen=chosen,
                overwrite_own=overwrite_own,
                progress=progress,
            )
    except Unreadable as unreadable:
        raise Stopped([refusal_of(unreadable)]) from None


def _misnamed(title: str, content: bytes) -> bool:
    """Whether a file is called a workbook and is plain text."""
    if not title.lower().endswith((".xlsx", ".xls")):
        return False
    try:
        return sheets.form_of(io.BytesIO(content)) == "csv"
    except Unreadable:
        return False


def _no_workbook(title: str) -> Finding:
    return finding("ROSTER.034", ending=f".{title.rsplit('.', 1)[-1].lower()}")


def compare(act: Act, roster: Roster, *, progress: Progress = lambda done: None) -> Plan:
    """The dry run of an uploaded roster; plan and marked copy are kept. Raises Stopped for one that cannot be read."""
    content = read_file(act.by, roster.file)
    try:
        plan = compare_file(content, act=act, chosen=roster.chosen, overwrite_own=roster.overwrite_own, progress=progress)
    except Stopped as stopped:
        if stopped.findings[0].id in TEXT_REFUSALS and _misnamed(roster.title, content):
            stopped = Stopped([_no_workbook(roster.title)])
        note_refusal(act, roster, refusal=stopped.findings[0])
        raise stopped from None
    if plan.stops and _misnamed(roster.title, content):
        plan.of_file.insert(0, _no_workbook(roster.title))
    keep_dry_run(act, roster, plan=plan, marked=marked_copy(content, plan) if plan.problem_count else None)
    return plan


def commit(
    act: Act, roster: Roster, *, plan: Plan | None = None, leave_out_rejected: bool = False,
    progress: Progress = lambda done: None,
) -> Change:  # fmt: skip
    """Put a compared roster into the register: prepare beside it, then one transaction. Raises Stopped."""
    plan = plan or plan_of(act.by, roster)
    if plan.stops:
        raise Stopped(plan.stops)
    if plan.counts["rejected"] and not leave_out_rejected:
        raise Stopped([finding("ROSTER.032", count=plan.counts["rejected"])])
    staging = Staging(plan, at=act.at)
    try:
        staging.prepare(progress)
        return commit_roster(act, roster, plan=plan, staging=staging, leave_out_rejected=leave_out_rejected)
    finally:
        staging.drop()


def marked_copy(source: Path | bytes, plan: Plan) -> bytes:
    """The roster again as .xlsx, its problem cells coloured, each with reason and remedy (标注副本)."""
    marks: dict[int, list[Mark]] = {}
    for problem in plan.problems:
        one = problem.finding
        word = "必须改正" if one.level is Level.STOP else "请核对"
        sentence = f"{word}：{problem.heading} {one.message.zh}{one.remedy.zh} [{one.id}]"
        marks.setdefault(problem.row, []).append(Mark(problem.column if problem.column >= 0 else None, sentence))
    target = io.BytesIO()
    with sheets.opened(source) as sheet:
        kept = [place for place, heading in enumerate(sheet.columns) if heading != OWN_REMARKS]
        rows = ((number, [cells[place] for place in kept]) for number, cells in sheet.rows)
        moved = {place: position for position, place in enumerate(kept)}
        marks = {
            row: [Mark(moved.get(mark.column) if mark.column is not None else None, mark.sentence) for mark in some]
            for row, some in marks.items()
        }
        write_marked(
            target,
            [sheet.columns[place] for place in kept],
            rows,
            marks,
            name=sheet.name or "名册",
            header_row=sheet.header_row,
            heading=OWN_REMARKS,
        )
    return target.getvalue()
