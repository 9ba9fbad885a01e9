"""The small picture for a printed form (登记表照片): turned upright, bounded in size, without the camera's notes.

A form needs no more than a passport picture, and a phone's file tells where it was taken; neither is kept. The photo for
the register is another matter and is never changed (imaging/opening.py).
"""

from __future__ import annotations

import io

from PIL import Image

from xueji.imaging.opening import open_photo
from xueji.rules.findings import Finding, finding

LONGEST = 800
LEAST_WIDTH, LEAST_HEIGHT = 240, 320


class PictureRefused(Exception):
    """The bytes make no picture for a form; ``said`` says why and what to do."""

    def __init__(self, said: Finding) -> None:
        super().__init__(said.id)
        self.said = said


def form_picture(content: bytes) -> bytes:
    """A JPEG of at most 800 pixels from an untrusted file. Raises PictureRefused for no picture, or one too small."""
    opened = open_photo(content)
    if opened.rgb is None:
        raise PictureRefused(finding("COLL.003", field="form_photo"))
    picture = Image.fromarray(opened.rgb)
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise PictureRefused(
            finding("COLL.004", field="form_photo", width=picture.width, height=picture.height, least=f"{LEAST_WIDTH}×{LEAST_HEIGHT}")
        )
    picture.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
