"""`pantile process` on channels, between images and with numbers of the whole image, held to NumPy,
SciPy and scikit-image."""

import shutil

import numpy as np
import pytest
from scipy import ndimage

from test_process import EPS, HEIGHT, WIDTH, random_pixels, read, write

color = pytest.importorskip("skimage.color", reason="needs scikit-image")
filters = pytest.importorskip("skimage.filters", reason="needs scikit-image")


@pytest.fixture
def process(pantile, tmp_path):
    """process(image, operators, a=…): pixels (c, y, x) through operators, "a" being another."""

    def run(pixels, operators, *options, code=0, **others):
        for name, other in {"image": pixels, **others}.items():
            if (tmp_path / name).exists():
                shutil.rmtree(tmp_path / name)
            write(tmp_path / name, other)
        out = tmp_path / "out.ome.zarr"
        if out.exists():
            shutil.rmtree(out)
        done = pantile("process", "image", operators, "--out", out, "--tile", 64, "--shard", 64,
                       "--log", "quiet", *options, cwd=tmp_path, code=code)
        return read(out) if code == 0 else done.stderr

    return run


def test_select_and_merge(process):
    pixels, other = random_pixels("uint16", 4), random_pixels("uint16", 2, seed=2)
    np.testing.assert_array_equal(process(pixels, "select(3, 1)"), pixels[[3, 1]])
    made = process(pixels, 'merge("a") | select(4, 0, 5)', a=other)
    np.testing.assert_array_equal(made, np.concatenate([pixels, other])[[4, 0, 5]])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_arithmetic_between_images(process, dtype):
    a, b = random_pixels(dtype, 2), random_pixels(dtype, 1, seed=2)
    x, y = a.astype(np.float32), b.astype(np.float32)
    with np.errstate(all="ignore"):
        for name, expected in {"add": x + y, "subtract": x - y, "multiply": x * y, "divide": x / y,
                               "minimum": np.minimum(a, b), "maximum": np.maximum(a, b)}.items():
            made = process(a, f'{name}("a")', a=b)
            assert made.dtype == expected.dtype
            np.testing.assert_array_equal(made, expected, err_msg=name)
    smooth = ndimage.gaussian_filter(a[0].astype(np.float64), 3)
    made = process(a[:1], "subtract([gaussian(3)])")
    np.testing.assert_allclose(made[0], a[0] - smooth, rtol=0, atol=1e-5 * np.abs(x).max())


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_expression(process, dtype):
    pixels = random_pixels(dtype, 3)
    b = pixels.astype(np.float32)
    with np.errstate(all="ignore"):
        index = (b[1] - b[0]) / (b[1] + b[0])
        np.testing.assert_array_equal(process(pixels, 'expression("(b1-b0)/(b1+b0)")')[0], index)
        chosen = np.where(b[2] > 30, b[0] * b[0], np.sqrt(b[1]))
        np.testing.assert_array_equal(
            process(pixels, 'expression("if(b2 > 30, b0^2, sqrt(b1))")')[0], chosen)


def test_mask_and_nodata(process):
    pixels = random_pixels("uint8", 2)
    mask = random_pixels("float32", 1, seed=2) > 0
    expected = np.where(mask, pixels, 9)
    made = process(pixels, 'mask("a", value=9)', a=mask.astype(np.float32))
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, expected)
    np.testing.assert_array_equal(process(pixels, "mask([threshold(99)])"),
                                  np.where(pixels > 99, pixels, 0))
    floats = pixels.astype(np.float32)
    np.testing.assert_array_equal(process(pixels, "nodata(7)"),
                                  np.where(pixels == 7, np.nan, floats))


def test_flatfield(process):
    pixels = random_pixels("uint16", 2)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    flat = (3000 + 10 * x + 3 * y)[None].astype(np.uint16)
    dark = (100 + (x % 7))[None].astype(np.uint16)
    lit = flat.astype(np.float64) - dark
    expected = (pixels.astype(np.float64) - dark) / lit * lit.mean()
    made = process(pixels, 'flatfield("a", "b")', a=flat, b=dark)
    np.testing.assert_allclose(made, expected, rtol=8 * EPS, atol=1e-3)
    expected = pixels / flat.astype(np.float64) * 2
    made = process(pixels, 'flatfield("a", mean=2)', a=flat)
    np.testing.assert_allclose(made, expected, rtol=4 * EPS)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_stains(process, dtype):
    pixels = np.random.default_rng(1).integers(1, 256, (3, HEIGHT, WIDTH)).astype(np.uint8)
    if dtype == "float32":
        pixels = (pixels / 255).astype(np.float32)
    expected = color.rgb2hed(pixels, channel_axis=0)
    np.testing.assert_allclose(process(pixels, "hed"), expected, rtol=1e-5, atol=1e-6)
    other = np.array([[0.6, 0.7, 0.2], [0.1, 0.9, 0.3], [0.3, 0.5, 0.8]])
    expected = color.separate_stains(pixels, np.linalg.inv(other), channel_axis=0)
    made = process(pixels, f"hed({other.ravel().tolist()})")
    np.testing.assert_allclose(made, expected, rtol=1e-5, atol=1e-6)


def test_kernels(process):
    pixels = random_pixels("float32", 1)
    exact = pixels[0].astype(np.float64)
    generator = np.random.default_rng(3)
    modes = {"reflect": "reflect", "nearest": "nearest", "wrap": "grid-wrap"}
    for rule, mode in modes.items():
        for shape in ((3, 3), (5, 3), (1, 7)):
            kernel = generator.normal(size=shape).round(3)
            made = process(pixels, f"convolve({kernel.ravel().tolist()}, width={shape[1]}, "
                                   f"boundary={rule})")
            np.testing.assert_allclose(made[0], ndimage.convolve(exact, kernel, mode=mode),
                                       rtol=0, atol=1e-3)
        y, x = [1.0, 3.0, -2.0], [0.5, 0.0, 2.0, 1.0, 4.0]
        expected = ndimage.convolve1d(ndimage.convolve1d(exact, y, 0, mode=mode), x, 1, mode=mode)
        made = process(pixels, f"separable({y}, {x}, boundary={rule})")
        np.testing.assert_allclose(made[0], expected, rtol=0, atol=1e-2)


# --- ranks and thresholds of what is around ---------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("rule,mode", [("reflect", "reflect"), ("nearest", "nearest"),
                                       ("wrap", "grid-wrap"), ("constant", "constant")])
def test_ranks_are_exact(process, dtype, rule, mode):
    pixels = random_pixels(dtype, 1)
    for size in (3, 5, 7, 17):
        made = process(pixels, f"median({size}, boundary={rule}, outside=37)")
        assert made.dtype == pixels.dtype
        np.testing.assert_array_equal(
            made[0], ndimage.median_filter(pixels[0], size, mode=mode, cval=37), err_msg=str(size))
    for size, q in ((3, 0.25), (5, 0.9), (9, 0), (9, 1), (17, 0.1)):
        rank = int(q * (size * size - 1) + 0.5)
        made = process(pixels, f"rank({size}, {q}, boundary={rule}, outside=37)")
        expected = ndimage.rank_filter(pixels[0], rank, size, mode=mode, cval=37)
        np.testing.assert_array_equal(made[0], expected, err_msg=f"{size} {q}")


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_adaptive_threshold(process, dtype):
    pixels = random_pixels(dtype, 1)
    exact = pixels[0].astype(np.float64)
    for mean, method in (("gaussian", "gaussian"), ("box", "mean")):
        for size, offset in ((3, 0), (15, 4.5)):
            local = filters.threshold_local(exact, size, method=method, offset=offset)
            made = process(pixels, f"adaptive({size}, {offset}, mean={mean})")
            assert made.dtype == np.uint8
            clear = np.abs(exact - local) > 1e-5 * np.abs(exact).max()
            assert clear.mean() > 0.99
            np.testing.assert_array_equal(made[0][clear], (exact > local)[clear])


# --- numbers of the whole image --------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_rescale_and_standardize_by_what_is_there(process, dtype):
    pixels = random_pixels(dtype, 2)
    if dtype == "float32":
        pixels[0, 5, 7] = np.nan
        pixels[1] *= 1000
    exact = pixels.astype(np.float64)
    low = np.nanmin(exact, axis=(1, 2), keepdims=True)
    high = np.nanmax(exact, axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(process(pixels, "rescale"), (exact - low) / (high - low), rtol=0,
                               atol=4 * EPS)
    mean = np.nanmean(exact, axis=(1, 2), keepdims=True)
    deviation = np.nanstd(exact, axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(process(pixels, "standardize"), (exact - mean) / deviation, rtol=0,
                               atol=32 * EPS)


def separation(pixels, mask):
    """What Otsu's threshold makes as great as it can be."""
    above, below = pixels[mask != 0].astype(np.float64), pixels[mask == 0].astype(np.float64)
    return above.size * below.size * (above.mean() - below.mean()) ** 2


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
def test_otsu(process, dtype):
    generator = np.random.default_rng(4)
    pixels = np.where(generator.random((2, HEIGHT, WIDTH)) > 0.3,
                      generator.normal(60, 20, (2, HEIGHT, WIDTH)),
                      generator.normal(180, 15, (2, HEIGHT, WIDTH)))
    pixels[1] = 240 - pixels[1]
    if dtype != "float32":
        limits = np.iinfo(dtype)
        pixels = np.clip(pixels * (1 if dtype == "uint8" else 100), limits.min, limits.max)
    pixels = pixels.astype(dtype)
    made = process(pixels, "otsu")
    assert made.dtype == np.uint8
    for c in range(2):
        threshold = filters.threshold_otsu(pixels[c])
        if dtype == "uint8":
            np.testing.assert_array_equal(made[c], pixels[c] > threshold)
            continue
        # scikit-image multiplies the groups' sizes in 32-bit floats: of nearly equal thresholds it
        # may take another.
        wanted, found = (separation(pixels[c], mask) for mask in (pixels[c] > threshold, made[c]))
        np.testing.assert_allclose(found, wanted, rtol=1e-6)
        np.testing.assert_allclose(made[c].mean(), (pixels[c] > threshold).mean(), atol=1e-3)


def test_components_are_those_of_the_whole_image(process):
    """A stage of its own finds them, whatever the tiles; the store holds 32-bit numbers."""
    pixels = np.stack([ndimage.gaussian_filter(random_pixels("float32", 1, seed)[0], 1.5)
                       for seed in (1, 2)])
    made = process(pixels, "gaussian(0.5) | threshold(4) | label(8)")
    assert made.dtype == np.uint32
    smooth = process(pixels, "gaussian(0.5)")
    for c in range(2):
        labels, count = ndimage.label(smooth[c] > 4, np.ones((3, 3)))
        assert made[c].max() == count
        pairs = np.unique(np.stack([made[c].ravel(), labels.ravel()]), axis=1)
        assert pairs.shape[1] == count + 1
        expected = filters.apply_hysteresis_threshold(smooth[c], 3, 20)
        found = process(pixels, "gaussian(0.5) | hysteresis(3, 20)", "--threads", 3)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found[c], expected)


@pytest.mark.parametrize("name", ["cells.csv", "cells.json"])
def test_regions_are_written(process, pantile, tmp_path, name):
    import csv
    import json

    pixels = np.stack([ndimage.gaussian_filter(random_pixels("float32", 1, seed)[0], 1.5)
                       for seed in (3, 4)])
    made = process(pixels, "threshold(4) | label", "--regions", name)
    text = (tmp_path / name).read_text()
    rows = json.loads(text)["regions"] if name.endswith("json") else [
        {k: float(v) for k, v in row.items()} for row in csv.DictReader(text.splitlines())]
    assert [(row["channel"], row["label"]) for row in rows] == [
        (c, label) for c in range(2) for label in range(1, made[c].max() + 1)]
    for row in rows:
        c, label = int(row["channel"]), int(row["label"])
        y, x = np.nonzero(made[c] == label)
        assert (row["area"], row["x0"], row["y0"]) == (len(y), x.min(), y.min())
        assert (row["x1"], row["y1"]) == (x.max() + 1, y.max() + 1)
        np.testing.assert_allclose((row["center_x"], row["center_y"]), (x.mean(), y.mean()))
        values = pixels[c][y, x]
        assert (row["min"], row["max"]) == (values.min(), values.max())
        np.testing.assert_allclose(row["mean"], values.mean(dtype="f8"), rtol=1e-6)
    # Of another size there are no values; a part is measured by itself.
    process(pixels, "resize(scale=0.5) | threshold(4) | label", "--regions", "half.csv")
    assert "mean" not in (tmp_path / "half.csv").read_text()
    # Values are those of the channel that the labels are made of, and of no mixture.
    process(pixels, "select(1) | threshold(4) | label", "--regions", "one.csv")
    means = {line.split(",")[1]: float(line.split(",")[9])
             for line in (tmp_path / "one.csv").read_text().split()[1:]}
    assert means == {f"{row['label']:.0f}": row["mean"] for row in rows if row["channel"] == 1}
    process(pixels, 'expression("b0+b1") | threshold(8) | label', "--regions", "mixed.csv")
    assert "mean" not in (tmp_path / "mixed.csv").read_text()
    part = process(pixels, "threshold(4) | label", "--region", "50,40,90,70", "--regions", "p.csv")
    found = {int(line.split(",")[1]) for line in (tmp_path / "p.csv").read_text().split()[1:]}
    assert found == set(np.unique(part)) - {0}
    for wrong, named in (("r.txt", "neither in .csv nor in .json"), ("image/r.csv", "image")):
        assert named in process(pixels, "label", "--regions", wrong, code=2)
    assert "end them with label" in process(pixels, "sobel", "--regions", "r.csv", code=2)


def test_a_region_of_a_resized_image(process):
    pixels = random_pixels("uint8")
    whole = process(pixels, "resize(scale=0.6) | median(3)")
    assert whole.shape == (1, 98, 121)
    part = process(pixels, "resize(scale=0.6) | median(3)", "--region", "50,30,60,55")
    np.testing.assert_array_equal(part, whole[:, 30:85, 50:110])


def test_what_does_not_fit_is_named(process, pantile, tmp_path):
    pixels = random_pixels("uint8", 2)
    small = pixels[:, :50]
    assert "201 x 163" in process(pixels, 'add("a")', code=2, a=small)
    assert "either scale" in process(pixels, "resize", code=2)
    assert "4 or 8" in process(pixels, "label(5)", code=2)
    assert "gone.tiff" in process(pixels, 'add("gone.tiff")', code=2)
    assert "channel 2" in process(pixels, "select(2)", code=2)
    infinite = np.full((1, 9, 9), np.inf, np.float32)
    for operator in ("rescale", "standardize", "otsu"):
        assert "clip(" in process(infinite, operator, "--restart", code=2)
    # What is read cannot be written.
    write(tmp_path / "field.ome.zarr", pixels)
    done = pantile("process", "image", 'add("field.ome.zarr")', "--out", "field.ome.zarr",
                   "--restart", code=2, cwd=tmp_path)
    assert "field.ome.zarr is the input itself" in done.stderr


TESTED = {"select", "merge", "add", "subtract", "multiply", "divide", "minimum", "maximum",
          "expression", "mask", "nodata", "flatfield", "hed", "convolve", "separable",
          "standardize", "otsu", "median", "rank", "adaptive",
          # Held to other libraries in python/tests/test_operators.py.
          "resize", "rolling_ball", "hysteresis", "label", "distance", "tissue", "watershed"}
