"""A drawn portrait for invented students: nobody's face, the shape of a registration photo (480 × 640)."""

from __future__ import annotations

import struct
import zlib
from functools import cache

WIDTH, HEIGHT = 480, 640
BACKGROUND = (100, 197, 255)
"""The light blue of 教毕指〔2017〕99号."""
SKINS = ((236, 200, 172), (224, 184, 150), (204, 160, 124))
CLOTHES = ((52, 64, 92), (88, 52, 60), (60, 84, 64), (70, 70, 74))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _span(left: float, right: float) -> tuple[int, int]:
    return max(0, round(left)), min(WIDTH, round(right))


@cache
def portrait(number: int) -> bytes:
    """A drawn head and shoulders as PNG; twelve different ones, chosen by `number`."""
    skin, cloth = SKINS[number % 3], CLOTHES[number % 4]
    hair = (30 + number % 3 * 12, 24 + number % 3 * 8, 22)
    lines = []
    for y in range(HEIGHT):
        row = bytearray(bytes(BACKGROUND) * WIDTH)
        for colour, (x, top, wide, high) in (
            (cloth, (240, 640, 210, 170)),
            (skin, (240, 470, 48, 70)),
            (hair, (240, 262, 118, 150)),
            (skin, (240, 290, 100, 132)),
        ):
            if abs(y - top) < high:
                half = wide * (1 - ((y - top) / high) ** 2) ** 0.5
                left, right = _span(x - half, x + half)
                row[left * 3 : right * 3] = bytes(colour) * (right - left)
        if 250 <= y < 258:
            for x in (200, 280):
                row[(x - 14) * 3 : (x + 14) * 3] = bytes((40, 34, 34)) * 28
        if 366 <= y < 371:
            row[215 * 3 : 265 * 3] = bytes((168, 92, 88)) * 50
        lines.append(b"\0" + bytes(row))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"".join(lines), 6)) + _chunk(b"IEND", b"")
