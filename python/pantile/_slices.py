"""Indices as NumPy has them, for rectangles and channels."""

from __future__ import annotations

from numbers import Integral


def intervals(key: object, shape: tuple[int, ...], axes: str) -> list[tuple[int, int, bool]]:
    """For every axis the begin and the end of what `key` takes, and whether a number said it."""
    keys = list(key) if isinstance(key, tuple) else [key]
    rests = [i for i, k in enumerate(keys) if k is Ellipsis]
    if len(rests) > 1 or len(keys) - len(rests) > len(shape):
        msg = f"{len(keys)} indices for an image of {len(shape)} dimensions"
        raise IndexError(msg)
    for at in rests:
        keys[at : at + 1] = [slice(None)] * (len(shape) - len(keys) + 1)
    keys += [slice(None)] * (len(shape) - len(keys))
    return [
        (*_interval(k, n, axis), not isinstance(k, slice))
        for k, n, axis in zip(keys, shape, axes, strict=True)
    ]


def _interval(key: object, n: int, axis: str) -> tuple[int, int]:
    """Begin and end of what `key` takes of an axis of `n`."""
    if isinstance(key, slice):
        if key.step not in (None, 1):
            msg = f"a step of {key.step} along {axis}: expected 1 (compute and slice the array)"
            raise IndexError(msg)
        begin, end, _ = key.indices(n)
        if end <= begin:
            msg = f"{key.start}:{key.stop} along {axis} takes nothing of {n}"
            raise IndexError(msg)
        return begin, end
    if isinstance(key, bool) or not isinstance(key, Integral):
        msg = f"{key!r} along {axis}: expected a whole number or a slice"
        raise IndexError(msg)
    at = int(key)
    if not -n <= at < n:
        what = "channel" if axis == "c" else axis
        msg = f"{what} {at} is not there: there are {n}"
        raise IndexError(msg)
    at %= n
    return at, at + 1
