"""The hooks of a job."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one stage of a job stands.

    Attributes
    ----------
    name : str
        What the stage does, for people.
    unit : str
        What `done` and `total` count, such as ``"shards"``.
    done, total : int
        Units that are done, and that there are.
    resumed : int
        Units of `done` that an earlier run did.
    elapsed_s : float
        Seconds since the stage began.
    """

    name: str
    unit: str = "units"
    done: int = 0
    total: int = 0
    resumed: int = 0
    elapsed_s: float = 0.0

    @property
    def fraction(self) -> float:
        """The share that is done, 0 to 1; 1 of nothing."""
        return min(1.0, self.done / self.total) if self.total > 0 else 1.0

    @property
    def rate_per_s(self) -> float:
        """Units per second of this run; NaN before any time has passed."""
        return (self.done - self.resumed) / self.elapsed_s if self.elapsed_s > 0 else math.nan

    @property
    def remaining_s(self) -> float:
        """Seconds to go at this rate; NaN where the rate says nothing."""
        rate = self.rate_per_s
        return (self.total - self.done) / rate if rate > 0 else math.nan


class Callback:
    """Base of what follows a job; every hook does nothing until overridden.

    The order is ``on_processing_start``, then for every chunk ``on_chunk_start``, for every tile
    of it ``on_tile_start`` and ``on_tile_end``, then ``on_chunk_end``, and at last
    ``on_processing_end``. Without chunks the chunk hooks are left out. Where something fails, the
    ``…_error`` hook takes the place of the ``…_end`` hook, from the tile outwards. Jobs that run
    in stages call the stage hooks between the start and the end of the processing.

    Hooks are never called at the same time, but may be called from different threads. One object
    follows one job at a time.
    """

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        """Handle the start of a job; `stats` says what it is about."""

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        """Handle the end of a job that succeeded; `stats` has its figures."""

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        """Handle the end of a job that failed, or was interrupted."""

    def on_chunk_start(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        """Handle the start of chunk `chunk_index` of `total_chunks`, with its margin."""

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        """Handle the end of a chunk."""

    def on_chunk_error(
        self,
        error: BaseException,
        chunk_index: int,
        total_chunks: int,
        chunk_shape: tuple[int, ...],
    ) -> None:
        """Handle a chunk that failed."""

    def on_tile_start(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        """Handle the start of a tile; `tile` says where it lies."""

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        """Handle the end of a tile; `tile` has its result, or of the engine's jobs its place."""

    def on_tile_error(
        self, error: BaseException, tile: Any, tile_index: int, total_tiles: int
    ) -> None:
        """Handle a tile that failed; `tile` says where it lies."""

    def on_stage_start(self, stage: Stage) -> None:
        """Handle the start of a stage."""

    def on_stage_progress(self, stage: Stage) -> None:
        """Handle the progress of a stage, a few times a second at most."""

    def on_stage_end(self, stage: Stage) -> None:
        """Handle the end of a stage."""

    def on_note(self, text: str) -> None:
        """Handle something that the job says."""

    def on_warning(self, text: str) -> None:
        """Handle something that the job warns of."""


HOOKS: tuple[str, ...] = tuple(name for name in vars(Callback) if name.startswith("on_"))
"""The names of all hooks."""
