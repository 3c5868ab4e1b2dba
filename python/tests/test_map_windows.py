"""Functions of overlapping windows, and their results blended."""

import threading

import numpy as np
import pytest

import pantile as pt

SIZE = (150, 170)


@pytest.fixture
def pixels():
    return np.random.default_rng(9).random((2, *SIZE), dtype=np.float32)


def weights(blend, n):
    i = np.arange(n) + 0.5
    if blend == "hann":
        return np.sin(np.pi * i / n) ** 2
    if blend == "gaussian":
        return np.exp(-0.5 * ((i - n / 2) / (n / 8)) ** 2)
    return np.ones(n)


def begins(n, tile, overlap):
    step = tile - overlap
    return range(0, max(1, -(-(n - tile) // step) + 1) * step, step)


def reference(pixels, function, tile, overlap, blend, halo=0, mode="symmetric"):
    """All windows of the whole image, in NumPy."""
    height, width = pixels.shape[-2:]
    ys, xs = begins(height, tile, overlap), begins(width, tile, overlap)
    pads = (halo, ys[-1] + tile + halo - height), (halo, xs[-1] + tile + halo - width)
    padded = np.pad(pixels, ((0, 0), *pads), mode=mode)
    sums = np.zeros((pixels.shape[0], ys[-1] + tile, xs[-1] + tile))
    norms = np.zeros(sums.shape[1:])
    w = np.outer(weights(blend, tile), weights(blend, tile))
    for y in ys:
        for x in xs:
            given = padded[:, y : y + tile + 2 * halo, x : x + tile + 2 * halo]
            said = function(given)[:, halo : halo + tile, halo : halo + tile]
            sums[:, y : y + tile, x : x + tile] += w * said
            norms[y : y + tile, x : x + tile] += w
    return (sums / norms)[:, :height, :width]


def opinionated(tile):
    """A model that sees more of what lies in the middle, and has an opinion of its own."""
    mean = tile.mean(dtype="f8")
    ramp = np.linspace(0, 1, tile.shape[-1])
    return tile * (1 + ramp) + mean + ramp[:, None] ** 2


@pytest.mark.parametrize("blend", ["hann", "gaussian", "mean"])
@pytest.mark.parametrize(("tile", "overlap"), [(64, 16), (40, 20), (50, 40), (200, 30), (33, 1)])
def test_blending_is_that_of_the_whole_image(pixels, tile, overlap, blend):
    image = pt.open(pixels).map(opinionated, tile=tile, overlap=overlap, blend=blend, dtype="f8")
    expected = reference(pixels, opinionated, tile, overlap, blend)
    whole = image.compute(threads=1)
    np.testing.assert_allclose(whole, expected, rtol=1e-12)
    np.testing.assert_array_equal(image.compute(threads=3), whole)
    np.testing.assert_array_equal(image[:, 31:, 7:99].compute(), whole[:, 31:, 7:99])


def test_windows_have_halos_and_batches(pixels):
    def model(tiles):
        assert tiles.shape[1:] == (2, 60, 60)
        return np.stack([opinionated(t) for t in tiles])

    image = pt.open(pixels).map(
        model, tile=48, overlap=12, halo=6, batch=4, boundary="wrap", dtype="f8"
    )
    expected = reference(pixels, opinionated, 48, 12, "hann", 6, "wrap")
    np.testing.assert_allclose(image.compute(), expected, rtol=1e-12)


def test_every_window_is_predicted_once(pixels):
    seen = []

    def model(tile, spec):
        seen.append((spec.row, spec.column))
        return tile

    pt.open(pixels).map(model, tile=40, overlap=20).compute(threads=3)
    assert sorted(seen) == [(r, c) for r in range(7) for c in range(8)]


def test_a_small_cache_changes_nothing_but_the_work(pixels):
    calls = []
    image = pt.open(pixels)

    def model(tile):
        calls.append(threading.get_ident())
        return opinionated(tile)

    options = {"tile": 40, "overlap": 30, "dtype": "f8"}
    whole = image.map(model, **options).compute()
    once = len(calls)
    again = image.map(model, cache=1, **options)
    np.testing.assert_array_equal(again[:, 20:60, 20:60].compute(), whole[:, 20:60, 20:60])
    assert len(calls) > once


def test_without_blending_the_nearest_window_speaks(pixels):
    def which(tile, spec):
        return np.full(tile.shape, 100 * spec.row + spec.column)

    image = pt.open(pixels).map(which, tile=40, overlap=10, blend=None, dtype="i4")
    ys, xs = (
        np.abs(np.arange(n)[:, None] + 0.5 - (np.array(begins(n, 40, 10)) + 20)).argmin(1)
        for n in SIZE
    )
    np.testing.assert_array_equal(image[0].compute(), 100 * ys[:, None] + xs)


def test_integers_are_rounded(pixels):
    numbers = (pixels[0] * 255).astype("u1")

    def model(tile, spec):
        return np.minimum(tile, 200) + np.uint8(spec.column % 2 * 55)

    image = pt.open(numbers).map(model, tile=40, overlap=20, blend="mean")
    parity = iter([])

    def same(tile):
        return np.minimum(tile, 200) + np.uint8(next(parity) % 2 * 55)

    columns = len(begins(SIZE[1], 40, 20))
    parity = iter([c for _ in begins(SIZE[0], 40, 20) for c in range(columns)])
    expected = reference(numbers[None], same, 40, 20, "mean")[0]
    np.testing.assert_array_equal(image.compute(), np.rint(expected).astype("u1"))


def test_written_and_computed_are_the_same(pixels, tmp_path):
    image = pt.open(pixels).map(opinionated, tile=40, overlap=20, version="1")
    image.write(tmp_path / "a.ome.zarr", tile=64)
    np.testing.assert_array_equal(pt.open(tmp_path / "a.ome.zarr").compute(), image.compute())


def test_an_exception_names_the_window(pixels):
    def bad(tile, spec):
        if spec.row == 2:
            raise ValueError("no")
        return tile

    with pytest.raises(pt.TileError, match=r"bad on tile \(2, 0\), x 0 to 40, y 40 to 80: Value"):
        pt.open(pixels).map(bad, tile=40, overlap=20).compute(threads=1)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"overlap": -1}, ValueError, "overlap"),
        ({"overlap": 64}, ValueError, "overlap is 64: expected 0 to 63"),
        ({"overlap": 1.5}, TypeError, "overlap"),
        ({"overlap": 8, "blend": "cubic"}, ValueError, "blend"),
        ({"overlap": 8, "blend": 3}, TypeError, "blend"),
        ({"overlap": 8, "dtype": "f2"}, ValueError, "float16"),
        ({"cache": -1}, ValueError, "cache"),
    ],
)
def test_options_that_cannot_be(pixels, options, error, text):
    with pytest.raises(error, match=text):
        pt.open(pixels).map(lambda tile: tile, tile=64, **options)
