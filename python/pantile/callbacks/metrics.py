"""Counts and times of a job."""

# ruff: noqa: ARG002 (a hook gets what it gets)

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from pantile.callbacks.base import Callback, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Metrics(Callback):
    """Count tiles, chunks and stages, and take their times.

    Afterwards `figures` has them; a job that runs next starts anew.
    """

    def __init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.tile_times_s: list[float] = []
        self.chunk_times_s: list[float] = []
        self.stages: list[Stage] = []
        self.pixels = 0
        self.failed = False
        self._tile_starts: dict[int, float] = {}
        self._chunk_starts: dict[int, float] = {}
        self._start_s = math.nan
        self._end_s = math.nan

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        self._reset()
        self._start_s = time.perf_counter()

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self._end_s = time.perf_counter()

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        self._end_s = time.perf_counter()
        self.failed = True

    def on_chunk_start(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self._chunk_starts[chunk_index] = time.perf_counter()

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        start_s = self._chunk_starts.pop(chunk_index, math.nan)
        self.chunk_times_s.append(time.perf_counter() - start_s)

    def on_tile_start(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self._tile_starts[tile_index] = time.perf_counter()

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        start_s = self._tile_starts.pop(tile_index, math.nan)
        self.tile_times_s.append(time.perf_counter() - start_s)
        self.pixels += core_pixels(tile)

    def on_stage_end(self, stage: Stage) -> None:
        self.stages.append(stage)

    @property
    def wall_s(self) -> float:
        """Seconds from the start to the end, or until now; NaN before the start."""
        end_s = time.perf_counter() if math.isnan(self._end_s) else self._end_s
        return end_s - self._start_s

    def figures(self) -> dict[str, float]:
        """Give what was measured.

        Returns
        -------
        dict
            ``wall_s``, ``tiles``, ``chunks``, ``stages``, ``pixels`` (of the tiles without their
            overlap), ``tile_mean_s``, ``tile_median_s``, ``tile_min_s``, ``tile_max_s``,
            ``tiles_per_s``, ``pixels_per_s``. What was not measured is NaN.
        """
        times = sorted(self.tile_times_s)
        count = len(times)
        wall_s = self.wall_s
        return {
            "wall_s": wall_s,
            "tiles": float(count),
            "chunks": float(len(self.chunk_times_s)),
            "stages": float(len(self.stages)),
            "pixels": float(self.pixels),
            "tile_mean_s": math.fsum(times) / count if count else math.nan,
            "tile_median_s": (times[count // 2] + times[(count - 1) // 2]) / 2
            if count
            else math.nan,
            "tile_min_s": times[0] if count else math.nan,
            "tile_max_s": times[-1] if count else math.nan,
            "tiles_per_s": count / wall_s if wall_s > 0 else math.nan,
            "pixels_per_s": self.pixels / wall_s if wall_s > 0 else math.nan,
        }


def core_pixels(tile: Any) -> int:
    """Pixels of a tile without its overlap; 0 where it does not say."""
    spec = getattr(tile, "tile_spec", tile)
    if isinstance(corners := getattr(spec, "core", None), tuple):
        x0, y0, x1, y1 = corners
        return int((x1 - x0) * (y1 - y0))
    core = getattr(getattr(spec, "geometry", None), "core", None)
    if core is None:
        return 0
    return int((core.x1 - core.x0) * (core.y1 - core.y0))
