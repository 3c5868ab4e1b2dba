"""Puts results of tiles together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pantile.tileflow.geometry import BBox, TileSpec

Create = Callable[[tuple[int, ...], np.dtype[Any]], Any]
"""Makes an output of a shape and type, filled with zeros or to be filled."""


class Assembly:
    """The results of a grid of tiles: images without their overlap, or a grid of vectors.

    Parameters
    ----------
    region : BBox
        What the tiles cover.
    grid_shape : (int, int)
        Rows and columns of tiles.
    name, what : str
        What messages call the function and its tiles.
    create : callable
        Makes an output; NumPy arrays may be written to by several threads at once.
    partial : bool
        Whether tiles may be left out; they are 0 then.

    Notes
    -----
    The first tile that is put decides how many results there are, their shapes and types. A later
    one must be the same, but for types whose every value the first one's type can hold.
    """

    def __init__(
        self,
        region: BBox,
        grid_shape: tuple[int, int],
        *,
        name: str = "function",
        what: str = "tile",
        create: Create | None = None,
        partial: bool = False,
    ) -> None:
        self._region = region
        self._grid_shape = grid_shape
        self._name = name
        self._what = what
        self._create = create
        self._partial = partial
        self._first: tuple[TileSpec, list[tuple[bool, tuple[int, ...]]]] | None = None
        self._outputs: list[Any] = []
        self._lock = threading.Lock()

    def put(self, spec: TileSpec, results: list[npt.NDArray[Any]]) -> None:
        """Add the results of one tile, with its halo; thread-safe.

        Raises
        ------
        ValueError, TypeError
            They have not the tile's shape, or not the first tile's number, shape or type.
        """
        kinds = [self._kind(spec, result) for result in results]
        with self._lock:
            if self._first is None:
                self._begin(spec, results, kinds)
        self._check(spec, results, kinds)
        for output, result, (is_image, _) in zip(self._outputs, results, kinds, strict=True):
            target: tuple[Any, ...] = (..., spec.row, spec.column)
            source = result
            if is_image:
                origin = (self._region.y0, self._region.x0)
                target = (..., *spec.geometry.core.slices(origin))
                source = result[(..., *spec.geometry.core_in_halo)]
            if isinstance(output, np.ndarray):
                output[target] = source
            else:
                with self._lock:  # chunks that two tiles share are read, changed and written
                    output[target] = source

    def _kind(self, spec: TileSpec, result: npt.NDArray[Any]) -> tuple[bool, tuple[int, ...]]:
        """Whether it is an image, and the axes before rows and columns."""
        if result.ndim < 2:
            return False, result.shape
        if result.shape[-2:] != spec.geometry.halo.shape:
            height, width = spec.geometry.halo.shape
            raise ValueError(
                f"{self._name} returned shape {result.shape} for the {spec.describe(self._what)}: "
                f"expected (…, {height}, {width}), the {self._what} with its overlap, or a vector"
            )
        return True, result.shape[:-2]

    def _begin(
        self,
        spec: TileSpec,
        results: list[npt.NDArray[Any]],
        kinds: list[tuple[bool, tuple[int, ...]]],
    ) -> None:
        outputs = []
        for result, (is_image, lead) in zip(results, kinds, strict=True):
            shape = (*lead, *(self._region.shape if is_image else self._grid_shape))
            if self._create is not None:
                outputs.append(self._create(shape, result.dtype))
            elif self._partial:
                outputs.append(np.zeros(shape, result.dtype))
            else:
                outputs.append(np.empty(shape, result.dtype))
        self._outputs = outputs
        self._first = (spec, kinds)

    def _check(
        self,
        spec: TileSpec,
        results: list[npt.NDArray[Any]],
        kinds: list[tuple[bool, tuple[int, ...]]],
    ) -> None:
        assert self._first is not None
        first_spec, first_kinds = self._first
        if kinds == first_kinds and all(
            result.dtype == output.dtype
            for result, output in zip(results, self._outputs, strict=True)
        ):
            return
        where = f"for the {spec.describe(self._what)}"
        first = f"the {first_spec.describe(self._what)}"
        if len(kinds) != len(first_kinds):
            raise ValueError(
                f"{self._name} returned {len(kinds)} arrays {where}: expected "
                f"{len(first_kinds)}, as for {first}"
            )
        for result, kind, first_kind, output in zip(
            results, kinds, first_kinds, self._outputs, strict=True
        ):
            if kind != first_kind:
                raise ValueError(
                    f"{self._name} returned {_shape(kind)} {where}: expected "
                    f"{_shape(first_kind)}, as for {first}"
                )
            if not np.can_cast(result.dtype, output.dtype, "safe"):
                raise TypeError(
                    f"{self._name} returned {result.dtype} {where}: expected {output.dtype}, "
                    f"as for {first}"
                )

    def result(self) -> Any:
        """Give the output, a list of them where tiles gave several, or None of no tile."""
        if not self._outputs:
            return None
        return self._outputs[0] if len(self._outputs) == 1 else self._outputs

    @property
    def outputs(self) -> list[Any]:
        """Give all outputs."""
        return self._outputs

    @property
    def has_vectors(self) -> bool:
        """Whether any result is a grid of vectors or numbers."""
        return self._first is not None and not all(is_image for is_image, _ in self._first[1])


def _shape(kind: tuple[bool, tuple[int, ...]]) -> str:
    is_image, lead = kind
    if is_image:
        return f"shape ({''.join(f'{n}, ' for n in lead)}height, width)"
    return f"shape {lead}"
