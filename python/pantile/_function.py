"""Functions of tiles: how they are called, and what they may return."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Corners = tuple[int, int, int, int]

_STYLES = "f(tile), f(tile, spec) or f(tile, out=)"


class Tile(NamedTuple):
    """Where a tile lies.

    Attributes
    ----------
    row, column : int
        Of the grid of tiles.
    core, halo : tuple of int
        (x0, y0, x1, y1), half-open, in pixels of the image, and where a boundary fills it beyond:
        what is kept of the function's result, and what the function is given.
    """

    row: int
    column: int
    core: Corners
    halo: Corners

    @property
    def inner(self) -> tuple[slice, slice]:
        """The core within the halo, as slices of rows and columns."""
        x0, y0, x1, y1 = self.core
        left, top = self.halo[:2]
        return slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)


def _call_style(function: Callable[..., Any]) -> str:
    """Find how `function` wants to be called, from its signature alone."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions in C do not say
        return "tile"
    if any(p.name == "out" and p.kind is p.KEYWORD_ONLY for p in parameters):
        return "out"
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional if p.default is p.empty]
    if len(positional) >= 2 and positional[1].name == "out":
        return "out"
    if any(p.default is p.empty and p.kind is p.KEYWORD_ONLY for p in parameters):
        msg = f"{name_of(function)} needs keyword arguments: expected {_STYLES}"
        raise TypeError(msg)
    if len(needed) > 2 or (
        not positional and not any(p.kind is p.VAR_POSITIONAL for p in parameters)
    ):
        msg = f"{name_of(function)} takes {len(needed)} arguments: expected {_STYLES}"
        raise TypeError(msg)
    return "spec" if len(needed) == 2 else "tile"


def name_of(function: Callable[..., Any]) -> str:
    """Name a function for messages."""
    return str(getattr(function, "__qualname__", None) or type(function).__name__)


Place = tuple[int, int, Corners, Corners]


class TileCaller:
    """Calls a user's function for the engine, checks what it returns, and keeps what it throws."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        *,
        writable: bool = False,
        labels: bool = False,
    ) -> None:
        self._function = function
        self.name = name
        self._style = _call_style(function)
        self._writable = writable
        self._labels = labels
        self.failure: tuple[Tile, BaseException] | None = None

    def __call__(
        self, tile: Array, out: Array, row: int, column: int, core: Corners, halo: Corners
    ) -> None:
        try:
            if self._style == "spec":
                self._work(tile, out, core, halo, Tile(row, column, core, halo))
            else:
                self._work(tile, out, core, halo, None)
        except BaseException as error:
            self.failed(Tile(row, column, core, halo), error)
            raise

    def batch(self, tiles: Array, out: Array, places: list[Place]) -> None:
        """Call it for several tiles at once, of axes n, c, y, x, or n, y, x."""
        _, _, core, halo = places[0]
        try:
            specs = [Tile(*place) for place in places] if self._style == "spec" else None
            self._work(tiles, out, core, halo, specs)
        except BaseException as error:
            self.failed(Tile(*places[0]), error)
            raise

    def serve(self, tile: Array, out: Any, places: list[Place], batched: bool) -> Any:
        """Do what another process was asked for; return what is to be sent, besides `out`."""
        if batched:
            return self.batch(tile, out, places)
        return self(tile, out, *places[0])

    def _work(self, tile: Array, out: Array, core: Corners, halo: Corners, spec: Any) -> None:
        result = self._result(tile, out, spec)
        # One that also takes no `out` may return an array instead of filling it.
        if self._style == "out" and (result is None or result is out):
            return
        self._keep(result, tile, out, core, halo)

    def _result(self, tile: Array, out: Any, spec: Any) -> Any:
        if self._writable:
            tile = tile.copy()
        if self._style == "out":
            return self._function(tile, out=out)
        if self._style == "spec":
            return self._function(tile, spec)
        return self._function(tile)

    def failed(self, tile: Tile, error: BaseException) -> None:
        """Keep what a call for `tile` threw."""
        # The first, but for a KeyboardInterrupt, which is no failure of the function's.
        if self.failure is None or not isinstance(error, Exception):
            self.failure = (tile, error)

    def _keep(self, result: object, tile: Array, out: Array, core: Corners, halo: Corners) -> None:
        if result is None:
            msg = f"{self.name} returned None: expected an array"
            raise TypeError(msg)
        array = np.asarray(result)
        if self._labels:
            self._check_labels(array)
        elif array.dtype != out.dtype and not np.can_cast(array.dtype, out.dtype, "same_kind"):
            msg = (
                f"{self.name} returned {array.dtype}: expected {out.dtype}; "
                f'say dtype="{array.dtype}" in map()'
            )
            raise TypeError(msg)
        if array.shape == out.shape:
            out[...] = array
            return
        whole = (*out.shape[:-2], *tile.shape[-2:])
        if array.shape != whole:
            wanted = (
                f"{out.shape}"
                if whole == out.shape
                else f"{whole} or, without the halo, {out.shape}"
            )
            msg = f"{self.name} returned an array of shape {array.shape}: expected {wanted}"
            raise ValueError(msg)
        top, left = core[1] - halo[1], core[0] - halo[0]
        out[...] = array[..., top : top + out.shape[-2], left : left + out.shape[-1]]

    def _check_labels(self, array: Array) -> None:
        if array.dtype.kind not in "biu":
            msg = f"{self.name} returned {array.dtype}: expected labels, which are whole numbers"
            raise TypeError(msg)
        if array.dtype.itemsize < 4 and array.dtype.kind != "i":
            return
        if array.size and not (array.min() >= 0 and array.max() < 2**32):
            msg = f"{self.name} returned labels from {array.min()} to {array.max()}: expected 0 "
            msg += "to 4294967295"
            raise ValueError(msg)
