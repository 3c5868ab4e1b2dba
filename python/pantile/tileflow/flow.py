"""`TileFlow`: a function over the tiles of an image."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pantile.callbacks import CallbackList
from pantile.tileflow.assembly import Assembly
from pantile.tileflow.backends import Streamable, as_streamable
from pantile.tileflow.bands import reader
from pantile.tileflow.engine import Read, TileRun, check_workers, read_only
from pantile.tileflow.geometry import BBox, ProcessedTile, TileSpec
from pantile.tileflow.grid import GridSpec, check_overlap, whole_pair
from pantile.tileflow.tile_function import TileFunction, as_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class TileFlow:
    """Process an image tile by tile, as TileFlow 0.6 does.

    Parameters
    ----------
    tile_size : (int, int)
        Height and width of a tile.
    overlap : (int, int)
        How far a tile looks into its neighbours; less than half of its size.
    chunk_size : (int, int) or None
        Height and width of a chunk: the image is read, and cut into tiles, chunk by chunk. None
        cuts the image itself.
    chunk_overlap : (int, int)
        How far a chunk looks into its neighbours; less than half of its size.
    name : str
        What `summary` and the callbacks' statistics call it.

    Examples
    --------
    >>> import numpy as np
    >>> flow = TileFlow(tile_size=(64, 64), overlap=(4, 4))
    >>> _ = flow.configure(function=lambda tile: tile * 2)
    >>> image = np.arange(100 * 150).reshape(100, 150)
    >>> bool((flow.run(image) == image * 2).all())
    True
    """

    def __init__(
        self,
        tile_size: tuple[int, int],
        overlap: tuple[int, int] = (0, 0),
        chunk_size: tuple[int, int] | None = None,
        chunk_overlap: tuple[int, int] = (16, 16),
        name: str = "TileFlow",
    ) -> None:
        self.tile_size = whole_pair(tile_size, "tile_size", 1)
        self.overlap = whole_pair(overlap, "overlap", 0)
        check_overlap(self.tile_size, self.overlap)
        self.chunk_size = None if chunk_size is None else whole_pair(chunk_size, "chunk_size", 1)
        self.chunk_overlap = whole_pair(chunk_overlap, "chunk_overlap", 0)
        if self.chunk_size is not None:
            check_overlap(self.chunk_size, self.chunk_overlap, "chunk_overlap", "chunk")
        self.name = name
        self._function: TileFunction | None = None
        self._chunk_function: TileFunction | None = None
        self._writable = False

    def configure(
        self,
        function: Callable[..., Any],
        chunk_function: Callable[..., Any] | None = None,
        *,
        dtype: npt.DTypeLike | None = None,
        writable: bool = False,
    ) -> TileFlow:
        """Set what is done.

        Parameters
        ----------
        function : callable
            ``fn(tile)``, ``fn(tile, spec)`` or ``fn(tile, out=…)``, as its signature says. It
            returns an array whose last two axes are the tile's, a vector, a number, or a tuple of
            those.
        chunk_function : callable or None
            ``fn(chunk)`` or ``fn(chunk, spec)``: what to do with a chunk that was put together
            of its tiles. It returns the same kinds, or None everywhere.
        dtype : data type or None
            What ``out`` holds; None is the type of the image.
        writable : bool
            Whether the function may write into its tile, which then is a copy.

        Returns
        -------
        TileFlow
            Itself.

        Raises
        ------
        TypeError
            The functions cannot be called so.
        """
        self._function = TileFunction(function, "function", dtype)
        self._chunk_function = (
            None if chunk_function is None else TileFunction(chunk_function, "chunk_function")
        )
        self._writable = bool(writable)
        return self

    def run(
        self,
        data: Any,
        callbacks: Iterable[object] | object | None = None,
        return_tiles: bool = False,
        *,
        workers: int = 1,
    ) -> Any:
        """Process an image.

        Parameters
        ----------
        data : array or Streamable
            The image, rows and columns last: (height, width), or (channel, height, width).
        callbacks : callbacks or None
            Told of what happens.
        return_tiles : bool
            Whether to return the tiles instead, each with its overlap.
        workers : int
            Threads that call the function; 1 calls it in order.

        Returns
        -------
        array, list of arrays, list of ProcessedTile, or None
            The results put together: an image; of vectors an array (length, rows, columns) of the
            grid, of numbers (rows, columns); of several results a list. With a `Streamable`, what
            its `create_output` made. None where `chunk_function` returns None for every chunk.

        Raises
        ------
        RuntimeError
            `configure` was not called.
        ValueError, TypeError
            The image, or what a function returned, is not what is expected.
        Exception
            What a function raised, with a note that names the tile.
        """
        if self._function is None:
            raise RuntimeError("no function to run: call configure() first")
        workers = check_workers(workers)
        calls = CallbackList(callbacks)
        source = as_streamable(data)
        if source.ndim < 2 or min(source.shape) < 1:
            raise ValueError(f"data: expected height and width of 1 or more, got {source.shape}")
        run = TileRun(self._function, calls, workers, return_tiles, self._writable)
        job = _Job(self, source, run, None if source is not data else source)
        stats = job.stats()
        start_s = time.perf_counter()
        calls.call("on_processing_start", dict(stats))
        try:
            result, tiles = job.by_tiles() if self.chunk_size is None else job.by_chunks()
        except BaseException as error:
            stats.update(processing_time_s=time.perf_counter() - start_s, tiles_done=run.done)
            calls.call("on_processing_error", error, dict(stats))
            raise
        stats.update(processing_time_s=time.perf_counter() - start_s, tiles_done=run.done)
        stats["output_shape"] = getattr(result, "shape", None)
        calls.call("on_processing_end", dict(stats))
        return tiles if return_tiles else result

    def summary(self) -> str:
        """Describe what `run` will do."""
        lines = [
            f"{self.name}: tiles of {_by(self.tile_size)}, overlap {_by(self.overlap)}",
        ]
        if self.chunk_size is not None:
            lines.append(f"  chunks of {_by(self.chunk_size)}, overlap {_by(self.chunk_overlap)}")
        for what in (self._function, self._chunk_function):
            if what is not None:
                called = getattr(what.function, "__qualname__", repr(what.function))
                lines.append(f"  {what.name}: {called}")
        if self._function is None:
            lines.append("  not configured")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"TileFlow(tile_size={self.tile_size}, overlap={self.overlap}, "
            f"chunk_size={self.chunk_size}, chunk_overlap={self.chunk_overlap}, "
            f"name={self.name!r})"
        )


def _by(pair: tuple[int, int]) -> str:
    return f"{pair[0]} by {pair[1]}"


class _Job:
    """One run."""

    def __init__(
        self, flow: TileFlow, source: Streamable, run: TileRun, target: Streamable | None
    ) -> None:
        self.flow = flow
        self.source = source
        self.run = run
        self.create = None if target is None else target.create_output
        height, width = source.shape[-2:]
        self.image = BBox(0, 0, width, height)

    def stats(self) -> dict[str, Any]:
        flow = self.flow
        stats: dict[str, Any] = {
            "name": flow.name,
            "input_shape": self.source.shape,
            "dtype": self.source.dtype,
            "tile_size": flow.tile_size,
            "overlap": flow.overlap,
            "chunk_size": flow.chunk_size,
            "chunk_overlap": None if flow.chunk_size is None else flow.chunk_overlap,
        }
        if flow.chunk_size is None:
            rows, columns = GridSpec(flow.tile_size, flow.overlap).grid_shape(self.image.shape)
            stats["total_tiles"] = rows * columns
        else:
            chunks = list(self._chunks()[1])
            stats["total_chunks"] = len(chunks)
            stats["total_tiles"] = sum(len(self._tiles(chunk.geometry.halo)[1]) for chunk in chunks)
        return stats

    def _tiles(self, region: BBox) -> tuple[GridSpec, list[TileSpec]]:
        grid = GridSpec(self.flow.tile_size, self.flow.overlap, (region.y0, region.x0))
        return grid, list(grid.build_grid(region.shape))

    def _chunks(self) -> tuple[GridSpec, list[TileSpec]]:
        assert self.flow.chunk_size is not None
        grid = GridSpec(self.flow.chunk_size, self.flow.chunk_overlap)
        return grid, list(grid.build_grid(self.image.shape))

    def _read(self, box: BBox) -> npt.NDArray[Any]:
        return read_only(self.source[(..., *box.slices())])

    def by_tiles(self) -> tuple[Any, list[ProcessedTile]]:
        grid, specs = self._tiles(self.image)
        assembly = Assembly(self.image, grid.grid_shape(self.image.shape), create=self.create)
        read = reader(self.source, self.flow.tile_size[0], self.flow.overlap[0])
        tiles = self.run.run(specs, read, assembly)
        return assembly.result(), tiles

    def by_chunks(self) -> tuple[Any, list[ProcessedTile]]:
        grid, specs = self._chunks()
        name = "function" if self.flow._chunk_function is None else "chunk_function"
        output = Assembly(
            self.image,
            grid.grid_shape(self.image.shape),
            name=name,
            what="chunk",
            create=self.create,
        )
        calls = self.run.calls
        tiles: list[ProcessedTile] = []
        without: TileSpec | None = None  # a chunk whose function returned None
        for index, spec in enumerate(specs):
            pixels = self._read(spec.geometry.halo)
            about = (index, len(specs), tuple(pixels.shape))
            calls.call("on_chunk_start", *about)
            try:
                value, done = self._chunk(spec, pixels)
                tiles += done
                if value is None:
                    without = spec
                else:
                    output.put(spec, as_results(value, spec, name, "chunk"))
                if without is not None and output.outputs:
                    raise TypeError(
                        f"chunk_function returned None for the {without.describe('chunk')}, and "
                        "arrays for others: expected one or the other"
                    )
            except BaseException as error:
                error.add_note(f"in the {spec.describe('chunk')}, {index + 1} of {len(specs)}")
                calls.call("on_chunk_error", error, *about)
                raise
            calls.call("on_chunk_end", *about)
        return output.result(), tiles

    def _chunk(self, spec: TileSpec, pixels: npt.NDArray[Any]) -> tuple[Any, list[ProcessedTile]]:
        region = spec.geometry.halo
        grid, tile_specs = self._tiles(region)
        assembly = Assembly(region, grid.grid_shape(region.shape))
        tiles = self.run.run(tile_specs, part_of(pixels, region), assembly)
        chunk_function = self.flow._chunk_function
        if chunk_function is not None:
            result = assembly.result()
            if chunk_function.takes_out and not isinstance(result, np.ndarray):
                raise TypeError("chunk_function: out= needs a function that returns one array")
            return chunk_function(result, spec), tiles
        if assembly.has_vectors:
            raise ValueError(
                "function returned a vector: the grids of several chunks make no image; leave "
                "chunk_size out, or take them by a chunk_function"
            )
        return assembly.result(), tiles


def part_of(pixels: npt.NDArray[Any], region: BBox) -> Read:
    """Give what reads parts of `pixels`, which lie at `region` in the image."""
    origin = (region.y0, region.x0)

    def read(box: BBox) -> npt.NDArray[Any]:
        return read_only(pixels[(..., *box.slices(origin))])

    return read
