"""Operators that change the size, look far or at the whole image, held to other libraries."""

import numpy as np
import pytest
from scipy import ndimage as nd

import pantile as pt


def random(dtype, shape=(230, 310), seed=3):
    generator = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return generator.random(shape).astype(dtype)
    return generator.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def same_in_parts(image):
    """Any part, and any number of threads, has the samples of the whole."""
    whole = image.compute(threads=1)
    np.testing.assert_array_equal(image.compute(threads=3), whole)
    height, width = whole.shape[-2:]
    for y0, y1, x0, x1 in ((0, height // 3 + 1, width // 2, width), (height // 2, height, 0, 1)):
        part = np.asarray(image[..., y0:y1, x0:x1])
        np.testing.assert_array_equal(part, whole[..., y0:y1, x0:x1])
    return whole


SIZES = [(115, 155), (100, 311), (37, 41), (460, 620), (231, 309), (1, 1), (500, 90)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", ["linear", "cubic", "lanczos"])
def test_resize_is_that_of_pillow(size, method):
    image = pytest.importorskip("PIL.Image")
    kinds = {"linear": "BILINEAR", "cubic": "BICUBIC", "lanczos": "LANCZOS"}
    pixels = random("float32")
    expected = image.fromarray(pixels).resize(size[::-1], getattr(image.Resampling, kinds[method]))
    made = same_in_parts(pt.open(pixels).resize(width=size[1], height=size[0], method=method))
    assert (made.dtype, made.shape) == (np.float32, size)
    np.testing.assert_allclose(made, np.asarray(expected), rtol=0, atol=2e-6)


@pytest.mark.parametrize("size", [(115, 155), (100, 300), (37, 41), (1, 1), (230, 31)])
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_resize_by_area_is_that_of_opencv(size, dtype):
    cv2 = pytest.importorskip("cv2")
    pixels = random(dtype)
    expected = cv2.resize(pixels.astype("f8"), size[::-1], interpolation=cv2.INTER_AREA)
    made = same_in_parts(pt.open(pixels).resize(size[1], size[0], method="area"))
    assert made.dtype == dtype
    if dtype == "uint8":
        np.testing.assert_allclose(made, expected, rtol=0, atol=0.5 + 1e-4)
    else:
        np.testing.assert_allclose(made, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_resize_without_antialiasing_is_that_of_opencv(size):
    cv2 = pytest.importorskip("cv2")
    pixels = random("float32")
    expected = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_LINEAR)
    made = same_in_parts(pt.open(pixels).resize(size[1], size[0], antialias="off"))
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-5)
    made = same_in_parts(pt.open(pixels).resize(size[1], size[0], method="nearest"))
    y, x = ((2 * np.arange(n) + 1) * old // (2 * n) for n, old in zip(size, pixels.shape))
    np.testing.assert_array_equal(made, pixels[np.ix_(y, x)])
    exact = cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT)
    assert (made != exact).mean() < 0.03  # of fixed point, where a centre lies on an edge


def test_resize_keeps_types_colours_and_proportions():
    colours = random("uint8", (40, 30, 3))
    image = pt.open(colours, axes="yxc")
    half = image.resize(scale=0.5)
    assert (half.shape, half.dtype) == ((3, 20, 15), np.uint8)
    assert image.resize(width=60).shape == (3, 80, 60)
    assert image.resize(height=10).shape == (3, 10, 8)
    labels = pt.open(random("uint8") > 128).label()
    twice = labels.resize(scale=2, method="nearest")
    assert twice.kind == "label"
    np.testing.assert_array_equal(twice.compute(), labels.compute().repeat(2, 0).repeat(2, 1))
    with pytest.raises(ValueError, match="method=nearest"):
        labels.resize(scale=2)
    with pytest.raises(ValueError, match="either scale"):
        image.resize()
    with pytest.raises(ValueError, match="either scale"):
        image.resize(width=3, scale=2)


@pytest.mark.parametrize("radius", [1, 4, 7.5, 25])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rolling_ball_is_that_of_scikit_image(radius, dtype):
    restoration = pytest.importorskip("skimage.restoration")
    pixels = (nd.gaussian_filter(random("float64", (90, 130)), 2) * 300).astype(dtype)
    expected = restoration.rolling_ball(pixels, radius=radius)
    image = pt.open(pixels)
    np.testing.assert_array_equal(same_in_parts(image.rolling_ball(radius)), expected)
    rest = same_in_parts(image.rolling_ball(radius, result="difference"))
    np.testing.assert_array_equal(rest, pixels - expected)
    whole = pt.open((pixels * 5).astype("uint8")).rolling_ball(radius)
    assert whole.dtype == np.float32
    expected = restoration.rolling_ball((pixels * 5).astype("uint8").astype("f4"), radius=radius)
    np.testing.assert_array_equal(whole.compute(), expected)


def test_rolling_ball_rolls_past_what_is_no_number():
    restoration = pytest.importorskip("skimage.restoration")
    pixels = random("float32", (60, 70)) * 50
    pixels[10:14, 20] = np.nan
    expected = restoration.rolling_ball(np.where(np.isnan(pixels), np.inf, pixels), radius=6)
    np.testing.assert_array_equal(pt.open(pixels).rolling_ball(6).compute(), expected)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_hysteresis_is_that_of_scikit_image(dtype):
    filters = pytest.importorskip("skimage.filters")
    noise = nd.gaussian_filter(random("float64", (1100, 1300)), 2)
    scaled = (noise - noise.min()) / (noise.max() - noise.min())
    most = 1 if dtype == "float32" else np.iinfo(dtype).max
    pixels = (scaled * most).astype(dtype)
    low, high = 0.48 * most, 0.75 * most
    expected = filters.apply_hysteresis_threshold(pixels, np.float32(low), np.float32(high))
    image = pt.open(pixels).hysteresis(low, high)
    assert (image.dtype, image.kind) == (np.uint8, "mask")
    found = same_in_parts(image)
    np.testing.assert_array_equal(found, expected)
    assert 0.05 < found.mean() < 0.5  # neither all that is above low nor nothing
    # The neighbours of corners too.
    structure = np.ones((3, 3))
    labels, _ = nd.label(pixels > np.float32(low), structure)
    kept = np.unique(labels[pixels > np.float32(high)])
    found = pt.open(pixels).hysteresis(low, high, connectivity=8).compute()
    np.testing.assert_array_equal(found, np.isin(labels, kept[kept > 0]))


def test_hysteresis_in_the_middle_of_a_chain(tmp_path):
    pixels = nd.gaussian_filter(random("float64", (700, 900)), 2).astype("f4")
    image = pt.open(pixels).rescale(quantiles=(0, 1)).hysteresis(0.55, 0.8).dilate(5)
    whole = same_in_parts(image)
    image.write(tmp_path / "out.ome.zarr", tile=128)
    np.testing.assert_array_equal(pt.open(tmp_path / "out.ome.zarr")[0].compute(), whole)
    with pytest.raises(ValueError, match="low is 3, above high, 2"):
        image.hysteresis(3, 2)
    with pytest.raises(ValueError, match="has to be 4 or 8"):
        image.hysteresis(1, 2, connectivity=6)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.4])
@pytest.mark.parametrize("most", [1, 7.5, 40])
def test_distance_is_that_of_scipy(share, most):
    pixels = random("float32", (400, 610)) >= share
    expected = np.minimum(nd.distance_transform_edt(pixels), most).astype("f4")
    image = pt.open(pixels).distance(max=most)
    assert image.dtype == np.float32
    np.testing.assert_array_equal(same_in_parts(image), expected)


def test_distance_where_there_is_no_zero_is_the_greatest():
    assert (pt.open(np.ones((60, 70), np.uint8)).distance(12).compute() == 12).all()
    assert (pt.open(np.zeros((60, 70), np.float32)).distance(12).compute() == 0).all()


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_tissue_is_otsu_of_the_smoothed_saturation(dtype):
    filters = pytest.importorskip("skimage.filters")
    slide = np.full((3, 400, 500), 240, dtype)
    slide += (random("float32", (3, 400, 500)) * 6).astype(dtype)
    slide[:, 100:250, 150:400] = np.array([200, 90, 150], dtype)[:, None, None]
    image = pt.open(slide).tissue(sigma=3)
    assert (image.dtype, image.kind, image.shape) == (np.uint8, "mask", (1, 400, 500))
    found = same_in_parts(image)[0]
    apart = (slide.max(0) - slide.min(0)).astype("f4")
    smooth = nd.gaussian_filter(apart.astype("f8"), 3)
    expected = smooth > filters.threshold_otsu(smooth)
    assert (found != expected).mean() < 1e-4
    assert found[175, 275] == 1 and found[20, 20] == 0
    grey = same_in_parts(pt.open(apart).tissue(sigma=3))
    np.testing.assert_array_equal(grey, found)
    given = pt.open(slide).tissue(sigma=3, value=30).compute()[0]
    assert (given != (smooth > 30)).mean() < 1e-4
    with pytest.raises(ValueError, match="this one has 2"):
        pt.open(slide[:2]).tissue()
    # What lies on glass is not computed.
    np.testing.assert_array_equal(
        pt.open(slide).median(5).mask(image).compute(),
        np.where(found != 0, pt.open(slide).median(5).compute(), 0),
    )


def test_a_mask_saves_the_work_outside(tmp_path):
    """What is read of the image is what the mask leaves, in whole squares."""
    read = []

    class Reader:
        shape, dtype = (2048, 2048), np.dtype("f4")

        def __getitem__(self, where):
            read.append(where)
            return np.full((2048, 2048), 5, "f4")[where]

    inside = np.zeros((2048, 2048), bool)
    inside[600:610, 700:720] = True
    image = pt.open(Reader()).gaussian(2).mask(pt.open(inside), value=-1)
    found = image.compute(threads=2)
    np.testing.assert_allclose(found, np.where(inside, 5, -1), rtol=1e-6)
    area = sum((w[-2].stop - w[-2].start) * (w[-1].stop - w[-1].start) for w in read)
    assert 0 < area <= 2048 * 2048 / 2, read
