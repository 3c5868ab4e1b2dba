"""Runs a function over tiles: in order, or by several threads."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow.geometry import BBox, ProcessedTile, TileSpec
from pantile.tileflow.grid import whole_pair
from pantile.tileflow.tile_function import TileFunction, as_results

if TYPE_CHECKING:
    from pantile.callbacks import CallbackList
    from pantile.tileflow.assembly import Assembly

Read = Callable[[BBox], npt.NDArray[Any]]
"""Gives the pixels of a rectangle, read-only."""


def check_workers(workers: Any) -> int:
    """Give `workers` as a number.

    Raises
    ------
    TypeError, ValueError
        It is not a whole number of 1 or more.
    """
    return whole_pair((workers, workers), "workers", 1)[0]


@dataclass
class TileRun:
    """What the tiles of one job have in common.

    Attributes
    ----------
    function : TileFunction
        Called once per tile.
    calls : CallbackList
        Told of every tile.
    workers : int
        Threads; 1 is the calling one, in order.
    keep : bool
        Whether to keep every tile with its result.
    writable : bool
        Whether the function gets a copy that is its own.
    """

    function: TileFunction
    calls: CallbackList
    workers: int = 1
    keep: bool = False
    writable: bool = False
    done: int = 0

    def run(self, specs: Sequence[TileSpec], read: Read, assembly: Assembly) -> list[ProcessedTile]:
        """Process tiles, put their results into `assembly`, and give those that are kept.

        Raises
        ------
        Exception
            What the function raised, with a note that names the tile; of several, the first
            tile's.
        """
        kept: list[ProcessedTile | None] = [None] * len(specs) if self.keep else []
        serial = len(specs) if self.workers == 1 else min(1, len(specs))
        # The first tile decides what the output is; the others have to follow.
        for index in range(serial):
            self._one(index, specs, read, assembly, kept)
        if serial < len(specs):
            self._by_threads(range(serial, len(specs)), specs, read, assembly, kept)
        self.done += len(specs)
        return [tile for tile in kept if tile is not None]

    def _by_threads(
        self,
        indices: range,
        specs: Sequence[TileSpec],
        read: Read,
        assembly: Assembly,
        kept: list[ProcessedTile | None],
    ) -> None:
        waiting = iter(indices)
        lock = threading.Lock()
        stop = threading.Event()
        failed: dict[int, BaseException] = {}

        floating_errors = np.geterr()  # a thread's own before NumPy 2

        def work() -> None:
            np.seterr(**floating_errors)
            while not stop.is_set():
                with lock:
                    index = next(waiting, None)
                if index is None:
                    return
                try:
                    self._one(index, specs, read, assembly, kept)
                except BaseException as error:  # raised again by the caller's thread
                    failed[index] = error
                    stop.set()

        # Each thread has the caller's context, such as numpy.errstate.
        threads = [
            threading.Thread(
                target=contextvars.copy_context().run, args=(work,), name=f"pantile-tiles-{n}"
            )
            for n in range(min(self.workers, len(indices)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:  # also of Ctrl-C
            stop.set()
            for thread in threads:
                thread.join()
        if failed:
            raise failed[min(failed)]

    def _one(
        self,
        index: int,
        specs: Sequence[TileSpec],
        read: Read,
        assembly: Assembly,
        kept: list[ProcessedTile | None],
    ) -> None:
        spec, total = specs[index], len(specs)
        calls, function = self.calls, self.function
        calls.call("on_tile_start", spec, index, total)
        try:
            tile = read(spec.geometry.halo)
            value = function(np.array(tile) if self.writable else tile, spec)
            results = as_results(value, spec, function.name, "tile")
            assembly.put(spec, results)
        except BaseException as error:
            _add_notes(error, spec, index, total)
            calls.call("on_tile_error", error, spec, index, total)
            raise
        if self.keep or calls.wants("on_tile_end"):
            done = ProcessedTile(spec, results)
            if self.keep:
                kept[index] = done
            calls.call("on_tile_end", done, index, total)


def _add_notes(error: BaseException, spec: TileSpec, index: int, total: int) -> None:
    error.add_note(f"while processing the {spec.describe()}, {index + 1} of {total}")
    if isinstance(error, ValueError) and "read-only" in str(error):
        error.add_note(
            "tiles are views of the image and read-only: "
            "configure(…, writable=True) gives the function copies"
        )


def read_only(array: Any) -> npt.NDArray[Any]:
    """Give an array that cannot be written to, without copying where possible."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view
