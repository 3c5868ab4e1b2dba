"""What is counted of whole images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pantile import _native
from pantile._arguments import whole_number
from pantile._listener import Listener, listening


class Statistics(ABC):
    """Methods that read all of an image, by blocks, and keep only what they counted.

    Each channel is measured by itself. Samples that are not numbers are left out; infinities are
    numbers. The results are the same bits whatever the threads. They do not change the image, and
    nothing is kept: operators such as `rescale(quantiles=…)` measure by themselves.
    """

    __slots__ = ()

    _native: _native.Image

    @abstractmethod
    def _stats(self) -> dict[str, Any]: ...
    @abstractmethod
    def _own_exceptions(self) -> AbstractContextManager[None]: ...

    @contextmanager
    def _measuring(self, callbacks: object) -> Iterator[Listener | None]:
        with listening(callbacks, self._stats()) as listener, self._own_exceptions():
            yield listener

    def statistics(self, *, threads: int = 0, callbacks: object = ()) -> dict[str, NDArray[Any]]:
        """Least, greatest, mean and standard deviation of every channel, in one pass.

        Parameters
        ----------
        threads : int
            0: one per core.
        callbacks : Callback or iterable of them

        Returns
        -------
        dict of array
            "count" (of numbers), "min", "max", "mean", "std" (of the whole, as `numpy.std`), each
            with a value for every channel; NaN where no sample is a number.
        """
        with self._measuring(callbacks) as listener:
            return _native.statistics(self._native, whole_number(threads, "threads", 0), listener)

    def quantiles(
        self, low: float, high: float, *, threads: int = 0, callbacks: object = ()
    ) -> NDArray[np.float64]:
        """Two quantiles of every channel, exactly, between samples as `numpy.quantile`.

        Parameters
        ----------
        low, high : float
            Shares of the samples, 0 <= low < high <= 1.
        threads : int
            0: one per core.
        callbacks : Callback or iterable of them

        Returns
        -------
        array of float64, shape (2, channels)
            NaN where no sample is a number.
        """
        shares = (_number(low, "low"), _number(high, "high"))
        with self._measuring(callbacks) as listener:
            found = _native.quantiles(
                self._native, shares, whole_number(threads, "threads", 0), listener
            )
        return found.reshape(2, -1)

    def histogram(
        self,
        bins: int = 256,
        range: tuple[float, float] | None = None,  # noqa: A002 (numpy.histogram's name)
        *,
        threads: int = 0,
        callbacks: object = (),
    ) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """Count the samples of every channel in equal bins.

        Parameters
        ----------
        bins : int
            Up to 65536.
        range : (low, high), optional
            What the bins cover; `high` belongs to the last. Samples outside are not counted.
            Without it, from the least to the greatest finite sample of all channels, which takes a
            pass more; of uint8 and uint16 all values that there can be, each in the middle of its
            bin where bins are as many.
        threads : int
            0: one per core.
        callbacks : Callback or iterable of them

        Returns
        -------
        counts : array of uint64, shape (channels, bins)
        edges : array of float64, shape (bins + 1,)
        """
        count = whole_number(bins, "bins", 1, 65536)
        workers = whole_number(threads, "threads", 0)
        with self._measuring(callbacks) as listener:
            low, high = self._range(workers, listener) if range is None else _pair(range)
            counts = _native.histogram(self._native, low, high, count, workers, listener)
        return counts.reshape(-1, count), np.linspace(low, high, count + 1)

    def _range(self, workers: int, listener: Listener | None) -> tuple[float, float]:
        dtype = np.dtype(self._native.dtype)
        if dtype.kind == "u" and dtype.itemsize <= 2:
            return -0.5, np.iinfo(dtype).max + 0.5
        found = _native.statistics(self._native, workers, listener)
        low, high = np.nanmin([*found["min"], np.inf]), np.nanmax([*found["max"], -np.inf])
        if low > high:  # no numbers: as numpy.histogram
            return 0.0, 1.0
        if not np.isfinite([low, high]).all():
            msg = f"samples reach from {low} to {high}: expected range=(low, high), finite"
            raise ValueError(msg)
        return (low - 0.5, high + 0.5) if low == high else (float(low), float(high))


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        msg = f"{name} is {value!r}: expected a number"
        raise TypeError(msg)
    return float(value)


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        msg = f"range is {value!r}: expected two numbers"
        raise TypeError(msg)
    return _number(value[0], "range[0]"), _number(value[1], "range[1]")
