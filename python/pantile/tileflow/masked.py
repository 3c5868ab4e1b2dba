"""`TileFlowMasked`: what TileFlow 0.7 calls `TileFlow`, with channels, thresholds and masks."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from pantile.callbacks import CallbackList
from pantile.tileflow.assembly import Assembly
from pantile.tileflow.engine import Read, TileRun, check_workers
from pantile.tileflow.geometry import BBox, TileSpec
from pantile.tileflow.grid import GridSpec, check_overlap, whole_pair
from pantile.tileflow.tile_function import TileFunction, as_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class MaskedStreamable(Protocol):
    """An image of several channels and levels that has a mask."""

    def get_shape_hw(self) -> tuple[int, int]:
        """Height and width of the level that is read."""
        ...

    def read_raster(self, level: int, channels: list[int]) -> npt.NDArray[Any]:
        """Read channels whole: (channels, height, width)."""
        ...

    def read_region(
        self, level: int, channels: list[int], y0: int, y1: int, x0: int, x1: int
    ) -> npt.NDArray[Any]:
        """Read a rectangle of channels: (channels, y1 - y0, x1 - x0)."""
        ...

    def read_mask_region(self, level: int, y0: int, y1: int, x0: int, x1: int) -> npt.NDArray[Any]:
        """Read a rectangle of the mask: (y1 - y0, x1 - x0); 0 is outside."""
        ...


class MaskedArrayStreamable:
    """An array of channels, and a mask, as a `MaskedStreamable` of one level.

    Parameters
    ----------
    array : array, (channels, height, width)
        The image; anything that can be sliced.
    mask : array, (height, width), or None
        Where it is not 0 is the image; None is everywhere.
    """

    def __init__(self, array: Any, mask: Any = None) -> None:
        if len(array.shape) != 3:
            raise ValueError(f"array: expected (channels, height, width), got {array.shape}")
        if mask is not None and tuple(mask.shape) != tuple(array.shape[1:]):
            raise ValueError(f"mask: expected shape {tuple(array.shape[1:])}, got {mask.shape}")
        self.array = array
        self.mask = mask

    def get_shape_hw(self) -> tuple[int, int]:
        """Height and width."""
        return int(self.array.shape[1]), int(self.array.shape[2])

    def read_raster(self, level: int, channels: list[int]) -> npt.NDArray[Any]:
        """Read channels whole."""
        height, width = self.get_shape_hw()
        return self.read_region(level, channels, 0, height, 0, width)

    def read_region(
        self, level: int, channels: list[int], y0: int, y1: int, x0: int, x1: int
    ) -> npt.NDArray[Any]:
        """Read a rectangle of channels."""
        _only_level_0(level)
        return np.stack([np.asarray(self.array[c, y0:y1, x0:x1]) for c in channels])

    def read_mask_region(self, level: int, y0: int, y1: int, x0: int, x1: int) -> npt.NDArray[Any]:
        """Read a rectangle of the mask."""
        _only_level_0(level)
        if self.mask is None:
            return np.ones((y1 - y0, x1 - x0), bool)
        return np.asarray(self.mask[y0:y1, x0:x1])


def _only_level_0(level: int) -> None:
    if level != 0:
        raise ValueError(f"level: an array has level 0 alone, got {level}")


@dataclass
class _Channel:
    index: int
    threshold: float | None
    low: float = math.nan
    high: float = math.nan


class TileFlowMasked:
    """Process channels of an image tile by tile, where there is something.

    Channels are rescaled to 0 to 1 (float32, limited) before the function sees them, and are 0
    outside the mask. Tiles and chunks whose rectangle, with its overlap, has no pixel of the mask
    are left out. So are chunks (without chunks, the image) where every channel stays below its
    threshold, inside the mask or not.

    Parameters
    ----------
    tile_size, tile_overlap : (int, int)
        Height and width of a tile, and how far it looks into its neighbours.
    chunk_size, chunk_overlap : (int, int), or None
        The same of chunks; None reads the image at once.
    consider_mask : bool
        Whether to ask for the mask.
    """

    def __init__(
        self,
        tile_size: tuple[int, int],
        tile_overlap: tuple[int, int] = (0, 0),
        chunk_size: tuple[int, int] | None = None,
        chunk_overlap: tuple[int, int] = (0, 0),
        consider_mask: bool = True,
    ) -> None:
        self.tile_size = whole_pair(tile_size, "tile_size", 1)
        self.tile_overlap = whole_pair(tile_overlap, "tile_overlap", 0)
        check_overlap(self.tile_size, self.tile_overlap, "tile_overlap")
        self.chunk_size = None if chunk_size is None else whole_pair(chunk_size, "chunk_size", 1)
        self.chunk_overlap = whole_pair(chunk_overlap, "chunk_overlap", 0)
        if self.chunk_size is not None:
            check_overlap(self.chunk_size, self.chunk_overlap, "chunk_overlap", "chunk")
        self.consider_mask = bool(consider_mask)
        self._channels: list[_Channel] = []
        self._level = 0
        self._processor: TileFunction | None = None
        self._sink: Callable[[Any, TileSpec], object] | None = None

    def add_channel(
        self,
        channel_index: int,
        threshold: float | None = None,
        rescale_range: tuple[float, float] | None = None,
    ) -> None:
        """Add a channel to those that the function sees.

        Parameters
        ----------
        channel_index : int
            Its number in the image.
        threshold : number or None
            The channel has something where it reaches this, before it is rescaled; with None it
            always has.
        rescale_range : (number, number) or None
            What becomes 0 and 1; None is the channel's least and greatest value, for which the
            whole channel is read first.
        """
        index = whole_pair((channel_index, channel_index), "channel_index", 0)[0]
        if any(channel.index == index for channel in self._channels):
            raise ValueError(f"channel_index: {index} was added already")
        if threshold is not None and math.isnan(threshold):
            raise ValueError("threshold: expected a number, got NaN")
        channel = _Channel(index, None if threshold is None else float(threshold))
        if rescale_range is not None:
            low, high = rescale_range
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise ValueError(f"rescale_range: expected least < greatest, got {rescale_range}")
            channel.low, channel.high = float(low), float(high)
        self._channels.append(channel)

    def setup(
        self,
        level: int,
        tile_processor: Callable[..., Any],
        chunk_sink: Callable[[Any, TileSpec], object] | None = None,
    ) -> None:
        """Set what is done.

        Parameters
        ----------
        level : int
            Which level of the image to read.
        tile_processor : callable
            ``fn(tile, spec)`` or ``fn(tile)``, tile (channels, height, width) of float32. It
            returns an array whose last two axes are the tile's, a vector, or a number.
        chunk_sink : callable or None
            ``fn(result, spec)`` takes every chunk with its overlap, None for those left out.
        """
        if not self._channels:
            raise RuntimeError("no channel to read: call add_channel() first")
        self._level = whole_pair((level, level), "level", 0)[0]
        self._processor = TileFunction(tile_processor, "tile_processor")
        if chunk_sink is not None and not callable(chunk_sink):
            raise TypeError(f"chunk_sink: expected a function, got {chunk_sink!r}")
        self._sink = chunk_sink

    def run(
        self,
        streamable: MaskedStreamable,
        callbacks: Iterable[object] | object | None = None,
        *,
        workers: int = 1,
    ) -> Any:
        """Process an image.

        Parameters
        ----------
        streamable : MaskedStreamable
            The image.
        callbacks : callbacks or None
            Told of what happens; tiles that are left out are not counted.
        workers : int
            Threads that call the function.

        Returns
        -------
        array, list of arrays, or None
            As of `TileFlow.run`, with 0 where tiles were left out. None where all were, or
            where a sink took the chunks.
        """
        if self._processor is None:
            raise RuntimeError("no function to run: call setup() first")
        calls = CallbackList(callbacks)
        run = TileRun(self._processor, calls, check_workers(workers))
        shape = whole_pair(tuple(streamable.get_shape_hw()), "streamable: shape", 1)
        stats: dict[str, Any] = {
            "name": type(self).__name__,
            "input_shape": (len(self._channels), *shape),
            "tile_size": self.tile_size,
            "overlap": self.tile_overlap,
            "chunk_size": self.chunk_size,
            "chunk_overlap": None if self.chunk_size is None else self.chunk_overlap,
        }
        start_s = time.perf_counter()
        calls.call("on_processing_start", dict(stats))
        try:
            result = _MaskedJob(self, streamable, run, BBox(0, 0, shape[1], shape[0])).run()
        except BaseException as error:
            stats.update(processing_time_s=time.perf_counter() - start_s, tiles_done=run.done)
            calls.call("on_processing_error", error, dict(stats))
            raise
        stats.update(processing_time_s=time.perf_counter() - start_s, tiles_done=run.done)
        calls.call("on_processing_end", dict(stats))
        return result


class _MaskedJob:
    """One run."""

    def __init__(
        self, flow: TileFlowMasked, image: MaskedStreamable, run: TileRun, region: BBox
    ) -> None:
        self._flow = flow
        self._image = image
        self._run = run
        self._region = region
        self._indices = [channel.index for channel in flow._channels]
        # The flow's channels stay as they are: the next image has a range of its own.
        self._channels = [_Channel(**vars(channel)) for channel in flow._channels]

    def run(self) -> Any:
        if self._flow.chunk_size is not None:
            return self._by_chunks(self._flow.chunk_size)
        mask = self._mask(self._region)
        if mask is not None and not mask.any():
            return None
        pixels = self._checked(
            self._image.read_raster(self._flow._level, self._indices), self._region
        )
        self._widen(pixels)
        if not self._has_something(pixels):
            return None
        return self._tiles(self._region, pixels, mask).result()

    def _by_chunks(self, chunk_size: tuple[int, int]) -> Any:
        grid = GridSpec(chunk_size, self._flow.chunk_overlap)
        specs = list(grid.build_grid(self._region.shape))
        if any(math.isnan(channel.low) for channel in self._channels):
            for spec in specs:
                self._widen(self._pixels(spec.geometry.core))
        sink, calls = self._flow._sink, self._run.calls
        name = self._run.function.name
        output = Assembly(
            self._region,
            grid.grid_shape(self._region.shape),
            name=name,
            what="chunk",
            partial=True,
        )
        for index, spec in enumerate(specs):
            about = (index, len(specs), (len(self._indices), *spec.geometry.halo.shape))
            calls.call("on_chunk_start", *about)
            try:
                assembly = self._chunk(spec.geometry.halo)
                result = None if assembly is None else assembly.result()
                if sink is not None:
                    sink(result, spec)
                elif assembly is not None:
                    if assembly.has_vectors:
                        raise ValueError(
                            f"{name} returned a vector: the grids of several chunks make no "
                            "image; give setup() a chunk_sink, or leave chunk_size out"
                        )
                    output.put(spec, as_results(result, spec, name, "chunk"))
            except BaseException as error:
                error.add_note(f"in the {spec.describe('chunk')}, {index + 1} of {len(specs)}")
                calls.call("on_chunk_error", error, *about)
                raise
            calls.call("on_chunk_end", *about)
        return output.result()

    def _chunk(self, region: BBox) -> Assembly | None:
        mask = self._mask(region)
        if mask is not None and not mask.any():
            return None
        pixels = self._pixels(region)
        if not self._has_something(pixels):
            return None
        return self._tiles(region, pixels, mask)

    def _tiles(
        self, region: BBox, pixels: npt.NDArray[Any], mask: npt.NDArray[Any] | None
    ) -> Assembly:
        grid = GridSpec(self._flow.tile_size, self._flow.tile_overlap, (region.y0, region.x0))
        specs: Sequence[TileSpec] = list(grid.build_grid(region.shape))
        origin = (region.y0, region.x0)
        if mask is not None:
            specs = [spec for spec in specs if mask[spec.geometry.halo.slices(origin)].any()]
        assembly = Assembly(
            region,
            grid.grid_shape(region.shape),
            name=self._run.function.name,
            partial=mask is not None,
        )
        self._run.run(specs, self._reader(pixels, mask, origin), assembly)
        return assembly

    def _reader(
        self, pixels: npt.NDArray[Any], mask: npt.NDArray[Any] | None, origin: tuple[int, int]
    ) -> Read:
        def read(box: BBox) -> npt.NDArray[Any]:
            part = pixels[(..., *box.slices(origin))]
            tile = np.empty(part.shape, np.float32)
            for target, plane, channel in zip(tile, part, self._channels, strict=True):
                _rescale(plane, channel.low, channel.high, target)
            if mask is not None:
                tile[:, ~mask[box.slices(origin)]] = 0
            return tile

        return read

    def _mask(self, box: BBox) -> npt.NDArray[Any] | None:
        if not self._flow.consider_mask:
            return None
        mask = np.asarray(
            self._image.read_mask_region(self._flow._level, box.y0, box.y1, box.x0, box.x1)
        )
        if mask.shape != box.shape:
            raise ValueError(f"streamable: expected a mask of {box.shape}, got {mask.shape}")
        return mask.astype(bool, copy=False)

    def _pixels(self, box: BBox) -> npt.NDArray[Any]:
        read = self._image.read_region
        return self._checked(
            read(self._flow._level, self._indices, box.y0, box.y1, box.x0, box.x1), box
        )

    def _checked(self, pixels: Any, box: BBox) -> npt.NDArray[Any]:
        array = np.asarray(pixels)
        expected = (len(self._indices), *box.shape)
        if array.shape != expected:
            raise ValueError(f"streamable: expected pixels of {expected}, got {array.shape}")
        if array.dtype.kind not in "biuf":
            raise TypeError(f"streamable: expected real numbers, got {array.dtype}")
        return array

    def _widen(self, pixels: npt.NDArray[Any]) -> None:
        """Let ranges that were not given reach over `pixels`."""
        for plane, channel, given in zip(pixels, self._channels, self._flow._channels, strict=True):
            if math.isnan(given.low):
                channel.low = float(np.fmin(channel.low, np.fmin.reduce(plane, axis=None)))
                channel.high = float(np.fmax(channel.high, np.fmax.reduce(plane, axis=None)))

    def _has_something(self, pixels: npt.NDArray[Any]) -> bool:
        return any(
            channel.threshold is None or bool(np.fmax.reduce(plane, axis=None) >= channel.threshold)
            for plane, channel in zip(pixels, self._channels, strict=True)
        )


def _rescale(
    plane: npt.NDArray[Any], low: float, high: float, out: npt.NDArray[np.float32]
) -> None:
    """Make `low` 0 and `high` 1, limited to them; a single value, or no number, becomes 0."""
    span = high - low
    if not span > 0:
        out[...] = 0
        return
    # 32 bits hold integers of 16 exactly; others are narrowed at the end.
    dtype = np.result_type(plane.dtype, np.float32)
    values = plane.astype(dtype)
    values -= dtype.type(low)
    values /= dtype.type(span)
    np.clip(values, 0, 1, out=out, casting="same_kind")
