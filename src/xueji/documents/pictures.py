"""Photos and codes in a print (图片): the typesetter sets a stand-in of the same size, afterwards the picture takes its place.

A typesetter that carries each photo through its layout hashes, copies and keeps it; a code of a thousand strokes costs
it more than the page's words. So it gets only the head of a JPEG, the photo's own one, by which size, colours and
profile are written as for the photo, with a comment that says by its SHA-256 what belongs there. ``mount`` puts the
file's own bytes, or the drawn code, into that place. The digest is part of what is set: another photo, another file.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from xueji.documents.qr_code import encoded
from xueji.documents.regular import file_of, inside, objects_of

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_COMMENT = b"\xff\xfe\x00\x42"  # a comment of 64 characters, its own length counted
_STAND_IN = re.compile(rb"<<([^>]*)>>\nstream\n\xff\xd8" + _COMMENT + rb"([0-9a-f]{64})")
_FRAMES = (b"\xc0", b"\xc1", b"\xc2")
"""The markers that tell size and colours of what follows: the ways of coding that readers of PDF know."""
_DOT = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
"""The head of a grey JPEG of one pixel."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What ``Press.print`` mounts: the stand-in as an SVG for the template, and the bytes that take its place."""

    key: bytes
    stand_in: str = field(repr=False)
    content: bytes = field(repr=False)
    side: int = 0
    """Of a code the modules on a side; 0 for a photo."""

    def object_in(self, entries: bytes) -> bytes:
        """The object in place of the stand-in's, whose dictionary held ``entries``."""
        if self.side:
            grey = inside(entries, rb"/ColorSpace (\d+ 0 R)")
            entries = (
                b"/Length %d/Type/XObject/Subtype/Form/Filter/FlateDecode/BBox[0 0 %d %d]/Matrix[%.9f 0 0 -%.9f 0 1]/Resources<</ColorSpace<</c0 %s>>>>"
                % (len(self.content), self.side, self.side, 1 / self.side, 1 / self.side, grey)
            )
        else:
            entries = re.sub(rb"/Length \d+", b"/Length %d" % len(self.content), entries, count=1)
        return b"<<%s>>\nstream\n%s\nendstream\nendobj\n" % (entries, self.content)


def photo(content: bytes) -> Picture | str:
    """A JPEG or PNG for ``Press.print``; the file's own bytes go into the PDF unchanged. A PNG has no stand-in.

    Raises ValueError for anything else: the caller proves uploads, the press prints only what it knows.
    """
    if content.startswith(PNG):
        return _photo_svg("image/png", content)
    if not content.startswith(JPEG):
        raise ValueError("a photo for print is a JPEG or PNG file")
    key = sha256(content).hexdigest().encode()
    return Picture(key, _photo_svg("image/jpeg", _named(key, _head_of(content))), content)


@lru_cache(maxsize=512)
def code(text: str) -> Picture:
    """``text`` as a QR code for ``Press.print``. Raises ValueError for more than a code holds."""
    made = encoded(text)
    key = sha256(b"QR " + text.encode()).hexdigest().encode()
    return Picture(key, _svg(1, 1, _image(1, 1, "image/jpeg", _named(key, _DOT))), zlib.compress(made.strokes(), 2), made.side)


@lru_cache(maxsize=64)
def qr(text: str) -> str:
    """The same code as an SVG, for a page on a screen."""
    made = encoded(text)
    return _svg(made.side, made.side, f'<path d="{made.path()}" fill="none" stroke="#000"/>')


def mount(pdf: bytes, pictures: Mapping[bytes, Picture]) -> bytes:
    """The typesetter's file with ``pictures``, by their keys, where their stand-ins are. Raises LookupError if one is nowhere."""
    if not pictures:
        return pdf
    objects, trailer = objects_of(pdf)
    missing = set(pictures)
    for number, body in objects.items():
        if found := _STAND_IN.match(body):
            objects[number] = pictures[found[2]].object_in(found[1])
            missing.discard(found[2])
    if missing:
        raise LookupError(f"{len(missing)} pictures were given and not set")
    return file_of(objects, trailer)


def _named(key: bytes, head: bytes) -> bytes:
    return JPEG[:2] + _COMMENT + key + head + b"\xff\xd9"


def _head_of(content: bytes) -> bytes:
    """What a JPEG says before its pixels begin, segment by segment, without bytes of filling.

    Raises ValueError when it ends before, and for what no page that lasts can hold: other than eight bits of grey or RGB.
    """
    head, at, frame = [], 2, b""
    while content[at : at + 1] == b"\xff":
        marker, length = content[at + 1 : at + 2], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == b"\xff":
            at += 1
            continue
        segment = content[at : at + 2 + length]
        if length < 2 or len(segment) < 2 + length or marker == b"\xd9":
            break
        head.append(segment)
        if marker in _FRAMES:
            frame = segment
        if marker == b"\xda":
            sized = len(frame) > 9 and b"\0\0" not in (frame[5:7], frame[7:9])
            if sized and frame[4] == 8 and frame[9] in (1, 3):
                return b"".join(head)
            raise ValueError("a photo for print has eight bits of grey or of red, green and blue")
        at += len(segment)
    raise ValueError("a JPEG without pixels")


def _photo_svg(media: str, content: bytes) -> str:
    return _svg(480, 640, _image(480, 640, media, content))


def _image(width: int, height: int, media: str, content: bytes) -> str:
    return (
        f'<image width="{width}" height="{height}" preserveAspectRatio="xMidYMid slice" '
        f'xlink:href="data:{media};base64,{b64encode(content).decode()}"/>'
    )


def _svg(width: int, height: int, body: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">{body}</svg>'
    )
