"""ZIP archives: read under limits, written with a manifest of SHA-256 (压缩包).

Nothing is unpacked to a path: members come as bytes with the name they claim, and a
name that points outside the archive is refused with all others of its kind.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xueji.formats import gb18030
from xueji.formats.unreadable import Unreadable

MANIFEST = "manifest.sha256"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_UNICODE_PATH = 0x7075
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same contents give the same bytes
_PIECE = 2**18


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much an archive may hold: members, bytes of one and of all, times it may expand."""

    members: int = 20_000
    member_bytes: int = 20 * 2**20
    total_bytes: int = 4 * 2**30
    ratio: int = 200


ARCHIVE_LIMITS = ArchiveLimits()


class Refused(ValueError):
    """An archive that must not be unpacked: every reason at once, as a list of Unreadable."""

    def __init__(self, reasons: list[Unreadable]) -> None:
        self.reasons = reasons
        super().__init__("; ".join(map(str, reasons)))


class Archive:
    """An archive that passed its limits; read members by name or one after the other."""

    def __init__(self, package: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], limits: ArchiveLimits) -> None:
        self._package = package
        self._members = members
        self._limits = limits

    @property
    def names(self) -> list[str]:
        """The names of the files, in the order of the archive, folders left out."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The bytes of one member. Raises KeyError, or Unreadable when it is broken or larger than it claims."""
        member = self._members[name]
        pieces, size = [], 0
        try:
            with self._package.open(member) as stream:
                while piece := stream.read(_PIECE):
                    size += len(piece)
                    if size > self._limits.member_bytes:
                        raise Unreadable("FORMAT.023", name=name, limit=self._limits.member_bytes // 2**20)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
            raise Unreadable("FORMAT.021") from None
        return b"".join(pieces)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Every member with its bytes, one at a time; the sum is limited too."""
        total = 0
        for name in self._members:
            content = self.read(name)
            total += len(content)
            if total > self._limits.total_bytes:
                raise Unreadable("FORMAT.024", limit=self._limits.total_bytes // 2**20)
            yield name, content


@contextmanager
def opened(source: Path | BinaryIO, *, limits: ArchiveLimits = ARCHIVE_LIMITS) -> Iterator[Archive]:
    """Open an archive. Raises Refused with everything that its directory already shows to be wrong."""
    try:
        package = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, UnicodeDecodeError):
        raise Refused([Unreadable("FORMAT.021")]) from None
    with package:
        yield Archive(package, _accepted(package.infolist(), limits), limits)


def _accepted(directory: list[zipfile.ZipInfo], limits: ArchiveLimits) -> dict[str, zipfile.ZipInfo]:
    reasons: list[Unreadable] = []
    if len(directory) > limits.members:
        raise Refused([Unreadable("FORMAT.022", count=len(directory), limit=limits.members)])
    members: dict[str, zipfile.ZipInfo] = {}
    for member in directory:
        name = name_of(member)
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if is_link or points_outside(name):
            reasons.append(Unreadable("FORMAT.026", name=name))
        elif name.endswith("/"):
            continue
        elif member.flag_bits & _ENCRYPTED:
            reasons.append(Unreadable("FORMAT.027", name=name))
        elif member.file_size > limits.member_bytes:
            reasons.append(Unreadable("FORMAT.023", name=name, limit=limits.member_bytes // 2**20))
        elif member.file_size > 2**20 and member.file_size > limits.ratio * max(1, member.compress_size):
            reasons.append(Unreadable("FORMAT.025", name=name, limit=limits.ratio))
        elif name in members:
            reasons.append(Unreadable("FORMAT.028", name=name))
        else:
            members[name] = member
    if sum(member.file_size for member in directory) > limits.total_bytes:
        reasons.append(Unreadable("FORMAT.024", limit=limits.total_bytes // 2**20))
    if _overlaps(directory):
        reasons.append(Unreadable("FORMAT.021"))
    if reasons:
        raise Refused(reasons)
    return members


def _overlaps(directory: list[zipfile.ZipInfo]) -> bool:
    """Whether two members claim the same bytes, as the densest archive bombs do."""
    end = 0
    for member in sorted(directory, key=lambda each: each.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + 30 + member.compress_size
    return False


def name_of(member: zipfile.ZipInfo) -> str:
    """The member's name. Archives made on Chinese Windows carry GBK names without saying so."""
    name = _unicode_path(member.extra)
    if name is None and member.flag_bits & _UTF8_NAME:
        name = member.orig_filename
    if name is None:
        raw = member.orig_filename.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = gb18030.decode(raw, errors="replace")
    return name.replace("\\", "/")


def _unicode_path(extra: bytes) -> str | None:
    """The name in Info-ZIP's extra field, which is UTF-8 whatever the flag says."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return None


def points_outside(name: str) -> bool:
    """Whether a path would leave the folder it is unpacked to (absolute, drive, "..", control characters)."""
    return (
        name.startswith("/")
        or ":" in name.split("/")[0]
        or any(part == ".." for part in name.split("/"))
        or any(ord(character) < 32 for character in name)
        or not name.strip("./ ")
    )


def write(target: BinaryIO, members: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Write an archive with ``manifest.sha256`` as its last member; returns name → SHA-256.

    The same members in the same order give the same bytes. Raises ValueError for a name
    that points outside, or that comes twice.
    """
    digests: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            if points_outside(name) or name in digests or name == MANIFEST:
                raise ValueError(f"no member of an archive: {name!r}")
            digests[name] = hashlib.sha256(content).hexdigest()
            package.writestr(_member(name), content)
        manifest = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        package.writestr(_member(MANIFEST), manifest.encode())
    return digests


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    packed_already = name.lower().endswith((".jpg", ".jpeg", ".png", ".zip", ".xlsx", ".pdf"))
    member.compress_type = zipfile.ZIP_STORED if packed_already else zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def verify(archive: Archive) -> list[Unreadable]:
    """Compare every member with the manifest; returns what differs, is missing or was added."""
    if MANIFEST not in archive.names:
        return [Unreadable("FORMAT.029", name=MANIFEST)]
    promised: dict[str, str] = {}
    for line in archive.read(MANIFEST).decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        promised[name] = digest
    wrong = set(promised) ^ (set(archive.names) - {MANIFEST})
    for name, content in archive:
        if name in promised and hashlib.sha256(content).hexdigest() != promised[name]:
            wrong.add(name)
    return [Unreadable("FORMAT.029", name=name) for name in sorted(wrong)]
