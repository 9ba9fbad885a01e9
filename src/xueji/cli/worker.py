"""``xueji worker``: does background work, finds what a killed worker left, and does what the calendar asks for."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time

import click

TICK = 5.0
"""Seconds between two looks at the children and at interrupted jobs."""
TASKS_PER_PROCESS = 200
"""A process is replaced after so many tasks: the typesetter's caches grow and are given back only so."""
RESTART_PAUSE = 2.0


@click.command()
@click.option("--processes", default=1, show_default=True, help="How many jobs run at the same time.")
@click.option("--grace", default=30, show_default=True, help="Seconds a job may still take when the worker is stopped.")
@click.option("--once", is_flag=True, help="Do what waits, tick once, and end (for cron and tests).")
def worker(processes: int, grace: int, once: bool) -> None:
    """Do background work until stopped (Ctrl-C or SIGTERM)."""
    import django

    django.setup()
    if once:
        _tick()
        subprocess.run(_command("--batch"), check=True)
        _tick()
        return
    wanted = True

    def stop(number: int, frame: object) -> None:
        nonlocal wanted
        wanted = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    children = [_child() for _ in range(processes)]
    click.echo(f"worker: {processes} 个进程 / processes, pid {os.getpid()}")
    looked = 0.0
    while wanted:
        for place, child in enumerate(children):
            if child.poll() is not None and wanted:
                if child.returncode:
                    click.echo(f"worker: 进程 {child.pid} 已结束（{child.returncode}），重新启动 / ended, starting anew", err=True)
                    time.sleep(RESTART_PAUSE)
                children[place] = _child()
        if time.monotonic() - looked >= TICK:
            looked = time.monotonic()
            _tick()
        time.sleep(0.2)
    _stop(children, grace)


def _command(*more: str) -> list[str]:
    # --no-startup-delay: the parent starts them, there is no herd
    return [sys.executable, "-m", "django", "db_worker", "--no-reload", "--no-startup-delay", *more]


def _child() -> subprocess.Popen[bytes]:
    """One working process, that ends when this one does, however this one ends (Linux: PR_SET_PDEATHSIG = 1)."""
    return subprocess.Popen(
        _command("--max-tasks", str(TASKS_PER_PROCESS)),
        preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGTERM),
        start_new_session=True,  # Ctrl-C goes to this process, which lets the children finish
    )


def _stop(children: list[subprocess.Popen[bytes]], grace: int) -> None:
    for child in children:
        child.terminate()
    until = time.monotonic() + grace
    for child in children:
        try:
            child.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()  # its job begins again with the next worker
            child.wait()


def _tick() -> None:
    """Look after interrupted jobs and the calendar; a database that is away now is asked again at the next tick."""
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from xueji.jobs.calendar import tick as calendar
    from xueji.jobs.reaper import reap

    close_old_connections()
    try:
        for job in reap(timezone.now()):
            click.echo(f"worker: 任务 {str(job.pk)[:8]} {job.kind} 的进程中断 / interrupted", err=True)
        calendar(timezone.now())
    except DatabaseError as problem:
        click.echo(f"worker: 数据库暂不可用 / database not available: {type(problem).__name__}", err=True)
