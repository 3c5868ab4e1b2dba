"""Sobel's edges with NumPy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow.flow import TileFlow
from pantile.tileflow.grid import check_overlap, whole_pair

if TYPE_CHECKING:
    from collections.abc import Iterable


def sobel_magnitude(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the magnitude of Sobel's gradient of an image, mirrored at its edges.

    Parameters
    ----------
    image : array, (…, height, width)
        Numbers; others than floats of 64 bits and integers of more than 16 are computed in 32.

    Returns
    -------
    array of float32 or float64, (…, height, width)
        ``sqrt(gx² + gy²)`` with the kernels [1 2 1] and [-1 0 1].
    """
    pixels = np.asarray(image)
    dtype = np.result_type(pixels.dtype, np.float32)
    if dtype.kind != "f":
        raise TypeError(f"image: expected real numbers, got {pixels.dtype}")
    margins = [(0, 0)] * (pixels.ndim - 2) + [(1, 1), (1, 1)]
    padded = np.pad(pixels.astype(dtype, copy=False), margins, mode="symmetric")
    above, middle, below = padded[..., :-2, :], padded[..., 1:-1, :], padded[..., 2:, :]
    smooth = middle + middle
    smooth += above
    smooth += below
    gx: npt.NDArray[Any] = smooth[..., 2:] - smooth[..., :-2]
    difference = below - above
    gy = difference[..., 1:-1] + difference[..., 1:-1]
    gy += difference[..., :-2]
    gy += difference[..., 2:]
    np.square(gx, out=gx)
    np.square(gy, out=gy)
    gx += gy
    np.sqrt(gx, out=gx)
    return gx


class SobelEdgeDetector:
    """Find edges tile by tile; the result is that of the whole image.

    Parameters
    ----------
    tile_size : (int, int)
        Height and width of a tile.
    overlap : (int, int)
        How far a tile looks into its neighbours. Sobel's kernel needs one pixel, so at least one
        is taken.
    """

    def __init__(
        self, tile_size: tuple[int, int] = (128, 128), overlap: tuple[int, int] = (8, 8)
    ) -> None:
        self.tile_size = whole_pair(tile_size, "tile_size", 1)
        self.overlap = whole_pair(overlap, "overlap", 0)
        if min(self.tile_size) < 4:
            raise ValueError(f"tile_size: expected 4 or more, got {self.tile_size}")
        check_overlap(self.tile_size, self.overlap)
        margin = (max(1, self.overlap[0]), max(1, self.overlap[1]))
        self._flow = TileFlow(self.tile_size, margin, name="SobelEdgeDetector")
        self._flow.configure(function=sobel_magnitude)

    def process(
        self,
        image: Any,
        callbacks: Iterable[object] | object | None = None,
        *,
        workers: int = 1,
    ) -> Any:
        """Give the magnitude of Sobel's gradient.

        Parameters
        ----------
        image : array, (…, height, width)
            Numbers.
        callbacks : callbacks or None
            Told of what happens.
        workers : int
            Threads.
        """
        return self._flow.run(image, callbacks=callbacks, workers=workers)
