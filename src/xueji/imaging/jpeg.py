"""What a JPEG's own tables say (JPEG 量化表): the quality factor it was saved with."""

from __future__ import annotations

import numpy as np

# The luminance table printed in ITU-T T.81 (ISO/IEC 10918-1) Annex K.1, for quality 50.
ANNEX_K = np.array([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
    87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
])  # fmt: skip


def quality_factor(luminance_table: list[int]) -> float:
    """The quality factor 1 to 100 that scales Annex K to this table (within half a step for common encoders).

    The tables are compared sorted, so that the zig-zag order does not matter. Entries held at 1 or 255 by the encoder
    say nothing about the scale and are left out.
    """
    table = np.sort(np.array(luminance_table, float))
    wanted = np.sort(ANNEX_K.astype(float))
    telling = (table > 1) & (table < 255)
    if not telling.any():
        return 100.0 if table.mean() < 2 else 1.0
    scale = float(np.mean(table[telling] * 100.0 / wanted[telling]))
    return float(np.clip(5000 / scale if scale > 100 else (200 - scale) / 2, 1, 100))
