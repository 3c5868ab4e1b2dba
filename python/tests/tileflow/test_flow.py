"""`TileFlow`: results, order, threads, and what it refuses."""

import threading

import numpy as np
import pytest
from made_up import CASES, box3, picture
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    GridSpec,
    ProcessedTile,
    TileFlow,
    reconstruction,
)


@pytest.mark.parametrize("workers", [1, 3])
def test_random_shapes_come_back_exactly(workers):
    for size, overlap, shape, chunk, chunk_overlap, dtype in CASES[:80]:
        image = picture(shape, dtype)
        for chunk_size in (None, chunk):
            flow = TileFlow(size, overlap, chunk_size, chunk_overlap)
            flow.configure(function=lambda tile: tile)
            result = flow.run(image, workers=workers)
            assert result.dtype == image.dtype
            assert_array_equal(result, image)
            assert result is not image


def test_random_tiles_equal_the_whole():
    for size, overlap, shape, chunk, chunk_overlap, _ in CASES:
        image = picture(shape, "i4")
        expected = box3(image)
        for chunk_size in (None, chunk):
            flow = TileFlow(size, overlap, chunk_size, chunk_overlap)
            assert_array_equal(flow.configure(box3).run(image), expected)


def test_without_overlap_a_neighbourhood_is_cut():
    image = picture((20, 20), "i4")
    assert not np.array_equal(TileFlow((8, 8)).configure(box3).run(image), box3(image))


def test_tiles_see_the_image_without_a_copy_and_cannot_change_it():
    image = picture((30, 40), "f4")
    seen = []
    TileFlow((8, 8), (2, 2)).configure(lambda t: (seen.append(t), t)[1]).run(image)
    assert all(np.shares_memory(tile, image) for tile in seen)
    assert not any(tile.flags.writeable for tile in seen)


def test_writing_into_a_tile_is_refused_with_advice():
    def in_place(tile):
        tile += 1
        return tile

    image = picture((30, 40), "f4")
    before = image.copy()
    flow = TileFlow((8, 8), (2, 2))
    with pytest.raises(ValueError, match="read-only") as caught:
        flow.configure(in_place).run(image)
    assert any("writable=True" in note for note in caught.value.__notes__)
    result = flow.configure(in_place, writable=True).run(image)
    assert_array_equal(image, before)
    assert_array_equal(result, before + 1)


def test_tiles_are_returned_in_order_with_their_overlap():
    image = picture((3, 40, 50), "i4")
    for workers in (1, 3):
        flow = TileFlow((16, 16), (4, 4)).configure(box3)
        tiles = flow.run(image, return_tiles=True, workers=workers)
        assert all(isinstance(tile, ProcessedTile) for tile in tiles)
        assert [t.tile_spec for t in tiles] == list(GridSpec((16, 16), (4, 4)).build_grid((40, 50)))
        assert tiles[4].image_data[0].shape == (3, 28, 24)
        assert_array_equal(reconstruction.reconstruct(tiles[::-1]), box3(image))
        assert_array_equal(reconstruction.reconstruct_tiles(tiles, 40, 50), box3(image))


def test_reconstruction_leaves_zeros_where_tiles_are_missing():
    image = np.ones((40, 50))
    tiles = TileFlow((16, 16)).configure(lambda t: t).run(image, return_tiles=True)
    result = reconstruction.reconstruct_tiles(tiles[1:], 40, 50)
    assert_array_equal(result[:16, :16], 0)
    assert result.sum() == 40 * 50 - 256
    with pytest.raises(ValueError, match="none"):
        reconstruction.reconstruct([])
    with pytest.raises(ValueError, match="none"):
        reconstruction.reconstruct_tiles([], 3, 3)
    with pytest.raises(ValueError, match="outside of 40 by 49"):
        reconstruction.reconstruct_tiles(tiles, 40, 49)


def test_threads_share_the_work():
    barrier = threading.Barrier(3, timeout=60)
    names = set()

    def function(tile, spec):
        names.add(threading.current_thread().name)
        if spec.row > 0:  # the first row is one tile, run alone
            barrier.wait()
        return tile

    image = picture((4 * 8, 8), "i4")
    result = TileFlow((8, 8)).configure(function).run(image, workers=3)
    assert_array_equal(result, image)
    assert len(names) == 4


def test_threads_have_the_callers_context():
    image = np.zeros((64, 8))
    flow = TileFlow((8, 8)).configure(lambda tile: tile / 0)
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        flow.run(image, workers=2)
    with np.errstate(invalid="ignore"):
        assert np.isnan(flow.run(image, workers=2)).all()


@pytest.mark.parametrize(
    ("workers", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)]
)
def test_a_wrong_number_of_workers(workers, error):
    with pytest.raises(error, match="workers"):
        TileFlow((8, 8)).configure(lambda t: t).run(np.zeros((8, 8)), workers=workers)


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"tile_size": (0, 8)}, ValueError, "tile_size"),
        ({"tile_size": (8, -8)}, ValueError, "tile_size"),
        ({"tile_size": (8.5, 8)}, TypeError, "tile_size"),
        ({"tile_size": 8}, TypeError, "tile_size"),
        ({"tile_size": None}, TypeError, "tile_size"),
        ({"overlap": (-1, 0)}, ValueError, "overlap"),
        ({"overlap": (1.0, 0)}, TypeError, "overlap"),
        ({"overlap": (4, 0)}, ValueError, "overlap.*below 4"),
        ({"chunk_size": (0, 64)}, ValueError, "chunk_size"),
        ({"chunk_size": "64"}, TypeError, "chunk_size"),
        ({"chunk_size": (64, 64), "chunk_overlap": (32, 0)}, ValueError, "chunk_overlap.*chunk"),
        ({"chunk_size": (64, 64), "chunk_overlap": (-3, 0)}, ValueError, "chunk_overlap"),
    ],
)
def test_what_cannot_be_a_flow(keywords, error, message):
    with pytest.raises(error, match=message):
        TileFlow(**{"tile_size": (8, 8), **keywords})


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ([[1, 2], [3, 4]], TypeError),
        (None, TypeError),
        (np.zeros(9), ValueError),
        (np.zeros((0, 9)), ValueError),
        (np.zeros((0, 9, 9)), ValueError),
    ],
)
def test_what_cannot_be_an_image(data, error):
    with pytest.raises(error, match="data"):
        TileFlow((8, 8)).configure(lambda t: t).run(data)


def test_a_flow_needs_a_function():
    with pytest.raises(RuntimeError, match="configure"):
        TileFlow((8, 8)).run(np.zeros((8, 8)))


def test_the_summary_names_what_matters():
    flow = TileFlow((8, 9), (2, 3), (64, 65), (16, 17), name="edges")
    assert "not configured" in flow.summary()
    flow.configure(box3, np.sort)
    for word in ("edges", "8 by 9", "2 by 3", "64 by 65", "16 by 17", "box3", "sort"):
        assert word in flow.summary()
    assert repr(flow).startswith("TileFlow(tile_size=(8, 9), overlap=(2, 3)")
