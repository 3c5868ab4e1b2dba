"""Objects with shape, dtype and __getitem__, as the engine reads them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Reader:
    """Reads parts of an object for the engine, and keeps what it throws.

    Parameters
    ----------
    image : object
        Of axes `axes`, of t, c, z, y, x in any order.
    name : str
        For messages.
    dtype : dtype
        What the engine is given.
    """

    def __init__(self, image: Any, axes: str, name: str, dtype: np.dtype[Any]) -> None:
        self._image = image
        self._axes = axes
        self._name = name
        self._dtype = dtype
        self.failure: BaseException | None = None

    def __call__(
        self, t: int, z: int, c0: int, c1: int, y0: int, y1: int, x0: int, x1: int
    ) -> NDArray[Any]:
        at = {
            "t": slice(t, t + 1),
            "z": slice(z, z + 1),
            "c": slice(c0, c1),
            "y": slice(y0, y1),
            "x": slice(x0, x1),
        }
        try:
            return self._read(tuple(at[a] for a in self._axes))
        except BaseException as error:
            if self.failure is None:
                self.failure = error
            raise

    def _read(self, key: tuple[slice, ...]) -> NDArray[Any]:
        pixels = np.asarray(self._image[key])
        wanted = tuple(k.stop - k.start for k in key)
        if pixels.shape != wanted:
            part = ", ".join(f"{k.start}:{k.stop}" for k in key)
            msg = f"{self._name}[{part}] gave an array of shape {pixels.shape}: expected {wanted}"
            raise ValueError(msg)
        pixels = np.transpose(pixels, [self._axes.index(a) for a in "tzcyx" if a in self._axes])
        pixels = pixels.reshape(-1, *pixels.shape[-2:])  # t and z are of one
        return np.ascontiguousarray(pixels, dtype=self._dtype)
