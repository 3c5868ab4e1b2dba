"""What callers may give: numbers, texts and types of samples, checked."""

from __future__ import annotations

import os
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def whole_number(value: object, name: str, least: int, most: int = 2**31 - 1) -> int:
    """`value` as an int, or the exception that says what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        msg = f"{name} is {value!r}: expected a whole number"
        raise TypeError(msg)
    number = int(value)
    if number < least:
        msg = f"{name} is {value}: expected at least {least}"
        raise ValueError(msg)
    if number > most:
        msg = f"{name} is {value}: expected at most {most}"
        raise ValueError(msg)
    return number


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0))


def text(value: object, name: str) -> str:
    """`value`, which has to be a str."""
    if not isinstance(value, str):
        msg = f"{name} is {value!r}: expected a str"
        raise TypeError(msg)
    return value


def dtype_name(dtype: DTypeLike) -> str:
    """The name of a type of samples; bool is stored as uint8."""
    found: np.dtype[Any] = np.dtype(dtype)
    if found.kind == "b":
        return "uint8"
    if found.kind not in "iuf" or found.itemsize > 8:
        msg = f"dtype is {found}: expected integers or floats of at most 64 bits"
        raise TypeError(msg)
    return found.name
