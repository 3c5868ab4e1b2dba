"""Functions of tiles."""

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt


@pytest.fixture
def pixels():
    return np.random.default_rng(7).random((2, 150, 170), dtype=np.float32)


@pytest.mark.parametrize("tile", [17, 64, 1000])
@pytest.mark.parametrize("reader", [(1, 1, 50), (20, 31, 7), (0, 0, 150)])
def test_tiled_equals_whole(pixels, tile, reader):
    def smooth(t):
        return nd.uniform_filter(t.astype("f8"), (0, 9, 9))

    whole = smooth(pixels)
    image = pt.open(pixels).map(smooth, halo=4, tile=tile, dtype="f8")
    np.testing.assert_allclose(image.compute(), whole, rtol=0, atol=1e-12)
    y, x, n = reader
    part = image[:, y : y + n, x : x + n]
    np.testing.assert_array_equal(part.compute(), image.compute()[:, y : y + n, x : x + n])


def test_arity_is_that_of_the_signature(pixels):
    image = pt.open(pixels)
    seen = []

    class Object:
        def __call__(self, tile, spec):
            seen.append(spec)
            return tile

    def fill(tile, out):
        out[...] = tile[:, 3:-3, 3:-3] if tile.shape != out.shape else tile

    def fill_by_name(tile, *, out):
        out[...] = 5

    def with_default(tile, factor=2):
        return tile * factor

    np.testing.assert_array_equal(image.map(Object(), tile=100).compute(), pixels)
    assert {(s.row, s.column) for s in seen} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert seen[0].core[0] in (0, 100)
    np.testing.assert_array_equal(image.map(fill, tile=500).compute(), pixels)
    assert (image.map(fill_by_name).compute() == 5).all()
    np.testing.assert_array_equal(image.map(with_default).compute(), pixels * 2)
    np.testing.assert_array_equal(image.map(np.negative).compute(), -pixels)


def test_a_type_error_within_is_not_taken_for_the_signature(pixels):
    calls = []

    def bad(tile):
        calls.append(1)
        raise TypeError("bad() takes 1 positional argument but 2 were given")

    with pytest.raises(pt.TileError) as caught:
        pt.open(pixels).map(bad).compute(threads=1)
    assert isinstance(caught.value.__cause__, TypeError)
    assert len(calls) == 1


def test_an_exception_names_the_tile(pixels):
    def bad(tile, spec):
        if spec.core[:2] == (128, 64):
            raise KeyError("lost")
        return tile

    with pytest.raises(
        pt.TileError, match=r"bad on tile \(1, 2\), x 128 to 170, y 64 to 128"
    ) as caught:
        pt.open(pixels).map(bad, tile=64).compute()
    assert isinstance(caught.value.__cause__, KeyError)
    assert (caught.value.row, caught.value.column) == (1, 2)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda tile: tile[:, :-1], "returned an array of shape"),
        (lambda tile: tile[0], "returned an array of shape"),
        (lambda tile: None, "returned None"),
        (lambda tile: tile.astype(np.complex64), "returned complex64: expected float32"),
    ],
)
def test_what_a_function_may_not_return(pixels, function, text):
    with pytest.raises(pt.TileError, match=text) as caught:
        pt.open(pixels).map(function).compute()
    assert isinstance(caught.value.__cause__, (ValueError, TypeError))


def test_another_type_has_to_be_said():
    image = pt.open(np.full((20, 20), 9, "u1"))
    with pytest.raises(pt.TileError, match='dtype="float64"'):
        image.map(lambda tile: tile / 2).compute()
    assert (image.map(lambda tile: tile / 2, dtype="f4").compute() == 4.5).all()


def test_channels_may_be_other_ones(pixels):
    mean = pt.open(pixels).map(lambda t: t.mean(0, keepdims=True), channels=1)
    assert mean.shape == (1, 150, 170)
    np.testing.assert_array_equal(mean.compute(), pixels.mean(0, keepdims=True))
    both = pt.open(pixels[0]).map(lambda t: np.stack([t, -t, t * 2]), channels=3)
    assert both.shape == (3, 150, 170)
    np.testing.assert_array_equal(both[1].compute(), -pixels[0])


def test_tiles_are_views_and_read_only_unless_asked(pixels):
    def change(tile):
        tile[...] = 0
        return tile

    with pytest.raises(pt.TileError, match="read-only"):
        pt.open(pixels).map(change).compute()
    assert (pt.open(pixels).map(change, writable=True).compute() == 0).all()
    assert pixels.max() > 0

    lent = []
    pt.open(pixels).map(lambda tile: lent.append(np.shares_memory(tile, pixels)) or tile).compute()
    assert all(lent)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"tile": 0}, ValueError),
        ({"tile": -3}, ValueError),
        ({"tile": 2.5}, TypeError),
        ({"halo": -1}, ValueError),
        ({"halo": "a"}, TypeError),
        ({"halo": True}, TypeError),
        ({"channels": 0}, ValueError),
        ({"dtype": "c8"}, TypeError),
    ],
)
def test_options_that_cannot_be(pixels, options, error):
    with pytest.raises(error, match=next(iter(options))):
        pt.open(pixels).map(lambda tile: tile, **options)


@pytest.mark.parametrize("function", [3, lambda: 1, lambda a, b, c: 1])
def test_what_is_no_function_of_tiles(pixels, function):
    with pytest.raises(TypeError, match=r"expected f\(tile\)"):
        pt.open(pixels).map(function)


def test_maps_and_operators_mix(pixels):
    image = pt.open(pixels).gaussian(1).map(lambda t: t * 2, tile=31).sobel().map(np.sqrt, tile=40)
    expected = np.sqrt(pt.open(pt.open(pixels).gaussian(1).compute() * 2).sobel().compute())
    np.testing.assert_array_equal(image.compute(), expected)


def test_a_halo_larger_than_a_tile(pixels):
    def far(t):
        return nd.uniform_filter1d(t, 61, axis=2)

    image = pt.open(pixels).map(far, tile=16, halo=30)
    np.testing.assert_allclose(image.compute(), far(pixels), atol=1e-5)
