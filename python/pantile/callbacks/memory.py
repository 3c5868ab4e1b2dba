"""Resident memory of the process while a job runs."""

# ruff: noqa: ARG002 (a hook gets what it gets)

from __future__ import annotations

import math
import os
import threading
from typing import TYPE_CHECKING, Any

from pantile.callbacks.base import Callback

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERVAL_S = 0.02
"""How often memory is looked at: between two looks 1 GB can come and go unseen, unless it is the
most that the process ever had."""


def resident_bytes() -> float:
    """Give the memory of this process that lies in RAM; NaN where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return float(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, IndexError):
        return math.nan


def lifetime_peak_bytes() -> float:
    """Give the most that this process ever had in RAM; NaN where the system does not say."""
    try:
        with open("/proc/self/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return float(int(line.split()[1]) * 1024)
    except (OSError, ValueError, IndexError):
        pass
    return math.nan


class MemoryTracker(Callback):
    """Follow the resident memory of the process, which includes what others in it use.

    Parameters
    ----------
    detailed : bool
        Also look after every tile, and keep what was seen (`per_tile_bytes`).
    interval_s : float or None
        How often a thread looks in between; None looks at the hooks alone.

    Attributes
    ----------
    baseline_bytes, peak_bytes, current_bytes : float
        At the start, the most, and at the last look or end; NaN where ``/proc`` is not there. The
        peak is exact where the process never had more before the job.
    """

    def __init__(self, detailed: bool = False, *, interval_s: float | None = INTERVAL_S) -> None:
        if interval_s is not None and not interval_s > 0:
            raise ValueError(f"interval_s: expected more than 0, got {interval_s!r}")
        self.detailed = detailed
        self.interval_s = interval_s
        self._stop: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self._reset()

    def _reset(self) -> None:
        self.baseline_bytes = math.nan
        self.peak_bytes = math.nan
        self.current_bytes = math.nan
        self.per_tile_bytes: list[float] = []
        self.tiles = 0
        self._peak_before_bytes = math.nan

    def _look(self) -> float:
        now = resident_bytes()
        self.current_bytes = now
        if not now <= self.peak_bytes:  # NaN too
            self.peak_bytes = now
        return now

    def _watch(self, stop: threading.Event, interval_s: float) -> None:
        while not stop.wait(interval_s):
            self._look()

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        self._finish()
        self._reset()
        self._peak_before_bytes = lifetime_peak_bytes()
        self.baseline_bytes = self._look()
        if self.interval_s is not None:
            self._stop = threading.Event()
            self._thread = threading.Thread(
                target=self._watch,
                args=(self._stop, self.interval_s),
                name="pantile-memory",
                daemon=True,
            )
            self._thread.start()

    def _finish(self) -> None:
        if self._stop is not None and self._thread is not None:
            self._stop.set()
            self._thread.join()
        self._stop = self._thread = None

    def _end(self) -> None:
        self._finish()
        self._look()
        # The high-water mark rose, so it is of this job, and exact.
        ever_bytes = lifetime_peak_bytes()
        if ever_bytes > self._peak_before_bytes:
            self.peak_bytes = max(self.peak_bytes, ever_bytes)

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self._end()

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        self._end()

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self._look()

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self.tiles += 1
        if self.detailed:
            self.per_tile_bytes.append(self._look())

    @property
    def peak_delta_bytes(self) -> float:
        """How far the peak lies above the baseline."""
        return self.peak_bytes - self.baseline_bytes

    def get_memory_stats(self) -> dict[str, Any]:
        """Give what was seen, under TileFlow's names.

        Returns
        -------
        dict
            ``baseline_memory_bytes``, ``peak_memory_bytes``, ``current_memory_bytes``,
            ``peak_delta_bytes``, ``average_per_tile_bytes`` (the delta over the tiles; NaN
            without any) and ``memory_per_tile_bytes`` (a list: resident memory after every tile;
            empty unless `detailed`).
        """
        return {
            "baseline_memory_bytes": self.baseline_bytes,
            "peak_memory_bytes": self.peak_bytes,
            "current_memory_bytes": self.current_bytes,
            "memory_per_tile_bytes": list(self.per_tile_bytes),
            "peak_delta_bytes": self.peak_delta_bytes,
            "average_per_tile_bytes": self.peak_delta_bytes / self.tiles
            if self.tiles
            else math.nan,
        }
