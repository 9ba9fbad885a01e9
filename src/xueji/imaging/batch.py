"""Many photos at once (批量检查): all cores, in order, resumable, and no single file can end the run.

Each worker process holds its own nets and a memory limit. A file whose decoder brings a worker down is tried once more
alone; if it does so again it is reported as not checked and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from xueji.imaging.measure import measure_opened
from xueji.imaging.models import ModelsMissing
from xueji.imaging.nets import nets
from xueji.imaging.opening import MOST_BYTES, Opened, open_photo
from xueji.rules.photo_profile import Profile, load_profile
from xueji.rules.photo_verdict import PhotoVerdict, not_examined
from xueji.rules.photos import judge
from xueji.rules.portrait import FileFacts, Portrait

ENGINE = "7"
"""Raised whenever a measure changes, so that a resumed run never mixes two ways of measuring."""

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif", ".tif", ".tiff", ".avif"}
THUMB_WIDTH = 300
WORKER_MEMORY = 1024 * 1024 * 1024
"""Address space a worker may add once its nets are loaded; a photo that wants more is refused with a sentence."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of the result: the file as given, and ``{verdict, findings}``."""

    file: str
    verdict: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, **self.verdict}


def json_line(entry: dict[str, Any]) -> str:
    """One line of JSON; names that are no Unicode are escaped, so that every line can be written and read back."""
    line = json.dumps(entry, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(entry)
    return line


def photos_under(paths: Iterable[Path]) -> list[Path]:
    """Files as named, and the photos in the folders (by file name), sorted; hidden files are left out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (Path(top) / name for top, _, names in os.walk(path) for name in names)
            found += sorted(p for p in inside if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def thumb_name(file: str) -> str:
    """The file name of a photo's thumbnail in a report."""
    return hashlib.sha256(file.encode("utf-8", "surrogateescape")).hexdigest()[:24] + ".jpg"


def stamp(path: Path, profile: Profile) -> str:
    """What a kept verdict stands for: this file as it is now, this profile, this way of measuring."""
    try:
        about = path.stat()
        state = f"{about.st_size}:{about.st_mtime_ns}"
    except OSError:
        state = "gone"
    return f"{ENGINE}:{profile.digest}:{state}"


def kept_verdicts(log: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    """Verdicts of an earlier run from its log, by file; a half-written last line is passed over."""
    kept: dict[str, tuple[str, dict[str, Any]]] = {}
    if not log.exists():
        return kept
    for line in log.read_text("utf-8", "replace").splitlines():
        try:
            entry = json.loads(line)
            kept[entry["file"]] = entry["stamp"], entry["verdict"]
        except (ValueError, KeyError, TypeError):
            continue
    return kept


def judged(
    paths: list[Path], profile: Profile, *, profile_code: str, models: Path | None = None, workers: int = 1,
    thumbs: Path | None = None, log: Path | None = None,
) -> Iterator[Judged]:  # fmt: skip
    """Judge ``paths`` in their order. With ``log`` every verdict is written there as it comes and an earlier run's
    verdicts of unchanged files are taken over; with ``thumbs`` a small copy of each picture is put there."""
    kept = kept_verdicts(log) if log else {}
    if log:
        _mend_last_line(log)
    open_tasks: list[tuple[Path, str, dict[str, Any] | None]] = []
    for path in paths:
        mark = stamp(path, profile)
        before = kept.get(str(path))
        ready = before[1] if before and before[0] == mark and not _unchecked(before[1]) else None
        if ready and thumbs and not (thumbs / thumb_name(str(path))).exists() and _was_readable(ready):
            ready = None
        open_tasks.append((path, mark, ready))
    with log.open("a", encoding="utf-8") if log else open(os.devnull, "w", encoding="utf-8") as kept_in:
        for (path, mark, ready), verdict in _in_order(open_tasks, profile, profile_code, models, workers, thumbs):
            if not ready and log:
                kept_in.write(json_line({"file": str(path), "stamp": mark, "verdict": verdict}) + "\n")
                kept_in.flush()
            yield Judged(str(path), verdict)


def _unchecked(verdict: dict[str, Any]) -> bool:
    return verdict["verdict"] == "unchecked"


def _was_readable(verdict: dict[str, Any]) -> bool:
    return not any("PHOTO.010" <= f["id"] <= "PHOTO.018" for f in verdict["findings"])


def _mend_last_line(log: Path) -> None:
    """A run that was cut off leaves half a line; the next line starts on its own."""
    if log.exists() and log.stat().st_size:
        with log.open("rb+") as end:
            end.seek(-1, os.SEEK_END)
            if end.read(1) != b"\n":
                end.write(b"\n")


Task = tuple[Path, str, dict[str, Any] | None]


def _in_order(
    tasks: list[Task], profile: Profile, profile_code: str, models: Path | None, workers: int, thumbs: Path | None
) -> Iterator[tuple[Task, dict[str, Any]]]:
    todo = sum(1 for task in tasks if task[2] is None)
    if todo <= 2 or workers <= 1:
        workers = 1

    def pool(size: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            size, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(profile_code, models)
        )

    waiting: deque[tuple[Task, Future[dict[str, Any]] | None]] = deque()
    ahead, current = iter(tasks), pool(workers) if todo else None
    try:
        while True:
            while len(waiting) < workers * 6 and (task := next(ahead, None)) is not None:
                waiting.append((task, _submit(current, task, thumbs)))
            if not waiting:
                return
            task, future = waiting.popleft()
            try:
                verdict = task[2] if future is None else future.result()
            except BrokenProcessPool:
                current.shutdown(wait=False, cancel_futures=True)
                verdict = _alone(pool, task, thumbs, profile)
                current = pool(workers)
                waiting = deque((t, _submit(current, t, thumbs)) for t, _ in waiting)
            yield task, verdict
    finally:
        if current:
            current.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor | None, task: Task, thumbs: Path | None) -> Future[dict[str, Any]] | None:
    return pool.submit(_judge_file, str(task[0]), thumbs) if task[2] is None and pool else None


def _alone(pool: Any, task: Task, thumbs: Path | None, profile: Profile) -> dict[str, Any]:
    """One file in a worker of its own, after a worker was lost."""
    if task[2] is not None:
        return task[2]
    with pool(1) as single:
        try:
            return single.submit(_judge_file, str(task[0]), thumbs).result()
        except BrokenProcessPool:
            return not_examined(profile).as_json()


_worker: dict[str, Any] = {}


def _start_worker(profile_code: str, models: Path | None) -> None:
    """Load the nets once, then hold the memory."""
    cv2.setNumThreads(1)
    _worker["profile"] = load_profile(profile_code)
    try:
        _worker["nets"] = nets(models)
    except ModelsMissing:
        _worker["nets"] = None
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + WORKER_MEMORY
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _judge_file(path: str, thumbs: Path | None) -> dict[str, Any]:
    profile = _worker["profile"]
    try:
        return _judge_bytes(_read(path), profile, thumbs / thumb_name(path) if thumbs else None).as_json()
    except OSError as why:
        refused = Portrait(file=FileFacts(0, unreadable="unread", detail=why.strerror or ""))
        return judge(refused, profile).as_json()
    except MemoryError:
        refused = Portrait(file=FileFacts(Path(path).stat().st_size, unreadable="too_many_pixels", detail="memory"))
        return judge(refused, profile).as_json()


def _read(path: str) -> bytes:
    """The file's bytes; no more than a byte over the limit is ever read, and only regular files are opened."""
    if not Path(path).is_file():
        raise FileNotFoundError(2, "not a file", path)
    with open(path, "rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _judge_bytes(content: bytes, profile: Profile, thumb: Path | None) -> PhotoVerdict:
    opened = open_photo(content)
    if opened.rgb is None:
        return judge(Portrait(file=opened.facts), profile)
    if thumb is not None:
        _write_thumb(opened, thumb)
    if _worker["nets"] is None:
        width, height = opened.full_size
        unseen = Portrait(file=opened.facts, width=width, height=height, unmeasured="models_missing")
        return judge(unseen, profile)
    return judge(measure_opened(opened, _worker["nets"]), profile)


def _write_thumb(opened: Opened, thumb: Path) -> None:
    k = THUMB_WIDTH / opened.rgb.shape[1]
    small = cv2.resize(opened.rgb, None, fx=k, fy=k, interpolation=cv2.INTER_AREA) if k < 1 else opened.rgb
    done, packed = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    if done:
        thumb.write_bytes(packed.tobytes())
