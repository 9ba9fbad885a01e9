"""Bytes on disk, sealed in chunks (加密存储). Knows nothing of rows or people.

A file begins with ``XJV1``, the key number (1 byte) and a random prefix (7 bytes). Then come chunks of 64 KiB, each
AES-256-GCM with a nonce of prefix, chunk number (4 bytes) and a last-chunk flag (1 byte), and the name of the place as
authenticated text: a chunk cannot be moved, dropped or cut off at the end, a file cannot stand in for another (the
STREAM construction, Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings

from xueji.vault import keys
from xueji.vault.keys import WrongSeal

MAGIC = b"XJV1"
PREFIX = 7
CHUNK = 64 * 1024
HEADER = len(MAGIC) + 1 + PREFIX


class FileGone(Exception):
    """The bytes are not on disk: purged, or the disk was restored without them."""


def root() -> Path:
    """The folder that holds the encrypted files."""
    return Path(settings.XUEJI_HOME) / "vault"


def path_of(place: str) -> Path:
    """Where the bytes of a place lie."""
    return root() / place[:2] / place


def write(chunks: Iterable[bytes]) -> tuple[str, int, bytes, int]:
    """Seal a stream into a new file; returns its place, its size in bytes, its keyed digest, the key number.

    The file appears under its name only when it is complete and on the disk. Memory stays at two chunks.
    """
    place = secrets.token_hex(16)
    number = keys.current_number()
    cipher = keys.cipher(number, "file")
    prefix = os.urandom(PREFIX)
    mac = hmac.new(keys.digest_key("file-digest"), digestmod=hashlib.sha256)
    target = path_of(place)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_suffix(".part")
    size = 0
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(MAGIC + bytes((number,)) + prefix)
            for index, (chunk, last) in enumerate(_even(chunks)):
                size += len(chunk)
                mac.update(chunk)
                out.write(cipher.encrypt(_nonce(prefix, index, last), chunk, place.encode()))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return place, size, mac.digest(), number


def read(place: str) -> Iterator[bytes]:
    """The plain bytes of a place, chunk by chunk. Raises FileGone before the first chunk, WrongSeal at a bad one."""
    path = path_of(place)
    if not path.is_file():
        raise FileGone(place)
    return _chunks(path, place)


def _chunks(path: Path, place: str) -> Iterator[bytes]:
    with path.open("rb") as file:  # opened only when somebody really reads
        header = file.read(HEADER)
        if len(header) < HEADER or header[:4] != MAGIC:
            raise WrongSeal(f"{place}: not a file of the vault")
        cipher, prefix = keys.cipher(header[4], "file"), header[5:]
        index = 0
        sealed = file.read(CHUNK + keys.TAG_BYTES)
        while True:
            following = file.read(CHUNK + keys.TAG_BYTES)
            try:
                yield cipher.decrypt(_nonce(prefix, index, not following), sealed, place.encode())
            except InvalidTag:
                raise WrongSeal(f"{place}: chunk {index} is damaged or missing") from None
            if not following:
                return
            sealed, index = following, index + 1


def _nonce(prefix: bytes, index: int, last: bool) -> bytes:
    return prefix + index.to_bytes(4, "big") + bytes((last,))


def _even(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The stream in pieces of CHUNK bytes, the last one marked (it may be shorter, and empty for an empty stream)."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK]), False
            del waiting[:CHUNK]
    yield bytes(waiting), True


def remove(place: str) -> None:
    """Remove the bytes of a place; nothing happens when they are gone already."""
    path_of(place).unlink(missing_ok=True)


def places_on_disk() -> Iterator[tuple[str, float]]:
    """Every file under the vault's folder with the time it was last written (seconds since 1970)."""
    for path in root().glob("??/*"):
        try:
            yield path.name, path.stat().st_mtime
        except FileNotFoundError:
            continue
