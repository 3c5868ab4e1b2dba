"""Bars on a terminal, lines elsewhere."""

# ruff: noqa: ARG002 (a hook gets what it gets)

from __future__ import annotations

import math
import sys
import time
from typing import IO, TYPE_CHECKING, Any, Protocol

from pantile.callbacks.base import Callback, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE_INTERVAL_S = 10.0


class Display(Protocol):
    """What shows the state of named counts."""

    def show(self, stage: Stage, rate: bool) -> None: ...
    def end(self, stage: Stage, rate: bool) -> None: ...
    def say(self, text: str) -> None: ...
    def close(self) -> None: ...


class Progress(Callback):
    """Show how far a job is: bars on a terminal with `rich`, lines of text without either.

    Parameters
    ----------
    bars : bool or None
        Bars, or lines; None asks the terminal. Bars need ``rich``.
    show_rate : bool
        Also show units per second.
    interval_s : float
        At most one line per so many seconds, besides the first and last of each stage.
    file : text file or None
        Where to; None is ``sys.stderr``.
    """

    def __init__(
        self,
        *,
        bars: bool | None = None,
        show_rate: bool = True,
        interval_s: float = LINE_INTERVAL_S,
        file: IO[str] | None = None,
    ) -> None:
        if not interval_s >= 0:
            raise ValueError(f"interval_s: expected 0 or more, got {interval_s!r}")
        if bars and not _has_rich():
            raise ImportError("bars=True needs the package rich: pip install rich")
        self.bars = bars
        self.show_rate = show_rate
        self.interval_s = interval_s
        self.file = file
        self._display: Display | None = None
        self._reset()

    def _reset(self) -> None:
        self._in_processing = False
        self._stages = 0  # under way: they tell of pixels, so tiles need not be counted
        self._tiles_done = 0
        self._tiles_since_s = math.nan
        self._chunks_since_s = math.nan

    def _open(self) -> Display:
        if self._display is None:
            file = sys.stderr if self.file is None else self.file
            bars = self.bars
            if bars is None:
                bars = file.isatty() and _has_rich()
            self._display = _Bars(file) if bars else _Lines(file, self.interval_s)
        return self._display

    def _close(self) -> None:
        display, self._display = self._display, None
        if display is not None:
            display.close()
        self._reset()

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        self._close()
        self._in_processing = True

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self._close()

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        self._open().say(f"stopped: {type(error).__name__}: {error}")
        self._close()

    def on_stage_start(self, stage: Stage) -> None:
        self._stages += 1
        self._open().show(stage, self.show_rate)

    def on_stage_progress(self, stage: Stage) -> None:
        self._open().show(stage, self.show_rate)

    def on_stage_end(self, stage: Stage) -> None:
        self._stages -= 1
        self._open().end(stage, self.show_rate)
        if not self._in_processing:  # nothing else will tell that the job is over
            self._close()

    def on_chunk_start(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        if math.isnan(self._chunks_since_s):
            self._chunks_since_s = time.perf_counter()
            self._show_count("chunks", 0, total_chunks, self._chunks_since_s)
        self._tiles_done, self._tiles_since_s = 0, math.nan

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self._show_count("chunks", chunk_index + 1, total_chunks, self._chunks_since_s)

    def on_tile_start(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        if self._stages == 0 and math.isnan(self._tiles_since_s):
            self._tiles_since_s = time.perf_counter()
            self._show_count("tiles", 0, total_tiles, self._tiles_since_s)

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        if self._stages > 0:
            return
        # Tiles of several threads end in any order: those that ended are counted.
        self._tiles_done += 1
        self._show_count("tiles", self._tiles_done, total_tiles, self._tiles_since_s)

    def _show_count(self, unit: str, done: int, total: int, since_s: float) -> None:
        stage = Stage(unit, unit, done, total, 0, time.perf_counter() - since_s)
        display = self._open()
        in_chunks = unit == "tiles" and not math.isnan(self._chunks_since_s)
        if done >= total and not in_chunks:
            display.end(stage, self.show_rate)
        elif isinstance(display, _Bars) or not in_chunks:  # lines would be too many
            display.show(stage, self.show_rate)

    def on_note(self, text: str) -> None:
        self._open().say(text)

    def on_warning(self, text: str) -> None:
        self._open().say(f"warning: {text}")


class _Lines:
    """One line per interval and stage."""

    def __init__(self, file: IO[str], interval_s: float) -> None:
        self._file = file
        self._interval_s = interval_s
        self._last_s: dict[str, float] = {}

    def show(self, stage: Stage, rate: bool) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s.get(stage.name, -math.inf) < self._interval_s:
            return
        self._last_s[stage.name] = now_s
        self._write(_line(stage, rate))

    def end(self, stage: Stage, rate: bool) -> None:
        self._last_s.pop(stage.name, None)
        self._write(_line(stage, rate) + f", {stage.elapsed_s:.1f} s")

    def say(self, text: str) -> None:
        self._write(text)

    def close(self) -> None:
        self._last_s.clear()

    def _write(self, text: str) -> None:
        self._file.write(text + "\n")
        self._file.flush()


def _line(stage: Stage, rate: bool) -> str:
    name = stage.name if stage.name == stage.unit else f"{stage.name}: {stage.unit}"
    text = f"{name} {_short(stage.done)}/{_short(stage.total)} ({stage.fraction:.0%})"
    if rate and stage.rate_per_s > 0:
        text += f", {_short(stage.rate_per_s)}/s"
        if stage.done < stage.total:
            text += f", {stage.remaining_s:.0f} s to go"
    return text


class _Bars:
    """A bar of rich per stage."""

    def __init__(self, file: IO[str]) -> None:
        import rich.console
        import rich.progress

        self._progress = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.TaskProgressColumn(),
            rich.progress.TextColumn("{task.fields[count]}"),
            rich.progress.TextColumn("{task.fields[rate]}"),
            rich.progress.TimeRemainingColumn(),
            console=rich.console.Console(file=file),
        )
        self._tasks: dict[str, rich.progress.TaskID] = {}
        self._progress.start()

    def show(self, stage: Stage, rate: bool) -> None:
        if stage.name not in self._tasks:
            self._tasks[stage.name] = self._progress.add_task(
                stage.name, total=None, count="", rate=""
            )
        known = rate and stage.rate_per_s > 0
        self._progress.update(
            self._tasks[stage.name],
            total=stage.total,
            completed=stage.done,
            count=f"{_short(stage.done)}/{_short(stage.total)}",
            rate=f"{_short(stage.rate_per_s)} {stage.unit}/s" if known else "",
        )

    def end(self, stage: Stage, rate: bool) -> None:
        self.show(stage, rate)

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        self._progress.stop()


def _short(number: float) -> str:
    """Give a count or rate in a few characters: 512, 1.5, 18M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if number >= size:
            return f"{number / (1e3 if letter == 'k' else size):.3g}{letter}"
    return str(number) if isinstance(number, int) else f"{number:.3g}"


def _has_rich() -> bool:
    try:
        import rich.progress
    except ImportError:
        return False
    return rich.progress is not None
