"""Tables that offices send, whatever the file: .xlsx, .xls, .csv and .dbf in one shape.

What a file is, is decided by its bytes, not by its name. Workbooks are parsed by a
limited child process (:mod:`xueji.formats.workbook_child`), because a workbook of a
kilobyte can ask its reader for half a terabyte. Cells keep their raw type, so that a
number which Excel rounded is still recognisable as a number.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO

from xueji.formats import dbf, gb18030
from xueji.formats.unreadable import Unreadable

Cell = str | int | float | bool | date | datetime | None

HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold, and what its reader may use: bytes, rows, seconds between two answers."""

    file_bytes: int = 100 * 2**20
    rows: int = 200_000
    columns: int = 200
    cells: int = 4_000_000
    unzipped_bytes: int = 600 * 2**20
    memory_bytes: int = 900 * 2**20
    seconds: int = 120


LIMITS = Limits()


@dataclass(slots=True)
class Sheet:
    """One table of a file.

    ``columns`` are the headings ("" where one is missing), ``rows`` yields the row number
    as the person sees it in the file and the raw cells, one per column; empty rows are
    skipped. ``rows`` can be walked once. ``other_sheets`` were not read.
    """

    columns: list[str]
    rows: Iterator[tuple[int, list[Cell]]]
    form: str
    name: str = ""
    header_row: int = 1
    other_sheets: list[str] = field(default_factory=list)
    deleted_rows: int = 0


@contextmanager
def opened(source: Path | bytes, *, limits: Limits = LIMITS) -> Iterator[Sheet]:
    """Open a file as a sheet, and stop its reader when the block ends.

    Raises Unreadable, here or while the rows are walked.
    """
    with _as_file(source) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if size == 0:
            raise Unreadable("FORMAT.001")
        if size > limits.file_bytes:
            raise Unreadable("FORMAT.002", size=size // 2**20, limit=limits.file_bytes // 2**20)
        form = form_of(file)
        if form in ("xlsx", "xls"):
            with _workbook_rows(file, form, limits) as (rows, name, others):
                yield _with_header(rows, form, limits, name=name, other_sheets=others)
        elif form == "dbf":
            yield _dbf_sheet(file.read(), limits)
        else:
            yield _with_header(_csv_rows(file.read(), limits), "csv", limits)


def _as_file(source: Path | bytes) -> IO[bytes]:
    """A real file to seek in; bytes stay in memory and never touch the disk."""
    if isinstance(source, Path):
        return source.open("rb")
    if hasattr(os, "memfd_create"):
        file: IO[bytes] = os.fdopen(os.memfd_create("sheet", os.MFD_CLOEXEC), "w+b")
    else:
        file = tempfile.TemporaryFile()
    file.write(source)
    file.flush()
    return file


def form_of(file: IO[bytes]) -> str:
    """What the file is, by its bytes: "xlsx", "xls", "dbf" or "csv"; raises Unreadable for all else."""
    head = file.read(8192)
    file.seek(0)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    if len(head) > 32 and head[0] in (0x03, 0x30, 0x31, 0x83, 0xF5, 0xFB) and _looks_like_dbf(head):
        return "dbf"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<?xml", b"mime-version", b"<div")):
        raise Unreadable("FORMAT.004")
    if start.startswith(b"%pdf") or head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Unreadable("FORMAT.003")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("FORMAT.003")
    return "csv"


def _looks_like_dbf(head: bytes) -> bool:
    """Month and day of the header are dates, and its sizes agree with each other."""
    header_size, row_size = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    return head[2] <= 12 and head[3] <= 31 and header_size >= 33 and row_size >= 1


def _dbf_sheet(raw: bytes, limits: Limits) -> Sheet:
    table = dbf.read(raw)
    if len(table.rows) > limits.rows or len(table.rows) * len(table.columns) > limits.cells:
        raise Unreadable("FORMAT.006", limit=limits.rows, cells=limits.cells)
    rows = ((number, row) for number, row in enumerate(table.rows, start=1) if any(row))
    # Record 1 is the first row under the headings, as every program that shows a DBF numbers it.
    return Sheet([column.name for column in table.columns], rows, "dbf", header_row=0, deleted_rows=table.deleted)


def _csv_rows(raw: bytes, limits: Limits) -> Iterator[tuple[int, list[Cell]]]:
    try:
        text, _ = gb18030.decode_unlabelled(raw)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable("FORMAT.010", line=line) from None
    if "\x00" in text:
        raise Unreadable("FORMAT.003")
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    count = cells = 0
    before = 0
    try:
        for row in reader:
            number, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            count += 1
            cells += len(row)
            if count > limits.rows + 1 or cells > limits.cells or len(row) > limits.columns:
                raise Unreadable("FORMAT.006", limit=limits.rows, cells=limits.cells)
            yield number, list(row)
    except csv.Error:
        raise Unreadable("FORMAT.011", line=before + 1) from None


@contextmanager
def _workbook_rows(file: IO[bytes], form: str, limits: Limits) -> Iterator[tuple[Iterator[tuple[int, list[Cell]]], str, list[str]]]:
    """The rows of a workbook's first filled sheet, read by a child under limits."""
    order = json.dumps(
        {
            "form": form,
            "rows": limits.rows,
            "columns": limits.columns,
            "cells": limits.cells,
            "unzipped_bytes": limits.unzipped_bytes,
            "memory_bytes": limits.memory_bytes,
            "seconds": limits.seconds,
        }
    )
    child = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-m", "xueji.formats.workbook_child", order],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    try:
        head = _line(child, limits)
        yield _unpacked(child, limits), head["name"], head["others"]
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _line(child: subprocess.Popen[bytes], limits: Limits) -> dict:
    """The child's next line; a child that died says why by how it died.

    The clock runs only while the child is waited for: what is done with its rows may take as long as it takes.
    """
    late = threading.Timer(limits.seconds, child.kill)
    late.daemon = True
    late.start()
    line = child.stdout.readline()
    was_late = late.finished.is_set()
    late.cancel()
    if line.endswith(b"\n"):
        answer = json.loads(line)
        if "refused" in answer:
            raise Unreadable(answer["refused"], **answer["values"])
        return answer
    raise Unreadable("FORMAT.008" if was_late else "FORMAT.007")


def _unpacked(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[tuple[int, list[Cell]]]:
    while True:
        answer = _line(child, limits)
        if "end" in answer:
            return
        days, moments = answer.get("days", ()), answer.get("moments", ())
        rows = answer["rows"]
        for position, column, text in days:
            rows[position][1][column] = date.fromisoformat(text)
        for position, column, text in moments:
            rows[position][1][column] = datetime.fromisoformat(text)
        for number, cells in rows:
            yield number, cells


def _with_header(rows: Iterator[tuple[int, list[Cell]]], form: str, limits: Limits, **more: object) -> Sheet:
    """Find the headings: the first row, among the first ten, with two or more texts that are no numbers, and nothing else.

    A title above the table ("2024级研究生名单", one merged cell) is passed over.
    """
    only: tuple[int, list[Cell]] | None = None
    for _, (number, cells) in zip(range(HEADER_WITHIN), rows, strict=False):
        filled = [cell for cell in cells if cell not in (None, "")]
        texts = [cell for cell in filled if isinstance(cell, str) and not cell.replace(".", "").strip().isdigit()]
        if len(texts) >= 2 and len(texts) == len(filled):
            return _headed(number, cells, rows, form, limits, **more)
        if only is None and len(filled) == 1 == len(texts):
            only = number, cells
    if only is not None:
        raise Unreadable("FORMAT.009", row=only[0])
    raise Unreadable("FORMAT.009", row=1)


def _headed(number, cells, rows, form, limits, **more) -> Sheet:
    columns = ["" if cell is None else str(cell).strip() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    return Sheet(columns, _fitted(rows, len(columns)), form, header_row=number, **more)


def _fitted(rows: Iterator[tuple[int, list[Cell]]], width: int) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with exactly one cell per heading. A filled cell without a heading is not silently dropped."""
    for number, cells in rows:
        if len(cells) < width:
            cells = cells + [None] * (width - len(cells))
        elif len(cells) > width:
            if any(cell not in (None, "") for cell in cells[width:]):
                raise Unreadable("FORMAT.016", row=number, columns=width)
            cells = cells[:width]
        yield number, cells


def read(source: Path | bytes, *, limits: Limits = LIMITS) -> Sheet:
    """Read a whole file at once; the rows of the sheet are then a list that can be walked again.

    For small files only. Raises Unreadable.
    """
    with opened(source, limits=limits) as sheet:
        sheet.rows = list(sheet.rows)  # type: ignore[assignment]
        return sheet
