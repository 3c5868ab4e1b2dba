"""What is counted of whole images, against NumPy."""

import numpy as np
import pytest

import pantile as pt

TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8"]


def samples(dtype, shape=(3, 600, 700)):
    values = np.random.default_rng(5).normal(40, 12, shape)
    if np.dtype(dtype).kind == "u":
        values = np.abs(values)
    return values.astype(dtype)


@pytest.mark.parametrize("dtype", TYPES)
def test_statistics(dtype):
    pixels = samples(dtype)
    found = pt.open(pixels).statistics()
    wide = pixels.astype("f8")
    np.testing.assert_array_equal(found["count"], [600 * 700] * 3)
    np.testing.assert_array_equal(found["min"], wide.min((1, 2)))
    np.testing.assert_array_equal(found["max"], wide.max((1, 2)))
    np.testing.assert_allclose(found["mean"], wide.mean((1, 2)), rtol=1e-13)
    np.testing.assert_allclose(found["std"], wide.std((1, 2)), rtol=1e-10)


def test_the_same_bits_whatever_the_threads():
    image = pt.open(samples("f4", (1, 2000, 1500)))
    one, three = image.statistics(threads=1), image.statistics(threads=3)
    assert all(one[name].tobytes() == three[name].tobytes() for name in one)


def test_what_is_no_number_is_left_out():
    pixels = samples("f4", (2, 50, 60))
    pixels[0, ::2] = np.nan
    pixels[1] = np.nan
    image = pt.open(pixels)
    found = image.statistics()
    np.testing.assert_array_equal(found["count"], [25 * 60, 0])
    assert found["min"][0] == np.nanmin(pixels[0])
    assert all(np.isnan(found[name][1]) for name in ("min", "max", "mean", "std"))
    quantiles = image.quantiles(0.1, 0.9)
    np.testing.assert_allclose(quantiles[:, 0], np.nanquantile(pixels[0].astype("f8"), [0.1, 0.9]))
    assert np.isnan(quantiles[:, 1]).all()
    counts, _ = image.histogram()
    np.testing.assert_array_equal(counts.sum(1), [25 * 60, 0])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shares", [(0, 1), (0.02, 0.98), (0.5, 0.75)])
def test_quantiles(dtype, shares):
    pixels = samples(dtype, (2, 300, 311))
    found = pt.open(pixels).quantiles(*shares)
    assert found.shape == (2, 2)
    np.testing.assert_allclose(
        found, np.quantile(pixels.astype("f8"), shares, axis=(1, 2)), rtol=1e-14
    )


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("bins", "span"), [(10, None), (256, None), (7, (30, 50.5))])
def test_histogram(dtype, bins, span):
    pixels = samples(dtype, (2, 300, 311))
    counts, edges = pt.open(pixels).histogram(bins, span)
    assert counts.dtype == np.uint64
    assert edges.shape == (bins + 1,)
    for channel, found in zip(pixels, counts, strict=True):
        expected, _ = np.histogram(channel.astype("f8"), edges)
        if edges[0] % 0.5 == 0 and np.dtype(dtype).kind != "f":
            np.testing.assert_array_equal(found, expected)
        else:  # a sample on an edge may round to either side
            assert np.abs(found.astype("i8") - expected).sum() <= 0.01 * channel.size
    if span is None:
        assert counts.sum() == pixels.size


def test_every_value_has_its_bin():
    pixels = samples("u1", (1, 100, 100))
    counts, edges = pt.open(pixels).histogram()
    np.testing.assert_array_equal(counts[0], np.bincount(pixels.ravel(), minlength=256))
    np.testing.assert_array_equal(edges, np.arange(257) - 0.5)


def test_one_value_has_a_bin():
    counts, edges = pt.open(np.full((5, 6), 3.0)).histogram(4)
    assert counts.sum() == 30
    assert (edges[0], edges[-1]) == (2.5, 3.5)


def test_of_what_operators_make():
    pixels = samples("u1", (1, 200, 200))
    image = pt.open(pixels).rescale(quantiles=(0.02, 0.98)).gaussian(1)
    made = image.compute().astype("f8")
    assert image.statistics()["max"][0] == made.max()
    assert image.statistics()["mean"][0] == pytest.approx(made.mean(), rel=1e-12)


def test_callbacks_hear_of_it():
    seen = []

    class Seen(pt.Callback):
        def on_stage_end(self, stage):
            seen.append((stage.name, stage.done == stage.total))

    pt.open(np.zeros((30, 40), "u1")).statistics(callbacks=[Seen()])
    assert seen == [("measure", True)]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda i: i.quantiles(0.5, 0.5), ValueError, "smaller first"),
        (lambda i: i.quantiles(float("nan"), 0.5), ValueError, "from 0 to 1"),
        (lambda i: i.quantiles(0, "1"), TypeError, "high is '1'"),
        (lambda i: i.histogram(0), ValueError, "bins is 0"),
        (lambda i: i.histogram(2.5), TypeError, "whole number"),
        (lambda i: i.histogram(1 << 20), ValueError, "at most 65536"),
        (lambda i: i.histogram(10, (3, 2)), ValueError, "smaller first"),
        (lambda i: i.histogram(10, (0, float("inf"))), ValueError, "smaller first"),
        (lambda i: i.histogram(10, 3), TypeError, "two numbers"),
        (lambda i: i.statistics(threads=-1), ValueError, "threads is -1"),
    ],
)
def test_bad_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call(pt.open(np.zeros((5, 6), "f4")))


def test_infinities_need_a_range():
    image = pt.open(np.array([[1, np.inf]]))
    assert image.statistics()["max"][0] == np.inf
    with pytest.raises(ValueError, match="range="):
        image.histogram()
    assert image.histogram(2, (0, 2))[0].sum() == 1
