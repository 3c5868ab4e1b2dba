"""Lazy images."""

from __future__ import annotations

import math
import os
import warnings
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pantile import _native
from pantile._arguments import cores, text, whole_number
from pantile._chunks import ChunkCaller
from pantile._errors import ConflictError, PantileError, TileError, python_words
from pantile._function import TileCaller
from pantile._listener import listening
from pantile._operators import Operators
from pantile._processes import ProcessCaller
from pantile._reader import Reader
from pantile._slices import intervals
from pantile._statistics import Statistics
from pantile._tile_functions import TileFunctions, version_text
from pantile._words import word
from pantile.callbacks import CallbackList

Array = NDArray[Any]


class Image(TileFunctions, Operators, Statistics):
    """An image that is worked out when it is asked for.

    Made by `open`, `formula` and by the methods of other images; never changed. Operators see all
    of the image that they are applied to: of a slice, boundary rules act at its edges.

    >>> y = pt.open("slide.ome.zarr").gaussian(2).sobel()   # doctest: +SKIP
    >>> np.asarray(y[:, 1000:2000, 4000:5000])              # doctest: +SKIP
    """

    __slots__ = ("_axes", "_kept", "_native", "_unnamed")

    def __init__(
        self,
        native: _native.Image,
        axes: str,
        *,
        kept: tuple[object, ...] = (),
        unnamed: tuple[str, ...] = (),
    ) -> None:
        self._native = native
        self._axes = axes
        self._kept = kept  # what the engine calls, which it refers to but weakly
        self._unnamed = unnamed

    # What it is.

    @property
    def axes(self) -> str:
        """What the dimensions are: "cyx", "yx", or some of "tczyx" in this order."""
        return self._axes

    @property
    def shape(self) -> tuple[int, ...]:
        """Of every axis."""
        sizes = self._sizes
        return tuple(sizes[a] for a in self._axes)

    @property
    def _sizes(self) -> dict[str, int]:
        native = self._native
        return {
            "t": native.t,
            "c": native.channels,
            "z": native.z,
            "y": native.height,
            "x": native.width,
        }

    @property
    def ndim(self) -> int:
        """2 to 5."""
        return len(self._axes)

    @property
    def size(self) -> int:
        """Samples in all."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the samples."""
        return np.dtype(self._native.dtype)

    @property
    def kind(self) -> str:
        """What samples mean: intensity, rgb, rgba, label or mask."""
        return self._native.kind

    @property
    def scale(self) -> tuple[float, float]:
        """Size of a pixel, (y, x), in `unit`."""
        return self._native.scale

    @property
    def plane_steps(self) -> dict[str, tuple[float, str]]:
        """Of the axes t and z: how far a plane is from the next, and the unit of that."""
        steps = {"t": self._native.t_step, "z": self._native.z_step}
        return {a: steps[a] for a in self._axes if a in steps}

    @property
    def unit(self) -> str:
        """Such as "micrometer"; empty: none."""
        return self._native.unit

    @property
    def channel_names(self) -> list[str]:
        """One per channel, or none."""
        return self._native.channel_names

    @property
    def resumable(self) -> bool:
        """Whether a job that writes it can be resumed by another process."""
        return not self._unnamed

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        size = ", ".join(f"{a}: {n}" for a, n in zip(self._axes, self.shape, strict=True))
        return f"<pantile.Image ({size}) {self.dtype} {self.kind}>"

    # Parts of it.

    def __getitem__(self, key: Any) -> Any:
        """Cut out a part: lazily with slices of step 1; a number on t, c or z drops that axis.

        Numbers on rows or columns compute, and give an array.
        """
        taken = dict(zip(self._axes, intervals(key, self.shape, self._axes), strict=True))
        axes = "".join(a for a in self._axes if a in "yx" or not taken[a][2])
        ends = {a: (0, n, False) for a, n in self._sizes.items()} | taken
        (y0, y1, one_row), (x0, x1, one_column) = ends["y"], ends["x"]
        native = self._native
        if "t" in taken or "z" in taken:
            native = native.planes(*ends["t"][:2], *ends["z"][:2])
        part = self._over(native.crop((x0, y0, x1, y1), *ends["c"][:2]), axes)
        if not (one_row or one_column):
            return part
        return part.compute()[(..., *(0 if one else slice(None) for one in (one_row, one_column)))]

    # What it is made into.

    @property
    def _tile_px(self) -> int:
        return self._native.tile_px

    def _called(
        self, caller: TileCaller, version: str | None, options: _native.FunctionOptions
    ) -> Image:
        flat = "c" not in self._axes
        native = self._native.map(
            weakref.ref(caller), caller.name, version_text(version), flat, options
        )
        image = self._over(native, self._axes_with(channels=not flat or options.channels > 1))
        image._kept = (*self._kept, caller)
        if version is None:
            image._unnamed = (*self._unnamed, f"{caller.name} has no version=")
        return image

    def _visited(
        self,
        caller: TileCaller,
        options: _native.FunctionOptions,
        threads: int,
        callbacks: object,
    ) -> list[list[Any]]:
        followed = CallbackList(callbacks)
        size = options.tile_px
        grid = (-(-self._native.height // size), -(-self._native.width // size))
        chunks = ChunkCaller(caller, followed, grid)
        at_work = self._over(self._native)
        at_work._kept = (*self._kept, caller)
        count = at_work._threads(threads)
        stats = self._stats() | {"chunk_size": size, "total_chunks": grid[0] * grid[1]}
        with listening(followed, stats) as listener, at_work._own_exceptions():
            flat = "c" not in self._axes
            self._native.visit(weakref.ref(chunks), caller.name, flat, options, count, listener)
        return chunks.results

    def label(self, connectivity: int = 4) -> Image:
        """Number the connected components of what is not 0, from 1 over the whole image.

        Parameters
        ----------
        connectivity : int
            4: pixels that share an edge belong together; 8: or a corner.

        Returns
        -------
        Image
            Of uint32, channel by channel; a channel's greatest value is their number.
        """
        return self._over(self._native.label(whole_number(connectivity, "connectivity", 1)))

    def regions(
        self,
        values: Image | None = None,
        *,
        channel: int = 0,
        value_channel: int = 0,
        threads: int = 0,
        callbacks: object = (),
    ) -> dict[str, Array]:
        """Measure every label of a label image.

        Parameters
        ----------
        values : Image, optional
            Of which the mean and the range are taken; of the same height and width.
        channel, value_channel : int
            Of the labels and of the values.
        threads : int
            0: one per core.
        callbacks : Callback or iterable of them

        Returns
        -------
        dict of array
            "label" (ascending), "area" in pixels, "x0", "y0", "x1", "y1" (half-open), "center_x",
            "center_y"; with values "mean", "min", "max", NaN where no sample is a number.
        """
        if values is not None and not isinstance(values, Image):
            msg = f"values is {type(values).__name__}: expected an Image, such as pt.open(array)"
            raise TypeError(msg)
        others = () if values is None else (values,)
        with listening(callbacks, self._stats()) as listener, self._own_exceptions(*others):
            return self._native.regions(
                whole_number(channel, "channel", 0),
                None if values is None else values._native,
                whole_number(value_channel, "value_channel", 0),
                whole_number(threads, "threads", 0),
                listener,
            )

    def _apply(self, operator: str, **values: Any) -> Image:
        others: list[Image] = []

        def argument(parameter: str, value: Any) -> str:
            if isinstance(value, Image):
                others.append(value)
                return f"#{len(others)}"
            return word(operator, parameter, value)

        words = []
        for name, value in values.items():
            if value is None:
                continue
            if isinstance(value, (list, tuple)) and any(isinstance(v, Image) for v in value):
                words += [argument(name, v) for v in value]  # the last of its operator
            else:
                words.append(f"{name}={argument(name, value)}")
        native = self._native.apply(
            f"{operator}({', '.join(words)})", [other._native for other in others]
        )
        axes = self._axes_with(
            *(other._axes for other in others), channels="c" in self._axes or native.channels > 1
        )
        made = self._over(native, axes)
        for other in others:
            made._kept = (*made._kept, *other._kept)
            made._unnamed = (*made._unnamed, *other._unnamed)
        return made

    def __add__(self, other: float | Image) -> Image:
        return self.add(other)

    __radd__ = __add__

    def __sub__(self, other: float | Image) -> Image:
        return self.subtract(other)

    def __rsub__(self, other: float) -> Image:
        return self.invert(other)

    def __mul__(self, other: float | Image) -> Image:
        return self.multiply(other)

    __rmul__ = __mul__

    def __truediv__(self, other: float | Image) -> Image:
        return self.divide(other)

    def __neg__(self) -> Image:
        return self.multiply(-1)

    def __abs__(self) -> Image:
        return self.abs()

    def __gt__(self, value: float) -> Image:
        return self.threshold(value)

    def _axes_with(self, *others: str, channels: bool) -> str:
        """Its own axes and the planes of others, with channels or without."""
        of_all = set(self._axes).union(*others) - {"c"} | ({"c"} if channels else set())
        return "".join(a for a in "tczyx" if a in of_all)

    def _over(self, native: _native.Image, axes: str | None = None) -> Image:
        return Image(native, axes or self._axes, kept=self._kept, unnamed=self._unnamed)

    # Its pixels.

    def compute(
        self,
        out: Array | None = None,
        *,
        threads: int = 0,
        callbacks: object = (),
    ) -> Array:
        """Compute all of it.

        Parameters
        ----------
        out : array, optional
            Of the image's shape and type, any strides; by default a new one.
        threads : int
            0: one per core.
        callbacks : Callback or iterable of them

        Returns
        -------
        array
            `out`.
        """
        if out is None:
            out = np.empty(self.shape, self.dtype)
        if not isinstance(out, np.ndarray) or out.shape != self.shape or out.dtype != self.dtype:
            found = (
                f"{out.dtype} of {out.shape}" if isinstance(out, np.ndarray) else type(out).__name__
            )
            msg = f"out is {found}: expected an array, {self.dtype} of {self.shape}"
            raise ValueError(msg)
        if not out.flags.writeable:
            msg = "out is read-only"
            raise ValueError(msg)
        missing = tuple(i for i, axis in enumerate("tczyx") if axis not in self._axes)
        planes = np.expand_dims(out, missing)
        workers = self._threads(threads)
        with listening(callbacks, self._stats()) as listener, self._own_exceptions():
            self._native.compute(planes, workers, listener)
        return out

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            msg = "a lazy image has to be computed: copy=False cannot be had"
            raise ValueError(msg)
        wanted = self.dtype if dtype is None else np.dtype(dtype)
        return self.compute().astype(wanted, copy=False)

    def __dlpack__(self, **options: Any) -> Any:
        return self.compute().__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)  # the host

    def write(
        self,
        path: str | os.PathLike[str],
        *,
        resume: bool = True,
        overwrite: bool = False,
        tile: int | None = None,
        shard: int | None = None,
        zstd_level: int = 1,
        compression: str = "deflate",
        threads: int = 0,
        memory: int = 0,
        callbacks: object = (),
    ) -> dict[str, Any]:
        """Write it, and the pyramid halved from it, within a memory budget.

        Parameters
        ----------
        path : path
            Ends in ``.ome.zarr``, ``.tif``, ``.tiff`` or ``.png``. It appears when it is whole;
            until then what is done waits in ``<path>.parts``.
        resume : bool
            Go on where the same call was stopped. False: begin anew.
        overwrite : bool
            Replace what is there.
        tile, shard : int, optional
            Edges of chunks and shards, in pixels.
        zstd_level : int
            Of an ``.ome.zarr``, 1 to 19.
        compression : str
            Of a TIFF: none, lzw, jpeg, deflate or zstd.
        threads : int
            0: one per core.
        memory : int
            Budget in bytes; 0: 192 MiB and 160 MiB a thread.
        callbacks : Callback or iterable of them

        Returns
        -------
        dict
            What the job did: stages, outputs, seconds, peak memory.
        """
        target = os.fsdecode(path)
        for name, flag in (("resume", resume), ("overwrite", overwrite)):
            if not isinstance(flag, (bool, np.bool_)):
                msg = f"{name} is {flag!r}: expected True or False"
                raise TypeError(msg)
        restart = not resume or overwrite
        if restart and not overwrite and os.path.lexists(target):
            raise _there_already(target)
        if self._unnamed:
            if resume and not overwrite and os.path.lexists(target):
                raise _there_already(target)
            if not restart and os.path.lexists(f"{target}.parts"):
                msg = (
                    f"{target}.parts holds what an earlier job did, with which this one cannot go "
                    f"on ({'; '.join(self._unnamed)}); say resume=False to throw it away"
                )
                raise ConflictError(msg)
            warnings.warn(
                f"this job cannot be resumed by another process: {'; '.join(self._unnamed)}",
                stacklevel=2,
            )
        options = _native.WriteOptions()
        options.tile_px = whole_number(tile, "tile", 1) if tile is not None else 0
        options.shard_px = whole_number(shard, "shard", 1) if shard is not None else 0
        options.zstd_level = whole_number(zstd_level, "zstd_level", 1)
        options.tiff_compression = text(compression, "compression")
        workers = self._threads(threads)
        budget = whole_number(memory, "memory", 0, 2**62)
        stats = self._stats() | {"output": target}
        with listening(callbacks, stats) as listener, self._own_exceptions():
            summary = self._native.write(target, options, restart, workers, budget, listener)
            stats |= summary
        return summary

    def _threads(self, threads: int) -> int:
        """As they were asked for; by default as many as can wait for all worker processes."""
        count = whole_number(threads, "threads", 0)
        waiting = [c.processes for c in self._kept if isinstance(c, ProcessCaller)]
        return max(cores(), *waiting) if count == 0 and waiting else count

    def _stats(self) -> dict[str, Any]:
        return {"input_shape": self.shape, "dtype": str(self.dtype)}

    @contextmanager
    def _own_exceptions(self, *others: Image) -> Iterator[None]:
        """What a function of the user's threw is the cause of what the job throws."""
        all_kept = [kept for image in (self, *others) for kept in image._kept]
        callers = [kept for kept in all_kept if isinstance(kept, TileCaller)]
        readers = [kept for kept in all_kept if isinstance(kept, Reader)]
        for caller in callers:
            caller.failure = None
        for reader in readers:
            reader.failure = None
        try:
            with ExitStack() as stack:
                for caller in callers:
                    if isinstance(caller, ProcessCaller):
                        stack.enter_context(caller.at_work())
                stack.enter_context(python_words("overwrite=True"))
                yield
        except PantileError as error:
            thrown = [c.failure[1] for c in callers if c.failure] + [r.failure for r in readers]
            for cause in thrown:
                if cause is not None and not isinstance(cause, Exception):
                    raise cause from None  # KeyboardInterrupt, as if Ctrl-C had been heard outside
            for caller in callers:
                if caller.failure is not None:
                    tile, cause = caller.failure
                    raise TileError(str(error), tile.row, tile.column) from cause
            for reader in readers:
                error.__cause__ = error.__cause__ or reader.failure
            raise


def _there_already(path: str) -> ConflictError:
    return ConflictError(
        f"{path} is there already; remove it, choose another name, or say overwrite=True"
    )
