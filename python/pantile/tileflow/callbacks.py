"""TileFlow's callbacks, by its names."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any

from pantile import callbacks as _callbacks
from pantile.callbacks import Callback, Composite, Energy, Metrics, Progress, Stage

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from pantile.callbacks.progress import Display


class TileFlowCallback(Callback):
    """Base of TileFlow's callbacks.

    The older names ``on_tile_processed``, ``on_chunk_processed`` and ``on_processing_complete``
    are called by ``on_tile_end``, ``on_chunk_end`` and ``on_processing_end`` where those are not
    overridden.
    """

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self.on_tile_processed(tile, tile_index, total_tiles)

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self.on_chunk_processed(chunk_index, total_chunks, chunk_shape)

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self.on_processing_complete(stats)

    def on_tile_processed(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        """Handle the end of a tile: the older name of ``on_tile_end``."""

    def on_chunk_processed(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        """Handle the end of a chunk: the older name of ``on_chunk_end``."""

    def on_processing_complete(self, stats: Mapping[str, Any]) -> None:
        """Handle the end: the older name of ``on_processing_end``."""


class ProgressCallback(Progress, TileFlowCallback):
    """Show how far a job is.

    Parameters
    ----------
    verbose : bool
        Whether to show anything.
    show_rate : bool
        Also show tiles per second.
    """

    def __init__(
        self, verbose: bool = True, show_rate: bool = True, *, file: IO[str] | None = None
    ) -> None:
        super().__init__(show_rate=show_rate, file=file)
        self.verbose = verbose

    def _open(self) -> Display:
        return super()._open() if self.verbose else _Silence()


class _Silence:
    """A display that shows nothing."""

    def show(self, stage: Stage, rate: bool) -> None:
        pass

    def end(self, stage: Stage, rate: bool) -> None:
        pass

    def say(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class MetricsCallback(Metrics, TileFlowCallback):
    """Count and time tiles and chunks.

    Parameters
    ----------
    verbose : bool
        Whether to print the figures at the end.
    """

    def __init__(self, verbose: bool = True, *, file: IO[str] | None = None) -> None:
        super().__init__()
        self.verbose = verbose
        self._file = file

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        super().on_processing_end(stats)
        if self.verbose:
            figures = self.figures()
            mean_ms = figures["tile_mean_s"] * 1e3
            print(
                f"{figures['tiles']:.0f} tiles in {figures['wall_s']:.3f} s: "
                f"{figures['tiles_per_s']:.3g} tiles/s, {figures['pixels_per_s'] / 1e6:.3g} "
                f"Mpx/s, {mean_ms:.3g} ms each",
                file=self._file or sys.stdout,
            )

    def get_detailed_metrics(self) -> dict[str, Any]:
        """Give `Metrics.figures`, and the times of every tile and chunk.

        Returns
        -------
        dict
            As `Metrics.figures`; ``total_tiles``, ``total_chunks``, ``processing_time_s``,
            ``average_tile_time_s``, and the lists ``tile_times_s`` and ``chunk_times_s``.
        """
        figures: dict[str, Any] = dict(self.figures())
        return {
            **figures,
            "total_tiles": len(self.tile_times_s),
            "total_chunks": len(self.chunk_times_s),
            "processing_time_s": figures["wall_s"],
            "average_tile_time_s": figures["tile_mean_s"],
            "tile_times_s": list(self.tile_times_s),
            "chunk_times_s": list(self.chunk_times_s),
        }


class MemoryTracker(_callbacks.MemoryTracker, TileFlowCallback):
    """Follow the resident memory of the process; see `pantile.callbacks.MemoryTracker`."""


class CodeCarbonTracker(Energy, TileFlowCallback):
    """Measure energy and state its CO₂; needs no package, and invents nothing.

    Parameters
    ----------
    project_name : str
        A name for the log.
    output_dir : path
        A folder that gets one JSON file per run.
    detailed : bool
        Whether `get_emissions_data` also tells the parts.
    grid_g_per_kwh : float
        Intensity of your grid.
    """

    def __init__(
        self,
        project_name: str = "tileflow-processing",
        output_dir: str | os.PathLike[str] = "./carbon_logs",
        detailed: bool = False,
        *,
        grid_g_per_kwh: float = _callbacks.WORLD_GRID_G_PER_KWH,
    ) -> None:
        super().__init__(project=project_name, log_dir=output_dir, grid_g_per_kwh=grid_g_per_kwh)
        self.detailed = detailed

    def get_emissions_data(self) -> dict[str, Any]:
        """Give what the last run used.

        Returns
        -------
        dict
            ``emissions_kg`` (NaN where the energy could not be read), ``processing_time_s``,
            ``total_tiles``, ``input_shape``, ``tile_size``; if `detailed` also ``energy_j``,
            ``cpu_j``, ``gpu_j``, ``grid_g_per_kwh``, ``missing`` and ``log_path``.
        """
        report = self.report
        data: dict[str, Any] = {
            "emissions_kg": report.emissions_kg,
            "processing_time_s": report.wall_s,
            "total_tiles": self.tiles,
            "input_shape": self.stats.get("input_shape"),
            "tile_size": self.stats.get("tile_size"),
        }
        if self.detailed:
            data.update(
                energy_j=report.energy_j,
                cpu_j=report.cpu_j,
                gpu_j=report.gpu_j,
                grid_g_per_kwh=report.grid_g_per_kwh,
                missing=report.missing,
                log_path=self.log_path,
            )
        return data


class CompositeCallback(Composite, TileFlowCallback):
    """Several callbacks as one; see `pantile.callbacks.Composite`."""
