"""Portions of one print as one file (合并), with everything that makes them last: tags, profile, metadata, PDF/A-2b.

The typesetter's memory grows with its pages, so long prints are set in portions. PDFium joins them but drops the tags;
pyHanko keeps them but takes as long as setting. The typesetter's files are regular (a cross-reference table, no object
streams, no updates), so joining them is numbering: every object gets a number further on, the page trees become
branches of one tree, the structure trees children of one root. Files of any other shape are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO

from xueji.documents.regular import HEAD, inside, objects_of, referred, write_table

CATALOG, PAGES, STRUCTURE, METADATA, FIRST = 1, 2, 3, 4, 5
"""The numbers of the objects that are made anew; copied ones follow."""
_STRING = rb"\((?:[^\\()]|\\.|\((?:[^\\()]|\\.|\((?:[^\\()]|\\.)*\))*\))*\)|<[0-9A-Fa-f\s]*>"
_METADATA = re.compile(rb"(<</Length )(\d+)(.*<xmpTPg:NPages>)(\d+)(<.*)", re.DOTALL)
_REFERENCE = re.compile(_STRING + rb"|\b(\d+) 0 R\b|/StructParents? (\d+)", re.DOTALL)


class Joining:
    """A file that grows by portions; what was added need not be kept. The same portions give the same bytes."""

    def __init__(self) -> None:
        """Nothing is written but the head."""
        self._out = BytesIO()
        self._out.write(HEAD)
        self._places: list[int] = [0] * FIRST
        self._branches: list[bytes] = []
        self._children: list[bytes] = []
        self._parents: list[bytes] = []
        self._keys = self._count = 0
        self._roles = b""
        self._kept: bytes | None = None
        self._info = self._metadata = b""

    def add(self, portion: bytes, *, even: bool = False) -> None:
        """Append a PDF of the typesetter; ``even`` adds a blank page to an odd number. Raises ValueError for another shape."""
        objects, trailer = objects_of(portion)
        catalog = objects[referred(trailer, b"Root")]
        pages, structure, metadata = (referred(catalog, name) for name in (b"Pages", b"StructTreeRoot", b"Metadata"))
        # What a file has once comes from the first portion.
        once = {referred(trailer, b"Root"), structure, metadata}
        if self._kept is not None:
            once |= {referred(trailer, b"Info"), referred(catalog, b"OutputIntents")}
        base, shift = len(self._places), self._keys
        copied = [old for old in objects if old not in once]
        numbers = {old: base + at for at, old in enumerate(copied)} | {structure: STRUCTURE, metadata: METADATA}

        def renumbered(source: bytes) -> bytes:
            def again(found: re.Match[bytes]) -> bytes:
                if found[1]:
                    return b"%d 0 R" % numbers[int(found[1])]
                if found[2]:
                    return found[0][: found.start(2) - found.start()] + b"%d" % (int(found[2]) + shift)
                return found[0]

            return _REFERENCE.sub(again, source)

        root = renumbered(objects[structure])
        branch = numbers[pages]
        self._places += [0] * len(copied)
        for old in copied:
            head, stream, rest = objects[old].partition(b"stream\n")
            body = renumbered(head)
            if old == pages:
                body = self._branch(body, branch, even, objects)
            self._write(numbers[old], body + stream + rest)
        self._branches.append(b"%d 0 R" % branch)
        self._children.append(inside(root, rb"/K\[([^\]]*)\]"))
        nums = inside(root, rb"/ParentTree<</Nums\[(.*)\]>>/ParentTreeNextKey")
        self._parents.append(re.sub(rb"(^|\s)(\d+) (?=\d+ 0 R)", lambda m: m[1] + b"%d " % (int(m[2]) + shift), nums))
        self._keys += int(inside(root, rb"/ParentTreeNextKey (\d+)"))
        if self._kept is None:
            self._kept = re.sub(rb"/(?:Pages|StructTreeRoot) \d+ 0 R", b"", renumbered(catalog))
            self._metadata = objects[metadata]
            self._info = b"%d 0 R" % numbers[referred(trailer, b"Info")]
            self._roles = inside(root, rb"(/RoleMap<<.*?>>)") if b"/RoleMap" in root else b""

    def _branch(self, body: bytes, number: int, even: bool, objects: dict[int, bytes]) -> bytes:
        """A portion's page tree as a branch, with a blank page of the last page's size where one is wanted."""
        count = int(inside(body, rb"/Count (\d+)"))
        if even and count % 2:
            box = [inside(source, rb"/MediaBox(\[[^\]]*\])") for source in objects.values() if b"/MediaBox" in source][-1]
            blank = len(self._places)
            self._places.append(0)
            self._write(blank, b"<</Type/Page/Parent %d 0 R/MediaBox%s/Resources<<>>>>\nendobj\n" % (number, box))
            body = body.replace(b"/Count %d" % count, b"/Count %d" % (count + 1)).replace(b"]", b" %d 0 R]" % blank, 1)
            count += 1
        self._count += count
        return body.replace(b"/Type/Pages", b"/Type/Pages/Parent %d 0 R" % PAGES, 1)

    def _counted(self) -> bytes:
        """The first portion's metadata with the pages of all. Raises ValueError where it does not say how many it has."""
        found = _METADATA.match(self._metadata)
        if found is None:
            raise ValueError("not a file as the typesetter writes it: its metadata count no pages")
        pages = b"%d" % self._count
        return b"%s%d%s%s%s" % (found[1], int(found[2]) + len(pages) - len(found[4]), found[3], pages, found[5])

    def _write(self, number: int, body: bytes) -> None:
        self._places[number] = self._out.tell()
        self._out.write(b"%d 0 obj\n%s" % (number, body))

    def whole(self) -> bytes:
        """The file. Raises ValueError when nothing was added."""
        if self._kept is None:
            raise ValueError("a file of no portions")
        self._write(PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (self._count, b" ".join(self._branches)))
        tree = b"/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d" % (b" ".join(self._parents), self._keys)
        self._write(STRUCTURE, b"<</Type/StructTreeRoot%s/K[%s]%s>>\nendobj\n" % (self._roles, b" ".join(self._children), tree))
        self._write(METADATA, self._counted())
        linked = b"/Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R" % (PAGES, STRUCTURE)
        self._write(CATALOG, self._kept.replace(b"/Type/Catalog", linked, 1))
        drawn = sha256(self._out.getbuffer()).hexdigest()[:32].encode()
        trailer = b"<</Size %d/Root %d 0 R/Info %s/ID[<%s><%s>]>>" % (len(self._places), CATALOG, self._info, drawn, drawn)
        write_table(self._out, self._places, trailer)
        return self._out.getvalue()


def joined(portions: Iterable[bytes]) -> bytes:
    """The portions one after the other as one PDF."""
    whole = Joining()
    for portion in portions:
        whole.add(portion)
    return whole.whole()
