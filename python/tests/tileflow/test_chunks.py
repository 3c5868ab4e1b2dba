"""Chunks: a second function, given what the tiles of a chunk became."""

import numpy as np
import pytest
from made_up import box3, picture
from numpy.testing import assert_array_equal

from pantile.tileflow import (
    GridSpec,
    TileFlow,
)


def test_chunks_return_what_the_chunk_function_returns():
    image = picture((3, 90, 130), "i4")
    flow = TileFlow((16, 16), (4, 4), chunk_size=(40, 48), chunk_overlap=(8, 8))
    assert_array_equal(flow.configure(box3).run(image), box3(image))
    result = flow.configure(function=box3, chunk_function=lambda chunk: chunk * 2).run(image)
    assert_array_equal(result, box3(image) * 2)
    result = flow.configure(function=box3, chunk_function=box3).run(image)
    assert_array_equal(result, box3(box3(image)))


def test_a_chunk_function_may_give_vectors_and_take_specs():
    image = picture((3, 80, 96), "i4")
    specs = []

    def total(chunk, spec):
        specs.append(spec)
        return chunk[(..., *spec.geometry.core_in_halo)].sum(axis=(1, 2))

    flow = TileFlow((16, 16), (0, 0), (40, 48), (8, 8)).configure(lambda t: t, total)
    result = flow.run(image)
    assert_array_equal(result, image.reshape(3, 2, 40, 2, 48).sum(axis=(2, 4)))
    assert specs == list(GridSpec((40, 48), (8, 8)).build_grid((80, 96)))


def test_a_chunk_function_may_only_look():
    seen = []
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    assert flow.configure(lambda t: t, lambda chunk: seen.append(chunk)).run(np.ones((80, 96))) is (
        None
    )
    assert len(seen) == 4


def test_a_chunk_function_cannot_change_its_mind():
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    with pytest.raises(TypeError, match="chunk_function returned None for the chunk in row 0, c"):
        flow.configure(lambda t: t, lambda c, spec: c if spec.column else None).run(
            np.ones((80, 96))
        )


def test_chunks_of_vectors_need_a_chunk_function():
    flow = TileFlow((16, 16), (0, 0), (40, 48))
    with pytest.raises(ValueError, match="chunk_function") as caught:
        flow.configure(lambda t: t.mean()).run(np.ones((80, 96)))
    assert "in the chunk in row 0" in caught.value.__notes__[0]
    result = flow.configure(lambda t: t.mean(), lambda grid: grid.max()).run(np.ones((80, 96)))
    assert_array_equal(result, np.ones((2, 2)))


def test_tiles_of_chunks_know_their_place_in_the_image():
    image = np.arange(80 * 96).reshape(80, 96)

    def function(tile, spec):
        assert tile[0, 0] == image[spec.geometry.halo.y0, spec.geometry.halo.x0]
        return tile

    flow = TileFlow((16, 16), (4, 4), (40, 48), (8, 8)).configure(function)
    assert_array_equal(flow.run(image), image)
    tiles = flow.run(image, return_tiles=True)
    assert len(tiles) == sum(
        len(list(GridSpec((16, 16)).build_grid(chunk.geometry.halo.shape)))
        for chunk in GridSpec((40, 48), (8, 8)).build_grid((80, 96))
    )
