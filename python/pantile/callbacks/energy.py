"""Energy and carbon dioxide of a job, as far as the machine counts it."""

# ruff: noqa: ARG002 (a hook gets what it gets)

from __future__ import annotations

import datetime
import json
import math
import os
import pathlib
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pantile.callbacks._counters import Counter, Counters, find_counters
from pantile.callbacks.base import Callback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WORLD_GRID_G_PER_KWH = 473.0
"""Grams of CO₂ per kWh of electricity, the world's mean of 2024 (Ember)."""

READ_INTERVAL_S = 10.0
"""How often counters are read: RAPL begins anew after some minutes, and no round may be missed."""

_J_PER_KWH = 3.6e6


@dataclass(frozen=True)
class EnergyReport:
    """What one job used, or NaN where that could not be read.

    Attributes
    ----------
    cpu_j, gpu_j : float
        Joules of the CPU packages with their memory, and of NVIDIA's GPUs; of the whole machine,
        not of this process alone. `gpu_j` is 0 where there is no such GPU.
    energy_j : float
        Their sum; NaN if either is, since a part is not the whole.
    emissions_kg : float
        `energy_j` times the intensity of the grid.
    grid_g_per_kwh : float
        That intensity, as it was stated.
    wall_s : float
        Seconds that the job took.
    counters : dict
        Joules of every counter.
    missing : tuple of str
        Why something could not be read.
    """

    cpu_j: float = math.nan
    gpu_j: float = math.nan
    grid_g_per_kwh: float = math.nan
    wall_s: float = math.nan
    counters: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def energy_j(self) -> float:
        """Joules in all; NaN where a part is."""
        return self.cpu_j + self.gpu_j

    @property
    def emissions_kg(self) -> float:
        """Kilograms of CO₂; NaN where the energy is."""
        return self.energy_j / _J_PER_KWH * self.grid_g_per_kwh / 1000.0


class Energy(Callback):
    """Measure the energy of a job and state its CO₂; nothing is estimated.

    CPUs are read through RAPL (``/sys/class/powercap``; Linux mostly lets root alone read it),
    GPUs through NVML. `report` has the result, with NaN for what could not be read.

    Parameters
    ----------
    grid_g_per_kwh : float
        Intensity of your grid, grams of CO₂ per kWh, 0 or more.
    project : str
        A name for the log.
    log_dir : path or None
        A folder that gets one JSON file per run; None writes none.
    """

    def __init__(
        self,
        *,
        grid_g_per_kwh: float = WORLD_GRID_G_PER_KWH,
        project: str = "pantile",
        log_dir: str | os.PathLike[str] | None = None,
        _find: Callable[[], Counters] = find_counters,
    ) -> None:
        if not (math.isfinite(grid_g_per_kwh) and grid_g_per_kwh >= 0):
            raise ValueError(f"grid_g_per_kwh: expected 0 or more, got {grid_g_per_kwh!r}")
        self.grid_g_per_kwh = float(grid_g_per_kwh)
        self.project = project
        self.log_dir = None if log_dir is None else pathlib.Path(log_dir)
        self.log_path: pathlib.Path | None = None
        self.report = EnergyReport(grid_g_per_kwh=self.grid_g_per_kwh)
        self.tiles = 0
        self.stats: dict[str, Any] = {}
        self._find = _find
        self._reader: _Reader | None = None
        self._start_s = math.nan
        self._started = datetime.datetime.now(datetime.UTC)

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        if self._reader is not None:
            self._reader.stop()
        self.report = EnergyReport(grid_g_per_kwh=self.grid_g_per_kwh)
        self.log_path = None
        self.tiles = 0
        self.stats = dict(stats)
        self._started = datetime.datetime.now(datetime.UTC)
        self._start_s = time.perf_counter()
        self._reader = _Reader(self._find())

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self.tiles += 1

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self._end(stats, None)

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        self._end(stats, error)

    def _end(self, stats: Mapping[str, Any], error: BaseException | None) -> None:
        self.stats.update(stats)
        reader, self._reader = self._reader, None
        if reader is None:
            return
        wall_s = time.perf_counter() - self._start_s
        reader.stop()
        self.report = EnergyReport(
            cpu_j=reader.sum_j(reader.counters.cpu, reader.counters.cpu_missing),
            gpu_j=reader.sum_j(reader.counters.gpu, reader.counters.gpu_missing),
            grid_g_per_kwh=self.grid_g_per_kwh,
            wall_s=wall_s,
            counters=reader.used_j(),
            missing=reader.missing(),
        )
        if self.log_dir is not None:
            self.log_path = self._write_log(self.log_dir, error)

    def _write_log(self, folder: pathlib.Path, error: BaseException | None) -> pathlib.Path:
        report = self.report
        record = {
            "project": self.project,
            "started": self._started.isoformat(timespec="seconds"),
            "finished": error is None,
            "error": None if error is None else f"{type(error).__name__}: {error}",
            **asdict(report),
            "energy_j": report.energy_j,
            "emissions_kg": report.emissions_kg,
            "tiles": self.tiles,
            "input_shape": self.stats.get("input_shape"),
        }
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"energy-{self._started:%Y%m%dT%H%M%S}-{os.getpid()}"
        for count in range(10_000):
            path = folder / (f"{stem}.json" if count == 0 else f"{stem}-{count}.json")
            try:
                with open(path, "x", encoding="utf-8") as file:
                    json.dump(_without_nan(record), file, indent=2, allow_nan=False, default=str)
                    file.write("\n")
            except FileExistsError:
                continue
            return path
        raise FileExistsError(f"{folder}: every name like {stem}.json is taken")


class _Reader:
    """Reads counters now, in the background, and at the end."""

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self._lock = threading.Lock()
        self._failed: dict[str, str] = {}
        self._first_j: dict[str, float] = {}
        self._last_j: dict[str, float] = {}
        self._keys = {
            id(counter): f"{counter.name}#{index}" if twice else counter.name
            for index, counter, twice in _numbered([*counters.cpu, *counters.gpu])
        }
        self._read()
        self._first_j = dict(self._last_j)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if self._keys:
            self._thread = threading.Thread(target=self._watch, name="pantile-energy", daemon=True)
            self._thread.start()

    def _read(self) -> None:
        with self._lock:
            for counter in (*self.counters.cpu, *self.counters.gpu):
                key = self._keys[id(counter)]
                try:
                    self._last_j[key] = counter.joules()
                except OSError as error:
                    self._failed[key] = f"{key}: {error}"

    def _watch(self) -> None:
        while not self._stop.wait(READ_INTERVAL_S):
            self._read()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._read()

    def _used_j(self, key: str) -> float:
        if key in self._failed:
            return math.nan
        return self._last_j[key] - self._first_j[key]

    def used_j(self) -> dict[str, float]:
        return {key: self._used_j(key) for key in self._keys.values()}

    def sum_j(self, counters: list[Counter], missing: str) -> float:
        if missing:
            return math.nan
        return math.fsum(self._used_j(self._keys[id(counter)]) for counter in counters)

    def missing(self) -> tuple[str, ...]:
        why = (self.counters.cpu_missing, self.counters.gpu_missing, *self._failed.values())
        return tuple(text for text in why if text)


def _numbered(counters: list[Counter]) -> list[tuple[int, Counter, bool]]:
    names = [counter.name for counter in counters]
    return [
        (index, counter, names.count(counter.name) > 1) for index, counter in enumerate(counters)
    ]


def _without_nan(value: Any) -> Any:
    """JSON knows no NaN: null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value
