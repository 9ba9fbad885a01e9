"""The key ring (密钥环): which keys exist, and the separate keys derived from them.

The ring is the folder ``settings.XUEJI_KEYS`` (XUEJI_HOME/keys) with one file per key, ``0.key``, ``1.key`` …; tests may
put a mapping of key number to 32 bytes there instead. A database and its ring are born together: the first migration
makes the keys (see marks.py), nothing else ever does so by itself.

* number 0 is the *index key*; it only makes blind indexes, which must stay the same while sealing keys are replaced;
* numbers 1 to 255 are sealing keys. The highest seals, all of them open. The number stands in the first byte of every
  sealed value, so old and new values live side by side until ``xueji vault rotate`` has re-sealed them.

Nothing is ever encrypted with a key of the ring itself: each use has its own key by HKDF-SHA256 (RFC 5869), so a
mistake in one use (a file, a token) tells nothing about another.
"""

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

INDEX_KEY = 0
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class KeysUnusable(Exception):
    """The ring is missing, empty or malformed; nothing can be sealed or opened."""


class KeyMissing(KeysUnusable):
    """A value names a key number that the ring does not hold (a key file was lost or not restored)."""


class WrongSeal(Exception):
    """The bytes were not sealed by us for this place: damaged, tampered with, or moved from another row or column."""


@lru_cache(maxsize=4)
def _folder_ring(folder: Path) -> dict[int, bytes]:
    return read_keys(folder)


def forget_cached_keys() -> None:
    """Read the key files again at the next use (after a key was added or restored)."""
    _folder_ring.cache_clear()


def held_keys() -> dict[int, bytes]:
    """The keys that can be read, not judged; empty before the first migration. Raises KeysUnusable for a bad file."""
    configured = settings.XUEJI_KEYS
    if isinstance(configured, dict):
        return configured
    # asked for at every cell that is sealed or opened: a Path is not parsed again
    return _folder_ring(configured if isinstance(configured, Path) else Path(configured))


def ring() -> dict[int, bytes]:
    """The ring as configured, judged. Raises KeysUnusable with the reason when it cannot seal."""
    held = held_keys()
    for number, key in held.items():
        if not 0 <= number <= 255 or len(key) != KEY_BYTES:
            raise KeysUnusable(f"密钥 {number} 不可用 / key {number} must be {KEY_BYTES} bytes, numbered 0 to 255")
    if INDEX_KEY not in held or len(held) < 2:
        raise KeysUnusable(
            "密钥环不完整 / the ring needs the index key (0) and a sealing key (1…255): "
            "restore XUEJI_HOME/keys from the key backup; a new installation gets it from `xueji migrate`"
        )
    return held


def current_number() -> int:
    """The number of the key that seals new values. Raises KeysUnusable."""
    return max(held_keys(), default=0) or max(ring())


def _held(number: int) -> bytes:
    held = held_keys()
    if number not in held and held is not settings.XUEJI_KEYS:
        forget_cached_keys()  # another worker may have rotated since we read the folder
        held = held_keys()
    if number not in held:
        raise KeyMissing(f"缺少密钥 {number} / key {number} is not in the ring: restore the file {number}.key from the key backup")
    return held[number]


@lru_cache(maxsize=64)
def _derived(key: bytes, use: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"xueji:{use}".encode()).derive(key)


@lru_cache(maxsize=64)
def _cipher(key: bytes, use: str) -> AESGCM:
    return AESGCM(_derived(key, use))


def cipher(number: int, use: str) -> AESGCM:
    """AES-256-GCM with the key of one use ("field", "file") derived from key ``number``. Raises KeyMissing."""
    return _cipher(_held(number), use)


def digest_key(use: str, key: bytes | None = None) -> bytes:
    """A 32-byte key for a keyed digest of one use ("file-digest"), from the index key (or a given one)."""
    return _derived(key or _held(INDEX_KEY), use)


def token_key() -> str:
    """The signing key for short-lived addresses, from the newest sealing key: rotation ends every open address."""
    return _derived(_held(current_number()), "token").hex()


def seal_bytes(plain: bytes, place: bytes, *, use: str = "field") -> bytes:
    """Seal ``plain`` for ``place``: key number (1 byte), nonce (12), ciphertext and tag (len + 16)."""
    number = current_number()
    nonce = os.urandom(NONCE_BYTES)
    return bytes((number,)) + nonce + cipher(number, use).encrypt(nonce, plain, place)


def open_bytes(blob: bytes, place: bytes, *, use: str = "field") -> bytes:
    """Open what seal_bytes made for the same place. Raises WrongSeal or KeyMissing."""
    if len(blob) < 1 + NONCE_BYTES + TAG_BYTES:
        raise WrongSeal(f"{place.decode()}: {len(blob)} bytes are too short for a sealed value")
    try:
        return cipher(blob[0], use).decrypt(blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :], place)
    except InvalidTag:
        raise WrongSeal(f"{place.decode()}: damaged, or sealed for another row or column") from None


def blind_index(value: str, *, purpose: str) -> bytes:
    """HMAC-SHA256 of a value for exact search (盲索引), 32 bytes; equal values of one purpose have equal indexes.

    The caller normalises first (upper case, no spaces): the index knows nothing about what it indexes.
    """
    return index_with(_held(INDEX_KEY), value, purpose=purpose)


def index_with(key: bytes, value: str, *, purpose: str) -> bytes:
    """The blind index under a given index key, for replacing that key."""
    return hmac.digest(_derived(key, f"index:{purpose}"), value.encode(), hashlib.sha256)


# ---------------------------------------------------------------- files of the ring


def read_keys(folder: Path) -> dict[int, bytes]:
    """The ring in a folder: files ``0.key``, ``1.key`` …, each 32 bytes in base64. A missing folder is an empty ring.

    Raises KeysUnusable naming the file that cannot be read as a key.
    """
    held = {}
    for path in sorted(folder.glob("*.key")):
        try:
            number = int(path.stem)
            key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        except (ValueError, UnicodeDecodeError, binascii.Error):
            raise KeysUnusable(f"{path}: 不是密钥文件 / not a key file (name: number.key, content: base64)") from None
        except OSError as closed:  # another account's, a folder, a link into nothing
            raise KeysUnusable(f"{path}: 读不出密钥文件 / the key file cannot be read: {closed.strerror}") from None
        if number in held:
            raise KeysUnusable(f"{path}: 编号重复 / a second file for key {number}; only one of them may stay")
        if len(key) != KEY_BYTES or not 0 <= number <= 255:
            raise KeysUnusable(f"{path}: 长度或编号不对 / a key has {KEY_BYTES} bytes and a number from 0 to 255")
        held[number] = key
    return held


def add_key(folder: Path, number: int | None = None) -> int:
    """Write a new random key file (readable by its owner only) and return its number; never overwrites a key.

    Without a number: the next free one, and the index key too when the folder is still empty.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = read_keys(folder)
    if number is None:
        if INDEX_KEY not in held:
            add_key(folder, INDEX_KEY)
        number = max([*held, INDEX_KEY]) + 1
    if number > 255:
        raise KeysUnusable("密钥编号已用完 / key numbers end at 255: remove old keys after `xueji vault rotate`")
    fresh = folder / f".{number}.{secrets.token_hex(4)}"
    _write_key(fresh, secrets.token_bytes(KEY_BYTES))
    try:
        os.link(fresh, folder / f"{number}.key")  # appears whole, and never over an existing key
    finally:
        fresh.unlink()
    _settle(folder)
    forget_cached_keys()
    return number


def make_ring(folder: Path) -> None:
    """Give an empty folder its index key and first sealing key; a folder that has a sealing key is left as it is.

    One process at a time: who migrates at the same moment waits, and finds the ring whole instead of half made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if set(read_keys(folder)) <= {INDEX_KEY}:
            add_key(folder)
    finally:
        os.close(descriptor)


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(base64.b64encode(key).decode() + "\n")
        file.flush()
        os.fsync(descriptor)


def _settle(folder: Path) -> None:
    """Have the disk keep the names in the folder before anything is sealed with a key that a power cut could take away."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prepare_index_key(folder: Path) -> bytes:
    """A new index key that waits beside the ring (``0.key.next``) until the tables are indexed with it."""
    waiting = folder / "0.key.next"
    waiting.unlink(missing_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    _write_key(waiting, key)
    _settle(folder)
    return key


def waiting_index_key(folder: Path) -> bytes | None:
    """The index key that waits, if a replacement was interrupted."""
    waiting = folder / "0.key.next"
    return base64.b64decode(waiting.read_text(encoding="ascii")) if waiting.exists() else None


def put_index_key_into_use(folder: Path) -> None:
    """Make the waiting index key the one of the ring."""
    os.replace(folder / "0.key.next", folder / "0.key")
    _settle(folder)
    forget_cached_keys()
