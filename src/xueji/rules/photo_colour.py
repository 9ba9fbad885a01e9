"""sRGB and CIE L*a*b* by formula (颜色换算), for judging colours without touching a pixel.  IEC 61966-2-1, CIE 15."""

from __future__ import annotations

from math import atan2, degrees, dist

Lab = tuple[float, float, float]
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_FROM_XYZ = ((3.2404542, -1.5371385, -0.4985314), (-0.9692660, 1.8760108, 0.0415560), (0.0556434, -0.2040259, 1.0572252))
_WHITE = (0.95047, 1.0, 1.08883)


def _linear(v: float) -> float:
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def _encoded(v: float) -> float:
    return 12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055


def rgb_to_lab(rgb: tuple[int, int, int]) -> Lab:
    """L*a*b* (D65) of an 8-bit sRGB colour."""
    linear = [_linear(v / 255) for v in rgb]
    xyz = [sum(k * v for k, v in zip(row, linear, strict=True)) / w for row, w in zip(_TO_XYZ, _WHITE, strict=True)]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lab_to_rgb(lab: Lab) -> tuple[int, int, int]:
    """The nearest 8-bit sRGB colour."""
    y = (lab[0] + 16) / 116
    f = (y + lab[1] / 500, y, y - lab[2] / 200)
    xyz = [(v**3 if v**3 > 0.008856 else (v - 16 / 116) / 7.787) * w for v, w in zip(f, _WHITE, strict=True)]
    linear = [sum(k * v for k, v in zip(row, xyz, strict=True)) for row in _FROM_XYZ]
    return tuple(round(255 * _encoded(min(1.0, max(0.0, v)))) for v in linear)


def colour_difference(a: Lab, b: Lab) -> float:
    """CIE76 difference."""
    return dist(a, b)


def hue_of(lab: Lab) -> float:
    """Hue angle, 0 to 360 degrees."""
    return degrees(atan2(lab[2], lab[1])) % 360
