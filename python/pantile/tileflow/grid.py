"""The grid of tiles over an image."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pantile.tileflow.geometry import BBox, BoundaryEdges, TileGeometry, TilePosition, TileSpec


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool):
        raise TypeError(f"{name}: expected a whole number, got {value!r}")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected a whole number, got {value!r}") from None


def whole_pair(value: Any, name: str, least: int) -> tuple[int, int]:
    """Give `value` as (height, width), each a whole number of `least` or more.

    Raises
    ------
    TypeError, ValueError
        It is something else; the message begins with `name`.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise TypeError(f"{name}: expected (height, width), got {value!r}")
    if len(value) != 2:
        raise ValueError(f"{name}: expected (height, width), got {len(value)} numbers")
    height, width = _whole(value[0], f"{name}[0]"), _whole(value[1], f"{name}[1]")
    for number, axis in ((height, "height"), (width, "width")):
        if number < least:
            raise ValueError(f"{name}: expected a {axis} of {least} or more, got {number}")
    return height, width


def check_overlap(
    size: tuple[int, int], overlap: tuple[int, int], name: str = "overlap", of: str = "tile"
) -> None:
    """Refuse an overlap that reaches a tile's middle; none at all is always legal.

    Raises
    ------
    ValueError
        It is half of the size or more; the message begins with `name`.
    """
    for edge, margin, axis in zip(size, overlap, ("height", "width"), strict=True):
        if margin > 0 and margin >= edge // 2:
            raise ValueError(
                f"{name}: expected less than half of the {of}, below {edge // 2} for a {axis} of "
                f"{edge}, got {margin}"
            )


@dataclass(frozen=True)
class GridSpec:
    """How an image is cut into tiles; all pairs are (height, width).

    Parameters
    ----------
    size : (int, int)
        Height and width of a tile, 1 or more.
    overlap : (int, int)
        How far a tile looks into its neighbours, 0 or more and less than half of its size.
    origin : (int, int)
        Coordinates of the image's first pixel, (y, x).

    Notes
    -----
    An edge of ``n`` pixels has ``n // size`` tiles, and one more where the remainder is greater
    than ``size // 2``. Otherwise the last tile takes the remainder: it is up to 1.5 times as
    large. There is at least one tile.
    """

    size: tuple[int, int]
    overlap: tuple[int, int] = (0, 0)
    origin: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", whole_pair(self.size, "size", 1))
        object.__setattr__(self, "overlap", whole_pair(self.overlap, "overlap", 0))
        origin = whole_pair(self.origin, "origin", -(2**62))
        object.__setattr__(self, "origin", origin)
        check_overlap(self.size, self.overlap)

    def grid_shape(self, shape: Sequence[int]) -> tuple[int, int]:
        """Count the rows and columns of tiles.

        Parameters
        ----------
        shape : (int, int)
            Height and width of the image, 1 or more.
        """
        height, width = whole_pair(tuple(shape), "shape", 1)
        return _count(height, self.size[0]), _count(width, self.size[1])

    def edges_from_index(
        self, index: tuple[int, int], grid_shape: tuple[int, int]
    ) -> BoundaryEdges:
        """Tell which sides of the tile in row and column `index` lie at the image's edges.

        Raises
        ------
        IndexError
            The grid has no such tile.
        """
        (row, column), (rows, columns) = index, grid_shape
        if not (0 <= row < rows and 0 <= column < columns):
            raise IndexError(f"index: the grid of {rows} by {columns} tiles has no {index}")
        return BoundaryEdges(
            left=column == 0, right=column == columns - 1, top=row == 0, bottom=row == rows - 1
        )

    def build_grid(self, shape: Sequence[int]) -> Iterator[TileSpec]:
        """Give the tiles of an image, row by row.

        Parameters
        ----------
        shape : (int, int)
            Height and width of the image, 1 or more.
        """
        grid_shape = self.grid_shape(shape)  # refuses a bad shape now, not at the first tile
        return self._tiles((int(shape[0]), int(shape[1])), grid_shape)

    def iter_tiles(self, region_height: int, region_width: int) -> Iterator[TileSpec]:
        """Give the tiles of a region: `build_grid` under the name of TileFlow 0.7."""
        return self.build_grid((region_height, region_width))

    def _tiles(self, shape: tuple[int, int], grid_shape: tuple[int, int]) -> Iterator[TileSpec]:
        rows, columns = grid_shape
        y, x = self.origin
        for row in range(rows):
            y0, y1, top, bottom = _span(row, rows, self.size[0], self.overlap[0], shape[0])
            for column in range(columns):
                x0, x1, left, right = _span(
                    column, columns, self.size[1], self.overlap[1], shape[1]
                )
                yield TileSpec(
                    TileGeometry(
                        core=BBox(x + x0, y + y0, x + x1, y + y1),
                        halo=BBox(x + left, y + top, x + right, y + bottom),
                    ),
                    TilePosition((row, column), self.edges_from_index((row, column), grid_shape)),
                )


def _count(length: int, size: int) -> int:
    whole, rest = divmod(length, size)
    return max(1, whole + (rest > size // 2))


def _span(
    index: int, count: int, size: int, overlap: int, length: int
) -> tuple[int, int, int, int]:
    """Begin and end of the core, then of the halo, which grows on interior sides only."""
    begin = index * size
    end = length if index == count - 1 else begin + size
    return (
        begin,
        end,
        begin if index == 0 else begin - overlap,
        end if index == count - 1 else min(end + overlap, length),
    )
