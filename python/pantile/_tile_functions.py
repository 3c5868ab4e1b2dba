"""The methods of images that call functions of tiles."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from numbers import Real
from typing import Any, Literal, Self

from numpy.typing import DTypeLike

from pantile import _native
from pantile._arguments import cores, dtype_name, text, whole_number
from pantile._chunks import ValueCaller
from pantile._function import TileCaller, name_of
from pantile._processes import ProcessCaller

Boundary = Literal["reflect", "nearest", "constant", "wrap"]
Blend = Literal["hann", "gaussian", "mean"]


class TileFunctions:
    """What every image has."""

    __slots__ = ()

    @property
    def _tile_px(self) -> int:
        raise NotImplementedError

    def _called(
        self, caller: TileCaller, version: str | None, options: _native.FunctionOptions
    ) -> Self:
        """Make the image that `caller` makes of this one."""
        raise NotImplementedError

    def _visited(
        self,
        caller: TileCaller,
        options: _native.FunctionOptions,
        threads: int,
        callbacks: object,
    ) -> list[list[Any]]:
        """Give what `caller` returns for every chunk."""
        raise NotImplementedError

    def map(
        self,
        function: Callable[..., Any],
        *,
        halo: int = 0,
        tile: int | None = None,
        boundary: Boundary | None = None,
        outside: float = 0,
        batch: int | None = None,
        overlap: int = 0,
        blend: Blend | None = "hann",
        stitch: float | None = None,
        cache: int = 0,
        dtype: DTypeLike | None = None,
        channels: int | None = None,
        version: str | None = None,
        writable: bool = False,
        processes: bool | int = False,
    ) -> Self:
        """Call a function for every tile.

        Parameters
        ----------
        function : callable
            ``f(tile)``, ``f(tile, spec)`` with a `Tile`, or ``f(tile, out=)``; which, its signature
            says. ``tile`` has axes c, y, x (y, x of an image without channels), and is a view of
            the engine's memory, valid during the call. It returns an array of the tile's height and
            width, of which the core is kept, or of the core's; or fills ``out``, which is the core.
            It is called from several threads, one at a time as the interpreter lock has it.
        halo : int
            Pixels around the core that it is given; fewer at the image's edges, unless `boundary`
            fills them.
        tile : int, optional
            Edge of the tiles, which lie on a grid from (0, 0); by default the image's own, or 512.
        boundary : {"reflect", "nearest", "constant", "wrap"}, optional
            What stands for pixels outside the image, so that every tile has its whole halo. By
            default the halo is cut off there; of batches it is "reflect".
        outside : float
            The value of "constant".
        batch : int, optional
            Gives the function so many tiles at once, as models want them: ``f(tiles)``,
            ``f(tiles, specs)`` or ``f(tiles, out=)`` with axes n, c, y, x (n, y, x of an image
            without channels). All have the full size: beyond the image `boundary` fills them, and
            what it gives there is cut off. Where the grid ends n may be smaller than `batch`.
        overlap : int
            By so much tiles, here windows, reach into the next ones: less than `tile`. They begin
            at multiples of ``tile - overlap``, and all have the full size, as those of batches. A
            halo is around them as usual.
        blend : {"hann", "gaussian", "mean"} or None
            Where windows overlap, the result is the mean of what the function said for each,
            weighted by where the pixel lies in the window. None: what it said for the window whose
            centre is nearest, for results that have no mean.
        stitch : float, optional
            The function gives labels (whole numbers from 0, which is the background), each window
            by itself, and they become labels of the image: uint32, from 1 without gaps. Labels of
            two windows are one if, of the pixels that both see, intersection over union is at least
            this, 0 to 1; 0: if they have a pixel in common. A pixel gets the label of the window
            whose centre is nearest.
        cache : int
            Bytes for results that are kept since their neighbours will be asked for; 0: 64 to
            256 MiB. With less, windows are worked out again more often. Labels that are
            stitched take about half a byte a pixel, of cells of 20 pixels.
        dtype : optional
            Of the result; by default the image's.
        channels : int, optional
            Of the result; by default the image's.
        version : str, optional
            Names what the function computes, so that a job can be resumed. Change it with the
            function. Without it, a job is not resumable.
        writable : bool
            Gives the function a copy that it may change.
        processes : bool or int
            Runs the function in so many processes of their own (True: one per core), for those that
            hold the interpreter's lock. It has to be one that can be pickled, and is sent as it is
            now. They are started by every job, and end with it.

        Raises
        ------
        TypeError, ValueError
            Of options that cannot be, at once.
        TileError
            When the image is computed and the function fails; its cause is what was thrown.
        """
        _check_callable(function, "f(tile), f(tile, spec) or f(tile, out=)")
        options = _native.FunctionOptions()
        options.tile_px = whole_number(tile, "tile", 1) if tile is not None else self._tile_px
        options.halo_px = whole_number(halo, "halo", 0)
        options.channels = whole_number(channels, "channels", 1) if channels is not None else 0
        options.batch = whole_number(batch, "batch", 1) if batch is not None else 0
        options.overlap_px = whole_number(overlap, "overlap", 0)
        options.set_blend("nearest" if blend is None else text(blend, "blend"))
        if stitch is not None:
            options.set_stitch(_number(stitch, "stitch"))
        options.cache_bytes = whole_number(cache, "cache", 0, 2**62)
        options.outside = _number(outside, "outside")
        if boundary is not None:
            options.set_boundary(text(boundary, "boundary"))
        if dtype is not None:
            options.set_dtype(dtype_name(dtype))
        caller = _caller(function, processes, writable=writable, labels=stitch is not None)
        return self._called(caller, version, options)

    def chunks(
        self,
        function: Callable[..., Any],
        *,
        chunk: int = 2048,
        halo: int = 0,
        boundary: Boundary | None = None,
        outside: float = 0,
        batch: int | None = None,
        processes: bool | int = False,
        threads: int = 0,
        callbacks: object = (),
    ) -> list[list[Any]]:
        """Call a function for every chunk, now, and return what it returned.

        Parameters
        ----------
        function : callable
            ``f(chunk)`` or ``f(chunk, spec)`` with a `Tile`, as `map` calls it, but with an array
            of its own; it returns whatever it finds in a chunk: a number, a vector, a table.
        chunk : int
            Edge of the chunks, which lie on a grid from (0, 0).
        halo, boundary, outside, processes
            As of `map`.
        batch : int, optional
            As of `map`; it returns a sequence, or an array, of a result for each chunk.
        threads : int
            0: one per core. Each has a chunk in memory.
        callbacks : Callback or iterable of them
            Also told of every chunk: its number, how many there are, and its shape.

        Returns
        -------
        list of list
            ``[row][column]``, by chunks; ``np.array`` makes arrays of vectors a grid.

        Raises
        ------
        TypeError, ValueError
            Of options that cannot be.
        TileError
            The function failed; its cause is what was thrown.
        """
        _check_callable(function, "f(chunk) or f(chunk, spec)")
        options = _native.FunctionOptions()
        options.tile_px = whole_number(chunk, "chunk", 1)
        options.halo_px = whole_number(halo, "halo", 0)
        options.batch = whole_number(batch, "batch", 1) if batch is not None else 0
        options.outside = _number(outside, "outside")
        if boundary is not None:
            options.set_boundary(text(boundary, "boundary"))
        caller = _caller(function, processes, ValueCaller)
        return self._visited(caller, options, threads, callbacks)


def _check_callable(function: object, expected: str) -> None:
    if not callable(function):
        msg = f"{function!r} cannot be called: expected {expected}"
        raise TypeError(msg)


def _caller(
    function: Callable[..., Any],
    processes: bool | int,
    kind: type[TileCaller] = TileCaller,
    **options: bool,
) -> TileCaller:
    name = name_of(function)
    if processes is False:
        return kind(function, name, **options)
    count = cores() if processes is True else whole_number(processes, "processes", 1, 1024)
    return ProcessCaller(function, name, processes=count, there=kind, **options)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        msg = f"{name} is {value!r}: expected a number"
        raise TypeError(msg)
    return float(value)


def version_text(version: str | None) -> str:
    """What tells this function from others: made up, if nobody says it."""
    return secrets.token_hex(16) if version is None else text(version, "version")
