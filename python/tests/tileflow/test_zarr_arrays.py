"""Zarr arrays as images and as results."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from pantile.tileflow import TileFlow, ZarrStreamable, as_streamable, sobel_magnitude

zarr = pytest.importorskip("zarr")


@pytest.fixture
def stored(tmp_path):
    image = np.random.default_rng(0).random((2, 130, 170)).astype("f4")
    array = zarr.create_array(
        str(tmp_path / "image.zarr"), shape=image.shape, chunks=(1, 48, 64), dtype="f4"
    )
    array[...] = image
    return image, array


def test_a_zarr_array_is_an_image(stored):
    image, array = stored
    assert isinstance(as_streamable(array), ZarrStreamable)
    for chunk_size in (None, (64, 64)):
        for workers in (1, 2):
            flow = TileFlow((32, 32), (4, 4), chunk_size).configure(sobel_magnitude)
            result = flow.run(array, workers=workers)
            assert isinstance(result, np.ndarray)
            assert_array_equal(result, sobel_magnitude(image))


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("where", ["memory", "path", "text"])
def test_a_zarr_streamable_makes_a_zarr_array(stored, tmp_path, workers, where):
    # Tiles of 30 share chunks of 48 by 64: concurrent writes would lose some.
    image, array = stored
    path = tmp_path / "result.zarr"
    store = {"memory": None, "path": path, "text": str(path)}[where]
    flow = TileFlow((30, 30), (4, 4)).configure(lambda tile: tile * 2)
    result = flow.run(ZarrStreamable(array, store), workers=workers)
    assert isinstance(result, zarr.Array)
    assert result.chunks == (1, 48, 64)
    assert_array_equal(result[...], image * 2)
    if store is not None:
        assert_array_equal(zarr.open_array(str(path), mode="r")[...], image * 2)


def test_results_of_other_shapes(stored):
    image, array = stored
    flow = TileFlow((30, 30)).configure(lambda tile: tile.max(axis=0))
    result = flow.run(ZarrStreamable(array))
    assert_array_equal(result[...], image.max(axis=0))
    flow.configure(lambda tile: tile.max(axis=(1, 2)))
    assert flow.run(ZarrStreamable(array)).shape == (2, 4, 6)


def test_a_zarr_streamable_is_read_and_written(stored):
    image, array = stored
    stream = ZarrStreamable(array)
    assert (stream.shape, stream.dtype, stream.ndim) == ((2, 130, 170), np.float32, 3)
    assert_array_equal(stream[0, 3:5, 2:4], image[0, 3:5, 2:4])
    stream[0, 3:5, 2:4] = 7
    assert (array[0, 3:5, 2:4] == 7).all()


def test_chunks_are_not_read_over_and_over(stored):
    image, array = stored

    class Counted(ZarrStreamable):
        pixels = 0
        lock = threading.Lock()

        def __getitem__(self, key):
            part = super().__getitem__(key)
            with self.lock:
                self.pixels += part.size
            return part

    counted = Counted(array)
    TileFlow((16, 16), (4, 4)).configure(lambda tile: tile).run(counted)
    assert counted.pixels == image.size
