"""Reading a print back: its text page by page, its codes, its pictures."""

import numpy
import pypdfium2
import zxingcpp


def pages(pdf: bytes) -> list[str]:
    """The text of each page, line breaks left out: what a reader sees, wherever a cell wrapped."""
    document = pypdfium2.PdfDocument(pdf)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return ["".join(c for c in text if c not in "\r\n\u200b\u2060\ufffe") for text in texts]


def codes(pdf: bytes, page: int) -> list[str]:
    """The QR codes of one page as a scanner reads them off a print of 200 dpi."""
    document = pypdfium2.PdfDocument(pdf)
    pixels = numpy.asarray(document[page].render(scale=200 / 72).to_pil().convert("L"))
    document.close()
    return [found.text for found in zxingcpp.read_barcodes(pixels)]


def photos(pdf: bytes, page: int) -> list[bytes]:
    """The JPEG files of one page as they lie in the PDF."""
    document = pypdfium2.PdfDocument(pdf)
    objects = document[page].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=15)
    found = [bytes(one.get_data()) for one in objects]
    document.close()
    return found


def word_boxes(pdf: bytes) -> list[list[tuple[float, float, float, float]]]:
    """Page by page the boxes of printed text, in points: left, bottom, right, top."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        words = page.get_textpage()
        found.append([words.get_rect(number) for number in range(words.count_rects())])
    document.close()
    return found
