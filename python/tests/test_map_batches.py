"""Functions of several tiles at once, and of halos beyond the image."""

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt

MODES = {"reflect": "reflect", "nearest": "nearest", "constant": "constant", "wrap": "wrap"}


@pytest.fixture
def pixels():
    return np.random.default_rng(8).random((2, 150, 170), dtype=np.float32)


def correlate(tile, mode="reflect", cval=0.0):
    kernel = np.arange(1.0, 50.0).reshape(7, 7)  # not symmetric
    return np.stack([nd.correlate(t.astype("f8"), kernel, mode=mode, cval=cval) for t in tile])


@pytest.mark.parametrize("tile", [17, 64, 1000])
@pytest.mark.parametrize("batch", [1, 3, 8])
@pytest.mark.parametrize("boundary", MODES)
def test_batches_equal_the_whole(pixels, tile, batch, boundary):
    shapes = set()

    def model(tiles):
        shapes.add(tiles.shape[1:])
        assert tiles.flags.c_contiguous
        assert 1 <= len(tiles) <= batch
        return np.stack([correlate(t) for t in tiles])

    image = pt.open(pixels).map(
        model, tile=tile, batch=batch, halo=3, dtype="f8", boundary=boundary, outside=0.25
    )
    whole = correlate(pixels, MODES[boundary], 0.25)
    np.testing.assert_allclose(image.compute(threads=2), whole, rtol=1e-12)
    assert shapes == {(2, tile + 6, tile + 6)}
    np.testing.assert_array_equal(
        image[1, 5:90, 60:169].compute(), image.compute()[1, 5:90, 60:169]
    )


@pytest.mark.parametrize("boundary", MODES)
@pytest.mark.parametrize("tile", [17, 1000])
def test_a_boundary_fills_halos(pixels, tile, boundary):
    def stencil(t, spec):
        x0, y0, x1, y1 = spec.core
        assert t.shape == (2, y1 - y0 + 6, x1 - x0 + 6)
        assert spec.halo == (x0 - 3, y0 - 3, x1 + 3, y1 + 3)
        return correlate(t)[(..., *spec.inner)]

    image = pt.open(pixels).map(
        stencil, tile=tile, halo=3, dtype="f8", boundary=boundary, outside=-2
    )
    whole = correlate(pixels, MODES[boundary], -2)
    np.testing.assert_allclose(image.compute(), whole, rtol=1e-12)


def test_a_halo_larger_than_the_image():
    small = np.arange(6, dtype="i4").reshape(2, 3)
    image = pt.open(small).map(lambda t: t[:2, :3] * 1, halo=10, boundary="wrap")
    seen = []
    pt.open(small).map(lambda t: seen.append(t.copy()) or t, halo=10, boundary="wrap").compute()
    np.testing.assert_array_equal(seen[0], np.pad(small, 10, mode="wrap"))
    assert image.compute().shape == (2, 3)


def test_batches_have_every_style(pixels):
    image = pt.open(pixels)
    seen = []

    def with_specs(tiles, specs):
        assert len(tiles) == len(specs)
        seen.extend(specs)
        return tiles

    def fill(tiles, out):
        np.multiply(tiles, 2, out=out)

    np.testing.assert_array_equal(image.map(with_specs, batch=4, tile=64).compute(), pixels)
    assert {(s.row, s.column) for s in seen} == {(r, c) for r in range(3) for c in range(3)}
    assert seen[0].core[2] - seen[0].core[0] == 64
    np.testing.assert_array_equal(image.map(fill, batch=4, tile=64).compute(), 2 * pixels)
    as_list = image.map(lambda tiles: [t + 1 for t in tiles], batch=5, tile=32)
    np.testing.assert_array_equal(as_list.compute(), pixels + 1)


def test_batches_of_planes(pixels):
    plane = pt.open(pixels[0])

    def stack(tiles):
        assert tiles.ndim == 3
        return np.stack([tiles, -tiles], 1)

    two = plane.map(stack, batch=4, tile=50, channels=2)
    np.testing.assert_array_equal(two.compute(), [pixels[0], -pixels[0]])
    np.testing.assert_array_equal(plane.map(np.negative, batch=4).compute(), -pixels[0])


def test_a_function_sees_the_same_batches_whatever_is_asked(pixels):
    calls = []

    def mean(tiles, specs):
        calls.append([(s.row, s.column) for s in specs])
        return np.broadcast_to(tiles.mean(), tiles.shape)  # depends on the batch

    image = pt.open(pixels).map(mean, batch=4, tile=32)
    whole = image.compute()
    alone = sorted(calls)
    calls.clear()
    for y in (140, 30, 0, 77):
        np.testing.assert_array_equal(image[:, y : y + 9].compute(), whole[:, y : y + 9])
    assert all(c in alone for c in calls)


def test_an_exception_names_the_tiles(pixels):
    def bad(tiles, specs):
        if any(s.core[:2] == (128, 64) for s in specs):
            raise KeyError("lost")
        return tiles

    text = r"bad on tiles \(0, 2\) to \(1, 2\), x 128 to 170, y 0 to 128: KeyError"
    with pytest.raises(pt.TileError, match=text) as caught:
        pt.open(pixels).map(bad, tile=64, batch=4).compute()
    assert isinstance(caught.value.__cause__, KeyError)
    assert (caught.value.row, caught.value.column) == (0, 2)
    with pytest.raises(pt.TileError, match="returned an array of shape"):
        pt.open(pixels).map(lambda tiles: tiles[:1], tile=64, batch=4).compute()


def test_batches_are_read_only_unless_asked(pixels):
    def change(tiles):
        tiles *= 0
        return tiles

    with pytest.raises(pt.TileError, match="read-only"):
        pt.open(pixels).map(change, batch=2).compute()
    assert not pt.open(pixels).map(change, batch=2, writable=True).compute().any()


def test_batches_are_written_and_resumed(tmp_path):
    pixels = np.random.default_rng(3).integers(0, 100, (900, 900), dtype="u1")
    calls = []

    def model(tiles):
        calls.append(len(tiles))
        if stops and len(calls) > 80:  # some are made for the estimate of the file's size
            raise RuntimeError("stop")
        return tiles * 2

    def write(path):  # another image every time, which remembers nothing
        calls.clear()
        image = pt.open(pixels).map(model, batch=2, tile=64, version="1")
        image.write(path, tile=64, shard=64, threads=1)

    stops = False
    write(tmp_path / "whole.ome.zarr")
    whole, path, stops = len(calls), tmp_path / "a.ome.zarr", True
    with pytest.raises(pt.TileError, match="stop"):
        write(path)
    stops = False
    write(path)
    assert len(calls) < whole
    np.testing.assert_array_equal(pt.open(path)[0].compute(), pixels * 2)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"batch": 0}, ValueError),
        ({"batch": 2.0}, TypeError),
        ({"boundary": "mirror"}, ValueError),
        ({"boundary": 3}, TypeError),
        ({"outside": "a"}, TypeError),
        ({"outside": 1e300, "boundary": "constant"}, ValueError),
    ],
)
def test_options_that_cannot_be(pixels, options, error):
    with pytest.raises(error, match=next(iter(options))):
        pt.open(pixels).map(lambda tile: tile, **options)
