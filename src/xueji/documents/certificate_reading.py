"""Reading certificates back out of their PDF (回读): the words of each page, the photo as it lies there, the code.

What is printed is proved by what is read, not by what was sent to the typesetter.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import zxingcpp

from xueji.documents.certificate import CertificatePage
from xueji.rules.findings import Finding, finding

CODE_BOX_MM = (30.0, 148.0, 60.0, 178.0)
"""Where the code stands on the page: left, top, right, bottom."""
_MM = 72 / 25.4
_SCALE = 3.0


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page as read (回读的一页): words without white space, digests of the photos, what the code says."""

    text: str = field(repr=False)
    photos: tuple[str, ...]
    code: str = field(repr=False)


def bare(words: str) -> str:
    """Words without white space, hyphens and invisible marks, as both sides are compared.

    Hyphens go because a reader of PDF swallows one that ends a line ("three-year").
    """
    kept = (
        c
        for c in words
        if not c.isspace() and c not in "-\u2010" and unicodedata.category(c) not in ("Cf", "Cc") and c not in "\ufffe\uffff"
    )
    return unicodedata.normalize("NFC", "".join(kept))


def text_of(page: CertificatePage) -> str:
    """The bare words that must be read from this page, in the order of the template."""
    colon = ":" if page.english else "："
    parts = [page.title, page.body, page.labels.get("scan", "")]
    parts += [page.labels.get("number", ""), colon, page.number] if page.number else []
    parts += [page.unit, page.labels.get("seal", ""), page.school, page.school_small]
    parts += [page.labels.get("president", ""), colon, page.president] if page.president else []
    return bare("".join([*parts, page.date, page.mark]))


def photo_digest(content: bytes | None) -> str:
    """SHA-256 of a photo's bytes in hexadecimal, "" for none."""
    return hashlib.sha256(content).hexdigest() if content else ""


def read_pages(pdf: bytes, *, codes: bool = True) -> Iterator[PageRead]:
    """The pages in order. Raises pypdfium2.PdfiumError for what is no PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            words = page.get_textpage()
            text = bare(words.get_text_range())
            words.close()
            pictures = page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=15)
            photos = tuple(photo_digest(bytes(one.get_data())) for one in pictures)
            yield PageRead(text, photos, _code_on(page) if codes else "")
            page.close()
    finally:
        document.close()


def _code_on(page: pypdfium2.PdfPage) -> str:
    width, height = page.get_size()
    left, top, right, bottom = (edge * _MM for edge in CODE_BOX_MM)
    crop = (left, height - bottom, width - right, top)
    bitmap = page.render(scale=_SCALE, grayscale=True, crop=crop)
    try:
        view = zxingcpp.ImageView(memoryview(bitmap.buffer), bitmap.width, bitmap.height, zxingcpp.ImageFormat.Lum, bitmap.stride, 1)
        found = zxingcpp.read_barcodes(view, formats=zxingcpp.BarcodeFormat.QRCode, try_rotate=False, try_invert=False)
        return found[0].text if found else ""
    finally:
        bitmap.close()


def compare(page: CertificatePage, read: PageRead) -> list[Finding]:
    """Where the page that was read differs from the page that must be: words (RUN.001), photo (RUN.002), code (RUN.003)."""
    found = []
    if read.text != text_of(page):
        wrong = [place for place, words in page.words.items() if bare(words) not in read.text] or ["order"]
        found += [finding("RUN.001", place=page.whose, field=place, who=page.whose, where=place) for place in wrong]
    if photo_digest(page.photo) not in (read.photos or ("",)):
        found.append(finding("RUN.002", place=page.whose, who=page.whose))
    if read.code != page.qr_text:
        found.append(finding("RUN.003", place=page.whose, who=page.whose))
    return found
