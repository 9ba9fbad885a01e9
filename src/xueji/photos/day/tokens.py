"""The capture code (采集凭证): an opaque, signed token for one student record in one campaign. Format: docs/capture-code.md.

``XJ1`` + base32 of: key number (1 byte) ‖ nonce (12) ‖ AES-256-GCM(case ‖ expiry ‖ serial) ‖ Ed25519 signature over all before it.
Only the station's key opens it, only the school's key makes one, and nothing of a person is inside, open or sealed.
"""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "XJ1"
_INSIDE = struct.Struct(">16sIH")
_SEALED = _INSIDE.size + 16
_LENGTH = 1 + 12 + _SEALED + 64


class NoCode(ValueError):
    """What was scanned is not a capture code of ours; ``why`` is the number of the finding."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Inside:
    """What a code names (凭证内容): the case, until when, which of the case's codes."""

    case: UUID
    expires_at: datetime
    serial: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys of one generation as raw bytes (密钥): signing, verifying, opening; private and public for envelopes."""

    number: int
    signing: bytes
    verifying: bytes
    opening: bytes
    envelope: bytes
    envelope_public: bytes


def new_secrets(number: int) -> Secrets:
    """Fresh keys: Ed25519, AES-256, P-256."""
    signing, private = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_numbers()
    public = b"\x04" + point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big")
    return Secrets(number, signing.private_bytes_raw(), signing.public_key().public_bytes_raw(), os.urandom(32),
                   private.private_numbers().private_value.to_bytes(32, "big"), public)  # fmt: skip


def made(inside: Inside, keys: Secrets, nonce: bytes | None = None) -> str:
    """The token as the QR holds it: capitals and digits only, so that the QR stays small."""
    nonce = nonce or os.urandom(12)
    head = bytes((keys.number,)) + nonce
    plain = _INSIDE.pack(inside.case.bytes, int(inside.expires_at.timestamp()), inside.serial)
    body = head + AESGCM(keys.opening).encrypt(nonce, plain, PREFIX.encode() + head[:1])
    signed = body + Ed25519PrivateKey.from_private_bytes(keys.signing).sign(PREFIX.encode() + body)
    return PREFIX + base64.b32encode(signed).decode().rstrip("=")


def opened(token: str, keys_of: Callable[[int], Secrets | None]) -> Inside:
    """What a scanned text names. ``keys_of`` gives the keys of a generation, None for an unknown or retired one. Raises NoCode."""
    text = "".join(token.split()).upper()
    if not text.startswith(PREFIX) or len(text) > 400:
        raise NoCode("STAT.001")
    try:
        packed = text[len(PREFIX):]
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
    except ValueError:
        raise NoCode("STAT.001") from None
    if len(raw) != _LENGTH:
        raise NoCode("STAT.001")
    keys = keys_of(raw[0])
    if keys is None:
        raise NoCode("STAT.003")
    body, signature = raw[:-64], raw[-64:]
    try:
        Ed25519PublicKey.from_public_bytes(keys.verifying).verify(signature, PREFIX.encode() + body)
        plain = AESGCM(keys.opening).decrypt(body[1:13], body[13:], PREFIX.encode() + body[:1])
    except (InvalidSignature, InvalidTag):
        raise NoCode("STAT.002") from None
    case, expires, serial = _INSIDE.unpack(plain)
    return Inside(UUID(bytes=case), datetime.fromtimestamp(expires, UTC), serial)


def opened_envelope(keys: Secrets, ephemeral: bytes, nonce: bytes, sealed: bytes, id: str) -> bytes:
    """What a station sealed to the school's key (ECDH P-256, HKDF-SHA256, AES-256-GCM bound to the envelope's id). Raises NoCode."""
    try:
        private = ec.derive_private_key(int.from_bytes(keys.envelope, "big"), ec.SECP256R1())
        shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral))
        key = HKDF(SHA256(), 32, salt=None, info=b"xueji envelope").derive(shared)
        return AESGCM(key).decrypt(nonce, sealed, id.encode())
    except (ValueError, InvalidTag):
        raise NoCode("STAT.004") from None


def sealed_envelope(public: bytes, plain: bytes, id: str) -> tuple[bytes, bytes, bytes]:
    """Seal as a station does: (ephemeral public key, nonce, sealed bytes). The page does the same with WebCrypto."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    shared = ephemeral.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    key, nonce = HKDF(SHA256(), 32, salt=None, info=b"xueji envelope").derive(shared), os.urandom(12)
    point = ephemeral.public_key().public_numbers()
    return b"\x04" + point.x.to_bytes(32, "big") + point.y.to_bytes(32, "big"), nonce, AESGCM(key).encrypt(nonce, plain, id.encode())
