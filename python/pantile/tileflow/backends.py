"""Where pixels come from and go to: NumPy arrays, Zarr arrays, and what can be sliced."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt


class Streamable(ABC):
    """An image that is read, and perhaps written, by parts; rows and columns come last.

    Derive from it to process a source of your own: `shape`, `dtype` and ``__getitem__`` are
    needed. The result of `TileFlow.run` is what `create_output` gives.
    """

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes, height and width last."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels."""

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.shape)

    @abstractmethod
    def __getitem__(self, key: Any) -> Any:
        """Read a part, such as ``image[..., 0:256, 0:256]``."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write a part."""
        raise TypeError(f"{type(self).__name__} cannot be written to")

    def create_output(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Any:
        """Make what takes a result: an array of zeros, or something that is assigned to alike."""
        return np.zeros(shape, dtype)


class _Wrapped(Streamable):
    """Something that has `shape`, `dtype` and slicing itself."""

    def __init__(self, array: Any) -> None:
        for name in ("shape", "dtype", "__getitem__"):
            if not hasattr(array, name):
                raise TypeError(
                    "data: expected an array with shape, dtype and slicing, got "
                    f"{type(array).__name__}"
                )
        self.array = array

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(length) for length in self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = np.dtype(self.array.dtype)
        return dtype

    def __getitem__(self, key: Any) -> Any:
        return self.array[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.array[key] = value


class ArrayStreamable(_Wrapped):
    """Any object with `shape`, `dtype` and slicing: h5py, dask, one's own."""


class NumpyStreamable(_Wrapped):
    """A NumPy array; parts of it are views."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        if not isinstance(array, np.ndarray):
            raise TypeError(f"array: expected a NumPy array, got {type(array).__name__}")
        super().__init__(array)

    def create_output(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Make an array of zeros."""
        return np.zeros(shape, dtype)


class ZarrStreamable(_Wrapped):
    """A Zarr array; parts of it are read when asked for.

    Parameters
    ----------
    array : zarr.Array
        The image.
    output_store : path, store or None
        Where `create_output` puts a Zarr array; None keeps it in memory.
    """

    def __init__(self, array: Any, output_store: Any = None) -> None:
        super().__init__(array)
        self.output_store = output_store

    def create_output(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> Any:
        """Make a Zarr array with chunks like the image's, in place of what was there."""
        import zarr

        chunks = getattr(self.array, "chunks", None) or self.shape
        height, width = chunks[-2:]
        lead = len(shape) - 2
        chunk_shape = (*([1] * lead), min(height, shape[-2]), min(width, shape[-1]))
        store = self.output_store
        if isinstance(store, os.PathLike):
            store = os.fspath(store)
        return zarr.open_array(
            store={} if store is None else store,
            mode="w",
            shape=shape,
            chunks=chunk_shape if lead >= 0 else shape,
            dtype=np.dtype(dtype),
            fill_value=0,
        )


def is_zarr(data: Any) -> bool:
    """Whether `data` is an array of Zarr; does not import it."""
    return any(
        base.__module__.partition(".")[0] == "zarr" and base.__name__ == "Array"
        for base in type(data).__mro__
    )


def as_streamable(data: Any) -> Streamable:
    """Wrap an array, unless it is a `Streamable` already.

    Raises
    ------
    TypeError
        It has no shape, dtype or slicing.
    """
    if isinstance(data, Streamable):
        return data
    if isinstance(data, np.ndarray):
        return NumpyStreamable(data)
    if is_zarr(data):
        return ZarrStreamable(data)
    return ArrayStreamable(data)
