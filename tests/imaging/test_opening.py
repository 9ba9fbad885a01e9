"""Whatever bytes come as a photo: a sentence, no crash, bounded memory."""

import io
import os
import pickle
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from xueji.imaging import judge_photo
from xueji.imaging.jpeg import quality_factor
from xueji.imaging.opening import WORKING_SIDE, open_photo


def picture(size=(480, 640), kind="JPEG", mode="RGB", **how) -> bytes:
    """A soft pattern, so that a JPEG of it has something to say."""
    grey = Image.radial_gradient("L").resize(size)
    image = Image.merge("RGB", (grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT), grey)).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_claiming(width: int, height: int) -> bytes:
    """A few hundred bytes that unpack to width × height pixels."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (3 * width + 1)) for _ in range(min(height, 400))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


HOSTILE = {
    "zero bytes": (b"", "PHOTO.010"),
    "a PDF named .jpg": (b"%PDF-1.7\n1 0 obj", "PHOTO.011"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64, "PHOTO.012"),
    "AVIF": (b"\0\0\0\x18ftypavif\0\0\0\0" + b"\0" * 64, "PHOTO.013"),
    "a film": (b"\0\0\0\x18ftypisom\0\0\0\0" + b"\0" * 64, "PHOTO.013"),
    "a Word file": (b"PK\x03\x04\x14\0\x06\0", "PHOTO.013"),
    "a TIFF": (b"II*\0\x08\0\0\0", "PHOTO.013"),
    "a web page": (b"<!DOCTYPE html><script>", "PHOTO.013"),
    "a drawing": (b"<svg xmlns=''>", "PHOTO.013"),
    "a program": (b"\x7fELF\x02\x01", "PHOTO.013"),
    "noise": (bytes(range(1, 200)), "PHOTO.013"),
    "half a JPEG": (picture()[: len(picture()) // 2], "PHOTO.014"),
    "a JPEG's first bytes": (b"\xff\xd8\xff\xe0", "PHOTO.014"),
    "half a PNG": (picture(kind="PNG")[:900], "PHOTO.014"),
    "30,000 × 30,000": (png_claiming(30_000, 30_000), "PHOTO.016"),
    "5,000 × 5,000": (png_claiming(5_000, 5_000), "PHOTO.016"),
    "4 × 60,000": (png_claiming(4, 60_000), "PHOTO.016"),
    "two pixels": (picture((2, 2), "PNG"), "PHOTO.017"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_photo_is_refused_with_its_own_sentence(what):
    content, finding = HOSTILE[what]
    verdict = judge_photo(content)
    assert verdict.outcome == "reject"
    assert [f.said.id for f in verdict.findings] == [finding]
    assert verdict.findings[0].said.message.zh and verdict.findings[0].said.remedy.en


def test_a_file_of_50_mb_is_not_even_looked_into():
    assert judge_photo(b"\xff\xd8" + b"\0" * (50 * 1024 * 1024)).findings[0].said.id == "PHOTO.015"


def test_memory_that_runs_out_is_a_sentence(monkeypatch):
    def starved(*_args, **_how):
        raise MemoryError

    monkeypatch.setattr(Image, "open", starved)
    assert open_photo(picture()).facts.unreadable == "too_many_pixels"


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_colour_mode_of_a_jpeg_is_opened_and_named(mode):
    opened = open_photo(picture(mode=mode))
    assert opened.facts.mode == mode and opened.rgb.shape == (640, 480, 3)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("WEBP", "RGB"), ("BMP", "RGB")])
def test_other_formats_are_opened_so_that_the_rest_can_be_judged_too(kind, mode):
    opened = open_photo(picture(kind=kind, mode=mode))
    assert (opened.facts.format, opened.facts.mode) == (kind, mode)
    assert opened.rgb.shape == (640, 480, 3)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_called_one(kind):
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "red").save(out, kind, save_all=True, append_images=[Image.new("RGB", (60, 80), "blue")])
    assert open_photo(out.getvalue()).facts.animated


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_exif_turn_is_undone_for_measuring_and_reported(orientation):
    upright = Image.new("RGB", (40, 60), "white")
    upright.paste("red", (0, 0, 20, 20))
    from xueji.imaging.opening import TRANSPOSED

    undo = TRANSPOSED.get(orientation)
    back = {Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90}
    stored = upright.transpose(back.get(undo, undo)) if undo is not None else upright
    tags = Image.Exif()
    tags[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "PNG", exif=tags)
    opened = open_photo(out.getvalue())
    assert opened.facts.orientation == orientation
    assert opened.rgb.shape == (60, 40, 3) and opened.full_size == (40, 60)
    assert tuple(opened.rgb[5, 5]) == (255, 0, 0) and tuple(opened.rgb[50, 30]) == (255, 255, 255)


def test_a_camera_picture_of_24_megapixels_is_measured_small():
    opened = open_photo(picture((6000, 4000), quality=60))
    assert max(opened.rgb.shape) == WORKING_SIDE and opened.full_size == (6000, 4000)


@pytest.mark.parametrize("quality", [20, 35, 50, 60, 75, 85, 95])
def test_the_quality_factor_is_read_from_the_tables(quality):
    assert open_photo(picture(quality=quality)).facts.quality == pytest.approx(quality, abs=0.6)


def test_tables_at_both_ends_have_a_quality():
    assert quality_factor([1] * 64) == 100.0
    assert quality_factor([255] * 64) == 1.0


def test_resolution_is_read_and_its_absence_too():
    assert open_photo(picture(dpi=(300, 300))).facts.dpi == pytest.approx(300)
    assert open_photo(picture()).facts.dpi is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_raise(content):
    opened = open_photo(content)
    assert opened.rgb is None or min(opened.rgb.shape[:2]) >= 16


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=40))
def test_a_jpeg_with_any_bytes_changed_never_raises(changes):
    spoilt = bytearray(picture((120, 160)))
    for place, value in changes:
        spoilt[place % len(spoilt)] = value
    open_photo(bytes(spoilt))


def test_a_photo_is_never_changed_on_disk(tmp_path):
    from xueji.imaging.batch import judged
    from xueji.rules.photo_profile import load_profile

    path = tmp_path / "a.jpg"
    path.write_bytes(picture())
    before = (path.read_bytes(), os.stat(path).st_mtime_ns)
    list(judged([path], load_profile("chsi-graduation"), profile_code="chsi-graduation"))
    assert (path.read_bytes(), os.stat(path).st_mtime_ns) == before


def sixteen_bits() -> bytes:
    grey = Image.fromarray(np.linspace(0, 65535, 480 * 640).reshape(640, 480).astype(np.uint16))
    out = io.BytesIO()
    grey.save(out, "PNG")
    return out.getvalue()


def palette_with_a_hole() -> bytes:
    image = Image.radial_gradient("L").resize((480, 640)).convert("P")
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0)
    return out.getvalue()


ODD = {
    "16 bits a channel": (sixteen_bits, "I;16"),
    "a palette with a transparent colour": (palette_with_a_hole, "P"),
    "greyscale": (lambda: picture(mode="L"), "L"),
    "CMYK": (lambda: picture(mode="CMYK"), "CMYK"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_picture_is_opened_and_its_colour_mode_is_named(what):
    made, mode = ODD[what]
    content = made()
    opened = open_photo(content)
    assert opened.facts.mode == mode and opened.rgb.shape == (640, 480, 3) and opened.rgb.dtype == np.uint8
    assert opened.rgb.std() > 10, "the picture is still to be seen"
    assert "PHOTO.022" in [f.said.id for f in judge_photo(content).findings]


def test_hostile_files_are_refused_in_little_memory():
    """The whole heap of them in a process that may hold no more than the decoder's own libraries and 300 MB."""
    program = """
import pickle, resource, sys
from xueji.imaging.opening import open_photo
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + 300 * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for content in pickle.load(sys.stdin.buffer):
    assert open_photo(content).rgb is None
"""
    heap = pickle.dumps([content for content, _ in HOSTILE.values()])
    ended = subprocess.run([sys.executable, "-c", program], input=heap, capture_output=True, timeout=120)
    assert ended.returncode == 0, ended.stderr.decode()
