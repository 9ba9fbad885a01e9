"""The codes on a scanned paper (扫描件上的二维码): what they say, read from a picture or from the pages of a PDF."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

MOST_PAGES = 60
MOST_PIXELS = 120_000_000
_SCALES = (2.0, 4.0)  # 144 dpi reads nearly every code; 288 dpi the small and the stamped ones


class UnreadableScan(ValueError):
    """The file is no picture and no PDF that can be opened, or it is larger than a scan is."""


def codes_on(content: bytes, *, most_pixels: int = MOST_PIXELS) -> list[str]:
    """The texts of all QR codes on a scan, each once, in the order of the pages.

    Raises UnreadableScan for what is neither JPEG, PNG nor PDF, is a picture of more than ``most_pixels``, has more than
    60 pages, or pages without bounds.
    """
    if content.startswith(b"%PDF"):
        return _on_pages(content)
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > most_pixels:
                raise UnreadableScan("the picture is too large")
            return _on(picture.convert("L"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise UnreadableScan(str(wrong)) from wrong


def _on(picture: Image.Image) -> list[str]:
    return list(dict.fromkeys(code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)))


def _on_pages(content: bytes) -> list[str]:
    try:
        pages = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as wrong:
        raise UnreadableScan(str(wrong)) from wrong
    try:
        if len(pages) > MOST_PAGES:
            raise UnreadableScan(f"{len(pages)} pages")
        found: dict[str, None] = {}
        for page in pages:
            width, height = page.get_size()
            for scale in _SCALES:
                if width * height * scale * scale > MOST_PIXELS:
                    break
                seen = _on(page.render(scale=scale, grayscale=True).to_pil())
                found.update(dict.fromkeys(seen))
                if seen:
                    break
        return list(found)
    finally:
        pages.close()
