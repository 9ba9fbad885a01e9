"""Colours as the eye sees them (颜色): CIE L*a*b* of a picture and of patches of it."""

from __future__ import annotations

import cv2
import numpy as np

_SCALE = np.array([100 / 255, 1, 1], np.float32)
_SHIFT = np.array([0, -128, -128], np.float32)


def packed_lab(rgb: np.ndarray) -> np.ndarray:
    """L*a*b* of an 8-bit RGB picture in 8 bits a channel: quick to make, spread out by ``spread_lab`` where it is read."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def spread_lab(packed: np.ndarray) -> np.ndarray:
    """L 0 to 100, a and b signed, float32, of packed L*a*b* (any shape that ends in 3); steps of 0.4 and 1."""
    return packed * _SCALE + _SHIFT


def pack_lab(colour: tuple[float, float, float]) -> np.ndarray:
    """One L*a*b* colour in the 8 bits a channel of ``packed_lab``."""
    return np.clip(np.rint((np.float32(colour) - _SHIFT) / _SCALE), 0, 255).astype(np.uint8)


def length(vectors: np.ndarray) -> np.ndarray:
    """Euclidean length over the last axis of 3, much quicker than the general norm."""
    a, b, c = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    return np.sqrt(a * a + b * b + c * c)


def median_of(values: np.ndarray) -> np.ndarray:
    """Median over the first axis, of few values much quicker than the general one."""
    ordered, n = np.sort(values, axis=0), len(values)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def median_colour(packed: np.ndarray) -> np.ndarray:
    """Median colour (3) of many packed colours (n, 3), spread out: counted instead of sorted."""
    half = (len(packed) + 1) // 2
    counted = (np.bincount(np.ascontiguousarray(packed[:, c]), minlength=256).cumsum() for c in range(3))
    return spread_lab(np.array([int(sums.searchsorted(half)) for sums in counted], np.float32))


_ACROSS, _DOWN = (axis.ravel() for axis in np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7)))


def patches(rgb: np.ndarray, centres: np.ndarray, radius: float) -> np.ndarray:
    """Median L*a*b* (n, 3) of the squares of half-side ``radius`` around n centres (x, y); held inside the picture."""
    h, w = rgb.shape[:2]
    centres = np.asarray(centres, float)
    radius = max(radius, 1.0)
    x = np.minimum(np.maximum(centres[:, :1] + _ACROSS * radius + 0.5, 0), w - 1).astype(np.intp)
    y = np.minimum(np.maximum(centres[:, 1:] + _DOWN * radius + 0.5, 0), h - 1).astype(np.intp)
    seen = np.ascontiguousarray(packed_lab(rgb[y, x]).transpose(0, 2, 1))
    seen.sort(axis=2)
    return spread_lab(seen[:, :, seen.shape[2] // 2])


def inside(shape: tuple[int, int], outline: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The pixels inside an outline: a mask of its bounding box and the slices of that box (never the whole picture)."""
    h, w = shape[:2]
    low = np.clip(np.floor(outline.min(0)).astype(int), 0, [w - 1, h - 1])
    high = np.clip(np.ceil(outline.max(0)).astype(int) + 1, low + 1, [w, h])
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline - low).astype(np.int32)], 1)
    return mask.view(bool), (slice(low[1], high[1]), slice(low[0], high[0]))
