"""Kinds of background work, and the words for how far it is (任务种类)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text


class Progress(StrEnum):
    """How far a job is, computed from its times (任务进度)."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


WORDS: dict[Progress, Text] = {
    Progress.WAITING: Text("等待中", "Waiting"),
    Progress.RUNNING: Text("进行中", "In progress"),
    Progress.DONE: Text("已完成", "Done"),
    Progress.FAILED: Text("未能完成", "Not finished"),
    Progress.CANCELLED: Text("已取消", "Cancelled"),
}


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of work (任务种类). ``restartable``: doing it twice does no harm, so a killed one begins again once."""

    name: str
    title: Text
    unit: Text
    needs: Permission
    restartable: bool
    work: Callable[..., UUID | None]


KINDS: dict[str, JobKind] = {}


def job_kind(
    name: str, *, title: Text, unit: Text, needs: Permission = Permission.JOB_START, restartable: bool = True
) -> Callable[[Callable[..., UUID | None]], Callable[..., UUID | None]]:
    """Declare a kind of background work by its gerund, ``@job_kind("composing_forms", …)``.

    The function gets a Reporter and the arguments that the job was started with (plain JSON values: ids, never personal
    values) and returns the id of the vault file that is the result, or None. Raise journal's Stopped to end it with
    findings. Raises ValueError for a name that is taken.
    """

    def declare(work: Callable[..., UUID | None]) -> Callable[..., UUID | None]:
        if name in KINDS and KINDS[name].work.__qualname__ != work.__qualname__:
            raise ValueError(f"job kind {name} is declared twice")
        KINDS[name] = JobKind(name, title, unit, needs, restartable, work)
        return work

    return declare


def work_title(kind: str) -> Text:
    """What the kind is called; its name for one that no longer exists."""
    return KINDS[kind].title if kind in KINDS else Text(kind, kind)


Arguments = dict[str, Any]
