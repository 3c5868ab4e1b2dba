"""The grid's rule, number by number."""

import random

import numpy as np
import pytest

from pantile.tileflow import (
    BBox,
    BoundaryEdges,
    GridSpec,
    ProcessedTile,
    TileGeometry,
    TilePosition,
    TileSpec,
)


@pytest.mark.parametrize(
    ("length", "count"),
    [
        (1, 1), (31, 1), (32, 1), (33, 1),
        (47, 1), (48, 1),  # the remainder is half of a tile: the only tile takes it
        (49, 2), (63, 2), (64, 2), (80, 2), (81, 3), (95, 3), (96, 3), (112, 3), (113, 4),
    ],
)  # fmt: skip
def test_an_edge_has_so_many_tiles_of_32(length, count):
    grid = GridSpec((32, 32), (4, 4))
    assert grid.grid_shape((length, 64)) == (count, 2)
    assert grid.grid_shape((64, length)) == (2, count)


@pytest.mark.parametrize(("length", "count"), [(7, 1), (8, 2), (9, 2), (12, 2), (13, 3)])
def test_half_of_an_odd_tile_is_rounded_down(length, count):
    # Tiles of 5: half is 2, so a remainder of 3 is a tile of its own.
    assert GridSpec((5, 5)).grid_shape((length, 5)) == (count, 1)


def test_every_tile_of_a_small_image_by_hand():
    # 70 by 90 with tiles of 32: 70 = 32 + 38 (6 left over are absorbed), 90 = 32 + 32 + 26.
    tiles = list(GridSpec((32, 32), (4, 5)).build_grid((70, 90)))
    expected = [
        ((0, 0), (0, 0, 32, 32), (0, 0, 37, 36), (True, False, True, False)),
        ((0, 1), (32, 0, 64, 32), (27, 0, 69, 36), (False, False, True, False)),
        ((0, 2), (64, 0, 90, 32), (59, 0, 90, 36), (False, True, True, False)),
        ((1, 0), (0, 32, 32, 70), (0, 28, 37, 70), (True, False, False, True)),
        ((1, 1), (32, 32, 64, 70), (27, 28, 69, 70), (False, False, False, True)),
        ((1, 2), (64, 32, 90, 70), (59, 28, 90, 70), (False, True, False, True)),
    ]
    assert tiles == [
        TileSpec(TileGeometry(BBox(*core), BBox(*halo)), TilePosition(at, BoundaryEdges(*edges)))
        for at, core, halo, edges in expected
    ]
    assert [(tile.row, tile.column) for tile in tiles] == [at for at, *_ in expected]


def test_the_last_tile_is_at_most_one_and_a_half():
    for length in range(1, 400):
        tiles = list(GridSpec((1, 20)).build_grid((1, length)))
        widths = [tile.geometry.core.width for tile in tiles]
        assert sum(widths) == length
        assert all(width == 20 for width in widths[:-1])
        assert widths[-1] <= 30
        assert len(widths) == 1 or widths[-1] > 10


def test_an_image_smaller_than_a_tile_is_one_tile_without_a_halo():
    (tile,) = GridSpec((64, 64), (8, 8)).build_grid((10, 20))
    assert tile.geometry.core == tile.geometry.halo == BBox(0, 0, 20, 10)
    assert tile.edges == BoundaryEdges(True, True, True, True)


def test_the_origin_moves_every_tile():
    plain = list(GridSpec((8, 8), (2, 1)).build_grid((20, 30)))
    moved = list(GridSpec((8, 8), (2, 1), origin=(100, -7)).build_grid((20, 30)))
    for a, b in zip(plain, moved, strict=True):
        assert a.position == b.position
        for box, other in zip(a.geometry, b.geometry, strict=True):
            assert other == BBox(box.x0 - 7, box.y0 + 100, box.x1 - 7, box.y1 + 100)


def test_halos_never_reach_past_the_image_or_the_overlap():
    random.seed(1)
    for _ in range(300):
        size = random.randint(4, 40), random.randint(4, 40)
        overlap = random.randint(0, size[0] // 2 - 1), random.randint(0, size[1] // 2 - 1)
        shape = random.randint(1, 150), random.randint(1, 150)
        grid = GridSpec(size, overlap)
        covered = np.zeros(shape, int)
        for tile in grid.build_grid(shape):
            core, halo = tile.geometry
            covered[core.slices()] += 1
            edges = tile.edges
            assert halo.x0 == (core.x0 if edges.left else core.x0 - overlap[1])
            assert halo.y0 == (core.y0 if edges.top else core.y0 - overlap[0])
            assert halo.x1 == (core.x1 if edges.right else core.x1 + overlap[1])
            assert halo.y1 == (core.y1 if edges.bottom else core.y1 + overlap[0])
            assert halo.x0 >= 0
            assert halo.y0 >= 0
            assert halo.x1 <= shape[1]
            assert halo.y1 <= shape[0]
            assert tile.edges == grid.edges_from_index(
                tile.position.position, grid.grid_shape(shape)
            )
        assert (covered == 1).all()


def test_the_grid_is_lazy_but_checks_at_once():
    grid = GridSpec((1, 1)).build_grid((10**9, 10**9))
    assert next(grid).geometry.core == BBox(0, 0, 1, 1)
    with pytest.raises(ValueError, match="shape"):
        GridSpec((1, 1)).build_grid((0, 5))


@pytest.mark.parametrize("index", [(-1, 0), (0, 3), (2, 0)])
def test_edges_of_a_tile_that_is_not_there(index):
    with pytest.raises(IndexError, match="2 by 3"):
        GridSpec((4, 4)).edges_from_index(index, (2, 3))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (((0, 8),), ValueError, "size: expected a height of 1 or more, got 0"),
        (((8, -1),), ValueError, "size: expected a width of 1 or more, got -1"),
        (((8, 8.0),), TypeError, "size.1.: expected a whole number, got 8.0"),
        (((True, 8),), TypeError, "size.0.: expected a whole number, got True"),
        ((8,), TypeError, "size: expected .height, width., got 8"),
        (("88",), TypeError, "size: expected .height, width., got '88'"),
        (((8, 8, 8),), ValueError, "size: expected .height, width., got 3 numbers"),
        (((8, 8), (-1, 0)), ValueError, "overlap: expected a height of 0 or more, got -1"),
        (((8, 8), (1.5, 0)), TypeError, "overlap.0.: expected a whole number"),
        (((8, 8), (4, 0)), ValueError, "overlap: expected less than half of the tile, below 4"),
        (((8, 9), (3, 4)), ValueError, "below 4 for a width of 9, got 4"),
        (((1, 1), (0, 1)), ValueError, "overlap"),
    ],
)
def test_what_cannot_be_a_grid(arguments, error, message):
    with pytest.raises(error, match=message):
        GridSpec(*arguments)


def test_numbers_of_numpy_are_whole_numbers():
    assert GridSpec((np.int64(8), np.uint8(9)), [np.int32(3), 0]) == GridSpec((8, 9), (3, 0))


def test_a_processed_tile_has_a_list_of_images():
    (_, tile, *_) = GridSpec((4, 4), (1, 1)).build_grid((8, 12))
    pixels = np.arange(3 * 5 * 6).reshape(3, 5, 6)
    for data in (pixels, [pixels], (pixels,)):
        processed = ProcessedTile(tile, data)
        assert isinstance(processed.image_data, list)
        (core,) = processed.only_core_image()
        assert np.array_equal(core, pixels[:, :4, 1:5])
    assert [a.shape for a in ProcessedTile(tile, [pixels, np.zeros(7)]).only_core_image()] == [
        (3, 4, 4),
        (7,),
    ]
