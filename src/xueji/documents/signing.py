"""Signatures in a PDF (PAdES): the electronic copy of a certificate carries the school's own (电子签章)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TypeVar

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seal:
    """What the signature in a PDF proves (电子签章核验): nothing changed since, and by which certificate (SHA-256)."""

    intact: bool
    covers_all: bool
    fingerprint: str
    signer: str


def self_made(school: str, at: datetime, *, years: int = 10) -> tuple[str, str]:
    """A signing key and a certificate that the school made itself, both PEM: for the demo, or until it has one of a CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, school[:60]),
                      x509.NameAttribute(NameOID.COMMON_NAME, f"{school[:40]} certificates")])  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


def sign_pdf(pdf: bytes, *, private: str, certificate: str, reason: str) -> bytes:
    """The PDF with the signature appended (PAdES B-B); the bytes before it stay as they were."""
    loaded = serialization.load_pem_private_key(private.encode(), None)
    der = loaded.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own = asn1_x509.Certificate.load(x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER))
    signer = signers.SimpleSigner(signing_cert=own, signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=SimpleCertificateStore())
    meta = signers.PdfSignatureMetadata(field_name="School", reason=reason, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = BytesIO()
    _apart(signers.sign_pdf, IncrementalPdfFileWriter(BytesIO(pdf)), meta, signer=signer, output=out)
    return out.getvalue()


def _apart(work: Callable[..., T], *arguments: object, **named: object) -> T:
    """Do it in a thread of its own: the library starts an event loop, which it may not where one is running already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *arguments, **named).result()


def seal_of(pdf: bytes, certificate: str = "") -> Seal | None:
    """The signature of a PDF, None when it has none. ``certificate`` (PEM) is trusted; another signer shows by its fingerprint."""
    try:
        embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures
        if not embedded:
            return None
        trusted = list(load_certs_from_pemder_data(certificate.encode())) if certificate else []
        context = ValidationContext(trust_roots=trusted or [embedded[0].signer_cert], allow_fetching=False)
        found = _apart(validate_pdf_signature, embedded[0], signer_validation_context=context)
    except (PdfError, ValueError):
        return Seal(False, False, "", "")
    entire = found.coverage is not None and found.coverage.name == "ENTIRE_FILE"
    fingerprint = hashlib.sha256(embedded[0].signer_cert.dump()).hexdigest()
    return Seal(bool(found.intact and found.valid), entire, fingerprint, embedded[0].signer_cert.subject.human_friendly)


def fingerprint_of(certificate: str) -> str:
    """The SHA-256 of a certificate in PEM, by which it is recognised."""
    return hashlib.sha256(x509.load_pem_x509_certificate(certificate.encode()).public_bytes(serialization.Encoding.DER)).hexdigest()
