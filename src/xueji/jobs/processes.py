"""Which process works on a job, and whether it still lives (工作进程)."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def _began(pid: int) -> str:
    """When a process began, in clock ticks since boot (proc(5), field 22); empty when it is gone or cannot be asked."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "" if state == "Z" else fields[18]


def this_process() -> str:
    """Host, pid and the moment this process began: ``registry1:4711:88231``. A reused pid has another moment."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def surely_dead(worker: str) -> bool:
    """Whether the named process ran on this machine and is gone. Of another machine nothing is known."""
    host, pid, began = worker.rsplit(":", 2)
    return host == socket.gethostname() and bool(began) and _began(int(pid)) != began


def surely_alive(worker: str) -> bool:
    """Whether the named process runs on this machine now."""
    host, pid, began = worker.rsplit(":", 2)
    return host == socket.gethostname() and bool(began) and _began(int(pid)) == began
