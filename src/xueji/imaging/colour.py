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


def length(vectors: np.ndarray) -> np.ndarray:
    """Euclidean length over the last axis of 3, much quicker than the general norm."""
    a, b, c = vectors[..., 0], vectors[..., 1], vectors[..., 2]
    return np.sqrt(a * a + b * b + c * c)


_GRID = np.stack(np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7)), -1).reshape(-1, 2)


def patches(packed: np.ndarray, centres: np.ndarray, radius: float) -> np.ndarray:
    """Median L*a*b* (n, 3) of the squares of half-side ``radius`` around n centres (x, y); held inside the picture."""
    h, w = packed.shape[:2]
    places = np.asarray(centres, float)[:, None] + _GRID * max(radius, 1.0)
    x = np.clip(np.rint(places[..., 0]), 0, w - 1).astype(int)
    y = np.clip(np.rint(places[..., 1]), 0, h - 1).astype(int)
    seen = packed[y, x]
    seen.sort(axis=1)
    return spread_lab(seen[:, seen.shape[1] // 2])


def inside(shape: tuple[int, int], outline: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The pixels inside an outline: a mask of its bounding box and the slices of that box (never the whole picture)."""
    h, w = shape[:2]
    low = np.clip(np.floor(outline.min(0)).astype(int), 0, [w - 1, h - 1])
    high = np.clip(np.ceil(outline.max(0)).astype(int) + 1, low + 1, [w, h])
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline - low).astype(np.int32)], 1)
    return mask.view(bool), (slice(low[1], high[1]), slice(low[0], high[0]))
