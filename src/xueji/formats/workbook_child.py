"""Reads one workbook in a process of its own, under limits; started by :mod:`xueji.formats.sheets`.

The workbook is standard input. The answer is one JSON object per line: the sheet's
name, then rows in blocks, then the end; or a refusal with its number. Whatever the
workbook does to its reader (abort, eat memory, loop) ends with this process.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import IO

BLOCK = 500
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Refusal(Exception):
    """Why this workbook is not read: the number of a finding and its values."""

    def __init__(self, id: str, **values: object) -> None:
        super().__init__(id)
        self.id, self.values = id, values


def main(order: dict) -> None:
    """Read standard input and answer on standard output; ``order`` holds the form and the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (order["memory_bytes"], order["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # whoever is waiting for a page comes first
    try:
        answer(sys.stdin.buffer, order)
    except Refusal as refusal:
        say({"refused": refusal.id, "values": refusal.values})
    except MemoryError:
        say({"refused": "FORMAT.007", "values": {}})


def say(line: dict) -> None:
    """Write one line of the answer."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    sys.stdout.write("\n")


def answer(file: IO[bytes], order: dict) -> None:
    """Guard, parse, and send the first sheet that has anything in it."""
    if order["form"] == "xlsx":
        guard_package(file, order)
    else:
        guard_ole(file)
    import python_calamine as calamine  # not before the guards, and not in any other process

    file.seek(0)
    try:
        book = calamine.load_workbook(file)
        names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == calamine.SheetVisibleEnum.Visible]
        for name in names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height and sheet.width:
                break
        else:
            raise Refusal("FORMAT.009", row=1)
        if sheet.height > order["rows"] + 10 or sheet.total_width > order["columns"]:
            raise Refusal("FORMAT.006", limit=order["rows"], cells=order["cells"])
        say({"name": name, "others": [other for other in names if other != name]})
        send_rows(sheet)
    except calamine.PasswordError:
        raise Refusal("FORMAT.005") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refusal("FORMAT.007") from None
    say({"end": True})


def send_rows(sheet) -> None:
    """Send the rows in blocks; JSON has no dates, so these travel beside the cells."""
    rows: list = []
    days: list = []
    moments: list = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):  # from row 1, column A, whatever is empty
        if not any(cell != "" for cell in cells):
            continue
        position = len(rows)
        for column, cell in enumerate(cells):
            if cell.__class__ is str or cell.__class__ is float:
                continue
            if isinstance(cell, datetime):
                moments.append((position, column, cell.isoformat()))
                cells[column] = None
            elif isinstance(cell, date):
                days.append((position, column, cell.isoformat()))
                cells[column] = None
            elif isinstance(cell, time | timedelta):
                cells[column] = str(cell)
        rows.append((number, cells))
        if len(rows) == BLOCK:
            say({"rows": rows, "days": days, "moments": moments})
            rows, days, moments = [], [], []
    if rows:
        say({"rows": rows, "days": days, "moments": moments})


def guard_ole(file: IO[bytes]) -> None:
    """Refuse an encrypted workbook, which comes as an OLE container like an old .xls."""
    if _OLE_ENCRYPTED in file.read(4 * 2**20):
        raise Refusal("FORMAT.005")


def guard_package(file: IO[bytes], order: dict) -> None:
    """Refuse a package that is no workbook, or one that unpacks to more than the limits."""
    try:
        package = zipfile.ZipFile(file)
        members = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Refusal("FORMAT.007") from None
    names = {member.filename.lower() for member in members}
    if "xl/workbook.xml" not in names:
        raise Refusal("FORMAT.003")
    if any(member.flag_bits & 1 for member in members):
        raise Refusal("FORMAT.005")
    if len(members) > 2_000 or sum(member.file_size for member in members) > order["unzipped_bytes"]:
        raise Refusal("FORMAT.006", limit=order["rows"], cells=order["cells"])
    total = 0
    for member in members:
        total = guard_member(package, member, total, order)


def guard_member(package: zipfile.ZipFile, member: zipfile.ZipInfo, total: int, order: dict) -> int:
    """Unpack one member in pieces, counting bytes, rows, columns and cells; returns the bytes so far.

    The sizes in the directory are claims; only what comes out of the unpacking is believed.
    """
    is_sheet = member.filename.lower().startswith("xl/worksheets/") and member.filename.lower().endswith(".xml")
    usual, unusual = reaching_beyond(order["columns"], order["rows"])
    too_large = Refusal("FORMAT.006", limit=order["rows"], cells=order["cells"])
    cells = 0
    tail = b""
    try:
        with package.open(member) as stream:
            while piece := stream.read(2**20):
                total += len(piece)
                if total > order["unzipped_bytes"]:
                    raise too_large
                if is_sheet:
                    text = tail + piece
                    here = text.count(b"<c ")
                    far = usual if text.count(b'<c r="') == here else unusual
                    cells += here
                    if cells > order["cells"] or far.search(text):
                        raise too_large
                    tail = piece[-20:]
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error):
        raise Refusal("FORMAT.007") from None
    return total


def reaching_beyond(columns: int, rows: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Two patterns for a cell reference beyond the limits, such as XFD1048576.

    A reader that trusts it reserves a rectangle from A1 to there. The first pattern is
    three times as fast and knows the spelling all programs write (``r="``), the second
    any other. What both miss meets the memory limit of this process.
    """
    letters = column_letters(columns)
    wide = f"[{chr(ord(letters[0]) + 1)}-Z][A-Z]|{letters[0]}[{chr(ord(letters[1]) + 1)}-Z]"
    digits = str(rows * 2)
    deep = f"[0-9]{{{len(digits) + 1}}}|[{digits[0]}-9][0-9]{{{len(digits) - 1}}}[\"']"
    beyond = f"(?:[A-Za-z]{{3}}[0-9]|(?:{wide})[0-9]|[A-Za-z]{{1,3}}(?:{deep}))"
    return re.compile(f' r="{beyond}'.encode()), re.compile(rf"\sr\s*=\s*[\"']{beyond}".encode())


def column_letters(number: int) -> str:
    """The letters of column ``number`` (1 is A); GR is 200."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
