"""证书版面 — a page reads back word for word, its code scans, its photo lies in it unchanged, and nothing is cut."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.documents.reading import codes, photos, word_boxes

from xueji.documents import certificate
from xueji.documents.certificate import CertificatePage, findings_for, overflows, render, render_by
from xueji.documents.certificate_reading import bare, compare, photo_digest, read_pages, text_of
from xueji.documents.engine import Unprintable
from xueji.documents.signing import fingerprint_of, seal_of, self_made, sign_pdf

AT = datetime(2020, 6, 30, tzinfo=UTC)


@pytest.fixture
def page(portrait):
    return page_of_somebody(portrait)


def page_of_somebody(portrait=None) -> CertificatePage:
    return CertificatePage(
        whose="S1", title="毕业证书", body="研究生欧阳静怡，性别女，于2017年9月至2020年6月在本校学习，准予毕业。", school="东湖理工大学", date="二〇二〇年六月三十日",
        qr_text="https://xueji.donghu.example/verify/#XJ1." + "A" * 200, number="199901202002000017", president="沈致远", unit="培养单位：计算机学院",
        labels={"president": "校长", "number": "证书编号", "seal": "（学校盖章）", "scan": "扫码核验签名"}, photo=portrait, mark="0001",
    )  # fmt: skip


def test_what_is_set_is_what_is_read(press, page, portrait):
    pdf = render(press, [page], at=AT)
    (read,) = read_pages(pdf)
    assert read.text == text_of(page) and read.code == page.qr_text and read.photos == (photo_digest(portrait),)
    assert codes(pdf, 0) == [page.qr_text] and photos(pdf, 0) == [portrait]
    assert compare(page, read) == []


@pytest.mark.parametrize("changed", ["title", "body", "school", "date", "number", "president", "unit"])
def test_each_wrong_place_is_named(press, page, changed):
    (read,) = read_pages(render(press, [replace(page, **{changed: getattr(page, changed)[:-1] + "丁"})], at=AT))
    assert [(f.id, f.field) for f in compare(page, read)] == [("RUN.001", changed)]


def test_words_in_another_order_are_a_difference_too(press, page):
    (read,) = read_pages(render(press, [page], at=AT))
    assert [f.field for f in compare(page, replace(read, text=read.text[4:] + read.text[:4]))] == ["order"]


def test_a_name_that_does_not_fit_stops_the_page_and_names_whose_it_is(press, page):
    long = replace(page, whose="S2", body="长" * 300)
    with pytest.raises(Unprintable) as stopped:
        render(press, [page, long], at=AT)
    assert [(f.id, f.place) for f in stopped.value.findings] == [("MASTER.008", "S2")]
    assert [f.field for f in overflows(press, [replace(page, school="学" * 40)])] == ["school"]


def test_a_missing_glyph_and_a_photo_that_is_none_are_found_before(press, page):
    assert [f.id for f in findings_for(press, [replace(page, body="\ue001", photo=b"GIF")])] == ["DOC.001", "DOC.003"]


def test_several_processes_set_the_same_file(page):
    pages = [replace(page, whose=f"S{n}", mark=f"{n}") for n in range(60)]
    seen = []
    pdf = render_by(2, (), pages, at=AT, done=seen.append)
    assert [read.text for read in read_pages(pdf, codes=False)] == [text_of(p) for p in pages] and seen[-1] == 60


def test_a_wrong_phrase_a_swapped_photo_and_a_code_of_another_are_found_on_the_rendered_page(press, page):
    """The planted faults are set on paper and read back; only what is read counts."""
    faults = {
        "RUN.001": replace(page, body=page.body.replace("准予毕业", "准许毕业")),
        "RUN.002": replace(page, photo=_portrait(60)),
        "RUN.003": replace(page, qr_text=page.qr_text[:-1] + "B"),
    }
    for number, fault in faults.items():
        (read,) = read_pages(render(press, [fault], at=AT))
        assert [f.id for f in compare(page, read)] == [number]


def _portrait(shade: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (480, 640), (shade, shade, shade)).save(out, "JPEG", quality=80)
    return out.getvalue()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.sampled_from("阿卜杜热西提买·欧阳䶮AnnaŁucjaNGUYỄN '-"), min_size=1, max_size=40).filter(str.strip),
    times=st.integers(1, 6),
)
def test_the_lines_on_paper_are_the_lines_reckoned(press, page, name, times):
    """No line that was reckoned to fit is broken again by the typesetter: so nothing stands lower than was thought."""
    named = replace(page, body=f"研究生{name}，于2017年9月至2020年6月在本校{'马克思主义理论' * times}专业学习，准予毕业。", photo=None)
    cut, lines = certificate._body(named.body, False, press.faces.advance)
    (boxes,) = word_boxes(render(press, [named], at=AT))
    body = [box for box in boxes if 80 * 72 / 25.4 - 2 <= box[0] and box[1] > 595 - 134 * 72 / 25.4 and box[3] < 595 - 57 * 72 / 25.4]
    highest, lowest = max(box[3] for box in body), min(box[1] for box in body)
    assert highest - lowest < ((len(lines) - 1) * cut.pitch + 1.3) * cut.size
    assert max(box[2] for box in body) < (80 + 184.8) * 72 / 25.4


def test_hyphens_and_white_space_do_not_count(page):
    assert bare("three-\nyear \u200b") == "threeyear"
    assert "President:" in text_of(replace(page, english=True, labels={"president": "President"}))


def test_a_seal_holds_until_a_byte_changes(press, page):
    private, certificate = self_made("Donghu University of Technology", AT)
    signed = sign_pdf(render(press, [page], at=AT), private=private, certificate=certificate, reason="电子版")
    seal = seal_of(signed, certificate)
    assert seal.intact and seal.covers_all and seal.fingerprint == fingerprint_of(certificate) and "Donghu" in seal.signer
    changed = bytearray(signed)
    changed[3000] ^= 1
    broken = seal_of(bytes(changed), certificate)
    assert not broken.intact
    assert seal_of(render(press, [page], at=AT)) is None
