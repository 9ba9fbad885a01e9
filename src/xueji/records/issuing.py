"""Who signs for the school (签发): a topic asks here for a signed statement; the certificates, who keep the keys, say how.

The same way round as with step kinds: a topic that prints a paper need not know who holds the key, nor does who verifies a
statement need to know every topic that prints one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xueji.catalogue.text import Text


@dataclass(frozen=True, slots=True)
class Stated:
    """What a paper states of itself (凭证内容): kind, its own token, number ("" without), name, day, and a text that its digest covers."""

    kind: str
    token: str
    number: str
    name: str
    issued_on: date
    text: str


Signer = Callable[[Stated], str]
_makers: list[Callable[[], Signer | None]] = []
_kinds: dict[str, tuple[Text, Callable[[str], bool]]] = {}


def register_signer(maker: Callable[[], Signer | None]) -> None:
    """Say how a signer is made; it returns None while the school has no key. Called once at start-up."""
    _makers[:] = [maker]


def register_kind(kind: str, words: Text, in_force: Callable[[str], bool]) -> None:
    """Say what a kind of paper is called and whether the one with a token is still the one that counts."""
    _kinds[kind] = (words, in_force)


def signer_now() -> Signer | None:
    """What signs statements now; None while the school has no key. One question to the database, however many are signed."""
    return _makers[0]() if _makers else None


def words_of(kind: str) -> Text | None:
    """What a registered kind is called, None for one that nobody registered."""
    return _kinds[kind][0] if kind in _kinds else None


def in_force(kind: str, token: str) -> bool:
    """Whether the paper with this token still counts; never for a kind that nobody registered."""
    return kind in _kinds and _kinds[kind][1](token)
