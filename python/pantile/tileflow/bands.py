"""Reads what is decoded by chunks in bands, so that a chunk is decoded once or twice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow.engine import Read, read_only

if TYPE_CHECKING:
    from pantile.tileflow.backends import Streamable
    from pantile.tileflow.geometry import BBox

BAND_BYTES = 64 << 20
"""What a band may take. Two are kept, since threads straddle their seam."""


def reader(source: Streamable, tile_height: int, overlap: int) -> Read:
    """Give what reads rectangles of `source`, asked for row by row of tiles.

    A NumPy array is read by views. Anything else is read by bands of its full width, as high as
    `BAND_BYTES` allows, or by the rectangle where not even one row of tiles fits.
    """
    if isinstance(getattr(source, "array", None), np.ndarray):
        return lambda box: read_only(source[(..., *box.slices())])
    row_bytes = source.dtype.itemsize * int(np.prod(source.shape[:-2])) * source.shape[-1]
    # A row's last tile may be 1.5 times as high.
    needed = tile_height + tile_height // 2 + 2 * overlap
    rows = BAND_BYTES // max(1, row_bytes)
    if rows < needed:
        return lambda box: read_only(source[(..., *box.slices())])
    return _Bands(source, rows).read


class _Bands:
    def __init__(self, source: Streamable, rows: int) -> None:
        self._source = source
        self._rows = rows
        self._lock = threading.Lock()
        self._bands: list[tuple[int, int, npt.NDArray[Any]]] = []

    def read(self, box: BBox) -> npt.NDArray[Any]:
        with self._lock:
            band = next((b for b in self._bands if b[0] <= box.y0 and box.y1 <= b[1]), None)
            if band is None:
                y1 = min(max(box.y1, box.y0 + self._rows), self._source.shape[-2])
                band = (box.y0, y1, read_only(self._source[..., box.y0 : y1, :]))
                self._bands = [*self._bands[-1:], band]
        return band[2][(..., *box.slices((band[0], 0)))]
