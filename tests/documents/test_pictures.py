"""图片 — photos and codes take the places that were set for them, unchanged, and only theirs."""

import re
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.documents.reading import codes, photos
from tests.documents.test_certificate import AT, page_of_somebody

from xueji.documents.certificate import findings_for, render
from xueji.documents.engine import Unprintable
from xueji.documents.pictures import code, mount, photo, qr


def jpeg(shade: int, mode: str = "RGB", **kept) -> bytes:
    out = BytesIO()
    Image.new("L", (480, 640), shade).convert(mode).save(out, "JPEG", **kept)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        jpeg(90),
        jpeg(90, "L"),
        jpeg(90, progressive=True),
        jpeg(90, comment=b"a comment of its own"),
        jpeg(90, exif=Image.Exif()),
        jpeg(90).replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1),
    ],
    ids=["colour", "grey", "progressive", "comment", "exif", "filled"],
)
def test_a_photo_lies_in_the_file_as_it_was_given(press, content):
    pdf = render(press, [page_of_somebody(content)], at=AT)
    assert photos(pdf, 0) == [content]
    shown = pypdfium2.PdfDocument(pdf)[0].render(scale=1).to_pil().getpixel((140, 240))
    assert all(abs(value - 90) < 3 for value in shown)


def test_a_photo_that_names_the_photo_of_another_stays_itself(press):
    """What a file says about itself in its comments puts nothing into its place but itself."""
    good = jpeg(90)
    named = sha256(good).hexdigest().encode()
    posing = good[:2] + b"\xff\xfe\x00\x42" + named + jpeg(200)[2:]
    pages = [replace(page_of_somebody(content), whose=f"S{n}") for n, content in enumerate((good, posing))]
    pdf = render(press, pages, at=AT)
    assert [photos(pdf, n) for n in (0, 1)] == [[good], [posing]]


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", jpeg(90)[:300], b"\xff\xd8\xff\xe0\x00\x00", jpeg(90, "CMYK"), b"GIF89a", b""])
def test_what_is_no_photo_for_paper_is_a_finding_and_prints_nothing(press, content):
    with pytest.raises(ValueError, match="photo|JPEG"):
        photo(content)
    assert [f.id for f in findings_for(press, [page_of_somebody(content)])] == ["DOC.003"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_photo_or_refused(rest):
    try:
        photo(b"\xff\xd8\xff" + rest)
    except ValueError:
        return
    assert b"\xda" in rest


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(2, 620), value=st.integers(0, 255))
def test_a_damaged_head_is_printed_as_it_is_or_refused_by_name(press, place, value):
    """Whatever a file says of itself, it is in the print, or the print says whose it is: never a page without its photo."""
    broken = bytearray(jpeg(90))
    broken[place] = value
    try:
        pdf = render(press, [page_of_somebody(bytes(broken))], at=AT)
    except Unprintable as refused:
        assert [(f.id, f.place) for f in refused.findings] == [("DOC.003", "S1")]
    else:
        assert bytes(broken) in pdf


def test_another_photo_makes_another_file_and_the_same_one_the_same(press):
    def identity(content: bytes) -> bytes:
        return re.search(rb"/ID\[(.*?)\]", render(press, [page_of_somebody(content)], at=AT))[1]

    assert identity(jpeg(90)) == identity(jpeg(90)) != identity(jpeg(91))


def test_one_photo_on_two_pages_lies_in_the_file_once(press, portrait):
    pdf = render(press, [page_of_somebody(portrait), replace(page_of_somebody(portrait), whose="S2")], at=AT)
    assert pdf.count(portrait) == 1 and photos(pdf, 0) == photos(pdf, 1) == [portrait]


def test_a_picture_that_no_template_sets_is_not_lost_silently(press, portrait):
    pdf = render(press, [page_of_somebody()], at=AT)
    with pytest.raises(LookupError, match="1 pictures"):
        mount(pdf, {photo(portrait).key: photo(portrait)})


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=400))
def test_a_code_on_a_screen_reads_as_its_text(text):
    found = re.search(r'viewBox="0 0 (\d+) ', qr.__wrapped__(text))
    side = int(found[1])
    pixels = np.full((side + 8, side + 8), 255, np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+).5h(\d+)", qr.__wrapped__(text)):
        pixels[int(y) + 4, int(x) + 4 : int(x) + 4 + int(length)] = 0
    (read,) = zxingcpp.read_barcodes(np.kron(pixels, np.ones((4, 4), np.uint8)), formats=zxingcpp.BarcodeFormat.QRCode)
    assert read.text == text


@pytest.mark.parametrize("length", [1, 60, 263])
def test_a_code_on_paper_reads_as_its_text(press, length):
    page = replace(page_of_somebody(), qr_text=("Xj1.aZ" * 50)[:length])
    assert codes(render(press, [page], at=AT), 0) == [page.qr_text]


def test_the_largest_code_there_is_can_be_drawn():
    assert (code("x" * 2331).side, code("x").side) == (177, 21)
