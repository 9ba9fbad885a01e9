"""Importing 50,000 students of 40 columns: dry run with every judgement, then commit, while students go on saving.

The peer is django-import-export 4.4, bulk mode, updating the same rows of the same tables on the same database. It is measured
on a part of the file, because the whole would take minutes; its time per row does not fall with the size (it reads, compares and
saves row by row), so the figure is scaled up and says so.
"""

import multiprocessing
import os
import random
import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

DATABASES = ("sqlite", "postgresql")
ROWS = int(os.environ.get("XUEJI_BENCH_ROWS", "50000"))
PEER_ROWS = min(ROWS, 1_000)
SAVERS = 8
BETWEEN_SAVES = 0.1


def run(report):
    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act
    from xueji.stories.places import COLLEGES
    from xueji.stories.roster_file import COLUMNS, write_roster
    from xueji.stories.students import students

    act = Act(SystemActor("bench"), datetime(2026, 9, 1, 9, tzinfo=UTC), "cli")
    declare(act, COLLEGES)
    with tempfile.TemporaryDirectory(prefix="xueji-bench-") as folder:
        people = list(students(ROWS))
        first, second = Path(folder) / "first.xlsx", Path(folder) / "second.xlsx"
        write_roster(people, first)
        report.figure("columns of the roster", len(COLUMNS), "columns")
        report.figure("first import (every row new)", apart(one_import, first)["seconds"], "s")
        for one in people:  # what changes between two rosters of a year: class, supervisor, dates, and some English
            one["class_number"] += "A"
            one["supervisor"] = f"{one.get('supervisor', '')}、李老师"
            one["expected_on"] = date(2028, 6, 30).isoformat()
            one["major_name_en"] = one["major_name_en"] + " (2026)"
            one["department"] = "研究生部"
        write_roster(people, second)
        del people
        idle = saving_alone(folder, seconds=8)
        report.figure("student saves, p95, idle", report.percentile(idle, 95) * 1000, "ms")
        update = import_while_saving(folder, second)
        peer_per_row, peer_columns = peer_seconds_per_row(second)
        report.figure(
            f"update of {ROWS:,} rows, dry run and commit, students saving meanwhile",
            update["seconds"],
            "s",
            peer=peer_per_row * ROWS,
            peer_name="django-import-export 4.4",
            goal="≥ 25×",
            note=f"dry run {update['dry']:.1f} s, commit {update['commit']:.1f} s, of it in the transaction {update['locked']:.1f} s; "
            f"5 fields change in every row; the peer, measured on {PEER_ROWS:,} rows and scaled, imports only the {peer_columns} columns "
            "that lie in one table and judges nothing",
        )
        report.figure("peak memory of the import", update["parent"], "MB", goal="< 400 MB with its reader", note="of the importing process")
        report.figure("peak memory of its reader process", update["child"], "MB", note="ends before the commit")
        report.figure(
            "student saves, p95, during the import",
            report.percentile(update["saves"], 95) * 1000,
            "ms",
            goal="< 150 ms" if report.database == "sqlite" else "< 60 ms",
            note=f"{len(update['saves'])} saves, the slowest {max(update['saves']) * 1000:.0f} ms",
        )
        again = apart(one_import, second)
        report.figure("the same file again (nothing changes)", again["seconds"], "s", note=f"{again['unchanged']:,} rows unchanged")


def declare(act, colleges):
    """The school's colleges, as the roster names them."""
    from xueji.records.commands import declare_college

    for one in colleges:
        declare_college(act, code=one.code, name=one.name, name_en=one.name_en, campus=one.campus)


def apart(work, *arguments):
    """The result of a function run in a process of its own, so that memory is its own."""
    context = multiprocessing.get_context("spawn")
    there, here = context.Pipe()
    process = context.Process(target=_told, args=(here, work, arguments))
    process.start()
    here.close()
    result = there.recv()
    process.join()
    return result


def _told(pipe, work, arguments):
    import django

    django.setup()
    pipe.send(work(*arguments))


def one_import(path):
    """Dry run and commit of a file, with its times and its memory."""
    from xueji.accounts.queries import SystemActor
    from xueji.exchange.commands.rosters import keep_dry_run, receive_roster
    from xueji.exchange.roster import running, staging
    from xueji.journal.command import Act

    act = Act(SystemActor("bench"), datetime(2026, 9, 1, 10, tzinfo=UTC), "cli")
    locked = []
    apply = staging.Staging.apply

    def timed(one):
        began = time.perf_counter()
        apply(one)
        locked.append(time.perf_counter() - began)

    staging.Staging.apply = timed
    began = time.perf_counter()
    roster = receive_roster(act, path.read_bytes(), title=path.name).result
    plan = running.compare_file(path, act=act)
    keep_dry_run(act, roster, plan=plan)
    dry = time.perf_counter() - began
    running.commit(act, roster, plan=plan, leave_out_rejected=True)
    whole = time.perf_counter() - began
    return {
        "seconds": whole,
        "dry": dry,
        "commit": whole - dry,
        "locked": sum(locked),
        "unchanged": plan.counts["unchanged"],
        "changed": plan.counts["changed"],
        "added": plan.counts["added"],
        "rejected": plan.counts["rejected"],
        "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6,
    }


def save_now_and_then(stop, times, seed):
    """One student after the other saves an address, ten times a second, as eight phones would."""
    from xueji.accounts.queries import SystemActor
    from xueji.journal.command import Act
    from xueji.records.commands import save_own_values
    from xueji.records.models import StudentRecord

    draw = random.Random(seed)
    keys = list(StudentRecord.objects.order_by("pk").values_list("pk", flat=True)[:2000])
    while not stop.is_set():
        key = draw.choice(keys)
        began = time.perf_counter()
        record = StudentRecord.objects.select_related("person", "college").get(pk=key)
        act = Act(SystemActor("student"), datetime.now(UTC), "student")
        save_own_values(act, record, values={"address": f"东湖路 {draw.randrange(10**6)} 号"})
        times.append(time.perf_counter() - began)
        stop.wait(BETWEEN_SAVES)


def savers(stop_file, out):
    """Eight threads that save until the file appears; the durations go into ``out``."""
    import json
    import threading

    from django.db import connection

    stop, times = threading.Event(), []

    def work(seed):
        try:
            save_now_and_then(stop, times, seed)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(SAVERS)]
    for thread in threads:
        thread.start()
    while len(times) < SAVERS:  # everybody has saved once, with a warm connection
        time.sleep(0.05)
    times.clear()
    out.write_text("ready")
    while not stop_file.exists():
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    out.write_text(json.dumps(times))


def _saving(folder, during):
    import json

    stop_file, out = Path(folder) / "stop", Path(folder) / "times.json"
    stop_file.unlink(missing_ok=True)
    out.unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_savers_there, args=(stop_file, out))
    process.start()
    while not (out.exists() and out.read_text() == "ready"):
        time.sleep(0.1)
    result = during()
    stop_file.touch()
    process.join()
    return result, json.loads(out.read_text())


def _savers_there(stop_file, out):
    import django

    django.setup()
    savers(stop_file, out)


def saving_alone(folder, *, seconds):
    """How long saves take when nothing else happens."""
    return _saving(folder, lambda: time.sleep(seconds))[1]


def import_while_saving(folder, path):
    """An import, with eight students saving during all of it."""
    result, times = _saving(folder, lambda: apart(one_import, path))
    return result | {"saves": times}


def peer_seconds_per_row(path):
    """django-import-export in bulk mode, dry run then import, on the first rows of the same file."""
    return apart(_peer, path, PEER_ROWS)


def _peer(path, rows):
    from itertools import islice

    import tablib
    from import_export import fields, resources, widgets

    from xueji.catalogue.fields import field_for_heading
    from xueji.formats import sheets
    from xueji.records.models import College, StudentRecord
    from xueji.records.queries import RECORD_COLUMNS
    from xueji.rules.fields import canonical

    with sheets.opened(path) as sheet:
        known = [field_for_heading(heading) for heading in sheet.columns]
        places = [place for place, one in enumerate(known) if one.code in RECORD_COLUMNS]
        codes = [known[place].code for place in places]
        given = tablib.Dataset(headers=codes)
        for _, cells in islice(sheet.rows, rows):
            given.append([_as_peer_reads(canonical(known[place], cells[place])) for place in places])

    class Students(resources.ModelResource):
        """The columns of one table, in bulk, with what its documentation advises for speed."""

        college = fields.Field(attribute="college", column_name="college", widget=widgets.CachedForeignKeyWidget(College, "name"))

        class Meta:
            model = StudentRecord
            fields = tuple(codes)
            import_id_fields = ("student_number",)
            use_bulk = True
            batch_size = 1000
            skip_html_diff = True
            report_skipped = False

    importer = Students()
    began = time.perf_counter()
    for dry in (True, False):
        result = importer.import_data(given, dry_run=dry, use_transactions=True)
        assert not result.has_errors(), [error.error for row in result.rows for error in row.errors][:1] or result.base_errors
    return (time.perf_counter() - began) / rows, len(codes)


def _as_peer_reads(value):
    return {"yes": "1", "no": "0"}.get(value, value)
