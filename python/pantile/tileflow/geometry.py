"""Where tiles lie, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence


class BBox(NamedTuple):
    """A half-open rectangle of pixels: `x0` and `y0` are inside, `x1` and `y1` are not."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.y1 - self.y0

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    def slices(self, origin: tuple[int, int] = (0, 0)) -> tuple[slice, slice]:
        """Give rows and columns of an array whose first pixel is `origin`, (y, x)."""
        y, x = origin
        return slice(self.y0 - y, self.y1 - y), slice(self.x0 - x, self.x1 - x)


class BoundaryEdges(NamedTuple):
    """Which sides of a tile lie at the edges of the image (of the chunk, where there is one)."""

    left: bool
    right: bool
    top: bool
    bottom: bool


class TileGeometry(NamedTuple):
    """What a tile is responsible for (`core`), and what it gets to see (`halo`)."""

    core: BBox
    halo: BBox

    @property
    def core_in_halo(self) -> tuple[slice, slice]:
        """Rows and columns of the core in an array of the halo's size."""
        return self.core.slices((self.halo.y0, self.halo.x0))


class TilePosition(NamedTuple):
    """Row and column of a tile in its grid, and its sides at the edges."""

    position: tuple[int, int]
    edges: BoundaryEdges

    @property
    def row(self) -> int:
        """Row in the grid."""
        return self.position[0]

    @property
    def column(self) -> int:
        """Column in the grid."""
        return self.position[1]


class TileSpec(NamedTuple):
    """A tile: where it lies in the image, and in the grid."""

    geometry: TileGeometry
    position: TilePosition

    @property
    def row(self) -> int:
        """Row in the grid."""
        return self.position.row

    @property
    def column(self) -> int:
        """Column in the grid."""
        return self.position.column

    @property
    def edges(self) -> BoundaryEdges:
        """Which sides lie at the edges of the image."""
        return self.position.edges

    def describe(self, what: str = "tile") -> str:
        """Name the tile in a message."""
        core = self.geometry.core
        return (
            f"{what} in row {self.row}, column {self.column} "
            f"(y {core.y0} to {core.y1}, x {core.x0} to {core.x1})"
        )


class ProcessedTile:
    """A tile and what its function returned.

    Parameters
    ----------
    tile_spec : TileSpec
        Where it lies.
    image_data : array or sequence of arrays
        What came of it, with the tile's halo; kept as a list.
    """

    __slots__ = ("image_data", "tile_spec")

    tile_spec: TileSpec
    image_data: list[npt.NDArray[Any]]

    def __init__(
        self, tile_spec: TileSpec, image_data: npt.ArrayLike | Sequence[npt.NDArray[Any]]
    ) -> None:
        self.tile_spec = tile_spec
        if isinstance(image_data, list | tuple):
            self.image_data = [np.asarray(image) for image in image_data]
        else:
            self.image_data = [np.asarray(image_data)]

    def only_core_image(self) -> list[npt.NDArray[Any]]:
        """Give every image without the halo; vectors and numbers as they are."""
        rows, columns = self.tile_spec.geometry.core_in_halo
        return [
            image[..., rows, columns] if image.ndim >= 2 else image for image in self.image_data
        ]

    def __repr__(self) -> str:
        images = ", ".join(f"{image.shape} {image.dtype}" for image in self.image_data)
        return f"ProcessedTile({self.tile_spec.describe()}: {images})"
