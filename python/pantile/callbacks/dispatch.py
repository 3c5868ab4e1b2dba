"""Calls the hooks of several callbacks, one at a time, and outlives those that fail."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from pantile.callbacks.base import HOOKS, Callback


class CallbackWarning(RuntimeWarning):
    """A callback failed; the job went on."""


class CallbackList:
    """The callbacks of one job.

    Parameters
    ----------
    callbacks : iterable of objects, an object, or None
        Called in this order. An object need not derive from `Callback`: the hooks that it has are
        called. Hooks are looked up once, here.

    Notes
    -----
    `call` may be used from any thread, and calls never overlap. An exception of a hook becomes a
    `CallbackWarning` that names callback, hook and error, once per callback and hook; others than
    `Exception`, such as `KeyboardInterrupt`, go through.
    """

    def __init__(self, callbacks: Iterable[object] | object | None = None) -> None:
        self.callbacks: tuple[object, ...] = _as_tuple(callbacks)
        self._hooks: dict[str, list[Callable[..., object]]] = {name: [] for name in HOOKS}
        for callback in self.callbacks:
            found = [name for name in HOOKS if callable(getattr(callback, name, None))]
            if not found or isinstance(callback, type):
                raise TypeError(
                    f"callbacks: {_described(callback)}; expected objects with hooks such as "
                    "on_tile_end, derived from Callback"
                )
            for name in found:
                hook = getattr(callback, name)
                if getattr(hook, "__func__", None) is not getattr(Callback, name):
                    self._hooks[name].append(hook)
        self._lock = threading.RLock()  # a hook may run a job of its own with the same callbacks
        self._reported: set[tuple[int, str]] = set()

    def __bool__(self) -> bool:
        return bool(self.callbacks)

    def __len__(self) -> int:
        return len(self.callbacks)

    def wants(self, hook: str) -> bool:
        """Whether any callback does something at `hook`."""
        return bool(self._hooks[hook])

    def call(self, hook: str, *arguments: Any) -> None:
        """Call `hook` of every callback that has it."""
        functions = self._hooks[hook]
        if not functions:
            return
        with self._lock:
            for function in functions:
                try:
                    function(*arguments)
                except Exception as error:
                    self._report(function, hook, error)

    def _report(self, function: Callable[..., object], hook: str, error: Exception) -> None:
        key = (id(function), hook)
        if key in self._reported:
            return
        self._reported.add(key)
        owner = type(getattr(function, "__self__", function)).__name__
        text = (
            f"callback {owner}.{hook} failed, and the job went on: {type(error).__name__}: {error}"
        )
        try:
            warnings.warn(text, CallbackWarning, stacklevel=4)
        except Exception:
            # Warnings are errors here (-W error); that must not stop the job either.
            print(f"{CallbackWarning.__name__}: {text}", file=sys.stderr)


def _described(callback: object) -> str:
    if isinstance(callback, type):
        return f"{callback.__name__} is a class, not an object of it"
    return f"{type(callback).__name__} has no hook"


def _as_tuple(callbacks: Iterable[object] | object | None) -> tuple[object, ...]:
    if callbacks is None:
        return ()
    if isinstance(callbacks, CallbackList):
        return callbacks.callbacks
    if not isinstance(callbacks, type) and any(hasattr(callbacks, name) for name in HOOKS):
        return (callbacks,)
    if isinstance(callbacks, Iterable):
        return tuple(callbacks)
    return (callbacks,)
