"""Several callbacks that are given as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pantile.callbacks.base import Callback, Stage
from pantile.callbacks.dispatch import CallbackList

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Composite(Callback):
    """Pass every hook on to several callbacks, in order.

    Parameters
    ----------
    callbacks : iterable of objects
        One that fails is reported by its own name and keeps nothing from the others.
    """

    def __init__(self, callbacks: Iterable[object] = ()) -> None:
        self.callbacks: list[object] = list(callbacks)
        self._list: CallbackList | None = None
        self._of: tuple[int, ...] = ()

    def _call(self, hook: str, *arguments: Any) -> None:
        now = tuple(map(id, self.callbacks))
        if self._list is None or now != self._of:  # `callbacks` may be appended to
            self._list, self._of = CallbackList(self.callbacks), now
        self._list.call(hook, *arguments)

    def on_processing_start(self, stats: Mapping[str, Any]) -> None:
        self._call("on_processing_start", stats)

    def on_processing_end(self, stats: Mapping[str, Any]) -> None:
        self._call("on_processing_end", stats)

    def on_processing_error(self, error: BaseException, stats: Mapping[str, Any]) -> None:
        self._call("on_processing_error", error, stats)

    def on_chunk_start(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self._call("on_chunk_start", chunk_index, total_chunks, chunk_shape)

    def on_chunk_end(
        self, chunk_index: int, total_chunks: int, chunk_shape: tuple[int, ...]
    ) -> None:
        self._call("on_chunk_end", chunk_index, total_chunks, chunk_shape)

    def on_chunk_error(
        self,
        error: BaseException,
        chunk_index: int,
        total_chunks: int,
        chunk_shape: tuple[int, ...],
    ) -> None:
        self._call("on_chunk_error", error, chunk_index, total_chunks, chunk_shape)

    def on_tile_start(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self._call("on_tile_start", tile, tile_index, total_tiles)

    def on_tile_end(self, tile: Any, tile_index: int, total_tiles: int) -> None:
        self._call("on_tile_end", tile, tile_index, total_tiles)

    def on_tile_error(
        self, error: BaseException, tile: Any, tile_index: int, total_tiles: int
    ) -> None:
        self._call("on_tile_error", error, tile, tile_index, total_tiles)

    def on_stage_start(self, stage: Stage) -> None:
        self._call("on_stage_start", stage)

    def on_stage_progress(self, stage: Stage) -> None:
        self._call("on_stage_progress", stage)

    def on_stage_end(self, stage: Stage) -> None:
        self._call("on_stage_end", stage)

    def on_note(self, text: str) -> None:
        self._call("on_note", text)

    def on_warning(self, text: str) -> None:
        self._call("on_warning", text)
