"""Functions of chunks, for what they find there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pantile._function import Array, Corners, Place, Tile, TileCaller
from pantile.callbacks import CallbackList


class ValueCaller(TileCaller):
    """Calls a function whose results are no pixels.

    It gets copies: what it returns may be a part of them, and is kept.
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        super().__init__(function, name, writable=True)
        if self._style == "out":
            msg = f"{self.name} takes out=: expected f(chunk) or f(chunk, spec), which returns"
            raise TypeError(msg)

    def serve(self, tile: Array, out: Any, places: list[Place], batched: bool) -> list[Any]:
        """Call it; return a result for every place."""
        specs = [Tile(*place) for place in places]
        try:
            result = self._result(tile, out, specs if batched else specs[0])
            if not batched:
                return [result]
            if not isinstance(result, (Sequence, np.ndarray)) or len(result) != len(places):
                what = f"{len(result)} results" if hasattr(result, "__len__") else repr(result)
                msg = f"{self.name} returned {what} for {len(places)} chunks: expected one for each"
                raise ValueError(msg)
            return list(result)
        except BaseException as error:
            self.failed(specs[0], error)
            raise


class ChunkCaller:
    """What the engine calls for every chunk: keeps results, and tells callbacks.

    Parameters
    ----------
    inner : TileCaller
        Whose serve() gives a list of results.
    calls : CallbackList
    grid : (int, int)
        Rows and columns of chunks.
    """

    def __init__(self, inner: TileCaller, calls: CallbackList, grid: tuple[int, int]) -> None:
        self._inner = inner
        self._calls = calls
        self._grid = grid
        self.results: list[list[Any]] = [[None] * grid[1] for _ in range(grid[0])]

    def __call__(
        self, tile: Array, _out: None, row: int, column: int, core: Corners, halo: Corners
    ) -> None:
        self._run(tile, tile.shape, [(row, column, core, halo)], batched=False)

    def batch(self, tiles: Array, _out: None, places: list[Place]) -> None:
        """Chunks at once; see TileCaller.batch()."""
        self._run(tiles, tiles.shape[1:], places, batched=True)

    def _run(
        self, tile: Array, shape: tuple[int, ...], places: list[Place], *, batched: bool
    ) -> None:
        rows, columns = self._grid
        about = [(row * columns + column, rows * columns, shape) for row, column, *_ in places]
        try:
            for which in about:
                self._calls.call("on_chunk_start", *which)
            try:
                values = self._inner.serve(tile, None, places, batched)
            except BaseException as error:
                for which in about:
                    self._calls.call("on_chunk_error", error, *which)
                raise
            for (row, column, *_), value, which in zip(places, values, about, strict=True):
                self.results[row][column] = value
                self._calls.call("on_chunk_end", *which)
        except BaseException as error:  # a callback's KeyboardInterrupt, too
            self._inner.failed(Tile(*places[0]), error)
            raise
