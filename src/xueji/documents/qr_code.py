"""QR codes (二维码, ISO/IEC 18004): which modules are dark, and what draws them on paper and on a screen.

The library encodes; but it looks for the best of the eight masks module by module, which takes it seven times as long.
Here the modules of a code are the bits of one number, so that each rule of the standard is a few shifts of it. The masks
are the library's own: codes of one size differ by the same modules from mask to mask, whatever they say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import Any

import zxingcpp

QUIET = 4
"""Light modules after each row: as far as a rule looks beyond the edge, so that no shift brings one row to another."""
RUN, BLOCK, FINDER, BALANCE = 3, 3, 40, 10
"""The penalties N1 to N4 of the standard's table 11."""
_BITS, _CHOICES = bytes.maketrans(b"\x00\xff", b"10"), bytes.maketrans(b"01", b"\0\1")
_DARK = re.compile("1+")
_NEXT_ROW = b"S 1 0 0 1 0 1 cm\n"


@dataclass(frozen=True, slots=True)
class QRCode:
    """A code of ``side`` × ``side`` modules; in ``dark`` each is a bit, row by row from the left top one, the highest."""

    side: int
    dark: int

    def strokes(self) -> bytes:
        """What draws it in a PDF, a unit to a module from the left top corner: one stroke for each run of dark modules.

        Printers and screens set strokes on whole dots, so it is as sharp as it can be.
        """
        before = self.dark >> 1
        chosen = bytearray(2 * self.side * (self.side + QUIET))
        chosen[0::2] = self._choices(before & ~self.dark | _turns(self.side))
        chosen[1::2] = self._choices(self.dark & ~before)
        return b"/c0 CS 0 SC 1 0 0 1 0 .5 cm\n%sS" % b"".join(compress(_pen(self.side), chosen))

    def path(self) -> str:
        """The same strokes for an SVG."""
        step, rows = self.side + QUIET, self._written(self.dark)
        runs = ((y, run) for y in range(self.side) for run in _DARK.finditer(rows[y * step : y * step + self.side]))
        return "".join(f"M{run.start()} {y}.5h{run.end() - run.start()}" for y, run in runs)

    def _written(self, modules: int) -> str:
        return f"{modules:0{self.side * (self.side + QUIET)}b}"

    def _choices(self, modules: int) -> bytes:
        return self._written(modules).encode().translate(_CHOICES)


def encoded(text: str) -> QRCode:
    """``text`` at error level M, so that a stamp or a fold does not spoil it, under the mask of the least penalty.

    Raises ValueError for more than a code holds (2,331 bytes).
    """
    plain = _under(text, 0)
    masked = (plain.dark ^ mask for mask in _masks(plain.side))
    return QRCode(plain.side, min(masked, key=lambda dark: penalty(plain.side, dark)))


def penalty(side: int, dark: int) -> int:
    """What speaks against a code (7.8.3.1): long runs, blocks, what looks like a finder, dark and light out of balance."""
    step, inside = side + QUIET, _inside(side)
    found, alike = 0, []
    for on in (1, step):  # to the next module of the row, of the column
        same = inside & inside >> on & ~(dark ^ dark >> on)
        alike.append(same)
        five = same & same >> on
        five &= five >> 2 * on
        found += five.bit_count() + (RUN - 1) * (five & ~(five << on)).bit_count()
        finder = dark & dark >> 2 * on & dark >> 3 * on & dark >> 4 * on & dark >> 6 * on & ~(dark >> on | dark >> 5 * on)
        before, behind = dark << on | dark << 2 * on, dark >> 7 * on | dark >> 8 * on
        found += FINDER * (finder & ~((before | before << 2 * on) & (behind | behind >> 2 * on))).bit_count()
    across, down = alike
    found += BLOCK * (across & across >> step & down).bit_count()
    return found + BALANCE * (abs(20 * dark.bit_count() - 10 * side * side) // (side * side))


@lru_cache(maxsize=40)
def _masks(side: int) -> list[int]:
    """The modules in which a code under each mask differs from the same one under the first."""
    under = [_under("0", mask, version=(side - 17) // 4).dark for mask in range(8)]
    return [under[0] ^ one for one in under]


def _under(text: str, mask: int, **options: Any) -> QRCode:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=mask, **options)
    drawn = memoryview(made.to_image(scale=1, add_quiet_zones=False))
    side, modules = drawn.shape[0], drawn.tobytes().translate(_BITS)
    rows = (modules[at : at + side] for at in range(0, side * side, side))
    return QRCode(side, int((b"0" * QUIET).join([*rows, b""]), 2))


@lru_cache(maxsize=40)
def _inside(side: int) -> int:
    """Every module of the code and none of what lies between the rows."""
    return int(("1" * side + "0" * QUIET) * side, 2)


@lru_cache(maxsize=40)
def _turns(side: int) -> int:
    """The second place after each row but the last, which no stroke can need: there the pen goes on to the next row."""
    return int(("0" * (side + 1) + "1" + "0" * (QUIET - 2)) * (side - 1) + "0" * (side + QUIET), 2)


@lru_cache(maxsize=40)
def _pen(side: int) -> list[bytes]:
    """For each place what ends a stroke before it, and what begins one with it."""
    row = [part for x in range(side + 1) for part in (b"%d 0 l\n" % x, b"%d 0 m " % x)]
    return [*row, _NEXT_ROW, b"", *[b""] * 2 * (QUIET - 2)] * side
