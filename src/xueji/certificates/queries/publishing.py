"""What the school publishes so that anybody can verify: keys, revoked tokens, a page that works without a network."""

from __future__ import annotations

import json
from datetime import datetime

from xueji.certificates.models import IssuerKey
from xueji.certificates.queries.places import revoked_tokens
from xueji.certificates.queries.runs import issuer_key
from xueji.documents.signing import fingerprint_of
from xueji.formats.statement import Statement, content_digest, decoded_key, revocations, sign
from xueji.records.issuing import Signer, Stated
from xueji.records.queries import school


def published_keys() -> str:
    """Every public key of the school, retired ones too, as JSON; and the certificates that sign PDFs."""
    of_school = school()
    rows = list(IssuerKey.objects.all())
    return json.dumps({
        "school": of_school.code, "name": of_school.name, "name_en": of_school.name_en,
        "keys": [{"number": k.number, "public": k.public, "since": k.made_at.date().isoformat(),
                  "retired": k.retired_at.date().isoformat() if k.retired_at else None} for k in rows if k.purpose == "statement"],
        "documents": [{"number": k.number, "certificate": k.public, "sha256": fingerprint_of(k.public)} for k in rows if k.purpose == "document"],
    }, ensure_ascii=False, indent=1)  # fmt: skip


def keys_in_force() -> dict[int, bytes]:
    """The public keys by number, retired ones too, as a verifier wants them; one query, no private half is read."""
    rows = IssuerKey.objects.filter(purpose="statement").values_list("number", "public")
    return {number: decoded_key(public) for number, public in rows}


def signed_revocations(at: datetime) -> str:
    """The signed list of revoked tokens."""
    key = issuer_key()
    return revocations(school().code, list(revoked_tokens()), at.isoformat(timespec="seconds"), key.number, bytes.fromhex(key.private))


def keys_made() -> frozenset[str]:
    """Which keys are in use: "statement" signs codes, "document" signs PDFs."""
    return frozenset(IssuerKey.objects.filter(retired_at=None).values_list("purpose", flat=True))


def statement_signer() -> Signer | None:
    """What signs other topics' papers with the school's key in use; None while there is none."""
    key = IssuerKey.objects.filter(purpose="statement", retired_at=None).order_by("-number").first()
    if key is None:
        return None
    private, code = bytes.fromhex(key.private), school().code

    def signed(one: Stated) -> str:
        return sign(Statement(key.number, one.kind, code, one.token, one.number, one.name, one.issued_on, content_digest(one.text, "")), private)

    return signed
