"""From the engine's events to callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pantile._errors import BY_CODE
from pantile._function import Corners, Tile
from pantile.callbacks import CallbackList, Stage


def _tile(
    corners: Corners, column: int, row: int, columns: int, rows: int, group: int, groups: int
) -> tuple[Tile, int, int]:
    index = (group * rows + row) * columns + column
    return Tile(row, column, corners, corners), index, groups * rows * columns


class Listener:
    """What the engine calls, from its threads, one call at a time."""

    def __init__(self, callbacks: CallbackList) -> None:
        self._call = callbacks.call
        hooks = ("on_tile_start", "on_tile_end", "on_tile_error")
        self.wants_tiles = any(callbacks.wants(hook) for hook in hooks)

    def stage_begin(self, *stage: Any) -> None:
        self._call("on_stage_start", Stage(*stage))

    def stage_progress(self, *stage: Any) -> None:
        self._call("on_stage_progress", Stage(*stage))

    def stage_end(self, *stage: Any) -> None:
        self._call("on_stage_end", Stage(*stage))

    def tile_begin(self, *place: Any) -> None:
        self._call("on_tile_start", *_tile(*place))

    def tile_end(self, *place: Any) -> None:
        self._call("on_tile_end", *_tile(*place))

    def tile_error(self, *event: Any) -> None:
        code, text = event[-2:]
        self._call("on_tile_error", BY_CODE[code](text), *_tile(*event[:-2]))

    def note(self, text: str) -> None:
        self._call("on_note", text)

    def warning(self, text: str) -> None:
        self._call("on_warning", text)

    def finding(self, file: str, kind: str, text: str) -> None:
        self._call("on_warning", f"{file}: {kind}: {text}")


@contextmanager
def listening(callbacks: object, stats: Mapping[str, Any]) -> Iterator[Listener | None]:
    """Tell `callbacks` of the begin and the end of a job, and give what the engine calls between.

    `stats` says what the job is about; `stats` may grow until it ends.
    """
    listed = callbacks if isinstance(callbacks, CallbackList) else CallbackList(callbacks)
    if not listed:
        yield None
        return
    listed.call("on_processing_start", stats)
    try:
        yield Listener(listed)
    except BaseException as error:
        listed.call("on_processing_error", error, stats)
        raise
    listed.call("on_processing_end", stats)
