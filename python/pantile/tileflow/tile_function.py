"""How a function takes a tile: found out once, from its signature."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pantile.tileflow.geometry import TileSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SPEC_NAMES = {"spec", "tile_spec", "chunk_spec"}


class TileFunction:
    """A function of a tile, called as its signature asks.

    ``fn(tile)``, ``fn(tile, spec)``, and either with a keyword ``out`` that has no default: an
    array of the tile's shape to write into. A second parameter with a default gets the spec only
    if it is named ``spec``, ``tile_spec`` or ``chunk_spec`` or annotated as `TileSpec`. What has
    no readable signature, or takes ``*args`` alone, gets the tile alone.

    Parameters
    ----------
    function : callable
        The function.
    name : str
        What messages call it, such as ``"function"``.
    dtype : data type or None
        What ``out`` holds; None is the type of the tile.
    """

    def __init__(
        self, function: Callable[..., Any], name: str, dtype: npt.DTypeLike | None = None
    ) -> None:
        if not callable(function):
            raise TypeError(f"{name}: expected a function of a tile, got {function!r}")
        self.function = function
        self.name = name
        self.dtype = None if dtype is None else np.dtype(dtype)
        self.spec_by_position, self.spec_by_name, self.takes_out = _arity(function, name)
        if self.dtype is not None and not self.takes_out:
            raise TypeError(f"dtype: {name} takes no out= that would have this type")

    def __call__(self, tile: npt.NDArray[Any], spec: TileSpec) -> Any:
        """Call the function for one tile."""
        if self.takes_out:
            return self._into(tile, spec)
        if self.spec_by_position:
            return self.function(tile, spec)
        if self.spec_by_name:
            return self.function(tile, **{self.spec_by_name: spec})
        return self.function(tile)

    def _into(self, tile: npt.NDArray[Any], spec: TileSpec) -> Any:
        out = np.empty(tile.shape, self.dtype or tile.dtype)
        arguments = (tile, spec) if self.spec_by_position else (tile,)
        keywords = {self.spec_by_name: spec} if self.spec_by_name else {}
        result = self.function(*arguments, out=out, **keywords)
        return out if result is None else result


def _arity(function: Callable[..., Any], name: str) -> tuple[bool, str, bool]:
    """Whether the spec goes second, by which keyword, and whether there is an out."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C, without a signature
        return False, "", False
    kinds = inspect.Parameter
    positional = [
        p for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    keyword_only = {p.name: p for p in parameters if p.kind is kinds.KEYWORD_ONLY}
    variadic = any(p.kind is kinds.VAR_POSITIONAL for p in parameters)

    takes_out = False
    for p in (*positional[1:], *keyword_only.values()):
        if p.name == "out" and p.default is kinds.empty and p.kind is not kinds.POSITIONAL_ONLY:
            takes_out = True
    positional = [p for p in positional if not (takes_out and p.name == "out")]

    needed = [p for p in positional if p.default is kinds.empty]
    needed_keywords = [
        p.name
        for p in keyword_only.values()
        if p.default is kinds.empty and not (takes_out and p.name == "out")
    ]
    by_name = next((n for n in keyword_only if n in _SPEC_NAMES), "")
    if [n for n in needed_keywords if n != by_name] or len(needed) > 2:
        raise TypeError(
            f"{name}: expected a function of a tile, or of a tile and its spec, "
            f"got {_called(function)} that needs more"
        )
    if not positional and not variadic:
        raise TypeError(f"{name}: {_called(function)} takes no tile")
    second = positional[1] if len(positional) > 1 else None
    by_position = len(needed) == 2 or (second is not None and _asks_for_spec(second))
    return by_position and not by_name, by_name, takes_out


def _asks_for_spec(parameter: inspect.Parameter) -> bool:
    annotation = parameter.annotation
    if annotation is TileSpec or (isinstance(annotation, str) and "TileSpec" in annotation):
        return True
    return parameter.name in _SPEC_NAMES


def _called(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", function))


def as_results(value: Any, spec: TileSpec, name: str, what: str) -> list[npt.NDArray[Any]]:
    """Give what a function returned as a list of arrays.

    Raises
    ------
    TypeError
        It is neither an array, a number, nor a tuple or list of arrays.
    """
    if isinstance(value, tuple | list) and any(isinstance(item, np.ndarray) for item in value):
        values: Sequence[Any] = value
    else:
        values = (value,)
    results = []
    for item in values:
        array = np.asarray(item) if item is not None else np.asarray(None, dtype=object)
        if array.dtype.hasobject or array.dtype.kind not in "biufc":
            returned = "None" if item is None else f"{type(item).__name__}"
            raise TypeError(
                f"{name} returned {returned} for the {spec.describe(what)}: expected an array of "
                "numbers"
            )
        results.append(array)
    return results
