"""The typesetter's files taken apart and put together again (规则文件): objects by number, one cross-reference table.

What the typesetter writes is regular: a table, no object streams, no updates, no encryption. So an object is a slice of
the file and changing one is writing the others after it. Files of any other shape are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO

HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n"
_XREF = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [nf]\r\n)+)trailer\n(<<.*>>)\nstartxref\n(\d+)\n%%EOF\s*\Z", re.DOTALL)
_OBJECT = re.compile(rb"(\d+) 0 obj\n")


def objects_of(pdf: bytes) -> tuple[dict[int, bytes], bytes]:
    """The bodies of a file's objects by number, in the file's order, and its trailer. Raises ValueError."""
    start = pdf.rfind(b"\nxref\n") + 1
    found = _XREF.match(pdf, start) if start else None
    if found is None or int(found[4]) != start or b"/Encrypt" in found[3] or b"/Prev" in found[3]:
        raise ValueError("not a file as the typesetter writes it")
    places = sorted(int(line[:10]) for line in found[2].split(b"\r\n") if line.endswith(b"n"))
    objects = {}
    for begins, ends in zip(places, [*places[1:], start], strict=True):
        head = _OBJECT.match(pdf, begins)
        if head is None:
            raise ValueError("an object is not where the table says")
        objects[int(head[1])] = pdf[head.end() : ends]
    return objects, found[3]


def file_of(objects: Mapping[int, bytes], trailer: bytes) -> bytes:
    """The file of these objects, in their order; the numbers are 1 to their count. The same objects give the same bytes."""
    out, places = BytesIO(), [0] * (len(objects) + 1)
    out.write(HEAD)
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s" % (number, body))
    write_table(out, places, trailer)
    return out.getvalue()


def write_table(out: BytesIO, places: list[int], trailer: bytes) -> None:
    """The cross-reference table of objects that begin at ``places`` (the first is no object), and the trailer."""
    begins = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f\r\n" % len(places))
    out.write(b"".join(b"%010d 00000 n\r\n" % place for place in places[1:]))
    out.write(b"trailer\n%s\nstartxref\n%d\n%%%%EOF" % (trailer, begins))


def referred(source: bytes, name: bytes) -> int:
    """The number of the object that ``name`` leads to. Raises ValueError when there is none."""
    return int(inside(source, rb"/" + name + rb" (\d+) 0 R"))


def inside(source: bytes, pattern: bytes) -> bytes:
    """The first group of ``pattern`` in ``source``. Raises ValueError where it is missing."""
    found = re.search(pattern, source, re.DOTALL)
    if found is None:
        raise ValueError(f"not a file as the typesetter writes it: {pattern!r} is missing")
    return found[1]
