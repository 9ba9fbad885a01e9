"""Colours as the eye sees them (颜色): CIE L*a*b* of a picture and of patches of it."""

from __future__ import annotations

import cv2
import numpy as np


def lab_of(rgb: np.ndarray) -> np.ndarray:
    """L*a*b* (L 0 to 100, a and b signed) of an 8-bit RGB picture, steps of 0.4 and 1; float32."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= 100 / 255
    lab[..., 1:] -= 128
    return lab


_GRID = np.stack(np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 7)), -1).reshape(-1, 2)


def patches(lab: np.ndarray, centres: np.ndarray, radius: float) -> np.ndarray:
    """Median L*a*b* (n, 3) of the squares of half-side ``radius`` around n centres (x, y); held inside the picture."""
    h, w = lab.shape[:2]
    places = np.asarray(centres, float)[:, None] + _GRID * max(radius, 1.0)
    x = np.clip(np.rint(places[..., 0]), 0, w - 1).astype(int)
    y = np.clip(np.rint(places[..., 1]), 0, h - 1).astype(int)
    return np.median(lab[y, x], axis=1)


def inside(shape: tuple[int, int], outline: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The pixels inside an outline: a mask of its bounding box and the slices of that box (never the whole picture)."""
    h, w = shape[:2]
    low = np.clip(np.floor(outline.min(0)).astype(int), 0, [w - 1, h - 1])
    high = np.clip(np.ceil(outline.max(0)).astype(int) + 1, low + 1, [w, h])
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(mask, [np.rint(outline - low).astype(np.int32)], 1)
    return mask.view(bool), (slice(low[1], high[1]), slice(low[0], high[0]))
