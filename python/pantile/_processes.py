"""Functions of tiles in processes of their own, for those that hold the interpreter's lock."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from pantile._function import Array, Place, Tile, TileCaller

_PATIENCE_S = 5.0  # for a worker that was told to end


class RemoteTraceback(Exception):
    """Where in a worker process an exception was thrown: its cause here."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"in a worker process:\n{self.text}"


class SharedBytes:
    """Memory that two processes see; without a name, so that none is left behind."""

    def __init__(self, fd: int | None = None) -> None:
        self._fd = os.memfd_create("pantile tile") if fd is None else fd
        self._memory: mmap.mmap | None = None
        self._size = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return _attached, (reduction.DupFd(self._fd),)  # while a process is started

    def arrays(self, parts: list[tuple[str, tuple[int, ...]]]) -> list[Array]:
        """Arrays of these types and shapes, one behind the other; valid until the next call."""
        sizes = [np.dtype(d).itemsize * int(np.prod(s, dtype=np.int64)) for d, s in parts]
        begins = [sum(-(-n // 64) * 64 for n in sizes[:k]) for k in range(len(sizes) + 1)]
        if begins[-1] > self._size or self._memory is None:
            self._size = max(begins[-1], os.fstat(self._fd).st_size, 1)
            os.ftruncate(self._fd, self._size)
            self._memory = mmap.mmap(self._fd, self._size)  # the old one goes with its last array
        memory = self._memory
        return [
            np.frombuffer(memory, d, int(np.prod(s, dtype=np.int64)), at).reshape(s)
            for (d, s), at in zip(parts, begins, strict=False)
        ]

    def close(self) -> None:
        self._memory = None
        os.close(self._fd)


def _attached(fd: Any) -> SharedBytes:
    return SharedBytes(fd.detach())


def packed(function: Callable[..., Any], name: str) -> bytes:
    """`function` as bytes that another process can make it of again."""
    main = sys.modules.get("__main__")
    try:
        if getattr(function, "__module__", None) == "__main__" and not hasattr(main, "__file__"):
            msg = "it was defined in a notebook or at a prompt"
            raise pickle.PicklingError(msg)
        return pickle.dumps(function)
    except Exception as error:
        msg = (
            f"{name} cannot be sent to other processes ({error}): define it at the top level of a "
            "module, or leave out processes="
        )
        raise TypeError(msg) from error


# In the worker.


def _serve(connection: Connection, shared: SharedBytes, payload: bytes, caller: bytes) -> None:
    # Ctrl-C goes to all processes of a terminal; the one that asked stops this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        make, options = pickle.loads(caller)
        call = make(pickle.loads(payload), **options)
    except BaseException as error:
        connection.send((_sendable(error), None))
        return
    connection.send((None, None))  # ready
    while True:
        try:
            message = connection.recv()
        except EOFError:
            return  # whoever asked is gone
        if message is None:
            return
        parts, places, batched = message
        tile, *out = shared.arrays(parts)
        tile.flags.writeable = False
        try:
            value = call.serve(tile, out[0] if out else None, places, batched)
            # What cannot be sent is found here.
            reply = reduction.ForkingPickler.dumps((None, value))
        except BaseException as error:
            reply = reduction.ForkingPickler.dumps((_sendable(error), None))
        del tile, out
        connection.send_bytes(reply)


def _sendable(error: BaseException) -> tuple[BaseException, str]:
    text = "".join(traceback.format_exception(error))
    try:
        again = pickle.loads(pickle.dumps(error))
        if type(again) is type(error) and str(again) == str(error):
            return error.with_traceback(None), text
    except Exception:
        pass  # of whatever kind: it cannot be sent
    return RuntimeError(f"{type(error).__name__}: {error}"), text


# In the process that asks.


class _Worker:
    def __init__(self, payload: bytes, caller: bytes) -> None:
        context = multiprocessing.get_context("spawn")
        self._shared = SharedBytes()
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._shared, payload, caller), daemon=True
        )
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self._is_ready = False
        self.is_lost = False

    def call(self, tile: Array, out: Array | None, places: list[Place], batched: bool) -> Any:
        arrays = [tile] if out is None else [tile, out]
        parts = [(a.dtype.str, a.shape) for a in arrays]
        shared = self._shared.arrays(parts)
        shared[0][...] = tile
        try:
            if not self._is_ready:
                self._answer()
                self._is_ready = True
            self._connection.send((parts, places, batched))
            value = self._answer()
        except (EOFError, OSError) as error:
            self.is_lost = True
            raise RuntimeError(self._last_words()) from error
        if out is not None:
            out[...] = shared[1]
        return value

    def _answer(self) -> Any:
        failed, value = self._connection.recv()
        if failed is not None:
            error, text = failed
            error.__cause__ = RemoteTraceback(text)
            raise error
        return value

    def _last_words(self) -> str:
        self._process.join(_PATIENCE_S)
        code = self._process.exitcode
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
            how += ", perhaps for its memory" if -code == signal.SIGKILL else ""
        else:
            how = f"ended by itself (exit code {code})"
        if self._is_ready:
            return f"the worker process {how}"
        return (
            f"the worker process {how} before it began: what a script does itself belongs under "
            'if __name__ == "__main__":'
        )

    def dismiss(self) -> None:
        with suppress(OSError):
            self._connection.send(None)
        self._connection.close()

    def end(self) -> None:
        for stop in (None, self._process.terminate, self._process.kill):
            if stop is not None:
                stop()
            self._process.join(_PATIENCE_S)
            if not self._process.is_alive():
                break
        self._process.close()
        self._shared.close()


class ProcessCaller(TileCaller):
    """A `TileCaller` whose function runs in worker processes, while jobs are at work."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        *,
        processes: int,
        there: type[TileCaller] = TileCaller,
        **options: Any,
    ) -> None:
        super().__init__(function, name, **options)
        there(function, name, **options)  # refuses here what it would refuse there
        self.processes = processes
        self._payload = packed(function, name)
        self._caller = pickle.dumps((there, {"name": name, **options}))
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._jobs = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have workers, shared by all jobs that are under way."""
        with self._lock:
            self._jobs += 1
            if self._jobs == 1:
                for _ in range(self.processes):
                    self._idle.put(_Worker(self._payload, self._caller))
        try:
            yield
        finally:
            with self._lock:
                self._jobs -= 1
                if self._jobs == 0:
                    self._dismiss()

    def _dismiss(self) -> None:
        workers = []
        while not self._idle.empty():
            workers.append(self._idle.get())
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.end()

    def __call__(self, tile: Array, out: Array, *place: Any) -> None:
        self._ask(tile, out, [place], batched=False)

    def batch(self, tiles: Array, out: Array, places: list[Place]) -> None:
        self._ask(tiles, out, places, batched=True)

    def serve(self, tile: Array, out: Any, places: list[Place], batched: bool) -> Any:
        """Have a worker do it, and return what it sends."""
        return self._ask(tile, out, places, batched=batched)

    def _ask(self, tile: Array, out: Array | None, places: list[Place], *, batched: bool) -> Any:
        try:
            worker = self._idle.get()
            try:
                if worker.is_lost:
                    lost, worker = worker, _Worker(self._payload, self._caller)
                    lost.end()
                return worker.call(tile, out, places, batched)
            finally:
                self._idle.put(worker)
        except BaseException as error:
            self.failed(Tile(*places[0]), error)
            raise
