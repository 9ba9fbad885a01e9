"""The signed statement of a certificate (签名凭证, format XJ1): what the code on the paper says, provable without a network.

    XJ1.<payload>.<signature>      both base64url without padding

The payload is nine lines of UTF-8: format, key number, kind, school code, token, certificate number, name, day of
issue, digest. The signature is Ed25519 over "XJ1." and the payload's bytes. The digest covers every word on the page
and the photo, so it proves the electronic file too and discloses nothing that could be guessed. Documented in
docs/verification.md; anybody can write another verifier.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEAD = "XJ1."
LONGEST = 2000


class Verdict(StrEnum):
    """What a verifier says (核验结论)."""

    VALID = "valid"
    REVOKED = "revoked"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Statement:
    """What the school states (凭证内容): the least by which a paper is recognised."""

    key: int
    kind: str
    school: str
    token: str
    number: str
    name: str
    issued_on: date
    digest: str

    def payload(self) -> bytes:
        """The nine lines that are signed. Raises ValueError for a value that holds a line break."""
        lines = ["1", str(self.key), self.kind, self.school, self.token, self.number, self.name, self.issued_on.isoformat(), self.digest]
        if any("\n" in line for line in lines):
            raise ValueError("a value of a statement is one line")
        return "\n".join(lines).encode()


def content_digest(text: str, photo_sha256: str) -> str:
    """The digest over the page's bare words and its photo: 128 bits, base64url."""
    return _encoded(hashlib.sha256(f"{text}\n{photo_sha256}".encode()).digest()[:16])


def sign(statement: Statement, private: bytes) -> str:
    """The signed text. ``private`` is the 32 bytes of the key."""
    payload = statement.payload()
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(HEAD.encode() + payload)
    return f"{HEAD}{_encoded(payload)}.{_encoded(signature)}"


def verify(text: str, keys: Mapping[int, bytes], revoked: Collection[str] = ()) -> tuple[Verdict, Statement | None]:
    """What a statement is worth with these public ``keys`` and revoked tokens. A statement comes back only when it is genuine.

    Text before a "#" is the address that a scanner opens and means nothing.
    """
    parts = text.strip()[:LONGEST].rpartition("#")[2].split(".")
    if len(parts) != 3 or parts[0] + "." != HEAD:
        return Verdict.UNREADABLE, None
    try:
        payload, signature = _decoded(parts[1]), _decoded(parts[2])
        form, key, kind, school, token, number, name, issued, digest = payload.decode().split("\n")
        statement = Statement(int(key), kind, school, token, number, name, date.fromisoformat(issued), digest)
    except ValueError:
        return Verdict.UNREADABLE, None
    if form != "1" or statement.payload() != payload:
        return Verdict.UNREADABLE, None
    if statement.key not in keys:
        return Verdict.UNKNOWN_KEY, None
    try:
        _public(keys[statement.key]).verify(signature, HEAD.encode() + payload)
    except InvalidSignature:
        return Verdict.FORGED, None
    return (Verdict.REVOKED if token in revoked else Verdict.VALID), statement


def new_key() -> tuple[bytes, bytes]:
    """A new pair: 32 private and 32 public bytes."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def revocations(school: str, tokens: Collection[str], at: str, key: int, private: bytes) -> str:
    """The signed list of revoked tokens as JSON (吊销名单). Tokens are random and say nothing of a person."""
    listed = sorted(tokens)
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(_listed(school, at, listed))
    return json.dumps({"school": school, "at": at, "key": key, "revoked": listed, "signature": _encoded(signature)}, indent=1)


def read_revocations(text: str, keys: Mapping[int, bytes]) -> frozenset[str]:
    """The tokens of a signed list. Raises ValueError for a list that is not the school's."""
    try:
        held = json.loads(text)
        tokens = [str(token) for token in held["revoked"]]
        _public(keys[held["key"]]).verify(_decoded(held["signature"]), _listed(held["school"], held["at"], tokens))
    except (KeyError, TypeError, InvalidSignature) as wrong:
        raise ValueError("not a list signed by the school") from wrong
    return frozenset(tokens)


def read_keys(text: str) -> dict[int, bytes]:
    """The public keys of the school's published file. Raises ValueError."""
    try:
        return {int(one["number"]): _decoded(one["public"]) for one in json.loads(text)["keys"]}
    except (KeyError, TypeError) as wrong:
        raise ValueError("not a file of keys") from wrong


def decoded_key(text: str) -> bytes:
    """A public key from how it is published. Raises ValueError."""
    return _decoded(text)


def encoded_key(public: bytes) -> str:
    """A public key as it is published."""
    return _encoded(public)


@lru_cache(maxsize=64)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def _listed(school: str, at: str, tokens: list[str]) -> bytes:
    return "\n".join(["XJR1", school, at, *tokens]).encode()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Strictly one spelling for each value: a changed last bit is a changed text."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise ValueError("not base64url") from wrong
    if _encoded(raw) != text:
        raise ValueError("not in its one spelling")
    return raw
