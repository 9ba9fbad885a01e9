"""A workbook without the moment it was written: the same rows give the same bytes, whenever they are asked for.

The writer of streams dates ``docProps/core.xml`` and cannot be told otherwise, so that one member is replaced. The other
members are copied as they are compressed (APPNOTE 6.3.10, 4.3: local entries, central directory, end record).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile

CORE = "docProps/core.xml"
FIXED = b"2000-01-01T00:00:00Z"
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


def undated(workbook: bytes) -> bytes:
    """The workbook with a fixed date of creation. Raises ValueError for a file that is no plain ZIP with a ``core.xml``."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as opened:
        members, start = sorted(opened.infolist(), key=lambda one: one.header_offset), opened.start_dir
        if CORE not in opened.namelist():
            raise ValueError(f"the workbook has no {CORE}")
        core = _MOMENT.sub(FIXED, opened.read(CORE))
    ends = [one.header_offset for one in members[1:]] + [start]
    out, moved = io.BytesIO(), {}
    for member, end in zip(members, ends, strict=True):
        moved[member.filename] = out.tell()
        out.write(_entry(core)[0] if member.filename == CORE else memoryview(workbook)[member.header_offset : end])
    directory = out.tell()
    _write_directory(out, workbook[start:], moved, _entry(core)[1])
    size = out.tell() - directory
    out.write(_END.pack(b"PK\5\6", 0, 0, len(members), len(members), size, directory, 0))
    return out.getvalue()


def _entry(core: bytes) -> tuple[bytes, zipfile.ZipInfo]:
    """The member with its local header, and what the directory has to say of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(zipfile.ZipInfo(CORE), core, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()[: made.start_dir], made.infolist()[0]


def _write_directory(out: io.BytesIO, directory: bytes, moved: dict[str, int], core: zipfile.ZipInfo) -> None:
    """The central directory again, with the members where they stand now."""
    place = 0
    while directory[place : place + 4] == b"PK\1\2":
        head = list(_CENTRAL.unpack_from(directory, place))
        tail = directory[place + _CENTRAL.size : place + _CENTRAL.size + head[10] + head[11] + head[12]]
        name = tail[: head[10]].decode()
        if name == CORE:
            head[3], head[4], head[7], head[8], head[9] = core.flag_bits, core.compress_type, core.CRC, core.compress_size, core.file_size
        place += _CENTRAL.size + len(tail)
        head[16] = moved[name]
        out.write(_CENTRAL.pack(*head) + tail)
