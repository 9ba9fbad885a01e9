"""合并 — portions become one file without losing what makes them last."""

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from tests.documents.reading import codes, pages, photos

from xueji.documents import record_form
from xueji.documents.joining import Joining, joined


def tagged_words(pdf: bytes) -> list[tuple[int, bool]]:
    """For each page how many marked pieces its entry in the parent tree lists, and whether each leads back to the page and the root."""
    reader = PdfFileReader(BytesIO(pdf))
    listed = reader.root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    parents = {int(listed[at]): listed[at + 1] for at in range(0, len(listed), 2)}
    found = []
    for number in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(number)[0]
        if "/StructParents" not in page.get_object():
            found.append((0, True))
            continue
        elements = parents[int(page.get_object()["/StructParents"])]
        root_ref = reader.root.raw_get("/StructTreeRoot").reference
        found.append(
            (len(elements), all(_leads_back(one.get_object(), piece, page.reference, root_ref) for piece, one in enumerate(elements)))
        )
    return found


def _leads_back(element, piece: int, page, root) -> bool:
    kids = element["/K"] if isinstance(element["/K"], list) else [element["/K"]]
    kids = [getattr(kid, "get_object", lambda kid=kid: kid)() for kid in kids]
    on = element.raw_get("/Pg").reference if "/Pg" in element else None
    here = any(
        (kid.raw_get("/Pg").reference, kid.get("/MCID")) == (page, piece) if isinstance(kid, dict) else (on, kid) == (page, piece)
        for kid in kids
    )
    while element.raw_get("/P").reference != root:
        element = element["/P"]
    return here


def test_pages_photos_codes_and_tags_are_all_there(press, shan, form_of, portrait):
    first, second = record_form.render(press, shan), record_form.render_many(press, [form_of("S2", "吕布"), form_of("S3", "王一")])
    whole = joined([first, second])
    assert pages(whole) == pages(first) + pages(second)
    assert photos(whole, 0) == [portrait] and photos(whole, 4) == [portrait]
    assert codes(whole, 5) == [shan.address]
    apart = tagged_words(first) + tagged_words(second)
    assert tagged_words(whole) == apart and all(count > 20 and leads for count, leads in apart)
    assert whole == joined([first, second])
    assert whole.count(b"/Type/Catalog") == 1 and b"pdfaid:part>2<" in whole and b"/OutputIntents" in whole


def test_an_odd_portion_gets_a_blank_side(press, form_of):
    from tests.documents.test_certificate import AT, page_of_somebody

    from xueji.documents.certificate import render

    whole = Joining()
    one = render(press, [page_of_somebody()], at=AT)
    whole.add(one, even=True)
    whole.add(one)
    pdf = whole.whole()
    words = pages(pdf)
    assert len(words) == 3 and words[1] == "" and words[0] == words[2]
    assert b"<xmpTPg:NPages>3<" in pdf


def test_the_metadata_count_the_pages_of_all_portions(press, form_of):
    """However many digits that takes: where the words end is still said rightly."""
    one, six = (
        record_form.render(press, form_of("S1", "吕布")),
        record_form.render_many(press, [form_of(f"S{n}", "王一") for n in range(2, 8)]),
    )
    for portions, pages_of_all in (([one], 2), ([one, one], 4), ([one, six], 14)):
        reader = PdfFileReader(BytesIO(joined(portions)))
        metadata = reader.root["/Metadata"]
        counted = ElementTree.fromstring(metadata.data).find(".//{http://ns.adobe.com/xap/1.0/t/pg/}NPages")
        assert int(counted.text) == reader.root["/Pages"]["/Count"] == pages_of_all
        assert metadata["/Length"] == len(metadata.encoded_data) and metadata.encoded_data.endswith(b'<?xpacket end="r"?>')


def test_brackets_and_numbers_in_words_are_no_references(press, shan):
    named = replace(shan, name="王 (1 0 R) <2 0 R> \\(3 0 R", photo=shan.photo)
    pdf = record_form.render(press, named)
    whole = joined([pdf, pdf])
    assert pages(whole) == pages(pdf) * 2
    alternatives = [b"1 0 R", b"3 0 R"]
    assert all(whole.count(words) >= 2 * (pdf.count(words) > 0) for words in alternatives)


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.7\n", b"no pdf at all"])
def test_files_of_another_shape_are_refused(broken):
    with pytest.raises(ValueError, match="typesetter"):
        joined([broken])


def test_a_file_that_was_signed_or_changed_later_is_refused(press, shan):
    pdf = record_form.render(press, shan)
    with pytest.raises(ValueError, match="typesetter"):
        joined([pdf + b"\n1 0 obj\n<<>>\nendobj\nxref\n0 1\n0000000000 65535 f\r\ntrailer\n<</Size 2/Prev 9>>\nstartxref\n9\n%%EOF"])
    with pytest.raises(ValueError, match="no portions"):
        joined([])
