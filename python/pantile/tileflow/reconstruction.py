"""Puts tiles together that `TileFlow.run(…, return_tiles=True)` returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pantile.tileflow.assembly import Assembly
from pantile.tileflow.geometry import BBox, ProcessedTile

if TYPE_CHECKING:
    from collections.abc import Iterable


def reconstruct(tiles: Iterable[ProcessedTile]) -> Any:
    """Put the cores of tiles together.

    Parameters
    ----------
    tiles : iterable of ProcessedTile
        The tiles of an image without chunks, in any order. Where some are left out, there are
        zeros.

    Returns
    -------
    array or list of arrays
        From the first tile's corner to the last one's; of vectors, the grid. A list where every
        tile has several.

    Raises
    ------
    ValueError, TypeError
        There is no tile, or they do not fit together.
    """
    tiles = list(tiles)
    if not tiles:
        raise ValueError("tiles: expected one or more, got none")
    cores = [tile.tile_spec.geometry.core for tile in tiles]
    region = BBox(
        min(core.x0 for core in cores),
        min(core.y0 for core in cores),
        max(core.x1 for core in cores),
        max(core.y1 for core in cores),
    )
    return _reconstruct(tiles, region)


def reconstruct_tiles(tiles: Iterable[ProcessedTile], height: int, width: int) -> Any:
    """Put the cores of tiles together to an image of a given size."""
    tiles = list(tiles)
    if not tiles:
        raise ValueError("tiles: expected one or more, got none")
    region = BBox(0, 0, width, height)
    for tile in tiles:
        core = tile.tile_spec.geometry.core
        if not (0 <= core.x0 < core.x1 <= width and 0 <= core.y0 < core.y1 <= height):
            raise ValueError(
                f"tiles: the {tile.tile_spec.describe()} lies outside of {height} by {width}"
            )
    return _reconstruct(tiles, region)


def _reconstruct(tiles: list[ProcessedTile], region: BBox) -> Any:
    grid_shape = (
        1 + max(tile.tile_spec.row for tile in tiles),
        1 + max(tile.tile_spec.column for tile in tiles),
    )
    assembly = Assembly(region, grid_shape, name="image_data", partial=True)
    for tile in tiles:
        assembly.put(tile.tile_spec, tile.image_data)
    return assembly.result()
