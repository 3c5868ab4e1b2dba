"""From the engine's events to callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pantile.callbacks import CallbackList, Stage


class Listener:
    """What the engine calls, from its threads, one call at a time."""

    def __init__(self, callbacks: CallbackList) -> None:
        self._call = callbacks.call

    def stage_begin(self, *stage: Any) -> None:
        self._call("on_stage_start", Stage(*stage))

    def stage_progress(self, *stage: Any) -> None:
        self._call("on_stage_progress", Stage(*stage))

    def stage_end(self, *stage: Any) -> None:
        self._call("on_stage_end", Stage(*stage))

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
