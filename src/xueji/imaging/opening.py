"""Open a photo that nobody trusts (打开图像): under limits, in memory, without changing it.

Whatever the bytes are, the answer is a ``Opened``: file facts and, where there is one, the picture. A reason stands in
``facts.unreadable`` where there is none. The picture is turned as its EXIF says only for measuring; the bytes stay.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from xueji.imaging.jpeg import quality_factor
from xueji.rules.portrait import FileFacts

MOST_BYTES = 40 * 1024 * 1024
MOST_JPEG_PIXELS = 64_000_000  # decoded at a fraction of its size, see ``draft``
MOST_PROGRESSIVE_PIXELS = 24_000_000  # a progressive JPEG is held whole, at twice its size, before it can be reduced
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 20_000
WORKING_SIDE = 1000  # the study's thresholds were set at this size or below
OPENABLE = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
ORIENTATION = 0x0112
TRANSPOSED = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
              5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
              8: Image.Transpose.ROTATE_90}  # fmt: skip
OTHER_KINDS = (
    (b"%PDF", "pdf"), (b"PK\x03\x04", "archive"), (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"<svg", "svg"),
    (b"<?xml", "svg"), (b"<!DO", "page"), (b"<htm", "page"), (b"8BPS", "psd"), (b"\x7fELF", "program"), (b"MZ", "program"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was looked into: what it says, and the picture (RGB, 8 bit, longest side ≤ 1000) or None."""

    facts: FileFacts
    rgb: np.ndarray | None = None
    full_size: tuple[int, int] = (0, 0)
    """Width and height of the whole picture as seen, pixels."""


def _kind_of(content: bytes) -> str:
    """Why a file that no decoder knows is no photo: the kind its first bytes betray."""
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}:
        return "heic"
    if content[4:8] == b"ftyp":
        return "avif" if content[8:12] in {b"avif", b"avis"} else "video"
    if content.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8", b"BM")):
        return "broken"  # the right beginning, nothing usable behind it
    start = content[:64].lstrip()
    return next((kind for magic, kind in OTHER_KINDS if start.startswith(magic)), "unknown")


def open_photo(content: bytes) -> Opened:
    """Look into ``content`` (one file's bytes) and decode the picture under limits. Never raises for bad content."""
    size = len(content)
    if size == 0:
        return Opened(FileFacts(0, unreadable="empty"))
    if size > MOST_BYTES:
        return Opened(FileFacts(size, unreadable="too_many_bytes", detail=f"{size / 1048576:.0f} MB"))
    facts = FileFacts(size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content), formats=OPENABLE)
            facts = _header(picture, size)
            limit = MOST_PIXELS
            if facts.format == "JPEG":
                limit = MOST_PROGRESSIVE_PIXELS if picture.info.get("progressive") else MOST_JPEG_PIXELS
            if facts.width * facts.height > limit or max(facts.width, facts.height) > LONGEST_SIDE:
                return Opened(_refused(facts, "too_many_pixels", f"{facts.width} × {facts.height}"))
            return _decoded(picture, facts)
    except UnidentifiedImageError:
        return Opened(_refused(facts, _kind_of(content)))
    except MemoryError:
        return Opened(_refused(facts, "too_many_pixels", "memory"))
    except Image.DecompressionBombError as why:
        said = re.search(r"\((\d+) pixels\)", str(why))
        return Opened(_refused(facts, "too_many_pixels", f"{int(said[1]):,}" if said else "—"))
    except Exception as why:
        return Opened(_refused(facts, "broken", type(why).__name__))


def _refused(facts: FileFacts, why: str, detail: str = "") -> FileFacts:
    return replace(facts, unreadable=why, detail=detail)


def _header(picture: Image.Image, size: int) -> FileFacts:
    """What the header says; nothing is decoded."""
    several = picture.format == "MPO"  # a phone's JPEG with a second picture behind it, not an animation
    tables = getattr(picture, "quantization", None)
    dpi = picture.info.get("dpi")
    try:
        orientation = int(picture.getexif().get(ORIENTATION, 1))
    except Exception:
        orientation = 1
    try:
        dpi_x = float(dpi[0]) if dpi else None
    except (TypeError, ValueError, ZeroDivisionError):
        dpi_x = None
    return FileFacts(
        bytes_=size,
        format="JPEG" if several else str(picture.format),
        width=picture.width,
        height=picture.height,
        mode=picture.mode,
        animated=not several and bool(getattr(picture, "is_animated", False)),
        quality=quality_factor(list(tables[min(tables)])) if tables else None,
        dpi=dpi_x,
        orientation=orientation if 1 <= orientation <= 8 else 1,
    )


def _decoded(picture: Image.Image, facts: FileFacts) -> Opened:
    """The pixels, upright, no longer than WORKING_SIDE."""
    longest = max(facts.width, facts.height)
    if facts.format == "JPEG" and longest > 2 * WORKING_SIDE:
        k = WORKING_SIDE / longest
        picture.draft("RGB", (round(facts.width * k), round(facts.height * k)))
    if picture.mode.startswith("I"):  # 16 bits of grey: a plain conversion would cut at 255 instead of scaling
        deep = np.clip(np.asarray(picture), 0, 65535).astype(np.uint16)
        picture = Image.fromarray((deep >> 8).astype(np.uint8))
    alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    wanted = "RGBA" if alpha else "RGB"
    if picture.mode != wanted:
        picture = picture.convert(wanted)
    if (times := max(picture.size) // (2 * WORKING_SIDE)) > 1:
        picture = picture.reduce(times)
    if alpha:
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    rgb = np.asarray(picture)
    k = WORKING_SIDE / max(rgb.shape[:2])
    if k < 1:
        rgb = cv2.resize(rgb, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
    if facts.orientation in TRANSPOSED:
        rgb = np.asarray(Image.fromarray(rgb).transpose(TRANSPOSED[facts.orientation]))
    turned = facts.orientation >= 5
    seen = (facts.height, facts.width) if turned else (facts.width, facts.height)
    if min(rgb.shape[:2]) < 16:
        return Opened(_refused(facts, "too_small", f"{facts.width} × {facts.height}"))
    return Opened(facts, rgb, seen)
