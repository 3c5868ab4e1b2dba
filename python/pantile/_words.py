"""Arguments as the language of operators writes them."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from pantile import _native
from pantile._arguments import dtype_name

_MOST_NUMBERS = 4096  # of an array that an operator is given: a kernel's, not an image's

# What is written a:b; other lists are [a, b, …].
_RANGES = {
    (operator["name"], parameter["name"])
    for operator in _native.operators()
    for parameter in operator["parameters"]
    if parameter["kind"] == "range"
}


def _long_name(dtype: str) -> str:
    """`dtype` as NumPy spells it out ("f4": "float32"); what is no type stays as it is."""
    try:
        return np.dtype(dtype).name
    except TypeError:
        return dtype


def word(operator: str, parameter: str, value: Any) -> str:
    """`value` as the operator language writes it."""
    if isinstance(value, str):
        if '"' in value:
            msg = f"{parameter} of {operator} is {value!r}: expected a text without double quotes"
            raise ValueError(msg)
        if parameter == "dtype":
            value = _long_name(value)
        return value if value.isidentifier() and value.isascii() else f'"{value}"'
    if isinstance(value, np.ndarray) and value.size > _MOST_NUMBERS:
        msg = (
            f"{parameter} of {operator} is an array of shape {value.shape}: expected numbers, or "
            "an image: pt.open(array)"
        )
        raise TypeError(msg)
    if isinstance(value, np.ndarray):
        value = value.ravel().tolist()
    if isinstance(value, bool) or not isinstance(value, (Real, tuple, list, np.dtype, type)):
        msg = f"{parameter} of {operator} is {value!r}: expected a number or a word"
        raise TypeError(msg)
    if isinstance(value, (np.dtype, type)):
        return dtype_name(value)
    if isinstance(value, (tuple, list)):
        inner = [word(operator, parameter, v) for v in value]
        if (operator, parameter) in _RANGES and (
            len(value) != 2 or any(isinstance(v, str) or v != v for v in value)
        ):
            msg = (
                f"{parameter} of {operator} is {value!r}: expected two numbers, least and greatest"
            )
            raise ValueError(msg)
        return ":".join(inner) if (operator, parameter) in _RANGES else f"[{', '.join(inner)}]"
    return repr(float(value)) if not isinstance(value, Integral) else str(int(value))
