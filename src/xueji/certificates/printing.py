"""Setting and proving a print run: minutes of work, outside every transaction (印制)."""

from __future__ import annotations

import os
from collections.abc import Callable

from xueji.certificates.commands.masters import font_folders
from xueji.certificates.commands.runs import keep_proof
from xueji.certificates.models import PrintRun
from xueji.certificates.queries.runs import differences, pages_of
from xueji.documents.certificate import render_by
from xueji.documents.engine import Unprintable
from xueji.journal.command import Act, Change, Stopped


def prove(act: Act, run: PrintRun, *, workers: int | None = None, done: Callable[[int], None] = lambda count: None) -> Change:
    """Set the run, read it back, compare, keep the file with what was found. Raises Stopped when a page cannot be set.

    ``done`` is told how many pages are set, then how many are read, together twice the pages of the run.
    """
    pages = pages_of(run)
    try:
        pdf = render_by(workers or os.cpu_count() or 1, font_folders(), pages, at=act.at, done=done)
    except Unprintable as wrong:
        raise Stopped(wrong.findings) from wrong
    found = differences(run, pdf, done=lambda count: done(len(pages) + count))
    return keep_proof(act, run, pdf=pdf, differences=found)
